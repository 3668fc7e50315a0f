//! Tools that are offered or taken back amid a conversation: the target gets the list as it is at the end.

use serde_json::{Map, Value};

use super::way::Way;
use crate::Protocol;
use crate::codec;
use crate::loss::{How, Losses, Weight};
use crate::part::{Foreign, Kind, Part};
use crate::request::{Request, Tool};

/// What a part says about the tools.
enum Change {
    Offer(Vec<Tool>),
    TakeBack(Vec<String>),
}

/// Applies the changes to the tools, in order, and drops the parts that say them.
pub(super) fn apply(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    let mut changes = Vec::new();
    for turn in &mut request.turns {
        turn.content.list.retain(|part| match change(part) {
            Some(change) => {
                changes.push(change);
                false
            }
            None => true,
        });
    }
    for change in changes {
        match change {
            Change::Offer(tools) => offer(&mut request.tools, tools),
            Change::TakeBack(names) => request.tools.retain(|tool| !names.contains(&tool.name)),
        }
        let place = way.any_part();
        losses.add(place, How::Replaced, Weight::Harmless, "the list of tools");
    }
}

/// A tool that is offered again stands where it stood.
fn offer(tools: &mut Vec<Tool>, offered: Vec<Tool>) {
    for tool in offered {
        match tools.iter_mut().find(|known| is_same(known, &tool)) {
            Some(known) => *known = tool,
            None => tools.push(tool),
        }
    }
}

/// Tools go by their names; those without are the same if all of them is.
fn is_same(known: &Tool, tool: &Tool) -> bool {
    let named_so = known.name == tool.name && known.namespace == tool.namespace;
    named_so && (!tool.name.is_empty() || known.kind == tool.kind)
}

/// Whether a part changes the tools.
pub(super) fn is_change(part: &Part) -> bool {
    change(part).is_some()
}

fn change(part: &Part) -> Option<Change> {
    let Kind::Foreign(foreign) = &part.kind else {
        return None;
    };
    match (foreign.origin, foreign.value.get("type")?.as_str()?) {
        (Protocol::OpenAiResponses, "additional_tools" | "tool_search_output")
        | (Protocol::Anthropic, "tool_addition") => Some(Change::Offer(offered(foreign))),
        (Protocol::Anthropic, "tool_removal") => Some(Change::TakeBack(names(&foreign.value))),
        _ => None,
    }
}

/// The tools of a part, read as the reader of its protocol reads those of a request.
fn offered(foreign: &Foreign) -> Vec<Tool> {
    let mut tools = listed(&foreign.value, "tools");
    tools.extend(listed(&foreign.value, "tool"));
    tools.retain(Value::is_object);
    let turns = match foreign.origin {
        Protocol::OpenAiResponses => "input",
        Protocol::Anthropic | Protocol::OpenAi => "messages",
        Protocol::Gemini => "contents",
    };
    let mut body = Map::new();
    body.insert("model".to_owned(), Value::from(""));
    body.insert("max_tokens".to_owned(), Value::from(1));
    body.insert(turns.to_owned(), Value::Array(Vec::new()));
    body.insert("tools".to_owned(), Value::Array(tools));
    codec::read_request(foreign.origin, Value::Object(body))
        .map(|request| request.tools)
        .unwrap_or_default()
}

fn names(value: &Value) -> Vec<String> {
    let keys = ["tools", "tool", "tool_name", "tool_names", "name", "names"];
    let named = keys.into_iter().flat_map(|key| listed(value, key));
    let name = |value: Value| match value {
        Value::String(name) => Some(name),
        Value::Object(tool) => ["name", "tool_name"]
            .into_iter()
            .find_map(|key| tool.get(key)?.as_str().map(str::to_owned)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    };
    named.filter_map(name).collect()
}

/// A field that is a list or one element of it.
fn listed(value: &Value, key: &str) -> Vec<Value> {
    match value.get(key) {
        Some(Value::Array(list)) => list.clone(),
        Some(Value::Null) | None => Vec::new(),
        Some(one) => vec![one.clone()],
    }
}

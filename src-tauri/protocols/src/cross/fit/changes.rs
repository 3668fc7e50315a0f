//! Tools that are offered or taken back amid a conversation: the target gets the list as it is at the end.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::way::Way;
use crate::Protocol;
use crate::codec;
use crate::loss::{How, Losses, Weight};
use crate::part::{Foreign, Kind, Part};
use crate::request::{Request, Tool, ToolName};

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
    let mut offer = Offer::of(std::mem::take(&mut request.tools));
    for change in changes {
        match change {
            Change::Offer(tools) => tools.into_iter().for_each(|tool| offer.add(tool)),
            Change::TakeBack(names) => offer.take_back(&names),
        }
        let place = way.any_part();
        losses.add(place, How::Replaced, Weight::Harmless, "the list of tools");
    }
    request.tools = offer.tools;
}

/// The tools as they are offered so far.
struct Offer {
    tools: Vec<Tool>,
    /// The places of those that have names.
    places: HashMap<ToolName, usize>,
}

impl Offer {
    fn of(tools: Vec<Tool>) -> Self {
        let numbered = tools.iter().enumerate().rev();
        let places = numbered
            .filter_map(|(place, tool)| Some((name(tool)?, place)))
            .collect();
        Self { tools, places }
    }

    /// Adds a tool; one that is offered again stands where it stood.
    fn add(&mut self, tool: Tool) {
        let name = name(&tool);
        let known = match &name {
            Some(name) => self.places.get(name).copied(),
            None => self.tools.iter().position(|known| is_same(known, &tool)),
        };
        if let Some(known) = known.and_then(|place| self.tools.get_mut(place)) {
            *known = tool;
            return;
        }
        self.places
            .extend(name.map(|name| (name, self.tools.len())));
        self.tools.push(tool);
    }

    fn take_back(&mut self, names: &[String]) {
        let mut tools = std::mem::take(&mut self.tools);
        tools.retain(|tool| !names.contains(&tool.name));
        *self = Self::of(tools);
    }
}

/// What tells a tool from others; nothing if it has no name.
fn name(tool: &Tool) -> Option<ToolName> {
    (!tool.name.is_empty()).then(|| ToolName {
        name: tool.name.clone(),
        namespace: tool.namespace.clone(),
        custom: false,
    })
}

/// Tools without names are the same if all of them is.
fn is_same(known: &Tool, tool: &Tool) -> bool {
    known.name.is_empty() && known.namespace == tool.namespace && known.kind == tool.kind
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

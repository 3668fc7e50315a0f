//! The hosted tool becomes a function that any model can call.

use serde_json::{Value, json};

use super::{MOST_SEARCHES, Search};
use crate::Protocol::Anthropic;
use crate::cross::fit::hosted;
use crate::cross::fit::way::Way;
use crate::loss::{How, Losses, Weight};
use crate::request::{Hosted, Request, Tool, ToolChoice, ToolKind, ToolName};

/// Puts a function in the place of Anthropic's hosted web search, unless the target searches by itself.
pub(in crate::cross) fn offer(
    request: &mut Request,
    way: &Way<'_>,
    losses: &mut Losses,
) -> Option<Search> {
    let place = request.tools.iter().position(is_search)?;
    if way.client != Anthropic || hosted::searches_itself(&request.tools, way) {
        return None;
    }
    let tool = free_name(&request.tools);
    let offered = &mut request.tools[place];
    losses.add(
        hosted::loss_name(offered, way),
        How::Replaced,
        Weight::Harmless,
        "a function: the gateway searches",
    );
    let raw = replace(offered, &tool);
    if is_forced(request.tool_choice.as_ref()) {
        request.tool_choice = Some(ToolChoice::Tool(ToolName {
            name: tool.clone(),
            ..ToolName::default()
        }));
    }
    let most = raw.get("max_uses").and_then(Value::as_u64);
    Some(Search {
        tool,
        most: most.unwrap_or(MOST_SEARCHES).min(MOST_SEARCHES),
        only: texts(raw.get("allowed_domains")),
        never: texts(raw.get("blocked_domains")),
        request: request.clone(),
    })
}

fn is_search(tool: &Tool) -> bool {
    matches!(
        tool.kind,
        ToolKind::Hosted {
            what: Hosted::WebSearch,
            origin: Anthropic,
            ..
        }
    )
}

fn is_forced(choice: Option<&ToolChoice>) -> bool {
    let what = Hosted::WebSearch;
    matches!(choice, Some(ToolChoice::Hosted { what: forced, .. }) if *forced == what)
}

/// A name that no tool of the client has.
fn free_name(tools: &[Tool]) -> String {
    let is_taken = |name: &str| {
        let of_client = tools.iter().filter(|tool| !is_search(tool));
        of_client.into_iter().any(|tool| tool.name == name)
    };
    let mut name = "web_search".to_owned();
    while is_taken(&name) {
        name.push_str("_online");
    }
    name
}

/// Makes a function of the hosted tool and returns what it was.
fn replace(tool: &mut Tool, name: &str) -> Value {
    let schema = json!({
        "type": "object",
        "properties": {
            "query": { "type": "string", "description": "What to search for, in a few words." },
        },
        "required": ["query"],
    });
    let function = ToolKind::Function {
        schema: Some(schema),
        strict: None,
    };
    let was = std::mem::replace(&mut tool.kind, function);
    let raw = match was {
        ToolKind::Hosted { raw, .. } => raw,
        ToolKind::Function { .. } | ToolKind::Custom { .. } => Value::Null,
    };
    name.clone_into(&mut tool.name);
    tool.description = Some(described(&raw));
    raw
}

const DESCRIPTION: &str = "Searches the web and returns the titles, addresses and excerpts of the pages found. \
    Use it for what may have changed since you were trained, and for what you are not sure of. Ask again in other \
    words if the pages do not say what you need, and name the addresses that your answer rests on.";

/// What the function is for, and where the user is: that makes for better queries.
fn described(raw: &Value) -> String {
    let place = raw.get("user_location");
    let told: Vec<&str> = ["city", "region", "country", "timezone"]
        .iter()
        .filter_map(|key| place?.get(key)?.as_str())
        .collect();
    if told.is_empty() {
        return DESCRIPTION.to_owned();
    }
    format!("{DESCRIPTION} The user is in {}.", told.join(", "))
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

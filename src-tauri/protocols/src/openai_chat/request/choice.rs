//! Which tools the model has to use: `tool_choice`, and `function_call` of old clients.

use serde_json::{Map, Value, json};

use super::super::CHAT;
use super::super::fields::telling;
use crate::codec::Target;
use crate::request::{Hosted, ToolChoice, ToolName};

/// Reads the field, whichever it is.
pub(super) fn read(fields: &Map<String, Value>) -> Option<ToolChoice> {
    if let Some(choice) = fields.get("tool_choice").filter(|choice| !choice.is_null()) {
        return read_choice(choice);
    }
    let choice = fields.get("function_call")?;
    if choice.is_object() {
        return name_in(choice, false).map(ToolChoice::Tool);
    }
    read_choice(choice)
}

fn read_choice(choice: &Value) -> Option<ToolChoice> {
    let word = choice.as_str().or_else(|| telling(choice.get("type")))?;
    match word {
        "auto" => Some(ToolChoice::Auto),
        "none" => Some(ToolChoice::None),
        "required" | "any" => Some(ToolChoice::Any),
        "function" | "custom" | "tool" => read_tool(choice).map(ToolChoice::Tool),
        "allowed_tools" => read_allowed(choice),
        _ => Some(ToolChoice::Hosted {
            what: hosted(word),
            origin: CHAT,
            raw: choice.clone(),
        }),
    }
}

/// A tool, named in an object of its own or, as in Responses, beside its type.
fn read_tool(tool: &Value) -> Option<ToolName> {
    let is_custom = telling(tool.get("type")) == Some("custom");
    let inner = tool.get("function").or_else(|| tool.get("custom"));
    name_in(inner.unwrap_or(tool), is_custom)
}

fn name_in(object: &Value, custom: bool) -> Option<ToolName> {
    Some(ToolName {
        name: telling(object.get("name"))?.to_owned(),
        namespace: None,
        custom,
    })
}

fn read_allowed(choice: &Value) -> Option<ToolChoice> {
    let told = choice.get("allowed_tools").unwrap_or(choice);
    let tools = told.get("tools")?.as_array()?;
    Some(ToolChoice::Allowed {
        required: telling(told.get("mode")) == Some("required"),
        names: tools.iter().filter_map(read_tool).collect(),
    })
}

fn hosted(word: &str) -> Hosted {
    if word.starts_with("web_search") {
        Hosted::WebSearch
    } else {
        Hosted::Other
    }
}

/// Writes the field; nothing if the target cannot be told.
pub(super) fn write(choice: &ToolChoice, target: &Target<'_>) -> Option<Value> {
    Some(match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::Any => "required".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Tool(name) => tool(name),
        ToolChoice::Allowed { required, names } => {
            let mode = if *required { "required" } else { "auto" };
            if !target.quirks.allowed_tools {
                // The list of tools holds only those; see `tools::write`.
                return Some(mode.into());
            }
            let tools: Vec<Value> = names.iter().map(tool).collect();
            json!({ "type": "allowed_tools", "allowed_tools": { "mode": mode, "tools": tools } })
        }
        ToolChoice::Hosted { origin, raw, .. } if *origin == CHAT => raw.clone(),
        ToolChoice::Hosted { .. } => return None,
    })
}

fn tool(name: &ToolName) -> Value {
    let word = if name.custom { "custom" } else { "function" };
    let mut object = json!({ "type": word });
    object[word] = json!({ "name": name.name });
    object
}

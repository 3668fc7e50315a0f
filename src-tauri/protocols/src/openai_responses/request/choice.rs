//! Which tools the model has to use, in flat shapes.

use serde_json::{Map, Value, json};

use super::tools::hosted_named;
use crate::openai_responses::OWN;
use crate::openai_responses::fields::{kind_of, list_of, map, text_of};
use crate::request::{Hosted, ToolChoice, ToolName};

/// Reads `tool_choice`; a choice of a kind that is not known is kept as it came.
pub(crate) fn read_choice(choice: &Value) -> ToolChoice {
    match choice.as_str().unwrap_or_else(|| kind_of(choice)) {
        "auto" => ToolChoice::Auto,
        "required" | "any" => ToolChoice::Any,
        "none" => ToolChoice::None,
        "function" | "custom" => {
            tool_named(choice).map_or_else(|| hosted(choice), ToolChoice::Tool)
        }
        "allowed_tools" => allowed(choice),
        _ => hosted(choice),
    }
}

fn hosted(choice: &Value) -> ToolChoice {
    let what = match choice.as_str() {
        Some(_) => Hosted::Other,
        None => hosted_named(kind_of(choice)),
    };
    ToolChoice::Hosted {
        what,
        origin: OWN,
        raw: choice.clone(),
    }
}

fn allowed(choice: &Value) -> ToolChoice {
    ToolChoice::Allowed {
        required: text_of(choice, "mode") == "required",
        names: list_of(choice, "tools")
            .iter()
            .filter_map(tool_named)
            .collect(),
    }
}

/// The client's tool that is named; other tools have no names.
fn tool_named(choice: &Value) -> Option<ToolName> {
    let custom = kind_of(choice) == "custom";
    if !custom && kind_of(choice) != "function" {
        return None;
    }
    let nested = choice.get("function").unwrap_or(choice);
    Some(ToolName {
        name: nested.get("name")?.as_str()?.to_owned(),
        namespace: choice
            .get("namespace")
            .and_then(Value::as_str)
            .map(str::to_owned),
        custom,
    })
}

/// Writes `tool_choice`; nothing if only another protocol's providers know the tool.
pub(crate) fn write_choice(choice: &ToolChoice) -> Option<Value> {
    Some(match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::Any => "required".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Tool(name) => Value::Object(write_name(name)),
        ToolChoice::Allowed { required, names } => json!({
            "type": "allowed_tools",
            "mode": if *required { "required" } else { "auto" },
            "tools": names.iter().map(write_name).collect::<Vec<_>>(),
        }),
        ToolChoice::Hosted { origin, raw, .. } if *origin == OWN => raw.clone(),
        ToolChoice::Hosted { what, .. } => match what {
            Hosted::WebSearch => json!({"type": "web_search"}),
            Hosted::WebFetch | Hosted::CodeExecution | Hosted::Other => return None,
        },
    })
}

fn write_name(name: &ToolName) -> Map<String, Value> {
    let kind = if name.custom { "custom" } else { "function" };
    let mut object = map(json!({"type": kind, "name": name.name}));
    if let Some(namespace) = &name.namespace {
        object.insert("namespace".into(), namespace.as_str().into());
    }
    object
}

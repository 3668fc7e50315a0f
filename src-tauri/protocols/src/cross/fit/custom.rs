//! Tools called with free text become functions with one string where the target knows no such tools.

use serde_json::{Value, json};

use super::way::Way;
use crate::Protocol;
use crate::part::{CallForm, Kind, Part};
use crate::request::{Request, Tool, ToolChoice, ToolKind};

/// What a call of a patch tool looks like.
const PATCH: &str = "*** Begin Patch\n*** Update File: src/main.py\n@@ def greet():\n-    print(\"Hi\")\n\
    +    print(\"Hello\")\n*** End Patch";

/// Whether custom tools have to travel as functions.
pub(super) fn wraps(way: &Way<'_>) -> bool {
    let knows = way.is_to(Protocol::OpenAi) || way.is_to(Protocol::OpenAiResponses);
    !(knows && way.quirks().custom_tools)
}

/// Wraps the free text of custom tools, in the list of tools, in the history and in the choice.
pub(super) fn wrap(request: &mut Request, way: &Way<'_>) {
    if !wraps(way) {
        return;
    }
    for tool in &mut request.tools {
        wrap_tool(tool);
    }
    for part in request
        .turns
        .iter_mut()
        .flat_map(|turn| &mut turn.content.list)
    {
        wrap_part(part);
    }
    match &mut request.tool_choice {
        Some(ToolChoice::Tool(name)) => name.custom = false,
        Some(ToolChoice::Allowed { names, .. }) => {
            for name in names {
                name.custom = false;
            }
        }
        Some(ToolChoice::Auto | ToolChoice::Any | ToolChoice::None | ToolChoice::Hosted { .. })
        | None => {}
    }
}

fn wrap_tool(tool: &mut Tool) {
    let ToolKind::Custom { format } = &tool.kind else {
        return;
    };
    let schema = json!({
        "type": "object",
        "properties": {"input": {"type": "string", "description": told(format.as_ref())}},
        "required": ["input"],
        "additionalProperties": false,
    });
    tool.kind = ToolKind::Function {
        schema: Some(schema),
        strict: None,
    };
}

/// What the one string has to be: the grammar that would have been enforced, and what a call looks like.
fn told(format: Option<&Value>) -> String {
    let field = |key: &str| {
        format
            .and_then(|format| format.get(key))
            .and_then(Value::as_str)
    };
    let Some(grammar) = field("definition") else {
        return "The input of the tool as plain text, not as JSON and without code fences."
            .to_owned();
    };
    let syntax = field("syntax").unwrap_or("lark");
    let example = if grammar.contains("*** Begin Patch") {
        PATCH
    } else {
        "the text itself"
    };
    let call = json!({ "input": example });
    format!(
        "The input of the tool as plain text, without code fences. It has to follow this {syntax} grammar \
         exactly:\n{grammar}\n\nExample of the arguments: {call}"
    )
}

fn wrap_part(part: &mut Part) {
    match &mut part.kind {
        Kind::Call(call) if call.form == CallForm::Custom => {
            call.form = CallForm::Function;
            call.arguments = json!({ "input": call.arguments }).to_string();
        }
        Kind::Result(result) => result.form = CallForm::Function,
        Kind::Call(_)
        | Kind::Text(_)
        | Kind::Refusal(_)
        | Kind::Image(_)
        | Kind::Audio(_)
        | Kind::Document(_)
        | Kind::Reasoning(_)
        | Kind::Foreign(_) => {}
    }
}

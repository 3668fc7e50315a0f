//! Reads the items of a conversation, each into a turn of its own.

use serde_json::{Value, json};

use super::content::read_content;
use super::foreign::{kept, role_of};
use super::page::Side;
use super::reasoning::read_reasoning;
use crate::codec::Unsayable;
use crate::openai_responses::compact;
use crate::openai_responses::fields::{Fields, kind_of};
use crate::openai_responses::request::tools::read_placed_tools;
use crate::part::{Call, CallForm, Kind, Part, Parts, ToolResult};
use crate::request::{Role, Tool, Turn};

/// Reads the `index`-th item of `input`; the tools it declares are added to `tools`.
pub(crate) fn read_item(
    index: usize,
    item: Value,
    tools: &mut Vec<Tool>,
) -> Result<Turn, Unsayable> {
    if let Value::String(text) = item {
        return Ok(Turn::of(Role::User, vec![Part::text(text)]));
    }
    if !item.is_object() {
        let place = format!("input[{index}]");
        return Err(Unsayable::new(place, "an item has to be an object"));
    }
    let kind = kind_of(&item).to_owned();
    match kind.as_str() {
        "" | "message" => message(index, item),
        "function_call" => Ok(turn_of(read_call(index, item, CallForm::Function))),
        "custom_tool_call" => Ok(turn_of(read_call(index, item, CallForm::Custom))),
        "function_call_output" => Ok(turn_of(read_result(item, CallForm::Function))),
        "custom_tool_call_output" => Ok(turn_of(read_result(item, CallForm::Custom))),
        "reasoning" => Ok(turn_of(read_reasoning(item))),
        "compaction" => Ok(compact::expanded(&item).unwrap_or_else(|| foreign(item))),
        "additional_tools" => {
            tools.extend(read_placed_tools(&item));
            Ok(foreign(item))
        }
        _ => Ok(foreign(item)),
    }
}

fn foreign(item: Value) -> Turn {
    Turn::of(role_of(&item), vec![kept(item)])
}

fn turn_of(part: Part) -> Turn {
    let role = match part.kind {
        Kind::Result(_) => Role::User,
        Kind::Text(_)
        | Kind::Refusal(_)
        | Kind::Image(_)
        | Kind::Audio(_)
        | Kind::Document(_)
        | Kind::Reasoning(_)
        | Kind::Call(_)
        | Kind::Foreign(_) => Role::Assistant,
    };
    Turn::of(role, vec![part])
}

fn message(index: usize, item: Value) -> Result<Turn, Unsayable> {
    let role = match item.get("role").and_then(Value::as_str) {
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some("system") => Role::System,
        Some("developer") => Role::Developer,
        Some(_) if kind_of(&item) == "message" => return Ok(foreign(item)),
        // References may go without a type, too.
        None if kind_of(&item).is_empty() && item.get("id").is_some_and(Value::is_string) => {
            return Ok(foreign(item));
        }
        Some(_) | None => {
            let field = format!("input[{index}].role");
            let advice = "an item needs a type, or a role: user, assistant, system or developer";
            return Err(Unsayable::new(field, advice));
        }
    };
    let side = match role {
        Role::Assistant => Side::Model,
        Role::System | Role::Developer | Role::User => Side::Client,
    };
    let mut fields = Fields::from(item);
    fields.take("role");
    if fields.take("type").is_none() {
        fields.note("untyped", true);
    }
    let content = read_content(fields.take("content"), side);
    Ok(Turn {
        role,
        content,
        name: None,
        extra: fields.rest(),
    })
}

/// Reads a call; one without an id gets the id of its item, or its place.
pub(crate) fn read_call(index: usize, item: Value, form: CallForm) -> Part {
    let mut fields = Fields::from(item);
    fields.take("type");
    let told = fields.string("call_id").filter(|id| !id.is_empty());
    let id = told
        .or_else(|| Some(fields.get("id")?.as_str()?.to_owned()))
        .unwrap_or_else(|| format!("call_{index}"));
    let arguments = match fields.take(arguments_key(form)) {
        None => String::new(),
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
    };
    let call = Call {
        id,
        name: fields.string("name").unwrap_or_default(),
        namespace: fields.string("namespace"),
        form,
        arguments,
    };
    Part {
        kind: Kind::Call(call),
        cache: None,
        extra: fields.rest(),
    }
}

/// Where the arguments of a call of this form stand.
pub(crate) fn arguments_key(form: CallForm) -> &'static str {
    match form {
        CallForm::Function => "arguments",
        CallForm::Custom => "input",
    }
}

fn read_result(item: Value, form: CallForm) -> Part {
    let mut fields = Fields::from(item);
    fields.take("type");
    let output = fields.take("output");
    let is_one = output.as_ref().is_some_and(Value::is_object);
    let content = match output {
        Some(object) if is_one && kind_of(&object).is_empty() => {
            let text = object.to_string();
            fields.note("output", json!([text, object]));
            Parts::plain(text)
        }
        output => read_content(output, Side::Client),
    };
    let result = ToolResult {
        call: fields.string("call_id").unwrap_or_default(),
        name: fields.string("name"),
        form,
        is_error: None,
        content,
    };
    Part {
        kind: Kind::Result(result),
        cache: None,
        extra: fields.rest(),
    }
}

//! Reads a request.

use serde_json::Value;

use super::choice::{read_choice, write_choice};
use super::controls::{read_sampling, read_text, read_thinking};
use super::tools::read_tools;
use crate::codec::Unsayable;
use crate::openai_responses::fields::{Fields, text_of};
use crate::openai_responses::items::read::read_item;
use crate::part::{Part, Parts};
use crate::request::{Request, Role, Tool, ToolChoice, Turn};

/// Reads the body of a request.
pub(crate) fn read_request(body: Value) -> Result<Request, Unsayable> {
    let Some(mut fields) = Fields::of(body) else {
        return Err(Unsayable::new("", "the body has to be a JSON object"));
    };
    fields.note("own", true);
    let mut tools = declared_tools(&mut fields)?;
    let system = instructions(&mut fields);
    let turns = conversation(&mut fields, &mut tools)?;
    let (format, verbosity) = read_text(&mut fields);
    Ok(Request {
        model: fields.string("model").unwrap_or_default(),
        stream: fields.boolean("stream"),
        stream_usage: None,
        system,
        turns,
        tools,
        tool_choice: choice(&mut fields),
        parallel_tools: fields.boolean("parallel_tool_calls"),
        sampling: read_sampling(&mut fields),
        thinking: read_thinking(&mut fields),
        format,
        verbosity,
        answers: None,
        user: user(&mut fields),
        cache_key: fields.string("prompt_cache_key"),
        extra: fields.rest(),
    })
}

fn declared_tools(fields: &mut Fields) -> Result<Vec<Tool>, Unsayable> {
    match fields.take("tools") {
        None => Ok(Vec::new()),
        Some(Value::Array(list)) => {
            if list.is_empty() {
                fields.note("tools", true);
            }
            if let Some(index) = list.iter().position(|tool| !tool.is_object()) {
                let place = format!("tools[{index}]");
                return Err(Unsayable::new(place, "a tool has to be an object"));
            }
            Ok(read_tools(list))
        }
        Some(_) => Err(Unsayable::new("tools", "has to be a list")),
    }
}

/// Instructions are one text; answers repeat them as a list, and clients send that back.
fn instructions(fields: &mut Fields) -> Option<Parts> {
    match fields.take("instructions")? {
        Value::String(text) => Some(Parts::plain(text)),
        Value::Array(list) => {
            let texts = list.iter().map(text_within).collect();
            fields.note("instructions", list);
            Some(Parts::list(texts))
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => {
            fields.put("instructions", other);
            None
        }
    }
}

fn text_within(item: &Value) -> Part {
    let content = item.get("content").unwrap_or(item);
    let text = match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts: Vec<&str> = parts.iter().map(|part| text_of(part, "text")).collect();
            texts.join("\n\n")
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => {
            text_of(other, "text").to_owned()
        }
    };
    Part::text(text)
}

fn conversation(fields: &mut Fields, tools: &mut Vec<Tool>) -> Result<Vec<Turn>, Unsayable> {
    match fields.take("input") {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => {
            fields.note("input", "text");
            Ok(vec![Turn::new(Role::User, Parts::plain(text))])
        }
        Some(Value::Array(items)) => {
            fields.note("input", "list");
            let numbered = items.into_iter().enumerate();
            numbered
                .map(|(index, item)| read_item(index, item, tools))
                .collect()
        }
        Some(item @ Value::Object(_)) => Ok(vec![read_item(0, item, tools)?]),
        Some(Value::Bool(_) | Value::Number(_) | Value::Null) => Err(Unsayable::new(
            "input",
            "has to be a text or a list of items",
        )),
    }
}

/// Reads `tool_choice`, and notes it if the neutral form says less.
fn choice(fields: &mut Fields) -> Option<ToolChoice> {
    let raw = fields.take("tool_choice")?;
    let choice = read_choice(&raw);
    if write_choice(&choice).as_ref() != Some(&raw) {
        fields.note("tool_choice", raw);
    }
    Some(choice)
}

/// The user goes by either name; with both, the newer one stays among the extras.
fn user(fields: &mut Fields) -> Option<String> {
    if let Some(user) = fields.string("user") {
        return Some(user);
    }
    let user = fields.string("safety_identifier")?;
    fields.note("user", "safety_identifier");
    Some(user)
}

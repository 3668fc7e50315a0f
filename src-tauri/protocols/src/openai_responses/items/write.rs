//! Writes turns as items, in order.

use serde_json::{Map, Value, json};

use super::content_write::write_part;
use super::page::{Page, Side};
use super::read::arguments_key;
use super::reasoning::write_reasoning;
use crate::extra::Place;
use crate::loss::Weight;
use crate::openai_responses::OWN;
use crate::openai_responses::fields::{map, restore};
use crate::part::{Call, CallForm, Kind, Part, Parts, ToolResult};
use crate::request::{Role, Turn};

/// Writes the items of one turn: what is said becomes messages, the rest items of its own.
pub(crate) fn write_turn(turn: &Turn, page: &mut Page<'_>, items: &mut Vec<Value>) {
    let side = match turn.role {
        Role::Assistant => Side::Model,
        Role::System | Role::Developer | Role::User => Side::Client,
    };
    if turn.name.is_some() {
        page.lose("messages[].name", Weight::Notable);
    }
    page.lose_extra(&turn.extra, Place::Turn);
    if turn.content.plain || turn.content.list.is_empty() {
        items.extend(plain_message(turn, page));
        return;
    }
    let mut said = Vec::new();
    for part in &turn.content.list {
        let Some(item) = item_of(part, page) else {
            write_part(part, side, page, &mut said);
            continue;
        };
        flush(turn, &mut said, page, items);
        items.push(item);
    }
    flush(turn, &mut said, page, items);
}

fn flush(turn: &Turn, said: &mut Vec<Value>, page: &Page<'_>, items: &mut Vec<Value>) {
    if !said.is_empty() {
        let content = Value::Array(std::mem::take(said));
        items.push(message(turn, Some(content), page));
    }
}

/// A message that is one string, or that says nothing at all.
fn plain_message(turn: &Turn, page: &mut Page<'_>) -> Option<Value> {
    let text = turn.content.list.first().and_then(Part::as_text);
    let content = match text {
        Some(text) => Some(Value::from(text)),
        None if turn.content.plain => None,
        None => Some(json!([])),
    };
    let is_said = page.own || text.is_some();
    is_said.then(|| message(turn, content, page))
}

fn message(turn: &Turn, content: Option<Value>, page: &Page<'_>) -> Value {
    let mut item = Map::new();
    if turn.extra.noted(OWN, "untyped").is_none() {
        item.insert("type".into(), "message".into());
    }
    item.insert("role".into(), role(turn.role, page).into());
    if let Some(content) = content {
        item.insert("content".into(), content);
    }
    restore(&mut item, &turn.extra);
    Value::Object(item)
}

fn role(role: Role, page: &Page<'_>) -> &'static str {
    match role {
        Role::Developer if page.quirks.developer_role => "developer",
        Role::System | Role::Developer => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

/// The item that a part is of its own; nothing if it is said in a message.
fn item_of(part: &Part, page: &mut Page<'_>) -> Option<Value> {
    match &part.kind {
        Kind::Reasoning(reasoning) => Some(write_reasoning(reasoning, part, page)),
        Kind::Call(call) => Some(write_call(call, part, page)),
        Kind::Result(result) => Some(write_result(result, part, page)),
        Kind::Foreign(foreign) => {
            let is_item = foreign.origin == OWN && part.extra.noted(OWN, "in_content").is_none();
            is_item.then(|| foreign.value.clone())
        }
        Kind::Text(_) | Kind::Refusal(_) | Kind::Image(_) | Kind::Audio(_) | Kind::Document(_) => {
            None
        }
    }
}

fn write_call(call: &Call, part: &Part, page: &mut Page<'_>) -> Value {
    let mut item = map(json!({
        "type": call_type(call.form),
        "call_id": call.id,
        "name": call.name,
    }));
    if let Some(namespace) = &call.namespace {
        item.insert("namespace".into(), namespace.as_str().into());
    }
    let arguments = call.arguments.as_str();
    item.insert(arguments_key(call.form).into(), arguments.into());
    finished(item, part, page)
}

/// The type of a call's item.
pub(crate) fn call_type(form: CallForm) -> &'static str {
    match form {
        CallForm::Function => "function_call",
        CallForm::Custom => "custom_tool_call",
    }
}

fn write_result(result: &ToolResult, part: &Part, page: &mut Page<'_>) -> Value {
    let mut item = Map::new();
    let kind = format!("{}_output", call_type(result.form));
    item.insert("type".into(), kind.into());
    // What a program of the model called has no id.
    if !(page.own && result.call.is_empty()) {
        item.insert("call_id".into(), result.call.as_str().into());
    }
    if let Some(name) = result.name.as_deref().filter(|_| page.own) {
        item.insert("name".into(), name.into());
    }
    if let Some(output) = output(result, part, page) {
        item.insert("output".into(), output);
    }
    finished(item, part, page)
}

fn output(result: &ToolResult, part: &Part, page: &mut Page<'_>) -> Option<Value> {
    let content = &result.content;
    if page.own && content.plain {
        let text = content.list.first().and_then(Part::as_text)?;
        return Some(as_spelled(text, part));
    }
    let is_hidden = result.hides_failure();
    if let Some(text) = only_text(content).filter(|_| !page.own) {
        return Some(if is_hidden {
            format!("Error: {text}").into()
        } else {
            text.into()
        });
    }
    let mut list = listed(content, page);
    if is_hidden {
        // This protocol has no word for failure, so the text says it.
        list.insert(0, json!({"type": "input_text", "text": "Error:"}));
    }
    Some(list.into())
}

/// A result that came as an object stands as its text in the neutral form.
fn as_spelled(text: &str, part: &Part) -> Value {
    let noted = part.extra.noted(OWN, "output");
    let object = noted
        .filter(|noted| noted[0] == text)
        .map(|noted| &noted[1]);
    object.map_or_else(|| text.into(), Value::clone)
}

/// The text, if there is nothing else: then it needs no list.
fn only_text(content: &Parts) -> Option<&str> {
    match content.list.as_slice() {
        [] => Some(""),
        [part] if part.cache.is_none() => part.as_text(),
        _ => None,
    }
}

fn listed(content: &Parts, page: &mut Page<'_>) -> Vec<Value> {
    let mut list = Vec::new();
    for part in &content.list {
        write_part(part, Side::Client, page, &mut list);
    }
    list
}

fn finished(mut item: Map<String, Value>, part: &Part, page: &mut Page<'_>) -> Value {
    restore(&mut item, &part.extra);
    page.lose_extra(&part.extra, Place::Part);
    Value::Object(item)
}

//! From turns to messages.

use serde_json::{Map, Value, json};

use super::super::CHAT;
use super::super::assistant::{Side, write_said};
use super::super::content::{cache_mark, said, write_part};
use super::super::fields::put_rest;
use super::echo::{last_question, write_thoughts};
use crate::codec::{Target, Unsayable};
use crate::extra::{Extra, Place};
use crate::loss::Losses;
use crate::part::{Part, ToolResult};
use crate::request::{Request, Role, Turn};

/// Writes the conversation.
pub(super) fn write(
    request: &Request,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<Vec<Value>, Unsayable> {
    let mut messages = Vec::new();
    if let Some(system) = request
        .system
        .as_ref()
        .filter(|system| !system.list.is_empty())
    {
        let role = instructing(target);
        let parts: Vec<&Part> = system.list.iter().collect();
        let content = write_content(&parts, &Extra::default(), "\n\n", target)?;
        messages.push(json!({ "role": role, "content": content.unwrap_or_default() }));
    }
    let question = last_question(&request.turns);
    for (index, turn) in request.turns.iter().enumerate() {
        note_lost(turn, losses);
        match turn.role {
            Role::System => messages.push(write_turn(turn, "system", target)?),
            Role::Developer => messages.push(write_turn(turn, instructing(target), target)?),
            Role::User => write_user(turn, target, &mut messages)?,
            Role::Assistant => {
                let mut message = write_said(turn.parts(), &turn.extra, Side::Provider, target)?;
                write_thoughts(turn, index > question, target, losses, &mut message);
                messages.push(finished(turn, message));
            }
        }
    }
    Ok(messages)
}

fn note_lost(turn: &Turn, losses: &mut Losses) {
    turn.extra.note_lost(CHAT, Place::Turn, losses);
    for part in turn.parts() {
        part.extra.note_lost(CHAT, Place::Part, losses);
    }
}

/// The role that instructs the target.
fn instructing(target: &Target<'_>) -> &'static str {
    if target.quirks.developer_role {
        "developer"
    } else {
        "system"
    }
}

/// Results come first, each in a message of its own; what else the client says follows in one message.
fn write_user(
    turn: &Turn,
    target: &Target<'_>,
    messages: &mut Vec<Value>,
) -> Result<(), Unsayable> {
    let results: Vec<&ToolResult> = turn.parts().iter().filter_map(Part::as_result).collect();
    for result in &results {
        messages.push(write_result(turn, result, target)?);
    }
    if results.is_empty() || results.len() < turn.parts().len() {
        messages.push(write_turn(turn, "user", target)?);
    }
    Ok(())
}

fn write_turn(turn: &Turn, role: &str, target: &Target<'_>) -> Result<Value, Unsayable> {
    let mut message = Map::new();
    message.insert("role".into(), role_of(turn, role));
    let is_said = |part: &&Part| part.as_result().is_none();
    let parts: Vec<&Part> = turn.parts().iter().filter(is_said).collect();
    if let Some(content) = write_content(&parts, &turn.extra, "\n\n", target)? {
        message.insert("content".into(), content);
    }
    Ok(finished(turn, message))
}

/// A role that has several words, or a word of its own, is said as it came.
fn role_of(turn: &Turn, role: &str) -> Value {
    let noted = turn.extra.noted(CHAT, "role").and_then(Value::as_str);
    let is_same = |word: &&str| match turn.role {
        Role::Developer => *word == "developer",
        Role::User => !matches!(*word, "developer" | "function"),
        Role::System | Role::Assistant => false,
    };
    noted.filter(is_same).unwrap_or(role).into()
}

fn write_result(turn: &Turn, result: &ToolResult, target: &Target<'_>) -> Result<Value, Unsayable> {
    let mut message = Map::new();
    let word = turn.extra.noted(CHAT, "role").and_then(Value::as_str);
    let is_legacy = word == Some("function");
    message.insert(
        "role".into(),
        if is_legacy { "function" } else { "tool" }.into(),
    );
    if !is_legacy && turn.extra.noted(CHAT, "tool_call_id").is_none() {
        message.insert("tool_call_id".into(), result.call.as_str().into());
    }
    if let Some(name) = turn.extra.noted(CHAT, "name") {
        message.insert("name".into(), name.clone());
    }
    let parts: Vec<&Part> = result.content.list.iter().collect();
    let content = write_content(&parts, &turn.extra, "\n", target)?;
    if let Some(content) = content {
        message.insert("content".into(), failed(result, content));
    }
    put_rest(&turn.extra, &mut message);
    Ok(Value::Object(message))
}

/// A failure is told in words: the protocol has no field for it.
fn failed(result: &ToolResult, content: Value) -> Value {
    if !result.hides_failure() {
        return content;
    }
    match content {
        Value::String(text) => format!("Error: {text}").into(),
        Value::Array(mut list) => {
            list.insert(0, json!({ "type": "text", "text": "Error:" }));
            list.into()
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => other,
    }
}

fn finished(turn: &Turn, mut message: Map<String, Value>) -> Value {
    if let Some(name) = &turn.name {
        message.insert("name".into(), name.as_str().into());
    }
    put_rest(&turn.extra, &mut message);
    Value::Object(message)
}

/// A content: a string where it is only words, unless it came as a list.
fn write_content(
    parts: &[&Part],
    extra: &Extra,
    separator: &str,
    target: &Target<'_>,
) -> Result<Option<Value>, Unsayable> {
    let form = extra.noted(CHAT, "content");
    let word = form.and_then(Value::as_str);
    if parts.is_empty() && (form == Some(&Value::Null) || word == Some("absent")) {
        return Ok(form.filter(|form| form.is_null()).cloned());
    }
    let is_listed = matches!(word, Some("list" | "single"));
    if !is_listed && parts.iter().all(|part| is_plain(part, target)) {
        let texts: Vec<&str> = parts.iter().filter_map(|part| part.as_text()).collect();
        return Ok(Some(said(&texts.join(separator), form)));
    }
    let mut list = Vec::new();
    for part in parts {
        list.extend(write_part(part, target)?);
    }
    if word == Some("single") && list.len() == 1 {
        return Ok(list.pop());
    }
    Ok(Some(Value::Array(list)))
}

/// Whether a part is only words.
fn is_plain(part: &Part, target: &Target<'_>) -> bool {
    let mark = cache_mark(part.cache.as_ref(), &part.extra, target.quirks.cache);
    part.as_text().is_some() && mark.is_none()
}

//! Writes a request.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::super::GEMINI;
use super::super::fields::merge;
use super::super::parts::{PartWriter, Side};
use super::read::spelled;
use super::{config_write, notes, tools_write};
use crate::codec::Target;
use crate::extra::Place;
use crate::loss::{Losses, Weight};
use crate::part::Parts;
use crate::request::{Request, Role, Turn};

/// Writes the body of `generateContent`.
pub(in super::super) fn write(
    request: &Request,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Value {
    let mut body = Map::new();
    if let Some(system) = &request.system {
        body.insert(
            "systemInstruction".to_owned(),
            write_system(system, request, losses),
        );
    }
    let names = names(request);
    let contents: Vec<Value> = request
        .turns
        .iter()
        .map(|turn| content(turn, target, &names, losses))
        .collect();
    body.insert("contents".to_owned(), contents.into());
    let tools = tools_write::tools(request, target, losses);
    if !tools.is_empty() || request.extra.noted(GEMINI, notes::NO_TOOLS).is_some() {
        body.insert("tools".to_owned(), tools.into());
    }
    if let Some(choice) = tools_write::choice(request, losses) {
        body.insert(
            "toolConfig".to_owned(),
            json!({ "functionCallingConfig": choice }),
        );
    }
    let config = config_write::config(request, target, losses);
    if !config.is_empty() || request.extra.noted(GEMINI, notes::NO_CONFIG).is_some() {
        body.insert("generationConfig".to_owned(), config.into());
    }
    if let Some(fields) = request.extra.fields(GEMINI) {
        merge(&mut body, fields);
    }
    note_lost(request, losses);
    body.into()
}

/// What this protocol has no field for.
fn note_lost(request: &Request, losses: &mut Losses) {
    request.extra.note_lost(GEMINI, Place::Top, losses);
    for (field, is_told) in [
        ("user", request.user.is_some()),
        ("prompt_cache_key", request.cache_key.is_some()),
        ("parallel_tool_calls", request.parallel_tools == Some(false)),
    ] {
        if is_told {
            losses.dropped(field, Weight::Harmless);
        }
    }
    if request.verbosity.is_some() {
        losses.dropped("verbosity", Weight::Notable);
    }
}

/// The names of the tools by the ids of their calls: results have to tell them.
fn names(request: &Request) -> HashMap<String, String> {
    let parts = request.turns.iter().flat_map(Turn::parts);
    parts
        .filter_map(|part| part.as_call())
        .map(|call| (call.id.clone(), call.name.clone()))
        .collect()
}

fn write_system(system: &Parts, request: &Request, losses: &mut Losses) -> Value {
    let names = HashMap::new();
    let mut writer = PartWriter::new(Side::Request, &names);
    writer.write_all(&system.list, losses);
    let mut content = Map::new();
    content.insert("parts".to_owned(), writer.finish().0.into());
    if let Some(Value::Object(noted)) = request.extra.noted(GEMINI, notes::SYSTEM) {
        merge(&mut content, noted);
    }
    content.into()
}

fn content(
    turn: &Turn,
    target: &Target<'_>,
    names: &HashMap<String, String>,
    losses: &mut Losses,
) -> Value {
    // Signing every step, not only those since the last question, keeps what was sent before the same.
    let is_signed = turn.role == Role::Assistant && target.quirks.call_signatures;
    let mut writer = PartWriter::new(Side::Request, names).signing(is_signed);
    writer.write_all(turn.parts(), losses);
    let mut content = Map::new();
    match turn.extra.noted(GEMINI, notes::ROLE) {
        Some(Value::Null) => {}
        Some(role) => {
            content.insert("role".to_owned(), role.clone());
        }
        None => {
            content.insert("role".to_owned(), spelled(turn.role).into());
        }
    }
    content.insert("parts".to_owned(), writer.finish().0.into());
    if turn.name.is_some() {
        losses.dropped("messages[].name", Weight::Harmless);
    }
    turn.extra.note_lost(GEMINI, Place::Turn, losses);
    if let Some(fields) = turn.extra.fields(GEMINI) {
        merge(&mut content, fields);
    }
    content.into()
}

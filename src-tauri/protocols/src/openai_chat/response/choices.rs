//! The answers among which a client may choose.

use serde_json::{Map, Value};

use super::super::CHAT;
use super::super::assistant::read_said;
use super::super::fields::{take_list, take_object, take_text, telling};
use super::super::stop::read_stop;
use super::super::stream::decoded;
use super::read_annotations;
use crate::extra::Extra;
use crate::part::{Kind, Part};
use crate::response::Stop;

/// One of them.
#[derive(Debug, Default)]
pub(super) struct Choice {
    pub(super) parts: Vec<Part>,
    pub(super) stop: Stop,
    /// How it was spelled; under `message` and `choice` what has no neutral form.
    pub(super) extra: Extra,
}

/// Reads one choice. `place` tells it from all others.
pub(super) fn read_choice(value: Value, place: &str) -> Option<Choice> {
    let Value::Object(mut fields) = value else {
        return None;
    };
    let mut choice = Choice::default();
    let message = take_object(&mut fields, "message").or_else(|| take_object(&mut fields, "delta"));
    let mut message = message.unwrap_or_default();
    take_text(&mut message, "role");
    let said = read_said(&mut message, &mut choice.extra, place, &mut 0);
    choice.parts = said.list;
    tidy(&mut choice);
    cite(&mut message, &mut choice);
    let word = telling(fields.get("finish_reason")).unwrap_or_default();
    choice.stop = read_stop(word, has_calls(&choice.parts), has_refusal(&choice.parts));
    if let Some(word) = fields.shift_remove("finish_reason") {
        choice.extra.note(CHAT, "finish_reason", word);
    }
    choice.extra.note(CHAT, "message", Value::Object(message));
    choice.extra.note(CHAT, "choice", Value::Object(fields));
    Some(choice)
}

/// An empty text says nothing, and arguments may be written as a string once too often.
fn tidy(choice: &mut Choice) {
    let count = choice.parts.len();
    choice.parts.retain(|part| part.as_text() != Some(""));
    if choice.parts.len() < count && choice.extra.noted(CHAT, "content").is_none() {
        choice.extra.note(CHAT, "content", "empty".into());
    }
    for part in &mut choice.parts {
        if let Kind::Call(call) = &mut part.kind
            && let Some(object) = decoded(&call.arguments)
        {
            call.arguments = object;
        }
    }
}

pub(super) fn has_calls(parts: &[Part]) -> bool {
    parts.iter().any(|part| part.as_call().is_some())
}

pub(super) fn has_refusal(parts: &[Part]) -> bool {
    parts
        .iter()
        .any(|part| matches!(part.kind, Kind::Refusal(_)))
}

/// Hangs the citations on the first text.
fn cite(message: &mut Map<String, Value>, choice: &mut Choice) {
    let Some(list) = take_list(message, "annotations") else {
        return;
    };
    let citations = read_annotations(&list);
    let text = choice
        .parts
        .iter_mut()
        .find_map(|part| match &mut part.kind {
            Kind::Text(text) => Some(text),
            Kind::Refusal(_)
            | Kind::Image(_)
            | Kind::Audio(_)
            | Kind::Document(_)
            | Kind::Reasoning(_)
            | Kind::Call(_)
            | Kind::Result(_)
            | Kind::Foreign(_) => None,
        });
    if let Some(text) = text {
        text.citations = citations;
    }
    choice.extra.note(CHAT, "annotations", Value::Array(list));
}

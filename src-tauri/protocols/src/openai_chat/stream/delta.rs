//! What a delta says besides calls.

use serde_json::{Map, Value};

use super::super::content::{read_part, thinking_text};
use super::super::fields::telling;
use super::super::reasoning::{details_text, told_text};
use crate::part::{Kind, Part};

/// A piece of what is said.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    Reasoning(String),
    Text(String),
    Refusal(String),
    /// A picture.
    Media(Box<Part>),
}

/// The pieces of a delta, thoughts first.
pub(super) fn said(delta: &Map<String, Value>) -> Vec<Said> {
    let mut all = Vec::new();
    let thought = told_text(delta).map_or_else(|| details_text(details(delta)), str::to_owned);
    if !thought.is_empty() {
        all.push(Said::Reasoning(thought));
    }
    match delta.get("content") {
        Some(Value::String(text)) if !text.is_empty() => all.push(Said::Text(text.clone())),
        Some(Value::Array(list)) => all.extend(list.iter().filter_map(piece)),
        Some(object @ Value::Object(_)) => all.extend(piece(object)),
        _ => {}
    }
    if let Some(refusal) = telling(delta.get("refusal")) {
        all.push(Said::Refusal(refusal.to_owned()));
    }
    let images = delta.get("images").and_then(Value::as_array);
    all.extend(images.into_iter().flatten().filter_map(media));
    all
}

/// The entries of `reasoning_details`.
pub(super) fn details(delta: &Map<String, Value>) -> &[Value] {
    let list = delta.get("reasoning_details").and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

fn piece(part: &Value) -> Option<Said> {
    if let Some(text) = part.as_str() {
        return (!text.is_empty()).then(|| Said::Text(text.to_owned()));
    }
    if let Some(thinking) = part.get("thinking") {
        let text = thinking_text(thinking);
        return (!text.is_empty()).then_some(Said::Reasoning(text));
    }
    match telling(part.get("text")) {
        Some(text) => Some(Said::Text(text.to_owned())),
        None => media(part),
    }
}

fn media(value: &Value) -> Option<Said> {
    let part = read_part(value.clone());
    matches!(part.kind, Kind::Image(_)).then(|| Said::Media(Box::new(part)))
}

/// Adds entries of `reasoning_details` to those before: texts go on where the last one ended.
pub(super) fn join_details(known: &mut Vec<Value>, more: &[Value]) {
    for entry in more {
        if !known.last_mut().is_some_and(|last| goes_on(last, entry)) {
            known.push(entry.clone());
        }
    }
}

fn goes_on(last: &mut Value, entry: &Value) -> bool {
    let same = |key: &str| last.get(key) == entry.get(key);
    let key = match telling(entry.get("type")) {
        Some("reasoning.text") => "text",
        Some("reasoning.summary") => "summary",
        _ => return false,
    };
    if !same("type") || !same("index") || last.get("signature").is_some_and(|s| !s.is_null()) {
        return false;
    }
    let told = |value: &Value| telling(value.get(key)).unwrap_or_default().to_owned();
    let joined = told(last) + &told(entry);
    for (name, value) in entry.as_object().into_iter().flatten() {
        if !value.is_null() {
            last[name.as_str()] = value.clone();
        }
    }
    last[key] = joined.into();
    true
}

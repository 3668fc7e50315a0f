//! Reads whole answers.

use serde_json::{Map, Value};

use super::super::CHAT;
use super::super::fields::{keep_rest, take_list, take_text};
use super::super::stream::think::split_whole;
use super::super::usage::read_usage;
use super::choices::{Choice, has_calls, has_refusal, read_choice};
use crate::carrier::{Carrier, Opaque};
use crate::counts::Counts;
use crate::part::{Kind, Part, Reasoning};
use crate::quirks::{Echo, Quirks};
use crate::response::{Alternative, Response, Stop};

/// Reads an answer; nothing if the value has no choices.
pub(crate) fn read_response(body: Value, quirks: &Quirks) -> Option<Response> {
    let Value::Object(mut fields) = body else {
        return None;
    };
    let usage = read_usage(&fields);
    let list = take_list(&mut fields, "choices")?;
    let id = take_text(&mut fields, "id").unwrap_or_default();
    let others: Vec<Value> = list.iter().skip(1).cloned().collect();
    let numbered = list.into_iter().enumerate();
    let choices =
        numbered.filter_map(|(index, value)| read_choice(value, &format!("{id}.{index}")));
    let mut choices = merged(choices.collect());
    for choice in &mut choices {
        finish_parts(choice, quirks);
    }
    let mut choices = choices.into_iter();
    let first = choices.next().unwrap_or_default();
    let mut response = Response {
        id,
        model: take_text(&mut fields, "model").unwrap_or_default(),
        created: fields.get("created").and_then(Value::number),
        parts: first.parts,
        stop: first.stop,
        usage,
        others: choices.map(alternative).collect(),
        extra: first.extra,
    };
    note_whole(fields, others, &mut response);
    Some(response)
}

fn alternative(choice: Choice) -> Alternative {
    Alternative {
        parts: choice.parts,
        stop: choice.stop,
    }
}

/// Notes how the answer was spelled, and keeps what has no neutral form.
fn note_whole(mut fields: Map<String, Value>, others: Vec<Value>, response: &mut Response) {
    for key in ["usage", "created", "object"] {
        if let Some(value) = fields.shift_remove(key) {
            response.extra.note(CHAT, key, value);
        }
    }
    if !response.others.is_empty() {
        response.extra.note(CHAT, "others", Value::Array(others));
    }
    keep_rest(&mut response.extra, fields);
}

/// Copilot tells words in one choice and calls in another, though one answer was asked for: then they are one.
fn merged(mut choices: Vec<Choice>) -> Vec<Choice> {
    let is_only_calls = |choice: &Choice| {
        let is_word = |part: &Part| part.as_text().is_some();
        has_calls(&choice.parts) && !choice.parts.iter().any(is_word)
    };
    let can_take = choices
        .first()
        .is_some_and(|first| !has_calls(&first.parts));
    if !can_take || choices.len() < 2 || !choices[1..].iter().all(is_only_calls) {
        return choices;
    }
    let others = choices.split_off(1);
    let first = &mut choices[0];
    first
        .parts
        .extend(others.into_iter().flat_map(|choice| choice.parts));
    if matches!(first.stop, Stop::End | Stop::Refusal(_)) && !has_refusal(&first.parts) {
        first.stop = Stop::ToolUse;
    }
    choices
}

/// Finds thoughts in the words where the model puts them there, and keeps for later what it wants to hear again.
fn finish_parts(choice: &mut Choice, quirks: &Quirks) {
    if quirks.think_tags {
        let parts = std::mem::take(&mut choice.parts);
        choice.parts = parts.into_iter().flat_map(untagged).collect();
    }
    if quirks.reasoning_echo == Echo::Never {
        return;
    }
    for part in &mut choice.parts {
        if let Kind::Reasoning(Reasoning { text, carrier }) = &mut part.kind
            && carrier.is_none()
            && !text.is_empty()
        {
            *carrier = Some(Carrier::genuine(Opaque::Plain(text.clone())));
        }
    }
}

fn untagged(part: Part) -> Vec<Part> {
    match part.as_text().map(split_whole) {
        Some((Some(thought), text)) => {
            let reasoning = Reasoning {
                text: thought,
                carrier: None,
            };
            let mut parts = vec![Part::new(Kind::Reasoning(reasoning))];
            if !text.is_empty() {
                parts.push(Part::text(text));
            }
            parts
        }
        Some((None, _)) | None => vec![part],
    }
}

//! Writes a whole answer.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::super::GEMINI;
use super::super::fields::set;
use super::super::parts::{PartWriter, Side};
use super::{Grounding, notes, stops, usage};
use crate::codec::Reply;
use crate::loss::Losses;
use crate::part::{Kind, Part};
use crate::response::{Response, Stop};

/// Writes a whole answer for a client.
pub(in super::super) fn write(response: &Response, reply: &Reply) -> Value {
    let mut body = Map::new();
    let noted = response.extra.noted(GEMINI, notes::CANDIDATES);
    let noted = noted
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let is_own = response.extra.origin() == Some(GEMINI);
    if !is_own || !noted.is_empty() {
        body.insert("candidates".to_owned(), candidates(response, noted).into());
    }
    let usage = response.extra.noted(GEMINI, notes::USAGE).cloned();
    let usage = usage.or_else(|| response.usage.as_ref().map(usage::write));
    set(&mut body, "usageMetadata", usage);
    let model = first_told(&reply.model, &response.model);
    let id = first_told(&response.id, if is_own { "" } else { &reply.id });
    set(&mut body, "modelVersion", model);
    set(&mut body, "responseId", id);
    response.extra.write_into(GEMINI, &mut body);
    body.into()
}

fn first_told<'a>(first: &'a str, second: &'a str) -> Option<&'a str> {
    [first, second].into_iter().find(|text| !text.is_empty())
}

fn candidates(response: &Response, noted: &[Value]) -> Vec<Value> {
    let first = (&response.parts, &response.stop);
    let others = response
        .others
        .iter()
        .map(|other| (&other.parts, &other.stop));
    std::iter::once(first)
        .chain(others)
        .enumerate()
        .map(|(index, (parts, stop))| match noted.get(index) {
            Some(noted) => noted_candidate(parts, noted),
            None => candidate(index, parts, stop),
        })
        .collect()
}

/// A candidate that came in this protocol.
fn noted_candidate(parts: &[Part], noted: &Value) -> Value {
    let mut candidate = noted.clone();
    let (parts, _) = written(parts);
    if let Some(Value::Object(content)) = candidate.get_mut("content")
        && !parts.is_empty()
    {
        content.insert("parts".to_owned(), parts.into());
    }
    candidate
}

fn candidate(index: usize, parts: &[Part], stop: &Stop) -> Value {
    let (written, unreadable) = written(parts);
    let mut candidate = Map::new();
    candidate.insert("index".to_owned(), index.into());
    let content = json!({ "role": "model", "parts": written });
    candidate.insert("content".to_owned(), content);
    let reason = stops::of_answer(stop, unreadable.is_some());
    candidate.insert("finishReason".to_owned(), reason.into());
    set(
        &mut candidate,
        "finishMessage",
        unreadable.as_deref().map(malformed),
    );
    set(&mut candidate, "groundingMetadata", grounding(parts));
    candidate.into()
}

/// The words for a call whose arguments are no JSON.
pub(in super::super) fn malformed(arguments: &str) -> String {
    format!("the arguments of a call are no JSON: {arguments}")
}

fn written(parts: &[Part]) -> (Vec<Value>, Option<String>) {
    let names = HashMap::new();
    let mut writer = PartWriter::new(Side::Answer, &names);
    let told = parts
        .iter()
        .filter(|part| part.extra.noted(GEMINI, notes::MADE_UP).is_none());
    for part in told {
        writer.write(part, &mut Losses::default());
    }
    writer.finish()
}

fn grounding(parts: &[Part]) -> Option<Value> {
    let mut grounding = Grounding::default();
    let mut begin = 0;
    for part in parts {
        if let Kind::Text(text) = &part.kind {
            for citation in &text.citations {
                grounding.add(citation, &text.text, begin);
            }
            begin += text.text.len();
        }
    }
    grounding.write()
}

//! Reads a whole answer.

use serde_json::{Map, Value};

use super::super::fields::{take, take_list, take_text};
use super::super::parts::{self, Calls};
use super::super::{GEMINI, camel};
use super::{blocked, citations, notes, stops};
use crate::part::{Kind, Part};
use crate::response::{Alternative, Response, Stop};
use crate::usage::Usage;

/// The members by which an answer is known.
const SIGNS: [&str; 3] = ["candidates", "promptFeedback", "usageMetadata"];

/// Reads a whole answer; nothing if the value is none.
pub(in super::super) fn read(mut body: Value) -> Option<Response> {
    camel::spell(&mut body);
    let blocked = blocked::prompt_blocked(&body);
    let reason = blocked::block_reason(&body).map(str::to_owned);
    let Value::Object(mut object) = body else {
        return None;
    };
    if !SIGNS.iter().any(|sign| object.contains_key(*sign)) {
        return None;
    }
    let mut response = Response {
        id: take_text(&mut object, "responseId").unwrap_or_default(),
        model: take_text(&mut object, "modelVersion").unwrap_or_default(),
        ..Response::default()
    };
    if let Some(usage) = take(&mut object, "usageMetadata") {
        response.usage = Usage::read(GEMINI, &usage);
        response.extra.note(GEMINI, notes::USAGE, usage);
    }
    candidates(&mut object, &mut response);
    if let (Some(words), true) = (blocked, response.parts.is_empty()) {
        response.parts.push(blocked::refusal(words));
        response.stop = Stop::Filtered(reason.unwrap_or_default());
    }
    for (name, value) in object {
        response.extra.keep(GEMINI, &name, value);
    }
    Some(response)
}

/// Reads the candidates in their order; the first is the answer.
fn candidates(object: &mut Map<String, Value>, response: &mut Response) {
    let mut noted = Vec::new();
    let list = take_list(object, "candidates");
    for (place, candidate) in list.into_iter().enumerate() {
        let seed = format!("{}{place}", response.id);
        let (answer, rest) = self::candidate(candidate, &seed);
        noted.push(rest);
        if place == 0 {
            response.parts = answer.parts;
            response.stop = answer.stop;
        } else {
            response.others.push(answer);
        }
    }
    if !noted.is_empty() {
        response.extra.note(GEMINI, notes::CANDIDATES, noted.into());
    }
}

/// Reads a candidate, and tells what it had besides its parts.
fn candidate(candidate: Value, seed: &str) -> (Alternative, Value) {
    let cited = citations(&candidate);
    let Value::Object(mut object) = candidate else {
        return (Alternative::default(), candidate);
    };
    let mut content = object.get_mut("content").and_then(Value::as_object_mut);
    let parts = content.as_mut().map(|content| take_list(content, "parts"));
    let mut parts = parts::gather(parts.unwrap_or_default(), &mut Calls::of_answer(seed));
    cite(&mut parts, &cited);
    let has_calls = parts.iter().any(|part| part.as_call().is_some());
    let word = object.get("finishReason").and_then(Value::as_str);
    let stop = stops::of_parts(word.map(stops::read).unwrap_or_default(), has_calls);
    if parts.is_empty() {
        let told = object.get("finishMessage").and_then(Value::as_str);
        parts.extend(blocked::explanation(&stop, told).map(blocked::refusal));
    }
    (Alternative { parts, stop }, object.into())
}

/// Puts each citation on the text it is about.
fn cite(parts: &mut [Part], cited: &[super::Cited]) {
    let mut begin = 0;
    let mut last = None;
    for (at, part) in parts.iter_mut().enumerate() {
        let Kind::Text(text) = &mut part.kind else {
            continue;
        };
        let placed = cited.iter().filter(|cited| cited.is_placed());
        text.citations = placed
            .filter_map(|cited| cited.within(&text.text, begin))
            .collect();
        begin += text.text.len();
        last = Some(at);
    }
    let last = last.and_then(|at| parts.get_mut(at));
    if let Some(Kind::Text(text)) = last.map(|part| &mut part.kind) {
        let unplaced = cited.iter().filter(|cited| !cited.is_placed());
        text.citations
            .extend(unplaced.filter_map(|cited| cited.within("", 0)));
    }
}

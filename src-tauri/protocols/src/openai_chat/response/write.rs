//! Writes whole answers.

use serde_json::{Map, Value, json};

use super::super::CHAT;
use super::super::assistant::{Side, joined, write_said};
use super::super::calls::OLD_CALL;
use super::super::fields::put_rest;
use super::super::reasoning::{TEXT_KEYS, client_entries};
use super::super::stop::{old_word, read_stop, write_stop};
use super::super::usage::{read_usage, write_usage};
use super::annotation;
use super::choices::{has_calls, has_refusal, read_choice};
use crate::codec::{Reply, Target};
use crate::extra::Extra;
use crate::part::{Kind, Part};
use crate::quirks::Quirks;
use crate::response::{Alternative, Response, Stop};

/// Writes an answer.
pub(crate) fn write_response(response: &Response, reply: &Reply) -> Value {
    let extra = &response.extra;
    let is_from_here = extra.origin() == Some(CHAT);
    let mut object = Map::new();
    let id = if is_from_here && !response.id.is_empty() {
        response.id.clone()
    } else {
        client_id(&response.id, reply)
    };
    object.insert("id".into(), id.into());
    object.insert("object".into(), "chat.completion".into());
    let created = response.created.unwrap_or(reply.created);
    let created = extra
        .noted(CHAT, "created")
        .cloned()
        .unwrap_or(created.into());
    object.insert("created".into(), created);
    object.insert("model".into(), reply.model.as_str().into());
    let first = if reply.old_calls {
        old_choice(response)
    } else {
        choice(0, &response.parts, &response.stop, extra)
    };
    let mut choices = vec![first];
    for (index, other) in response.others.iter().enumerate() {
        choices.push(other_choice(index, other, extra));
    }
    object.insert("choices".into(), Value::Array(choices));
    if let Some(usage) = usage(response) {
        object.insert("usage".into(), usage);
    }
    put_rest(extra, &mut object);
    Value::Object(object)
}

/// The id of an answer as clients of this protocol know it.
pub(in crate::openai_chat) fn client_id(id: &str, reply: &Reply) -> String {
    if id.starts_with("chatcmpl-") {
        return id.to_owned();
    }
    let id = if id.is_empty() { &reply.id } else { id };
    let prefixes = ["msg_", "resp_"];
    let suffix = prefixes.iter().find_map(|prefix| id.strip_prefix(prefix));
    format!("chatcmpl-{}", suffix.unwrap_or(id))
}

fn usage(response: &Response) -> Option<Value> {
    if let Some(noted) = response.extra.noted(CHAT, "usage") {
        let mut object = Map::new();
        object.insert("usage".into(), noted.clone());
        if read_usage(&object) == response.usage {
            return Some(noted.clone());
        }
    }
    response.usage.as_ref().map(write_usage)
}

/// The choice as old clients know it: with one call at most, in its older form.
fn old_choice(response: &Response) -> Value {
    let mut parts: Vec<Part> = response.parts.clone();
    let mut is_first = true;
    parts.retain_mut(|part| {
        if part.as_call().is_none() {
            return true;
        }
        part.extra.note(CHAT, OLD_CALL, true.into());
        std::mem::replace(&mut is_first, false)
    });
    let mut choice = choice(0, &parts, &response.stop, &response.extra);
    let word = choice["finish_reason"].as_str().map(old_word);
    choice["finish_reason"] = word.into();
    choice
}

/// A further choice as it came, if it still says the same.
fn other_choice(index: usize, other: &Alternative, extra: &Extra) -> Value {
    let noted = extra
        .noted(CHAT, "others")
        .and_then(|others| others.get(index));
    if let Some(noted) = noted
        && let Some(was) = read_choice(noted.clone(), "")
        && was.parts == other.parts
        && was.stop == other.stop
    {
        return noted.clone();
    }
    choice(index + 1, &other.parts, &other.stop, &Extra::default())
}

fn choice(index: usize, parts: &[Part], stop: &Stop, extra: &Extra) -> Value {
    let mut object = Map::new();
    object.insert("index".into(), index.into());
    object.insert("message".into(), Value::Object(message(parts, extra)));
    object.insert("finish_reason".into(), finish_reason(parts, stop, extra));
    if let Some(rest) = extra.noted(CHAT, "choice").and_then(Value::as_object) {
        object.extend(rest.clone());
    } else {
        object.insert("logprobs".into(), Value::Null);
    }
    Value::Object(object)
}

fn finish_reason(parts: &[Part], stop: &Stop, extra: &Extra) -> Value {
    let (has_calls, has_refusal) = (has_calls(parts), has_refusal(parts));
    let is_same = |word: &&Value| {
        let word = word.as_str().unwrap_or_default();
        read_stop(word, has_calls, has_refusal) == *stop
    };
    match extra.noted(CHAT, "finish_reason").filter(is_same) {
        Some(word) => word.clone(),
        None => write_stop(stop, has_refusal).into(),
    }
}

fn message(parts: &[Part], extra: &Extra) -> Map<String, Value> {
    let quirks = Quirks::default();
    let target = Target {
        protocol: CHAT,
        model: "",
        provider: "",
        quirks: &quirks,
    };
    // Only media that are elsewhere cannot be written, and those that an answer holds are left out before.
    let said = write_said(parts, extra, Side::Client, &target);
    let mut message = said.unwrap_or_else(|_| empty());
    put_thoughts(parts, extra, &mut message);
    let annotations = annotations(parts);
    if let Some(noted) = extra.noted(CHAT, "annotations") {
        message.insert("annotations".into(), noted.clone());
    } else if !annotations.is_empty() {
        message.insert("annotations".into(), Value::Array(annotations));
    }
    match extra.noted(CHAT, "message").and_then(Value::as_object) {
        Some(rest) => message.extend(rest.clone()),
        None => drop(message.entry("refusal").or_insert(Value::Null)),
    }
    message
}

fn empty() -> Map<String, Value> {
    let mut message = Map::new();
    message.insert("role".into(), "assistant".into());
    message.insert("content".into(), Value::Null);
    message
}

fn put_thoughts(parts: &[Part], extra: &Extra, message: &mut Map<String, Value>) {
    let (mut text, mut entries, mut count) = (String::new(), Vec::new(), 0);
    for (at, part) in parts.iter().enumerate() {
        let Kind::Reasoning(reasoning) = &part.kind else {
            continue;
        };
        if part.extra.noted(CHAT, "thinking").is_some() {
            continue;
        }
        let call = parts.get(at + 1).and_then(Part::as_call);
        let call = call.map(|call| call.id.as_str());
        text.push_str(&reasoning.text);
        entries.extend(client_entries(reasoning, call, count));
        count += 1;
    }
    for key in TEXT_KEYS {
        let noted = extra.noted(CHAT, key).cloned();
        message.extend(noted.map(|value| (key.to_owned(), value)));
    }
    let names = extra.noted(CHAT, "reasoning_names").cloned();
    let names = names.unwrap_or_else(|| json!([TEXT_KEYS[0]]));
    let names = names
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    for name in names.filter(|_| !text.is_empty()) {
        message.insert(name.to_owned(), text.as_str().into());
    }
    if !entries.is_empty() {
        message.insert("reasoning_details".into(), Value::Array(entries));
    }
}

/// The citations of all texts, each where its text begins in the content.
fn annotations(parts: &[Part]) -> Vec<Value> {
    let mut list = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let Kind::Text(text) = &part.kind else {
            continue;
        };
        if text.citations.is_empty() {
            continue;
        }
        let up_to_here = joined(&parts[..=at], Side::Client).unwrap_or_default();
        let length = up_to_here.chars().count() - text.text.chars().count();
        let offset = u64::try_from(length).unwrap_or_default();
        list.extend(
            text.citations
                .iter()
                .map(|citation| annotation(citation, offset)),
        );
    }
    list
}

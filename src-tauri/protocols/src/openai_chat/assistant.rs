//! An assistant's message, in requests and in answers.

use serde_json::{Map, Value};

use super::CHAT;
use super::calls::{placed, places, read_calls, read_legacy, write_call, write_legacy};
use super::content::{cache_mark, read_content, read_part, said, write_part};
use super::fields::{take_list, take_list_of, take_object};
use super::media::url_of;
use super::reasoning::{Thought, client_signature, take_thoughts};
use crate::carrier::{Carrier, Opaque};
use crate::codec::{Target, Unsayable};
use crate::extra::Extra;
use crate::part::{Call, Kind, Media, Part, Parts};

/// Who reads a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// A provider, as part of the history.
    Provider,
    /// A client, as the answer.
    Client,
}

/// Takes what was said out of a message. Thoughts come first; those that name their call come right before it.
pub(super) fn read_said(
    fields: &mut Map<String, Value>,
    extra: &mut Extra,
    place: &str,
    legacy: &mut usize,
) -> Parts {
    let thoughts = take_thoughts(fields, extra);
    let mut content = read_content(fields.shift_remove("content"), extra);
    if let Some(refusal) = fields
        .get("refusal")
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
    {
        let mut part = Part::new(Kind::Refusal(refusal.to_owned()));
        part.extra.note(CHAT, "refusal", "field".into());
        content.list.push(part);
        fields.shift_remove("refusal");
    }
    for image in take_list_of(fields, "images", |image| image.get("image_url").is_some()) {
        let mut part = read_part(image);
        part.extra.note(CHAT, "images", true.into());
        content.list.push(part);
    }
    content
        .list
        .extend(take_calls(fields, extra, place, legacy));
    place_thoughts(thoughts, &mut content.list);
    content
}

fn take_calls(
    fields: &mut Map<String, Value>,
    extra: &mut Extra,
    place: &str,
    legacy: &mut usize,
) -> Vec<Part> {
    let list = take_list(fields, "tool_calls");
    let is_plain = |list: &Vec<Value>| !list.is_empty() && list.iter().all(Value::is_object);
    if let Some(odd) = list.as_ref().filter(|list| !is_plain(list)) {
        extra.note(CHAT, "tool_calls", places(odd));
    }
    let mut calls = read_calls(list.unwrap_or_default(), place);
    if let Some(call) = take_object(fields, "function_call") {
        calls.push(read_legacy(call, format!("call_{legacy}")));
        *legacy += 1;
    }
    calls
}

fn place_thoughts(thoughts: Vec<Thought>, parts: &mut Vec<Part>) {
    let mut front = 0;
    for thought in thoughts {
        let named = thought.call.as_deref().and_then(|call| {
            let is_it = |known: &Call| known.id == call;
            parts
                .iter()
                .position(|part| part.as_call().is_some_and(is_it))
        });
        let at = named.unwrap_or(front);
        let before = at.checked_sub(1).and_then(|before| parts.get_mut(before));
        // The same signature may have come on the call, without the words.
        if let Some(Part {
            kind: Kind::Reasoning(told),
            ..
        }) = before
            && told.carrier == thought.reasoning.carrier
        {
            *told = thought.reasoning;
            continue;
        }
        if at == front {
            front += 1;
        }
        parts.insert(at, thought.part());
    }
}

/// The message of these parts, thoughts apart.
pub(super) fn write_said(
    parts: &[Part],
    extra: &Extra,
    side: Side,
    target: &Target<'_>,
) -> Result<Map<String, Value>, Unsayable> {
    let mut object = Map::new();
    object.insert("role".into(), "assistant".into());
    if let Some(content) = write_content(parts, extra, side, target)? {
        object.insert("content".into(), content);
    }
    if let Some(refusal) = refusal(parts, side) {
        object.insert("refusal".into(), refusal.into());
    }
    let images = images(parts, side, target)?;
    if !images.is_empty() {
        object.insert("images".into(), Value::Array(images));
    }
    write_calls(parts, extra, side, target, &mut object);
    Ok(object)
}

fn write_content(
    parts: &[Part],
    extra: &Extra,
    side: Side,
    target: &Target<'_>,
) -> Result<Option<Value>, Unsayable> {
    let form = extra.noted(CHAT, "content");
    let is_marked = |part: &Part| {
        let style = target.quirks.cache;
        part.as_text().is_some() && cache_mark(part.cache.as_ref(), &part.extra, style).is_some()
    };
    if form.and_then(Value::as_str) == Some("list") || parts.iter().any(is_marked) {
        let mut list = Vec::new();
        for part in parts.iter().filter(|part| is_content(part)) {
            list.extend(write_part(part, target)?);
        }
        return Ok(Some(Value::Array(list)));
    }
    if form.and_then(Value::as_str) == Some("single") {
        return parts
            .iter()
            .find(|part| is_content(part))
            .map_or(Ok(None), |part| write_part(part, target));
    }
    if let Some(text) = joined(parts, side) {
        return Ok(Some(said(&text, form)));
    }
    let has_calls = parts.iter().any(|part| part.as_call().is_some());
    Ok(match form {
        Some(Value::Null) => Some(Value::Null),
        Some(Value::String(word)) if word == "empty" => Some("".into()),
        Some(_) => None,
        None if side == Side::Client => Some(Value::Null),
        None if has_calls && !target.quirks.empty_content => Some(Value::Null),
        None => Some("".into()),
    })
}

/// Whether a part stands in the content when that is a list.
fn is_content(part: &Part) -> bool {
    match &part.kind {
        Kind::Text(_) | Kind::Document(_) | Kind::Audio(_) | Kind::Foreign(_) => true,
        Kind::Image(_) => part.extra.noted(CHAT, "images").is_none(),
        Kind::Refusal(_) => part.extra.noted(CHAT, "refusal").is_none(),
        Kind::Reasoning(_) => part.extra.noted(CHAT, "thinking").is_some(),
        Kind::Call(_) | Kind::Result(_) => false,
    }
}

/// All the words in one string: what follows each other directly is one text in pieces.
pub(super) fn joined(parts: &[Part], side: Side) -> Option<String> {
    let mut text: Option<String> = None;
    let mut is_apart = false;
    for part in parts {
        let words = match &part.kind {
            Kind::Text(text) => text.text.as_str(),
            Kind::Refusal(words) if side == Side::Provider && !is_field(part) => words,
            Kind::Foreign(foreign) if foreign.origin != CHAT && foreign.gist.is_some() => {
                is_apart = true;
                foreign.gist.as_deref().unwrap_or_default()
            }
            Kind::Refusal(_) | Kind::Reasoning(_) => continue,
            Kind::Image(_)
            | Kind::Audio(_)
            | Kind::Document(_)
            | Kind::Call(_)
            | Kind::Result(_)
            | Kind::Foreign(_) => {
                is_apart = true;
                continue;
            }
        };
        let whole = text.get_or_insert_default();
        if is_apart && !whole.is_empty() && !words.is_empty() {
            whole.push_str("\n\n");
        }
        whole.push_str(words);
        is_apart = false;
    }
    text
}

fn is_field(part: &Part) -> bool {
    part.extra.noted(CHAT, "refusal").is_some()
}

fn refusal(parts: &[Part], side: Side) -> Option<String> {
    let mut text = String::new();
    for part in parts {
        if let Kind::Refusal(words) = &part.kind
            && (side == Side::Client || is_field(part))
        {
            text.push_str(words);
        }
    }
    (!text.is_empty()).then_some(text)
}

/// Pictures that a model made stand in a list of their own, as `OpenRouter` has it.
fn images(parts: &[Part], side: Side, target: &Target<'_>) -> Result<Vec<Value>, Unsayable> {
    let mut images = Vec::new();
    for part in parts {
        let is_listed = part.extra.noted(CHAT, "images").is_some();
        let is_shown = |media: &Media| side == Side::Client && url_of(&media.source).is_some();
        if is_listed || matches!(&part.kind, Kind::Image(media) if is_shown(media)) {
            images.extend(write_part(part, target)?);
        }
    }
    Ok(images)
}

fn write_calls(
    parts: &[Part],
    extra: &Extra,
    side: Side,
    target: &Target<'_>,
    object: &mut Map<String, Value>,
) {
    let mut calls = Vec::new();
    let mut before = None;
    for part in parts {
        let carrier = before.take();
        if let Kind::Reasoning(reasoning) = &part.kind {
            before = reasoning.carrier.as_ref();
        } else if let Kind::Call(call) = &part.kind {
            let signature = carrier.and_then(|carrier| signature(carrier, side, target));
            match write_legacy(call, &part.extra) {
                Some(legacy) => drop(object.insert("function_call".into(), legacy)),
                None => calls.push(write_call(call, &part.extra, signature.as_deref())),
            }
        }
    }
    let calls = placed(calls, extra.noted(CHAT, "tool_calls"));
    if let Some(calls) = calls {
        object.insert("tool_calls".into(), Value::Array(calls));
    }
}

fn signature(carrier: &Carrier, side: Side, target: &Target<'_>) -> Option<String> {
    match (side, &carrier.opaque) {
        (Side::Client, _) => client_signature(carrier),
        (Side::Provider, Opaque::Thought(signature)) if is_for(carrier, target) => {
            Some(signature.clone())
        }
        (Side::Provider, _) => None,
    }
}

/// Whether the target understands a carrier: its own, or one that a client brought as it is.
pub(super) fn is_for(carrier: &Carrier, target: &Target<'_>) -> bool {
    carrier.provider.is_empty() || carrier.is_for(target.provider)
}

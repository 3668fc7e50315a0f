//! The calls of an assistant's message.

use serde_json::{Map, Value, json};

use super::CHAT;
use super::fields::{keep_rest, put_rest, take_object, take_text, telling};
use crate::carrier::{Carrier, Opaque};
use crate::extra::Extra;
use crate::ids::Fingerprint;
use crate::part::{Call, CallForm, Kind, Part, Reasoning};

/// Under this a call is noted that has the older form.
pub(super) const OLD_CALL: &str = "function_call";

/// Reads `tool_calls`; a signature that came with a call is a thought before it. `place` tells this message from others.
pub(super) fn read_calls(list: Vec<Value>, place: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for (index, value) in list.into_iter().enumerate() {
        if let Value::Object(mut fields) = value {
            parts.extend(take_signature(&mut fields).map(thought));
            parts.push(read_call(fields, &format!("{place}.{index}")));
        }
    }
    parts
}

fn read_call(mut fields: Map<String, Value>, place: &str) -> Part {
    let mut extra = Extra::default();
    let told_id = take_text(&mut fields, "id");
    let (form, key, argument) = match telling(fields.get("type")) {
        Some("custom") => (CallForm::Custom, "custom", "input"),
        _ => (CallForm::Function, "function", "arguments"),
    };
    let word = take_text(&mut fields, "type");
    if word.as_deref() != Some(key) {
        extra.note(CHAT, "type", word.into());
    }
    let mut inner = take_object(&mut fields, key).unwrap_or_default();
    let name = read_name(&mut inner, &mut extra);
    let arguments = read_arguments(inner.shift_remove(argument), &mut extra);
    if !inner.is_empty() {
        extra.keep(CHAT, key, Value::Object(inner));
    }
    keep_rest(&mut extra, fields);
    let id = match told_id {
        Some(id) if !id.is_empty() => id,
        odd => {
            extra.note(CHAT, "id", odd.into());
            derived_id(place, &name, &arguments)
        }
    };
    let mut part = Part::new(Kind::Call(Call {
        id,
        name,
        namespace: None,
        form,
        arguments,
    }));
    part.extra = extra;
    part
}

fn read_name(fields: &mut Map<String, Value>, extra: &mut Extra) -> String {
    let name = take_text(fields, "name");
    if name.is_none() {
        extra.note(CHAT, "name", "absent".into());
    }
    name.unwrap_or_default()
}

/// The id of a call that has none: the same for the same call at the same place.
pub(super) fn derived_id(place: &str, name: &str, arguments: &str) -> String {
    let print = Fingerprint::of([place, name, arguments]);
    format!("call_{}", print.hex())
}

/// Reads arguments that should be text but may be the object itself.
fn read_arguments(value: Option<Value>, extra: &mut Extra) -> String {
    match value {
        Some(Value::String(text)) if !text.is_empty() => text,
        None | Some(Value::Null) => {
            extra.note(CHAT, "arguments", value.unwrap_or("absent".into()));
            String::new()
        }
        Some(value) => {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            extra.note(CHAT, "arguments", value);
            text
        }
    }
}

/// Takes the signature that Gemini's models put on a call.
pub(super) fn take_signature(fields: &mut Map<String, Value>) -> Option<Carrier> {
    let google = fields.get_mut("extra_content")?.get_mut("google")?;
    let signature = take_text(google.as_object_mut()?, "thought_signature")?;
    let is_empty = google.as_object().is_some_and(Map::is_empty);
    let outer = fields.get_mut("extra_content")?.as_object_mut()?;
    if is_empty {
        outer.shift_remove("google");
    }
    if outer.is_empty() {
        fields.shift_remove("extra_content");
    }
    let carrier = Carrier::unwrapped(&signature);
    Some(carrier.unwrap_or_else(|| Carrier::genuine(Opaque::Thought(signature))))
}

fn thought(carrier: Carrier) -> Part {
    Part::new(Kind::Reasoning(Reasoning {
        text: String::new(),
        carrier: Some(carrier),
    }))
}

/// A list in which each call is only a place, beside what is no call.
pub(super) fn places(list: &[Value]) -> Value {
    let place = |value: &Value| {
        if value.is_object() {
            Value::Object(Map::new())
        } else {
            value.clone()
        }
    };
    list.iter().map(place).collect()
}

/// The calls in their places; nothing if there are neither.
pub(super) fn placed(calls: Vec<Value>, places: Option<&Value>) -> Option<Vec<Value>> {
    let Some(places) = places.and_then(Value::as_array) else {
        return (!calls.is_empty()).then_some(calls);
    };
    let mut calls = calls.into_iter();
    let mut list: Vec<Value> = Vec::new();
    for place in places {
        if place.is_object() {
            list.extend(calls.next());
        } else {
            list.push(place.clone());
        }
    }
    list.extend(calls);
    Some(list)
}

/// A call as `tool_calls` has it.
pub(super) fn write_call(call: &Call, extra: &Extra, signature: Option<&str>) -> Value {
    let arguments = arguments_of(call, extra);
    let mut object = Map::new();
    put_noted(extra, "id", &call.id, &mut object);
    let (word, argument) = match call.form {
        CallForm::Function => ("function", "arguments"),
        CallForm::Custom => ("custom", "input"),
    };
    put_noted(extra, "type", word, &mut object);
    let mut inner = named(call, extra);
    inner.extend(arguments.map(|arguments| (argument.to_owned(), arguments)));
    if !inner.is_empty() || extra.noted(CHAT, "name").is_none() {
        object.insert(word.into(), Value::Object(inner));
    }
    if let Some(signature) = signature {
        object.insert("extra_content".into(), signature_content(signature));
    }
    put_rest(extra, &mut object);
    Value::Object(object)
}

/// What a signature stands in.
pub(super) fn signature_content(signature: &str) -> Value {
    json!({ "google": { "thought_signature": signature } })
}

/// A call as `function_call` has it, if it came as one.
pub(super) fn write_legacy(call: &Call, extra: &Extra) -> Option<Value> {
    extra.noted(CHAT, OLD_CALL)?;
    let mut object = named(call, extra);
    let arguments = arguments_of(call, extra);
    object.extend(arguments.map(|arguments| ("arguments".to_owned(), arguments)));
    put_rest(extra, &mut object);
    Some(Value::Object(object))
}

/// Puts a field as it came if that was odd: without a value, it is left out.
fn put_noted(extra: &Extra, key: &str, value: &str, object: &mut Map<String, Value>) {
    let value = extra.noted(CHAT, key).cloned().unwrap_or(value.into());
    if !value.is_null() {
        object.insert(key.to_owned(), value);
    }
}

/// The name of a call, unless it came without.
fn named(call: &Call, extra: &Extra) -> Map<String, Value> {
    let mut object = Map::new();
    if extra.noted(CHAT, "name").is_none() {
        object.insert("name".into(), call.name.as_str().into());
    }
    object
}

/// The arguments as they came, as long as they still say the same; no arguments are an empty object.
fn arguments_of(call: &Call, extra: &Extra) -> Option<Value> {
    let is_same = |noted: &&Value| {
        if noted.is_string() || noted.is_null() {
            call.arguments.is_empty()
        } else {
            noted.to_string() == call.arguments
        }
    };
    match extra.noted(CHAT, "arguments").filter(is_same) {
        Some(Value::String(word)) if word == "absent" => None,
        Some(noted) => Some(noted.clone()),
        None if call.arguments.is_empty() && call.form == CallForm::Function => Some("{}".into()),
        None => Some(call.arguments.as_str().into()),
    }
}

/// Reads a call in its older form.
pub(super) fn read_legacy(mut fields: Map<String, Value>, id: String) -> Part {
    let mut extra = Extra::default();
    extra.note(CHAT, OLD_CALL, true.into());
    let name = read_name(&mut fields, &mut extra);
    let arguments = read_arguments(fields.shift_remove("arguments"), &mut extra);
    keep_rest(&mut extra, fields);
    let mut part = Part::new(Kind::Call(Call {
        id,
        name,
        arguments,
        ..Call::default()
    }));
    part.extra = extra;
    part
}

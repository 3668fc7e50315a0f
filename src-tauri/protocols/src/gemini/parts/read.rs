//! Reads parts.

use serde_json::{Map, Value};

use super::super::GEMINI;
use super::super::fields::{take, take_bool, take_list, take_text};
use super::super::media;
use super::signature::{self, Signature};
use super::{Calls, notes, results};
use crate::carrier::Carrier;
use crate::extra::Extra;
use crate::part::{Call, CallForm, Foreign, Kind, Part, Parts, Reasoning, Text, ToolResult};

/// A part, and the signature that came with it.
#[derive(Debug)]
pub(in super::super) struct ReadPart {
    pub(in super::super) part: Part,
    /// What the provider wants back with this part; the signature of a thought is in the thought.
    pub(in super::super) carrier: Option<Carrier>,
}

/// Reads the parts of a content: a signature becomes reasoning directly before its part.
pub(in super::super) fn gather(parts: Vec<Value>, calls: &mut Calls) -> Vec<Part> {
    let mut list = Vec::with_capacity(parts.len());
    for value in parts {
        let ReadPart { part, carrier } = read(value, calls);
        if let Some(carrier) = carrier {
            push_carrier(&mut list, carrier);
        }
        list.push(part);
    }
    list
}

/// The thought that ends here is what the signature is of; without one there is an empty thought.
fn push_carrier(list: &mut Vec<Part>, carrier: Carrier) {
    if let Some(Kind::Reasoning(thought)) = list.last_mut().map(|part| &mut part.kind)
        && thought.carrier.is_none()
    {
        thought.carrier = Some(carrier);
        return;
    }
    list.push(Part::new(Kind::Reasoning(Reasoning {
        text: String::new(),
        carrier: Some(carrier),
    })));
}

/// Reads one part.
pub(in super::super) fn read(value: Value, calls: &mut Calls) -> ReadPart {
    let mut object = match value {
        Value::Object(object) => object,
        Value::String(text) => return plain(Part::text(text)),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) => {
            return plain(Part::new(foreign(other, None)));
        }
    };
    let signature = signature::take(&mut object);
    let mut extra = Extra::default();
    if let Signature::Placeholder(text) = &signature {
        also(&mut extra, "thoughtSignature", text.as_str().into());
    }
    let thought = take_bool(&mut object, "thought");
    if thought == Some(true) && object.get("text").is_some_and(Value::is_string) {
        return thought_part(object, signature, extra);
    }
    if let Some(thought) = thought {
        also(&mut extra, "thought", thought.into());
    }
    let kind = kind(&mut object, &signature, calls, &mut extra);
    keep_rest(object, &mut extra);
    let carrier = match signature {
        Signature::Real(carrier) => Some(carrier),
        Signature::None | Signature::Placeholder(_) => None,
    };
    let part = Part {
        kind,
        cache: None,
        extra,
    };
    ReadPart { part, carrier }
}

fn plain(part: Part) -> ReadPart {
    ReadPart {
        part,
        carrier: None,
    }
}

fn thought_part(
    mut object: Map<String, Value>,
    signature: Signature,
    mut extra: Extra,
) -> ReadPart {
    let text = take_text(&mut object, "text").unwrap_or_default();
    let carrier = match signature {
        Signature::Real(carrier) => Some(carrier),
        Signature::None | Signature::Placeholder(_) => None,
    };
    let is_signed = carrier.is_some();
    extra.note(GEMINI, notes::THOUGHT, is_signed.into());
    keep_rest(object, &mut extra);
    plain(Part {
        kind: Kind::Reasoning(Reasoning { text, carrier }),
        cache: None,
        extra,
    })
}

/// Notes a member that is written again as it came and is no loss elsewhere.
fn also(extra: &mut Extra, name: &str, value: Value) {
    let mut members = match extra.noted(GEMINI, notes::ALSO) {
        Some(Value::Object(members)) => members.clone(),
        Some(_) | None => Map::new(),
    };
    members.insert(name.to_owned(), value);
    extra.note(GEMINI, notes::ALSO, members.into());
}

fn keep_rest(object: Map<String, Value>, extra: &mut Extra) {
    for (name, value) in object {
        extra.keep(GEMINI, &name, value);
    }
}

/// Takes the data of a part; what is left in it of no neutral form stays in `object`.
fn kind(
    object: &mut Map<String, Value>,
    signature: &Signature,
    calls: &mut Calls,
    extra: &mut Extra,
) -> Kind {
    if let Some(text) = take_text(object, "text") {
        return text_kind(text);
    }
    if let Some(Value::Object(call)) = object.get_mut("functionCall") {
        if *signature == Signature::None {
            extra.note(GEMINI, notes::UNSIGNED, true.into());
        }
        let kind = read_call(call, calls, extra);
        drop_empty(object, "functionCall");
        return kind;
    }
    if let Some(Value::Object(response)) = object.get_mut("functionResponse") {
        let kind = read_result(response, calls, extra);
        drop_empty(object, "functionResponse");
        return kind;
    }
    for (name, read) in [
        (
            "inlineData",
            media::read_inline as fn(&mut Map<String, Value>) -> Option<Kind>,
        ),
        ("fileData", media::read_file),
    ] {
        if let Some(Value::Object(data)) = object.get_mut(name)
            && let Some(kind) = read(data)
        {
            drop_empty(object, name);
            return kind;
        }
    }
    if object.is_empty() {
        extra.note(GEMINI, notes::BARE, true.into());
        return text_kind(String::new());
    }
    let gist = gist(object);
    foreign(std::mem::take(object).into(), gist)
}

fn text_kind(text: String) -> Kind {
    Kind::Text(Text {
        text,
        citations: Vec::new(),
    })
}

fn foreign(value: Value, gist: Option<String>) -> Kind {
    Kind::Foreign(Foreign {
        origin: GEMINI,
        value,
        gist,
    })
}

/// What is left of a part's data is an extra, unless nothing is.
fn drop_empty(object: &mut Map<String, Value>, name: &str) {
    if object
        .get(name)
        .and_then(Value::as_object)
        .is_some_and(Map::is_empty)
    {
        object.shift_remove(name);
    }
}

fn read_call(call: &mut Map<String, Value>, calls: &mut Calls, extra: &mut Extra) -> Kind {
    let name = take_text(call, "name").unwrap_or_default();
    let arguments = take(call, "args").map(|args| args.to_string());
    if arguments.is_none() {
        extra.note(GEMINI, notes::NO_ARGS, true.into());
    }
    let arguments = arguments.unwrap_or_else(|| "{}".to_owned());
    let told = take_text(call, "id").filter(|id| !id.is_empty());
    if told.is_none() {
        extra.note(GEMINI, notes::ID, Value::Null);
    }
    Kind::Call(Call {
        id: calls.call(told, &name, &arguments),
        name,
        namespace: None,
        form: CallForm::Function,
        arguments,
    })
}

fn read_result(response: &mut Map<String, Value>, calls: &mut Calls, extra: &mut Extra) -> Kind {
    let name = take_text(response, "name").unwrap_or_default();
    let told = take_text(response, "id").filter(|id| !id.is_empty());
    let call = calls.result(told.clone(), &name);
    if told.as_ref() != Some(&call) {
        extra.note(GEMINI, notes::ID, told.map_or(Value::Null, Value::from));
    }
    let (text, shape) = results::read(take(response, "response"));
    extra.note(GEMINI, notes::RESPONSE, shape.as_str().into());
    let mut list: Vec<Part> = text.map(Part::text).into_iter().collect();
    let media = take_list(response, "parts");
    let plain = media.is_empty();
    list.extend(gather(media, &mut Calls::default()));
    Kind::Result(ToolResult {
        call,
        name: (!name.is_empty()).then_some(name),
        form: CallForm::Function,
        is_error: shape.is_error().then_some(true),
        content: Parts { list, plain },
    })
}

/// What a part that only Google has says in words.
fn gist(object: &Map<String, Value>) -> Option<String> {
    let (name, data) = object.iter().find(|(_, data)| data.is_object())?;
    let text = |field: &str| data.get(field).and_then(Value::as_str).unwrap_or_default();
    match name.as_str() {
        "executableCode" => Some(format!(
            "```{}\n{}\n```",
            text("language").to_ascii_lowercase(),
            text("code")
        )),
        "codeExecutionResult" => Some(format!("```\n{}\n```", text("output").trim_end())),
        "inlineData" => Some(format!("[a file of type {} was here]", text("mimeType"))),
        "fileData" => Some(format!("[the file {} was here]", text("fileUri"))),
        _ => None,
    }
}

//! Blocks, read.

use serde_json::Value;

use super::{arguments_of, citations, gist, source};
use crate::Protocol;
use crate::anthropic::fields::{Fields, string};
use crate::carrier::{Carrier, Opaque};
use crate::codec::Unsayable;
use crate::ids::Fingerprint;
use crate::part::{
    Cache, Call, CallForm, Document, Foreign, Kind, Media, Part, Parts, Reasoning, Text, ToolResult,
};

/// Whose words are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::anthropic) enum Side {
    /// A client's: it may bring back what was wrapped for it.
    Client,
    /// A provider's: all it says is its own.
    Provider,
}

impl Side {
    fn carrier(self, text: String, own: fn(String) -> Opaque) -> Carrier {
        let wrapped = (self == Self::Client).then(|| Carrier::unwrapped(&text));
        wrapped
            .flatten()
            .unwrap_or_else(|| Carrier::genuine(own(text)))
    }
}

/// Types of blocks that only other protocols have: a request with them is in the wrong place.
const OTHER_PROTOCOLS: [&str; 6] = [
    "image_url",
    "input_text",
    "input_image",
    "input_file",
    "input_audio",
    "output_text",
];

/// Reads content: a string, a list, one block alone, or nothing. `place` is where it stands.
pub(in crate::anthropic) fn parts(
    content: Option<Value>,
    place: &str,
    side: Side,
) -> Result<Parts, Unsayable> {
    match content {
        None | Some(Value::Null) => Ok(Parts {
            list: Vec::new(),
            plain: true,
        }),
        Some(Value::String(text)) => Ok(Parts::plain(text)),
        Some(Value::Array(list)) => {
            let blocks = list.into_iter().enumerate();
            let read = blocks.map(|(index, value)| {
                let fault = |error: Unsayable| below(&format!("{place}[{index}]"), error);
                block(value, side).map_err(fault)
            });
            Ok(Parts::list(read.collect::<Result<_, _>>()?))
        }
        Some(one @ Value::Object(_)) => {
            let fault = |error: Unsayable| below(place, error);
            Ok(Parts::list(vec![block(one, side).map_err(fault)?]))
        }
        Some(Value::Bool(_) | Value::Number(_)) => Err(Unsayable::new(
            place,
            "content has to be a string or a list of blocks",
        )),
    }
}

/// A fault of something inside `place`.
fn below(place: &str, error: Unsayable) -> Unsayable {
    let dot = if error.field.is_empty() || error.field.starts_with('[') {
        ""
    } else {
        "."
    };
    Unsayable::new(format!("{place}{dot}{}", error.field), error.message)
}

/// Reads one block; a type that is not known stays what it is.
pub(in crate::anthropic) fn block(value: Value, side: Side) -> Result<Part, Unsayable> {
    let mut fields = match Fields::of(value) {
        Ok(fields) => fields,
        Err(other) => return no_object(other),
    };
    let cache = cache_mark(&mut fields);
    let name = fields.text("type").unwrap_or("text").to_owned();
    if OTHER_PROTOCOLS.contains(&name.as_str()) {
        let message = format!(
            "blocks of type {name:?} belong to /v1/chat/completions or /v1/responses, not to /v1/messages"
        );
        return Err(Unsayable::new("type", message));
    }
    let kind = match name.as_str() {
        "text" => text(&mut fields),
        "image" => image(&mut fields, side)?,
        "document" => document(&mut fields, side)?,
        "thinking" => thinking(&mut fields, side),
        "redacted_thinking" => redacted(&mut fields, side),
        "tool_use" => call(&mut fields, side),
        "tool_result" => result(&mut fields, side)?,
        _ => None,
    };
    Ok(match kind {
        Some(kind) => {
            fields.take("type");
            Part {
                kind,
                cache,
                extra: fields.rest(),
            }
        }
        None => foreign(fields, cache),
    })
}

fn no_object(value: Value) -> Result<Part, Unsayable> {
    let text = string(value).ok_or_else(|| Unsayable::new("", "a block has to be an object"))?;
    Ok(Part::text(text))
}

/// Reads a cache mark. What else it says is kept besides.
pub(in crate::anthropic) fn cache_mark(fields: &mut Fields) -> Option<Cache> {
    let mut mark = fields.object("cache_control")?;
    let ttl = mark.string("ttl");
    if mark.text("type") == Some("ephemeral") {
        mark.take("type");
    }
    fields.put_rest("cache_control", mark, false);
    Some(Cache { ttl })
}

fn foreign(fields: Fields, cache: Option<Cache>) -> Part {
    let value = fields.into_value();
    let mut part = Part::new(Kind::Foreign(Foreign {
        origin: Protocol::Anthropic,
        gist: gist::of(&value),
        value,
    }));
    part.cache = cache;
    part
}

fn text(fields: &mut Fields) -> Option<Kind> {
    Some(Kind::Text(Text {
        text: fields.string("text")?,
        citations: citations::all_neutral(fields.get("citations")),
    }))
}

fn image(fields: &mut Fields, side: Side) -> Result<Option<Kind>, Unsayable> {
    let media = |source| {
        let detail = None;
        Kind::Image(Media { source, detail })
    };
    Ok(source::read(fields, side)?.map(media))
}

fn document(fields: &mut Fields, side: Side) -> Result<Option<Kind>, Unsayable> {
    let Some(source) = source::read(fields, side)? else {
        return Ok(None);
    };
    Ok(Some(Kind::Document(Document {
        source,
        title: fields.string("title"),
        context: fields.string("context"),
    })))
}

fn thinking(fields: &mut Fields, side: Side) -> Option<Kind> {
    let text = fields.string("thinking")?;
    let is_signed = fields
        .text("signature")
        .is_some_and(|text| !text.is_empty());
    let signature = is_signed.then(|| fields.string("signature")).flatten();
    // An empty signature signs nothing, but is spelled.
    if fields.text("signature").is_some() {
        fields.take("signature");
        fields.note("signature", Value::from(""));
    }
    Some(Kind::Reasoning(Reasoning {
        text,
        carrier: signature.map(|text| side.carrier(text, Opaque::Signature)),
    }))
}

fn redacted(fields: &mut Fields, side: Side) -> Option<Kind> {
    let data = fields.string("data")?;
    Some(Kind::Reasoning(Reasoning {
        text: String::new(),
        carrier: Some(side.carrier(data, Opaque::Redacted)),
    }))
}

/// A call. A provider's that has no id gets one; a client's cannot be answered and stays as it is.
fn call(fields: &mut Fields, side: Side) -> Option<Kind> {
    let said = |key: &str| fields.text(key).filter(|text| !text.is_empty());
    let name = said("name")?.to_owned();
    let id = said("id").map(str::to_owned);
    if id.is_none() && side == Side::Client {
        return None;
    }
    let arguments = arguments_of(fields.take("input").as_ref());
    let made = || format!("toolu_{}", Fingerprint::of([&name, &arguments]).hex());
    fields.take("name");
    fields.take("id");
    Some(Kind::Call(Call {
        id: id.unwrap_or_else(made),
        name,
        namespace: None,
        form: CallForm::Function,
        arguments,
    }))
}

fn result(fields: &mut Fields, side: Side) -> Result<Option<Kind>, Unsayable> {
    let Some(call) = fields.string("tool_use_id") else {
        return Ok(None);
    };
    Ok(Some(Kind::Result(ToolResult {
        call,
        name: None,
        form: CallForm::Function,
        is_error: fields.flag("is_error"),
        content: parts(fields.take("content"), "content", side)?,
    })))
}

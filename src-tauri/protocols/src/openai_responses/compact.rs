//! Compaction: a conversation that grew too long is replaced by one item that stands for it.
//!
//! Its provider's own item is encrypted. Here any model is asked for a summary ([`crate::cross`] asks), and the item
//! carries its text, so that the next request says it in words to whichever provider comes then.
//!
//! Clients ask in two ways: by an item `compaction_trigger` at the end of an ordinary request, and by a request to
//! `/responses/compact`. [`compact_request`] turns the second into the first, and [`compact_answer`] its answer back.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::carrier::{Carrier, Opaque};
use crate::codec::Unsayable;
use crate::json;
use crate::openai_responses::OWN;
use crate::openai_responses::fields::{kind_of, text_of};
use crate::part::{Foreign, Kind, Part};
use crate::request::{Role, Turn};

/// What stands before a summary when it is said in words.
const PREFACE: &str = "The conversation so far was replaced by this summary of it:";

/// The item that stands for a conversation with this summary.
pub(crate) fn summed_up(summary: &str) -> Part {
    let carrier = Carrier::genuine(Opaque::Plain(summary.to_owned()));
    Part::new(Kind::Foreign(Foreign {
        origin: OWN,
        value: json!({"type": "compaction", "encrypted_content": carrier.wrapped()}),
        gist: Some(summary.to_owned()),
    }))
}

/// The summary that such an item carries, said in words; nothing if it is another provider's.
pub(crate) fn expanded(item: &Value) -> Option<Turn> {
    let carrier = Carrier::unwrapped(text_of(item, "encrypted_content"))?;
    let summary = match carrier.opaque {
        Opaque::Plain(summary) => summary,
        Opaque::Signature(_)
        | Opaque::Redacted(_)
        | Opaque::Encrypted(_)
        | Opaque::Thought(_)
        | Opaque::Details(_) => return None,
    };
    let text = format!("{PREFACE}\n\n{summary}");
    Some(Turn::of(Role::User, vec![Part::text(text)]))
}

/// The body of a request to `/responses/compact` as one to `/responses` that asks for the same.
pub fn compact_request(body: &[u8]) -> Result<Bytes, Unsayable> {
    let Ok(Value::Object(mut fields)) = serde_json::from_slice(&json::mended(body)) else {
        return Err(Unsayable::new("", "the body has to be a JSON object"));
    };
    let mut items = match fields.shift_remove("input") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items,
        Some(text @ Value::String(_)) => vec![json!({"role": "user", "content": text})],
        Some(item @ Value::Object(_)) => vec![item],
        Some(Value::Bool(_) | Value::Number(_)) => {
            return Err(Unsayable::new(
                "input",
                "has to be a text or a list of items",
            ));
        }
    };
    if items.last().map(kind_of) != Some("compaction_trigger") {
        items.push(json!({"type": "compaction_trigger"}));
    }
    fields.insert("input".into(), items.into());
    fields.insert("stream".into(), false.into());
    Ok(Value::Object(fields).to_string().into())
}

/// The body of the answer to such a request as an answer of `/responses/compact`; nothing if it is no such answer.
pub fn compact_answer(body: &[u8]) -> Option<Bytes> {
    let response: Value = serde_json::from_slice(body).ok()?;
    let output = response.get("output")?;
    let is_compacted = |item: &Value| kind_of(item) == "compaction";
    if !output.as_array()?.iter().any(is_compacted) {
        return None;
    }
    let mut object = Map::new();
    for (key, value) in [
        ("id", response.get("id")),
        ("object", Some(&Value::from("response.compaction"))),
        ("created_at", response.get("created_at")),
        ("output", Some(output)),
        ("usage", response.get("usage")),
    ] {
        object.insert(key.into(), value.cloned().unwrap_or_default());
    }
    Some(Value::Object(object).to_string().into())
}

//! The items of an output, as clients read them.

use serde_json::{Map, Value, json};

use crate::Protocol;
use crate::carrier::{Carrier, Opaque};
use crate::openai_responses::fields::map;
use crate::openai_responses::items::read::arguments_key;
use crate::openai_responses::items::reasoning::summary_of;
use crate::openai_responses::items::write::call_type;
use crate::part::{Call, CallForm};

/// A message of the model.
pub(crate) fn message(id: &str, status: &str, content: &[Value]) -> Value {
    json!({
        "type": "message",
        "id": id,
        "status": status,
        "role": "assistant",
        "content": content,
    })
}

/// A text in a message.
pub(crate) fn text_part(text: &str, annotations: &[Value]) -> Value {
    json!({
        "type": "output_text",
        "text": text,
        "annotations": annotations,
        "logprobs": [],
    })
}

/// A refusal in a message.
pub(crate) fn refusal_part(text: &str) -> Value {
    json!({"type": "refusal", "refusal": text})
}

/// What the model thought, with what its provider wants back.
pub(crate) fn reasoning(id: &str, text: &str, carrier: Option<&Carrier>) -> Value {
    let mut item = map(json!({
        "type": "reasoning",
        "id": id,
        "summary": summary_of(text),
    }));
    if let Some(carrier) = carrier {
        item.insert("encrypted_content".into(), carried(carrier).into());
    }
    Value::Object(item)
}

/// What a client brings back unread: wrapped, unless it is this protocol's own.
fn carried(carrier: &Carrier) -> String {
    match &carrier.opaque {
        Opaque::Encrypted(text) if carrier.provider.is_empty() => text.clone(),
        Opaque::Encrypted(_)
        | Opaque::Signature(_)
        | Opaque::Redacted(_)
        | Opaque::Thought(_)
        | Opaque::Details(_)
        | Opaque::Plain(_) => carrier.wrapped(),
    }
}

/// A call of one of the client's tools, with the name and the namespace it gave.
pub(crate) fn call(id: &str, call: &Call, arguments: &str, status: &str) -> Value {
    let mut item = Map::new();
    item.insert("type".into(), call_type(call.form).into());
    item.insert("id".into(), id.into());
    item.insert("call_id".into(), call.id.as_str().into());
    item.insert("name".into(), call.name.as_str().into());
    if let Some(namespace) = &call.namespace {
        item.insert("namespace".into(), namespace.as_str().into());
    }
    item.insert(arguments_key(call.form).into(), arguments.into());
    item.insert("status".into(), status.into());
    Value::Object(item)
}

/// What the ids of calls begin with.
pub(crate) fn call_prefix(form: CallForm) -> &'static str {
    match form {
        CallForm::Function => "fc",
        CallForm::Custom => "ctc",
    }
}

/// An image that the model made.
pub(crate) fn image(id: &str, data: &str) -> Value {
    json!({
        "type": "image_generation_call",
        "id": id,
        "status": "completed",
        "result": data,
    })
}

/// A search of the web, and the pages it found.
pub(crate) fn search(id: &str, status: &str, query: &str, sources: &[Value]) -> Value {
    json!({
        "type": "web_search_call",
        "id": id,
        "status": status,
        "action": {
            "type": "search",
            "query": query,
            "queries": [query],
            "sources": sources,
        },
    })
}

/// The protocol whose server tools become searches here.
pub(crate) const SEARCHING: Protocol = Protocol::Anthropic;

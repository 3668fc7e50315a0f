//! A whole answer, written for a client.

use serde_json::Value;

use super::{add_searches, counted, ending, guessed, is_search};
use crate::anthropic::fields::{add_kept, object};
use crate::anthropic::parts::answer_block;
use crate::codec::Reply;
use crate::part::{Kind, Part};
use crate::response::Response;

/// Writes a message.
pub(crate) fn write_response(response: &Response, reply: &Reply) -> Value {
    let blocks = response.parts.iter().filter_map(answer_block);
    let content: Vec<Value> = blocks.map(Value::Object).collect();
    let has_call = response.parts.iter().any(|part| part.as_call().is_some());
    let has_refusal = response.parts.iter().any(is_refusal);
    let ending = ending(&response.stop, has_call, has_refusal);
    let mut usage = response
        .usage
        .as_ref()
        .map_or_else(|| guessed(reply.input_estimate), counted);
    let searches = response.parts.iter().filter(|part| is_search(part));
    add_searches(searches.count() as u64, &mut usage);
    let model = if reply.model.is_empty() {
        &response.model
    } else {
        &reply.model
    };
    let mut message = object([
        ("id", message_id(&response.id, reply).into()),
        ("type", "message".into()),
        ("role", "assistant".into()),
        ("model", model.as_str().into()),
        ("content", content.into()),
        ("stop_reason", ending.reason.into()),
        ("stop_sequence", ending.sequence),
        ("usage", Value::Object(usage)),
    ]);
    if let Some(details) = ending.details {
        message.insert("stop_details".to_owned(), details);
    }
    add_kept(&response.extra, &mut message);
    Value::Object(message)
}

fn is_refusal(part: &Part) -> bool {
    matches!(part.kind, Kind::Refusal(_))
}

/// The id that a client knows the answer by: the provider's own, in Anthropic's shape.
pub(in crate::anthropic) fn message_id(id: &str, reply: &Reply) -> String {
    if id.starts_with("msg_") {
        return id.to_owned();
    }
    let id = if id.is_empty() { &reply.id } else { id };
    let known = ["chatcmpl-", "resp_", "gen-"];
    let rest = known.iter().find_map(|prefix| id.strip_prefix(prefix));
    format!("msg_{}", rest.unwrap_or(id))
}

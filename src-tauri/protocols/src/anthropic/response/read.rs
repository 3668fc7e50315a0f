//! A whole answer, read.

use serde_json::{Map, Value};

use super::stop;
use crate::Protocol::Anthropic;
use crate::anthropic::fields::Fields;
use crate::anthropic::parts::{Side, parts};
use crate::response::{Response, Stop};
use crate::usage::Usage;

/// Reads a message; nothing if the body is none.
pub(crate) fn read_response(body: Value) -> Option<Response> {
    let mut fields = Fields::of(body).ok()?;
    let is_message = fields.text("type").is_none_or(|kind| kind == "message");
    if !is_message || !fields.get("content").is_some_and(is_content) {
        return None;
    }
    let content = parts(fields.take("content"), "content", Side::Provider).ok()?;
    let (usage, stop) = usage_and_stop(&mut fields);
    fields.take("type");
    if fields.text("role") == Some("assistant") {
        fields.take("role");
    }
    Some(Response {
        id: fields.string("id").unwrap_or_default(),
        model: fields.string("model").unwrap_or_default(),
        created: None,
        parts: content.list,
        stop,
        usage,
        others: Vec::new(),
        extra: fields.rest(),
    })
}

fn is_content(value: &Value) -> bool {
    value.is_array() || value.is_string()
}

/// Reads the counts and the end, which stay where they are as far as they say more than their neutral forms.
fn usage_and_stop(fields: &mut Fields) -> (Option<Usage>, Stop) {
    let usage = fields
        .get("usage")
        .and_then(|usage| Usage::read(Anthropic, usage));
    let keys = ["stop_reason", "stop_sequence", "stop_details"];
    let told = keys.iter().filter_map(|key| {
        let value = fields.get(key)?.clone();
        Some(((*key).to_owned(), value))
    });
    let told: Map<String, Value> = told.collect();
    let stop = stop::stop(&Value::Object(told)).unwrap_or_default();
    let ending = stop::ending(&stop, stop == Stop::ToolUse, false);
    if fields.text("stop_reason") == Some(ending.reason) {
        fields.take("stop_reason");
        if fields.get("stop_sequence") == Some(&ending.sequence) {
            fields.take("stop_sequence");
        }
    }
    (usage, stop)
}

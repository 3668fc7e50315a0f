//! The counts of an answer.

use serde_json::{Map, Value, json};

use super::CHAT;
use crate::usage::Usage;

/// The counts that an answer or a chunk tells, in any of the places where vendors put them.
pub(super) fn read_usage(fields: &Map<String, Value>) -> Option<Usage> {
    let direct = fields.get("usage");
    let groq = fields.get("x_groq").and_then(|groq| groq.get("usage"));
    let choices = fields.get("choices").and_then(Value::as_array);
    let within = choices
        .into_iter()
        .flatten()
        .filter_map(|choice| choice.get("usage"));
    let mut places = direct.into_iter().chain(groq).chain(within);
    places.find_map(|usage| Usage::read(CHAT, usage))
}

/// The larger of each count: vendors count up, and some fill the last chunk with zeros.
pub(super) fn merged(a: Usage, b: Usage) -> Usage {
    Usage {
        input: a.input.max(b.input),
        cached: a.cached.max(b.cached),
        written: a.written.max(b.written),
        output: a.output.max(b.output),
        reasoning: a.reasoning.max(b.reasoning),
    }
}

/// The counts as clients read them.
pub(super) fn write_usage(usage: &Usage) -> Value {
    let mut read = json!({ "cached_tokens": usage.cached });
    if usage.written > 0 {
        read["cache_write_tokens"] = usage.written.into();
    }
    json!({
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.total(),
        "prompt_tokens_details": read,
        "completion_tokens_details": { "reasoning_tokens": usage.reasoning },
    })
}

//! Why a model stopped, in Anthropic's words.

use serde_json::{Value, json};

use crate::response::Stop;

/// Reads `stop_reason` and what is told about it; nothing if there is no reason yet.
pub(in crate::anthropic) fn stop(told: &Value) -> Option<Stop> {
    let text = |path: &str| {
        told.pointer(path)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    Some(match told.get("stop_reason")?.as_str()? {
        "max_tokens" => Stop::Length,
        "stop_sequence" => Stop::StopString(text("/stop_sequence")),
        "tool_use" => Stop::ToolUse,
        "pause_turn" => Stop::Paused,
        "refusal" => Stop::Refusal(text("/stop_details/explanation")),
        "model_context_window_exceeded" => Stop::ContextFull,
        // A reason that is not known is an end like any other.
        _ => Stop::End,
    })
}

/// How an answer ends, as Anthropic says it.
#[derive(Debug, PartialEq)]
pub(in crate::anthropic) struct Ending {
    pub(in crate::anthropic) reason: &'static str,
    pub(in crate::anthropic) sequence: Value,
    pub(in crate::anthropic) details: Option<Value>,
}

/// The end of an answer that holds calls or refusals, or does not.
pub(in crate::anthropic) fn ending(stop: &Stop, has_call: bool, has_refusal: bool) -> Ending {
    let mut sequence = Value::Null;
    let mut details = None;
    let reason = match stop {
        Stop::End | Stop::ToolUse | Stop::Malformed(_) if has_refusal => "refusal",
        // Clients run tools only if they are told to, and wait for calls that they are told of.
        Stop::End | Stop::ToolUse if has_call => "tool_use",
        Stop::End | Stop::ToolUse | Stop::Malformed(_) => "end_turn",
        Stop::Length => "max_tokens",
        Stop::ContextFull => "model_context_window_exceeded",
        Stop::StopString(text) => {
            sequence = text.as_deref().map_or(Value::Null, Value::from);
            "stop_sequence"
        }
        Stop::Refusal(explanation) => {
            details = explanation
                .as_deref()
                .map(|text| json!({ "type": "refusal", "category": null, "explanation": text }));
            "refusal"
        }
        Stop::Filtered(_) => "refusal",
        Stop::Paused => "pause_turn",
    };
    Ending {
        reason,
        sequence,
        details,
    }
}

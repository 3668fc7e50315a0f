//! Why a model stopped, across protocols.

use crate::Protocol;
use crate::error::{ErrorKind, UpstreamError};
use crate::response::Stop;

/// The reason that a client is told, given what it got.
///
/// A client runs calls only if it is told of them, and waits for calls if told so: the calls themselves count more
/// than what the provider says. An answer that was cut stays cut.
pub(super) fn settled(told: Stop, has_calls: bool, client: Protocol) -> Stop {
    match told {
        Stop::End | Stop::ToolUse | Stop::StopString(_) if has_calls => Stop::ToolUse,
        Stop::ToolUse => Stop::End,
        // Only Anthropic's clients know how to go on.
        Stop::Paused if client != Protocol::Anthropic => Stop::Length,
        Stop::End
        | Stop::Length
        | Stop::ContextFull
        | Stop::StopString(_)
        | Stop::Refusal(_)
        | Stop::Filtered(_)
        | Stop::Paused
        | Stop::Malformed(_) => told,
    }
}

/// The error that this reason is to clients whose protocol has no word for it.
pub(super) fn failure(stop: &Stop, client: Protocol) -> Option<UpstreamError> {
    let Stop::Malformed(word) = stop else {
        return None;
    };
    match client {
        Protocol::OpenAi | Protocol::Gemini => None,
        Protocol::Anthropic | Protocol::OpenAiResponses => Some(UpstreamError {
            kind: ErrorKind::Upstream,
            code: Some(word.clone()),
            message: format!("the model made a tool call that cannot be read ({word})"),
        }),
    }
}

/// The word that clients of a protocol have for it; `refuses` if the answer holds words of refusal.
pub(super) fn word(stop: &Stop, refuses: bool, client: Protocol) -> &str {
    match client {
        Protocol::Anthropic => anthropic(stop),
        Protocol::OpenAi => chat(stop, refuses),
        Protocol::OpenAiResponses => responses(stop, refuses),
        Protocol::Gemini => gemini(stop),
    }
}

fn anthropic(stop: &Stop) -> &str {
    match stop {
        Stop::End => "end_turn",
        Stop::ToolUse => "tool_use",
        Stop::Length => "max_tokens",
        Stop::ContextFull => "model_context_window_exceeded",
        Stop::StopString(_) => "stop_sequence",
        Stop::Refusal(_) | Stop::Filtered(_) => "refusal",
        Stop::Paused => "pause_turn",
        Stop::Malformed(_) => "error",
    }
}

fn chat(stop: &Stop, refuses: bool) -> &str {
    match stop {
        Stop::End | Stop::StopString(_) => "stop",
        Stop::Refusal(_) if refuses => "stop",
        Stop::ToolUse => "tool_calls",
        Stop::Length | Stop::ContextFull | Stop::Paused => "length",
        Stop::Refusal(_) | Stop::Filtered(_) => "content_filter",
        Stop::Malformed(_) => "error",
    }
}

fn responses(stop: &Stop, refuses: bool) -> &str {
    match stop {
        Stop::Refusal(None) if !refuses => "content_filter",
        Stop::End | Stop::ToolUse | Stop::StopString(_) | Stop::Refusal(_) => "completed",
        Stop::Length | Stop::ContextFull | Stop::Paused => "max_output_tokens",
        Stop::Filtered(_) => "content_filter",
        Stop::Malformed(_) => "failed",
    }
}

fn gemini(stop: &Stop) -> &str {
    match stop {
        Stop::End | Stop::ToolUse | Stop::StopString(_) => "STOP",
        Stop::Length | Stop::ContextFull | Stop::Paused => "MAX_TOKENS",
        Stop::Refusal(_) | Stop::Filtered(_) => "SAFETY",
        Stop::Malformed(_) => "MALFORMED_FUNCTION_CALL",
    }
}

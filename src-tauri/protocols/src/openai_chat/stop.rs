//! Why a model stopped, in Chat's words and its vendors'.

use crate::error::{ErrorKind, UpstreamError};
use crate::response::Stop;

/// What a `finish_reason` says of an answer that holds calls or a refusal, or does not.
///
/// A natural end behind a call waits for its result, whatever the vendor calls it.
pub(super) fn read_stop(word: &str, has_calls: bool, has_refusal: bool) -> Stop {
    match word {
        "length" | "max_tokens" | "model_length" | "repetition_truncation" => Stop::Length,
        "model_context_window_exceeded" => Stop::ContextFull,
        "content_filter" | "stop" if has_refusal && !has_calls => Stop::Refusal(None),
        "content_filter" | "sensitive" | "safety" => Stop::Filtered(word.to_owned()),
        "error" | "malformed_function_call" => Stop::Malformed(word.to_owned()),
        _ if has_calls => Stop::ToolUse,
        _ => Stop::End,
    }
}

/// The failure that some vendors tell as a `finish_reason`.
pub(super) fn failure(word: &str) -> Option<UpstreamError> {
    let (kind, message) = match word {
        "insufficient_system_resource" => (
            ErrorKind::Overloaded,
            "the provider ran out of resources in the middle of the answer",
        ),
        "network_error" => (
            ErrorKind::Upstream,
            "the provider's network failed in the middle of the answer",
        ),
        _ => return None,
    };
    Some(UpstreamError {
        kind,
        code: Some(word.to_owned()),
        message: message.to_owned(),
    })
}

/// The word that clients know who are told of calls in their older form.
pub(super) fn old_word(word: &str) -> &str {
    if word == "tool_calls" {
        "function_call"
    } else {
        word
    }
}

/// The `finish_reason` for it; `has_refusal` tells that the words of refusal were said.
pub(super) fn write_stop(stop: &Stop, has_refusal: bool) -> &'static str {
    match stop {
        Stop::End | Stop::StopString(_) | Stop::Paused => "stop",
        Stop::ToolUse => "tool_calls",
        Stop::Length | Stop::ContextFull => "length",
        Stop::Refusal(_) if has_refusal => "stop",
        Stop::Refusal(_) | Stop::Filtered(_) => "content_filter",
        Stop::Malformed(_) => "error",
    }
}

#[cfg(test)]
mod tests {
    use super::{failure, read_stop, write_stop};
    use crate::response::Stop;

    #[test]
    fn p207_odd_reasons_are_an_end_and_vendors_words_are_known() {
        for (word, calls, refusal, stop) in [
            ("eos", false, false, Stop::End),
            ("end_turn", false, false, Stop::End),
            ("no such word", false, false, Stop::End),
            ("stop", true, false, Stop::ToolUse),
            ("tool_use", true, false, Stop::ToolUse),
            ("tool_calls", false, false, Stop::End),
            ("length", true, false, Stop::Length),
            ("repetition_truncation", false, false, Stop::Length),
            ("stop", false, true, Stop::Refusal(None)),
            ("content_filter", false, true, Stop::Refusal(None)),
            (
                "sensitive",
                false,
                false,
                Stop::Filtered("sensitive".into()),
            ),
            ("error", false, false, Stop::Malformed("error".into())),
        ] {
            assert_eq!(read_stop(word, calls, refusal), stop, "{word}");
        }
        assert!(failure("insufficient_system_resource").is_some());
        assert!(failure("stop").is_none());
    }

    #[test]
    fn every_reason_has_one_of_chats_words() {
        for (stop, refusal, word) in [
            (Stop::End, false, "stop"),
            (Stop::Paused, false, "stop"),
            (Stop::StopString(Some("x".into())), false, "stop"),
            (Stop::ToolUse, false, "tool_calls"),
            (Stop::ContextFull, false, "length"),
            (Stop::Refusal(None), true, "stop"),
            (Stop::Refusal(None), false, "content_filter"),
            (Stop::Filtered("SAFETY".into()), false, "content_filter"),
            (Stop::Malformed("x".into()), false, "error"),
        ] {
            assert_eq!(write_stop(&stop, refusal), word);
        }
    }
}

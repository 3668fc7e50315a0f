//! Why an answer ended.

use crate::response::Stop;

/// The words for calls that the model got wrong.
const MALFORMED: [&str; 4] = [
    "MALFORMED_FUNCTION_CALL",
    "UNEXPECTED_TOOL_CALL",
    "MALFORMED_RESPONSE",
    "TOO_MANY_TOOL_CALLS",
];

/// The words of filters.
const FILTERS: [&str; 9] = [
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "IMAGE_OTHER",
];

/// What a `finishReason` means; an unknown one is an end like any other.
pub(in super::super) fn read(word: &str) -> Stop {
    match word {
        "MAX_TOKENS" => Stop::Length,
        "CONTINUATION" => Stop::Paused,
        word if MALFORMED.contains(&word) => Stop::Malformed(word.to_owned()),
        word if FILTERS.contains(&word) => Stop::Filtered(word.to_owned()),
        _ => Stop::End,
    }
}

/// The reason of an answer that has calls: they are waited for, whatever the word.
pub(in super::super) fn of_parts(stop: Stop, has_calls: bool) -> Stop {
    if has_calls && stop == Stop::End {
        Stop::ToolUse
    } else {
        stop
    }
}

/// The word for the reason of an answer; `is_unreadable` if it lacks a call whose arguments are no JSON.
///
/// An answer that was cut off is that first of all: the rest of the call is what it lacks.
pub(in super::super) fn of_answer(stop: &Stop, is_unreadable: bool) -> &str {
    let is_cut = matches!(stop, Stop::Length | Stop::ContextFull);
    if is_unreadable && !is_cut {
        "MALFORMED_FUNCTION_CALL"
    } else {
        write(stop)
    }
}

/// The word for a reason.
pub(in super::super) fn write(stop: &Stop) -> &str {
    match stop {
        Stop::End | Stop::ToolUse | Stop::StopString(_) | Stop::Paused => "STOP",
        Stop::Length | Stop::ContextFull => "MAX_TOKENS",
        Stop::Filtered(word) if FILTERS.contains(&word.as_str()) => word,
        Stop::Refusal(_) | Stop::Filtered(_) => "SAFETY",
        Stop::Malformed(word) if MALFORMED.contains(&word.as_str()) => word,
        Stop::Malformed(_) => "MALFORMED_FUNCTION_CALL",
    }
}

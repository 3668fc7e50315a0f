//! Answers that a filter took away: a client is told in words, or it would show nothing.

use serde_json::Value;

use super::super::GEMINI;
use super::notes;
use crate::part::{Kind, Part};
use crate::response::Stop;

/// Why the prompt was blocked, if it was.
pub(in super::super) fn block_reason(answer: &Value) -> Option<&str> {
    let reason = answer.get("promptFeedback")?.get("blockReason")?.as_str()?;
    (!reason.is_empty() && reason != "BLOCK_REASON_UNSPECIFIED").then_some(reason)
}

/// The words for a blocked prompt.
pub(in super::super) fn prompt_blocked(answer: &Value) -> Option<String> {
    let reason = block_reason(answer)?;
    let told = answer.get("promptFeedback")?.get("blockReasonMessage");
    let words = told.and_then(Value::as_str).unwrap_or_default();
    let sentence = format!("The provider blocked the prompt ({reason}). {words}");
    Some(sentence.trim_end().to_owned())
}

/// The words for an answer of which a filter left nothing.
pub(in super::super) fn explanation(stop: &Stop, told: Option<&str>) -> Option<String> {
    let Stop::Filtered(reason) = stop else {
        return None;
    };
    let words = told.unwrap_or_default();
    let sentence = format!("The provider's filter stopped the answer ({reason}). {words}");
    Some(sentence.trim_end().to_owned())
}

/// Such words as a part.
pub(super) fn refusal(words: String) -> Part {
    let mut part = Part::new(Kind::Refusal(words));
    part.extra.note(GEMINI, notes::MADE_UP, true.into());
    part
}

//! Why an answer ended, in the words of a response object.

use serde_json::Value;

use crate::openai_responses::fields::text_of;
use crate::part::{Kind, Part};
use crate::response::Stop;

/// How a response object ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// All was said.
    Completed,
    /// It was cut off, for this reason.
    Incomplete(&'static str),
    /// It failed, for this reason.
    Failed(String),
}

impl Ending {
    /// The ending of an answer that stopped so; `refused` if it says a refusal.
    pub(crate) fn of(stop: &Stop, refused: bool) -> Self {
        match stop {
            Stop::End | Stop::ToolUse | Stop::StopString(_) | Stop::Paused => Self::Completed,
            Stop::Length | Stop::ContextFull => Self::Incomplete("max_output_tokens"),
            Stop::Refusal(_) if refused => Self::Completed,
            Stop::Refusal(_) | Stop::Filtered(_) => Self::Incomplete("content_filter"),
            Stop::Malformed(word) => Self::Failed(word.clone()),
        }
    }

    /// The status of the response, and the last word of its event.
    pub(crate) fn status(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Incomplete(_) => "incomplete",
            Self::Failed(_) => "failed",
        }
    }
}

/// Why a response ended that holds these parts.
pub(crate) fn stop_of(response: &Value, parts: &[Part]) -> Stop {
    let called = parts.iter().any(|part| matches!(part.kind, Kind::Call(_)));
    let refused = parts
        .iter()
        .any(|part| matches!(part.kind, Kind::Refusal(_)));
    stop_told(response, called, refused)
}

/// Why a response ended that holds calls or a refusal.
pub(crate) fn stop_told(response: &Value, called: bool, refused: bool) -> Stop {
    let details = response.get("incomplete_details").unwrap_or(&Value::Null);
    match (text_of(response, "status"), text_of(details, "reason")) {
        ("incomplete", "content_filter") => Stop::Filtered("content_filter".to_owned()),
        ("incomplete", _) => Stop::Length,
        _ if called => Stop::ToolUse,
        _ if refused => Stop::Refusal(None),
        _ => Stop::End,
    }
}

//! A provider's failure as clients of another protocol know it.

use std::time::Duration;

use serde_json::Value;

use super::{ErrorKind, UpstreamError, recognise, recognise_value, wait, wording};
use crate::Protocol;

/// A provider's failure, told in another protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Across {
    /// The status that clients of that protocol know for it.
    pub status: u16,
    /// What it means.
    pub kind: ErrorKind,
    /// The name that clients of that protocol know it by.
    pub code: String,
    /// The provider's words, or those that the clients act on; short, and without keys.
    pub message: String,
    /// How long to wait, where the body tells.
    pub retry_after: Option<Duration>,
    /// What `x-should-retry` should say, if anything.
    pub should_retry: Option<bool>,
}

/// Reads the body of a failure from a provider that speaks `from`, for a client that speaks `to`.
pub fn across(from: Protocol, to: Protocol, status: u16, body: &[u8]) -> Across {
    let value: Option<Value> = serde_json::from_slice(body).ok();
    let told = match &value {
        Some(value) => recognise_value(from, status, value),
        None => recognise(from, status, body).map(|(kind, message)| UpstreamError {
            kind,
            code: None,
            message,
        }),
    };
    let error = told.unwrap_or_else(|| UpstreamError {
        kind: ErrorKind::of_status(status),
        code: None,
        message: format!("the provider answered with status {status} and no explanation"),
    });
    let retry_after = value
        .as_ref()
        .and_then(wait::told_by_details)
        .or_else(|| wait::told_in_words(&error.message));
    let error = wording::worded(error, to);
    Across {
        status: status_across(error.kind, status, to),
        code: code_across(&error, to),
        retry_after,
        should_retry: should_retry(error.kind),
        kind: error.kind,
        message: error.message,
    }
}

/// What `x-should-retry` should say: SDKs obey it, and the same request would fail in the same way.
pub fn should_retry(kind: ErrorKind) -> Option<bool> {
    match kind {
        ErrorKind::InvalidRequest
        | ErrorKind::ContextTooLong
        | ErrorKind::Authentication
        | ErrorKind::Billing
        | ErrorKind::Permission
        | ErrorKind::NotFound
        | ErrorKind::TooLarge => Some(false),
        ErrorKind::RateLimit
        | ErrorKind::Upstream
        | ErrorKind::Overloaded
        | ErrorKind::Timeout
        | ErrorKind::Internal => None,
    }
}

fn status_across(kind: ErrorKind, status: u16, to: Protocol) -> u16 {
    match kind {
        // Both have many statuses that say more than the usual one.
        ErrorKind::InvalidRequest if (400..500).contains(&status) => status,
        ErrorKind::Upstream if (500..600).contains(&status) => status,
        ErrorKind::InvalidRequest
        | ErrorKind::ContextTooLong
        | ErrorKind::Authentication
        | ErrorKind::Billing
        | ErrorKind::Permission
        | ErrorKind::NotFound
        | ErrorKind::TooLarge
        | ErrorKind::RateLimit
        | ErrorKind::Upstream
        | ErrorKind::Overloaded
        | ErrorKind::Timeout
        | ErrorKind::Internal => kind.default_status(to),
    }
}

/// Codes are `OpenAI`'s idea: its clients look for them, and others are told the provider's own.
fn code_across(error: &UpstreamError, to: Protocol) -> String {
    let known = match to {
        Protocol::OpenAi | Protocol::OpenAiResponses => error.kind.open_ai_code(),
        Protocol::Anthropic | Protocol::Gemini => None,
    };
    let own = || error.code.as_deref().unwrap_or("upstream_error");
    known.unwrap_or_else(own).to_owned()
}

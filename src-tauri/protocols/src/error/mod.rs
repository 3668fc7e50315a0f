//! Failures: worded for each protocol's clients, and recognised in what providers answer.

mod across;
mod recognise;
mod reply;
#[cfg(test)]
mod tests;
mod wait;
mod wording;

use crate::Protocol;
pub use across::{Across, across, should_retry};
pub use recognise::{UpstreamError, recognise, recognise_value};
pub use reply::ErrorReply;
pub use wait::{retry_after_seconds, until_limits_reset};
pub(crate) use wording::worded;

/// What went wrong, whichever protocol says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The request is wrong.
    InvalidRequest,
    /// The conversation is longer than the model can read.
    ContextTooLong,
    /// The key is missing, unknown or expired.
    Authentication,
    /// The account has no money left.
    Billing,
    /// The key may not do this.
    Permission,
    /// There is no such model, route or path.
    NotFound,
    /// The body is too large.
    TooLarge,
    /// Too many requests or tokens in too short a time.
    RateLimit,
    /// The provider failed.
    Upstream,
    /// The provider has no capacity right now.
    Overloaded,
    /// The provider took too long.
    Timeout,
    /// The gateway failed.
    Internal,
}

impl ErrorKind {
    /// The name used in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::ContextTooLong => "context_too_long",
            Self::Authentication => "authentication",
            Self::Billing => "billing",
            Self::Permission => "permission",
            Self::NotFound => "not_found",
            Self::TooLarge => "too_large",
            Self::RateLimit => "rate_limit",
            Self::Upstream => "upstream",
            Self::Overloaded => "overloaded",
            Self::Timeout => "timeout",
            Self::Internal => "internal",
        }
    }

    /// The status that clients of this protocol know for the failure.
    pub fn default_status(self, protocol: Protocol) -> u16 {
        match self {
            Self::InvalidRequest | Self::ContextTooLong => 400,
            Self::Authentication => 401,
            // Only Anthropic's clients know 402; the others look for a quota error.
            Self::Billing if protocol == Protocol::Anthropic => 402,
            Self::Billing | Self::RateLimit => 429,
            Self::Permission => 403,
            Self::NotFound => 404,
            Self::TooLarge => 413,
            Self::Upstream => 502,
            Self::Overloaded if protocol == Protocol::Anthropic => 529,
            Self::Overloaded => 503,
            Self::Timeout => 504,
            Self::Internal => 500,
        }
    }

    /// What a status alone says.
    pub fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Authentication,
            402 => Self::Billing,
            403 => Self::Permission,
            404 => Self::NotFound,
            408 | 504 | 524 => Self::Timeout,
            413 => Self::TooLarge,
            429 => Self::RateLimit,
            503 | 529 => Self::Overloaded,
            400..=499 => Self::InvalidRequest,
            _ => Self::Upstream,
        }
    }

    pub(crate) fn anthropic_type(self) -> &'static str {
        match self {
            Self::InvalidRequest | Self::ContextTooLong => "invalid_request_error",
            Self::Authentication => "authentication_error",
            Self::Billing => "billing_error",
            Self::Permission => "permission_error",
            Self::NotFound => "not_found_error",
            Self::TooLarge => "request_too_large",
            Self::RateLimit => "rate_limit_error",
            Self::Upstream | Self::Internal => "api_error",
            Self::Overloaded => "overloaded_error",
            Self::Timeout => "timeout_error",
        }
    }

    pub(crate) fn open_ai_type(self) -> &'static str {
        match self {
            Self::InvalidRequest | Self::ContextTooLong | Self::NotFound | Self::TooLarge => {
                "invalid_request_error"
            }
            Self::Authentication => "authentication_error",
            Self::Billing => "insufficient_quota",
            Self::Permission => "permission_error",
            Self::RateLimit => "rate_limit_error",
            Self::Upstream | Self::Overloaded | Self::Timeout | Self::Internal => "server_error",
        }
    }

    /// The code that clients of Chat and Responses look for in an error's body.
    pub(crate) fn open_ai_code(self) -> Option<&'static str> {
        match self {
            Self::ContextTooLong => Some("context_length_exceeded"),
            Self::Authentication => Some("invalid_api_key"),
            Self::Billing => Some("insufficient_quota"),
            Self::NotFound => Some("model_not_found"),
            Self::RateLimit => Some("rate_limit_exceeded"),
            Self::Overloaded => Some("server_is_overloaded"),
            Self::Timeout => Some("timeout"),
            Self::InvalidRequest
            | Self::Permission
            | Self::TooLarge
            | Self::Upstream
            | Self::Internal => None,
        }
    }

    /// The code in a failed response that Codex acts on.
    pub(crate) fn responses_code(self) -> &'static str {
        match self {
            Self::InvalidRequest | Self::NotFound | Self::TooLarge => "invalid_prompt",
            Self::ContextTooLong => "context_length_exceeded",
            Self::Authentication => "invalid_api_key",
            Self::Billing => "insufficient_quota",
            Self::Permission => "usage_not_included",
            Self::RateLimit => "rate_limit_exceeded",
            Self::Overloaded => "server_is_overloaded",
            Self::Upstream | Self::Timeout | Self::Internal => "server_error",
        }
    }

    pub(crate) fn gemini_status(self) -> &'static str {
        match self {
            Self::InvalidRequest | Self::ContextTooLong | Self::TooLarge => "INVALID_ARGUMENT",
            Self::Authentication => "UNAUTHENTICATED",
            Self::Billing | Self::RateLimit => "RESOURCE_EXHAUSTED",
            Self::Permission => "PERMISSION_DENIED",
            Self::NotFound => "NOT_FOUND",
            Self::Upstream | Self::Internal => "INTERNAL",
            Self::Overloaded => "UNAVAILABLE",
            Self::Timeout => "DEADLINE_EXCEEDED",
        }
    }
}

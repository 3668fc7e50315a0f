//! Reads what a provider said went wrong, whatever shape it chose.

use serde_json::Value;

use super::ErrorKind;
use crate::Protocol;

/// How much of a text that is no JSON is worth keeping.
const TEXT_CHARS: usize = 300;
/// How many times an error may be wrapped in another one's message.
const WRAPPINGS: usize = 3;

/// An error as a provider worded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamError {
    /// What it means.
    pub kind: ErrorKind,
    /// The provider's own name for it.
    pub code: Option<String>,
    /// The provider's own words.
    pub message: String,
}

/// Reads the body of an error response, or of a success that holds an error.
///
/// A body that is no JSON counts as an error only with a status that says so.
pub fn recognise(protocol: Protocol, status: u16, body: &[u8]) -> Option<(ErrorKind, String)> {
    match serde_json::from_slice(body) {
        Ok(value) => {
            let error = recognise_value(protocol, status, &value);
            error.map(|error| (error.kind, error.message))
        }
        Err(_) if status >= 400 => {
            let text = plain_text(&String::from_utf8_lossy(body));
            (!text.is_empty()).then(|| (ErrorKind::of_status(status), text))
        }
        Err(_) => None,
    }
}

/// Reads an error that was parsed already; nothing if the value holds none.
///
/// A status below 400 says nothing about the error, as in streams and in failures sent with 200.
pub fn recognise_value(protocol: Protocol, status: u16, value: &Value) -> Option<UpstreamError> {
    let value = match value.as_array() {
        Some(list) => list.first()?,
        None => value,
    };
    let error = error_in(status, value)?;
    let message = message_of(error).or_else(|| message_of(value))?;
    let names = names(protocol, error);
    let status = number(error).unwrap_or(status);
    let kind = names
        .iter()
        .find_map(|name| kind_named(name))
        // General names are given to many kinds; their status tells them apart.
        .filter(|kind| match kind {
            ErrorKind::InvalidRequest => !(401..500).contains(&status),
            ErrorKind::Upstream => ErrorKind::of_status(status) != ErrorKind::Overloaded,
            ErrorKind::ContextTooLong
            | ErrorKind::Authentication
            | ErrorKind::Billing
            | ErrorKind::Permission
            | ErrorKind::NotFound
            | ErrorKind::TooLarge
            | ErrorKind::RateLimit
            | ErrorKind::Overloaded
            | ErrorKind::Timeout
            | ErrorKind::Internal => true,
        })
        .unwrap_or_else(|| ErrorKind::of_status(status));
    let kind = if is_about_key(error) {
        ErrorKind::Authentication
    } else {
        refined(kind, &message)
    };
    let error = UpstreamError {
        kind,
        code: names.into_iter().next().map(str::to_owned),
        message,
    };
    Some(unwrapped(protocol, error, WRAPPINGS))
}

/// The part of the value that describes the error.
fn error_in(status: u16, value: &Value) -> Option<&Value> {
    let is_named = ["type", "object"]
        .iter()
        .any(|key| value.get(key).and_then(Value::as_str) == Some("error"));
    let base = value.get("base_resp");
    let is_base_bad = base
        .and_then(|base| base.get("status_code")?.as_i64())
        .is_some_and(|code| code != 0);
    if let Some(error) = value.get("error").filter(|error| is_telling(error)) {
        return Some(error);
    }
    if is_base_bad {
        return base;
    }
    let is_failure = value.get("success").and_then(Value::as_bool) == Some(false);
    (is_named || is_failure || status >= 400).then_some(value)
}

fn is_telling(error: &Value) -> bool {
    match error {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(true) | Value::Number(_) | Value::Array(_) => true,
    }
}

fn message_of(error: &Value) -> Option<String> {
    if let Some(text) = error.as_str() {
        return Some(text.to_owned());
    }
    let told = ["message", "msg", "status_msg", "detail"]
        .iter()
        .find_map(|key| error.get(key).filter(|told| is_telling(told)))?;
    Some(
        told.as_str()
            .map_or_else(|| told.to_string(), str::to_owned),
    )
}

/// The names an error goes by, the protocol's most telling one first.
fn names(protocol: Protocol, error: &Value) -> Vec<&str> {
    let keys = match protocol {
        Protocol::Anthropic => ["type", "code", "status"],
        Protocol::OpenAi | Protocol::OpenAiResponses => ["code", "type", "status"],
        Protocol::Gemini => ["status", "code", "type"],
    };
    let named = keys.iter().filter_map(|key| error.get(key)?.as_str());
    named.filter(|name| *name != "error").collect()
}

fn number(error: &Value) -> Option<u16> {
    let code = error.get("code")?;
    let code = code.as_u64().or_else(|| code.as_str()?.parse().ok())?;
    u16::try_from(code)
        .ok()
        .filter(|code| (400..600).contains(code))
}

fn kind_named(name: &str) -> Option<ErrorKind> {
    Some(match name {
        "context_length_exceeded" | "model_max_prompt_tokens_exceeded" => ErrorKind::ContextTooLong,
        "authentication_error" | "invalid_api_key" | "UNAUTHENTICATED" => ErrorKind::Authentication,
        "billing_error" | "insufficient_quota" => ErrorKind::Billing,
        "permission_error" | "usage_not_included" | "PERMISSION_DENIED" => ErrorKind::Permission,
        "not_found_error" | "model_not_found" | "NOT_FOUND" => ErrorKind::NotFound,
        "request_too_large" => ErrorKind::TooLarge,
        "rate_limit_error" | "rate_limit_exceeded" | "RESOURCE_EXHAUSTED" => ErrorKind::RateLimit,
        "overloaded_error" | "server_is_overloaded" | "slow_down" | "UNAVAILABLE" => {
            ErrorKind::Overloaded
        }
        "timeout_error" | "timeout" | "DEADLINE_EXCEEDED" => ErrorKind::Timeout,
        "api_error" | "server_error" | "INTERNAL" => ErrorKind::Upstream,
        "invalid_request_error" | "invalid_prompt" | "INVALID_ARGUMENT" | "FAILED_PRECONDITION" => {
            ErrorKind::InvalidRequest
        }
        _ => return None,
    })
}

/// Google calls a bad key a bad argument, and what it is in the details.
fn is_about_key(error: &Value) -> bool {
    let details = error.get("details").and_then(Value::as_array);
    let reasons = details
        .into_iter()
        .flatten()
        .filter_map(|detail| detail.get("reason")?.as_str());
    reasons
        .into_iter()
        .any(|reason| matches!(reason, "API_KEY_INVALID" | "API_KEY_EXPIRED"))
}

/// Some kinds are told by their words only.
fn refined(kind: ErrorKind, message: &str) -> ErrorKind {
    let is_too_long = super::wording::is_too_long(message);
    if kind == ErrorKind::InvalidRequest && is_too_long {
        ErrorKind::ContextTooLong
    } else {
        kind
    }
}

/// The innermost of errors that were put into each other's messages as text.
fn unwrapped(protocol: Protocol, error: UpstreamError, wrappings: usize) -> UpstreamError {
    if wrappings == 0 || !error.message.trim_start().starts_with(['{', '[']) {
        return error;
    }
    let inner = serde_json::from_str(&error.message)
        .ok()
        .and_then(|value| recognise_value(protocol, 400, &value));
    match inner {
        Some(inner) => UpstreamError {
            kind: error.kind,
            ..unwrapped(protocol, inner, wrappings - 1)
        },
        None => error,
    }
}

/// The words of a page or a plain text, without tags.
pub(super) fn plain_text(body: &str) -> String {
    let title = body
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .map_or(body, |(title, _)| title);
    let mut text = String::new();
    let mut is_tag = false;
    for char in title.chars() {
        match char {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            _ if !is_tag => text.push(char),
            _ => {}
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(TEXT_CHARS).collect()
}

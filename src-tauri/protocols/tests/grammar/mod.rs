//! Strict checkers of what goes out to clients, one per protocol.
//!
//! They accept less than clients do: what every known client reads, and nothing besides.

#![expect(dead_code, reason = "each test binary uses some of it")]

mod anthropic;
mod chat;
mod frames;
mod gemini;
mod responses;

use serde_json::Value;

/// How a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The answer is whole, and the client was told so.
    Whole,
    /// The client was told of an error.
    Failed,
}

/// Ends a check with what is wrong unless a condition holds.
macro_rules! ensure {
    ($is:expr, $($what:tt)+) => {
        if !$is {
            return Err(format!($($what)+));
        }
    };
}
pub(crate) use ensure;

/// Checks a whole stream for clients of the protocol of this name; the first violation if there is one.
pub(crate) fn check(protocol: &str, stream: &[u8]) -> Result<Ended, String> {
    let text = std::str::from_utf8(stream).map_err(|error| format!("no UTF-8: {error}"))?;
    let checked = match protocol {
        "anthropic" => anthropic::check(text),
        "openai" => chat::check(text),
        "openai-responses" => responses::check(text),
        "gemini" => gemini::check(text),
        other => Err(format!("no protocol {other}")),
    };
    checked.map_err(|wrong| format!("{protocol}: {wrong}\n{text}"))
}

/// Checks a whole answer for clients of the protocol of this name.
pub(crate) fn check_body(protocol: &str, body: &[u8]) -> Result<(), String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| format!("no JSON: {error}"))?;
    let checked = match protocol {
        "anthropic" => anthropic::check_body(&value),
        "openai" => chat::check_body(&value),
        "openai-responses" => responses::check_body(&value),
        "gemini" => gemini::check_body(&value),
        other => Err(format!("no protocol {other}")),
    };
    checked.map_err(|wrong| format!("{protocol}: {wrong}\n{value:#}"))
}

/// The string under a key.
fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, String> {
    let found = value.get(key).and_then(Value::as_str);
    found.ok_or_else(|| format!("{key} is no string in {value}"))
}

/// The string under a key, which may not be empty.
fn name<'a>(value: &'a Value, key: &str) -> Result<&'a str, String> {
    let found = text(value, key)?;
    ensure!(!found.is_empty(), "{key} is empty in {value}");
    Ok(found)
}

/// The count under a key.
fn count(value: &Value, key: &str) -> Result<u64, String> {
    let found = value.get(key).and_then(Value::as_u64);
    found.ok_or_else(|| format!("{key} is no count in {value}"))
}

/// The list under a key.
fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>, String> {
    let found = value.get(key).and_then(Value::as_array);
    found.ok_or_else(|| format!("{key} is no list in {value}"))
}

/// The value of any kind under a key that has to be there.
fn any<'a>(value: &'a Value, key: &str) -> Result<&'a Value, String> {
    value.get(key).ok_or_else(|| format!("no {key} in {value}"))
}

//! Strict checkers of what goes out to clients, one per protocol.
//!
//! They accept less than clients do: what every known client reads, and nothing besides.

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

/// Checks what a client of the protocol of this name got, a whole stream or a whole body; the first violation if
/// there is one.
pub(crate) fn check(protocol: &str, bytes: &[u8]) -> Result<Ended, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("no UTF-8: {error}"))?;
    let checked = if text.starts_with('{') {
        check_body(protocol, text)
    } else {
        check_stream(protocol, text)
    };
    checked.map_err(|wrong| format!("{protocol}: {wrong}\n{text}"))
}

fn check_stream(protocol: &str, stream: &str) -> Result<Ended, String> {
    match protocol {
        "anthropic" => anthropic::check(stream),
        "openai" => chat::check(stream),
        "openai-responses" => responses::check(stream),
        "gemini" => gemini::check(stream),
        other => Err(format!("no protocol {other}")),
    }
}

fn check_body(protocol: &str, body: &str) -> Result<Ended, String> {
    let body: Value = serde_json::from_str(body).map_err(|error| format!("no JSON: {error}"))?;
    if let Some(error) = body.get("error").filter(|error| error.is_object()) {
        name(error, "message")?;
        return Ok(Ended::Failed);
    }
    match protocol {
        "anthropic" => anthropic::check_body(&body),
        "openai" => chat::check_body(&body),
        "openai-responses" => responses::check_body(&body),
        "gemini" => gemini::check_body(&body),
        other => Err(format!("no protocol {other}")),
    }?;
    Ok(Ended::Whole)
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

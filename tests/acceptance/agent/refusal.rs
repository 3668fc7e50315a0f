//! What a strict provider says to a request that it does not take.

use serde_json::{Map, Value};

/// The provider's words.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) String);

/// What comes of reading.
pub(super) type Read<T> = Result<T, Refusal>;

/// Refuses.
pub(super) fn refuse<T>(message: impl Into<String>) -> Read<T> {
    Err(Refusal(message.into()))
}

/// Refuses unless something holds.
pub(super) fn ensure(holds: bool, message: impl FnOnce() -> String) -> Read<()> {
    if holds { Ok(()) } else { refuse(message()) }
}

/// The object at a place.
pub(super) fn object(value: &Value, message: impl FnOnce() -> String) -> Read<&Map<String, Value>> {
    value.as_object().map_or_else(|| refuse(message()), Ok)
}

/// The list at a place; a missing or null one is empty.
pub(super) fn list(value: &Value, message: impl FnOnce() -> String) -> Read<&[Value]> {
    match value {
        Value::Null => Ok(&[]),
        Value::Array(items) => Ok(items),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            refuse(message())
        }
    }
}

/// The text at a place.
pub(super) fn text(value: &Value, message: impl FnOnce() -> String) -> Read<&str> {
    value.as_str().map_or_else(|| refuse(message()), Ok)
}

/// The first field that is none of these.
pub(super) fn stranger<'a>(fields: &'a Map<String, Value>, known: &[&str]) -> Option<&'a str> {
    let mut names = fields.keys().map(String::as_str);
    names.find(|name| !known.contains(name))
}

/// Whether a name has only letters, digits, `_` and `-`, and at most so many.
pub(super) fn is_plain(name: &str, most: usize) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !name.is_empty() && name.len() <= most && name.chars().all(plain)
}

/// Media type and base64 of a `data:` address.
pub(super) fn data_url(address: &str) -> Option<(String, String)> {
    let (kind, data) = address.strip_prefix("data:")?.split_once(";base64,")?;
    Some((kind.to_owned(), data.to_owned()))
}

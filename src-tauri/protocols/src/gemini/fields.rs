//! Takes fields out of objects, whatever shape they were written in; what is of no use stays where it is.

use serde_json::{Map, Number, Value};

/// The value of a field; `null` counts as missing.
pub(super) fn take(object: &mut Map<String, Value>, name: &str) -> Option<Value> {
    object.shift_remove(name).filter(|value| !value.is_null())
}

/// The value of a field if `read` can make something of it; else it stays.
fn take_as<T>(
    object: &mut Map<String, Value>,
    name: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Option<T> {
    let read = read(object.get(name)?)?;
    object.shift_remove(name);
    Some(read)
}

/// A text.
pub(super) fn take_text(object: &mut Map<String, Value>, name: &str) -> Option<String> {
    take_as(object, name, |value| value.as_str().map(str::to_owned))
}

/// A truth value, perhaps in quotes.
pub(super) fn take_bool(object: &mut Map<String, Value>, name: &str) -> Option<bool> {
    take_as(object, name, |value| {
        value.as_bool().or_else(|| value.as_str()?.parse().ok())
    })
}

/// A number, perhaps in quotes, as it was written.
pub(super) fn take_number(object: &mut Map<String, Value>, name: &str) -> Option<Number> {
    take_as(object, name, |value| match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => serde_json::from_str(text).ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    })
}

/// A count, perhaps in quotes.
pub(super) fn take_count(object: &mut Map<String, Value>, name: &str) -> Option<u64> {
    take_as(object, name, |value| {
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    })
}

/// A whole number, perhaps negative, perhaps in quotes.
pub(super) fn take_whole(object: &mut Map<String, Value>, name: &str) -> Option<i64> {
    take_as(object, name, |value| {
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    })
}

/// An object.
pub(super) fn take_object(
    object: &mut Map<String, Value>,
    name: &str,
) -> Option<Map<String, Value>> {
    take_as(object, name, |value| value.as_object().cloned())
}

/// A list, which may be written as its only item; empty if missing.
pub(super) fn take_list(object: &mut Map<String, Value>, name: &str) -> Vec<Value> {
    match take(object, name) {
        Some(Value::Array(list)) => list,
        Some(item) => vec![item],
        None => Vec::new(),
    }
}

/// The texts of such a list.
pub(super) fn take_texts(object: &mut Map<String, Value>, name: &str) -> Vec<String> {
    let text = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    };
    take_list(object, name)
        .into_iter()
        .filter_map(text)
        .collect()
}

/// Adds members; where both sides have an object, their members are brought together.
pub(super) fn merge(into: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(name), value) {
            (Some(Value::Object(mine)), Value::Object(other)) => merge(mine, other),
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Sets a member if there is something to set.
pub(super) fn set(object: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value.into());
    }
}

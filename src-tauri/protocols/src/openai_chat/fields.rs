//! The fields of objects: taken out leniently, and put back.

use serde_json::{Map, Number, Value};

use super::CHAT;
use crate::extra::Extra;

/// Under this the fields are noted that came without a value.
const NULLS: &str = "nulls";

/// Takes a field that is a string; anything else stays.
pub(super) fn take_text(fields: &mut Map<String, Value>, key: &str) -> Option<String> {
    if !fields.get(key)?.is_string() {
        return None;
    }
    match fields.shift_remove(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// Takes a field that is an object; anything else stays.
pub(super) fn take_object(
    fields: &mut Map<String, Value>,
    key: &str,
) -> Option<Map<String, Value>> {
    if !fields.get(key)?.is_object() {
        return None;
    }
    match fields.shift_remove(key) {
        Some(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// Takes a field that is a list; anything else stays.
pub(super) fn take_list(fields: &mut Map<String, Value>, key: &str) -> Option<Vec<Value>> {
    if !fields.get(key)?.is_array() {
        return None;
    }
    match fields.shift_remove(key) {
        Some(Value::Array(list)) => Some(list),
        _ => None,
    }
}

/// Takes a field that is a list of nothing but such values; any other stays.
pub(super) fn take_list_of(
    fields: &mut Map<String, Value>,
    key: &str,
    is_one: impl Fn(&Value) -> bool,
) -> Vec<Value> {
    let list = fields.get(key).and_then(Value::as_array);
    if !list.is_some_and(|list| list.iter().all(is_one) && !list.is_empty()) {
        return Vec::new();
    }
    take_list(fields, key).unwrap_or_default()
}

/// A string that says something.
pub(super) fn telling(value: Option<&Value>) -> Option<&str> {
    value?.as_str().filter(|text| !text.is_empty())
}

/// A number, perhaps in quotes, as it was written.
pub(super) fn number(value: Option<&Value>) -> Option<Number> {
    let value = value?;
    if let Value::Number(number) = value {
        return Some(number.clone());
    }
    value.as_str()?.trim().parse().ok()
}

/// Keeps what is left of an object's fields; nulls mean nothing elsewhere and are only noted.
pub(super) fn keep_rest(extra: &mut Extra, rest: Map<String, Value>) {
    let mut nulls = Vec::new();
    for (key, value) in rest {
        if value.is_null() {
            nulls.push(Value::from(key));
        } else {
            extra.keep(CHAT, &key, value);
        }
    }
    if !nulls.is_empty() {
        extra.note(CHAT, NULLS, Value::Array(nulls));
    }
}

/// Puts kept fields back where nothing stands; what was kept of an object within goes into the object within.
pub(super) fn put_rest(extra: &Extra, object: &mut Map<String, Value>) {
    for (key, value) in extra.fields(CHAT).into_iter().flatten() {
        match (object.get_mut(key), value) {
            (Some(Value::Object(inner)), Value::Object(more)) => {
                for (key, value) in more {
                    inner.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
            (Some(_), _) => {}
            (None, _) => {
                object.insert(key.clone(), value.clone());
            }
        }
    }
    let nulls = extra.noted(CHAT, NULLS).and_then(Value::as_array);
    for key in nulls.into_iter().flatten().filter_map(Value::as_str) {
        object.entry(key).or_insert(Value::Null);
    }
}

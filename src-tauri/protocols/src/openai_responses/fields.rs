//! Takes a JSON object apart: what is understood comes out, what is left stays as it came.

use serde_json::{Map, Number, Value};

use super::OWN;
use crate::extra::Extra;

/// An object of which some fields were taken out.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    left: Map<String, Value>,
    notes: Map<String, Value>,
}

impl Fields {
    /// The fields of an object; nothing of anything else.
    pub(crate) fn of(value: Value) -> Option<Self> {
        let Value::Object(left) = value else {
            return None;
        };
        Some(Self {
            left,
            notes: Map::new(),
        })
    }

    /// The fields of what is known to be an object.
    pub(crate) fn from(value: Value) -> Self {
        Self::of(value).unwrap_or_default()
    }

    /// Takes a field out, whatever it holds; `null` is none.
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        self.take_if(key, |value| !value.is_null())
    }

    /// Takes a text out.
    pub(crate) fn string(&mut self, key: &str) -> Option<String> {
        if let Value::String(text) = self.take_if(key, Value::is_string)? {
            Some(text)
        } else {
            None
        }
    }

    /// Takes `true` or `false` out.
    pub(crate) fn boolean(&mut self, key: &str) -> Option<bool> {
        self.take_if(key, Value::is_boolean)?.as_bool()
    }

    /// Takes a number out, also one between quotes.
    pub(crate) fn number(&mut self, key: &str) -> Option<Number> {
        let number = number(self.left.get(key)?)?;
        self.left.shift_remove(key);
        Some(number)
    }

    /// Takes a count out, also one between quotes.
    pub(crate) fn count(&mut self, key: &str) -> Option<u64> {
        let count = number(self.left.get(key)?)?.as_u64()?;
        self.left.shift_remove(key);
        Some(count)
    }

    /// Takes an object out.
    pub(crate) fn object(&mut self, key: &str) -> Option<Self> {
        Self::of(self.take_if(key, Value::is_object)?)
    }

    /// Looks at a field without taking it.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.left.get(key)
    }

    /// Puts a field back, or another in its place.
    pub(crate) fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.left.insert(key.to_owned(), value.into());
    }

    /// Notes for the writer how something was spelled.
    pub(crate) fn note(&mut self, key: &str, value: impl Into<Value>) {
        self.notes.insert(key.to_owned(), value.into());
    }

    /// What nobody took, as an object.
    pub(crate) fn left(self) -> Value {
        Value::Object(self.left)
    }

    /// What nobody took, to be kept with what was noted.
    pub(crate) fn rest(self) -> Extra {
        let mut extra = Extra::of(OWN, self.left);
        for (key, value) in self.notes {
            extra.note(OWN, &key, value);
        }
        extra
    }

    fn take_if(&mut self, key: &str, is_it: impl Fn(&Value) -> bool) -> Option<Value> {
        if is_it(self.left.get(key)?) {
            self.left.shift_remove(key)
        } else {
            None
        }
    }
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Adds the fields that an object lacks, also within the objects that both have.
pub(crate) fn fill(object: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (key, value) in more {
        match (object.get_mut(key), value) {
            (None, _) => {
                object.insert(key.clone(), value.clone());
            }
            (Some(Value::Object(inner)), Value::Object(value)) => fill(inner, value),
            (Some(_), _) => {}
        }
    }
}

/// Adds what `extra` kept of this protocol and `object` does not say otherwise.
pub(crate) fn restore(object: &mut Map<String, Value>, extra: &Extra) {
    if let Some(fields) = extra.fields(OWN) {
        fill(object, fields);
    }
}

/// The object as a map.
pub(crate) fn map(value: Value) -> Map<String, Value> {
    if let Value::Object(map) = value {
        map
    } else {
        Map::new()
    }
}

/// The words of an object's `type`; empty if it has none.
pub(crate) fn kind_of(value: &Value) -> &str {
    value
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The text under a key; empty if there is none.
pub(crate) fn text_of<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The elements under a key; none if there is no list.
pub(crate) fn list_of<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

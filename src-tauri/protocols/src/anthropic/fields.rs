//! An object of the wire, taken apart field by field.

use serde_json::{Map, Number, Value};

use crate::Protocol;
use crate::counts::Counts;
use crate::extra::Extra;

/// An object whose known fields are taken out; what nobody takes is kept.
#[derive(Debug)]
pub(super) struct Fields {
    left: Map<String, Value>,
    notes: Vec<(&'static str, Value)>,
}

impl Fields {
    /// The fields of an object; any other value comes back.
    pub(super) fn of(value: Value) -> Result<Self, Value> {
        if let Value::Object(left) = value {
            let notes = Vec::new();
            Ok(Self { left, notes })
        } else {
            Err(value)
        }
    }

    /// A field that stays where it is.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.left.get(key)
    }

    /// A field's text; the field stays where it is.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.left.get(key)?.as_str()
    }

    /// Takes a field, whatever it is.
    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        self.left.shift_remove(key)
    }

    fn take_if(&mut self, key: &str, is_right: impl Fn(&Value) -> bool) -> Option<Value> {
        self.left.get(key).filter(|value| is_right(value))?;
        self.take(key)
    }

    /// Takes a text.
    pub(super) fn string(&mut self, key: &str) -> Option<String> {
        string(self.take_if(key, Value::is_string)?)
    }

    /// Takes a `true` or `false`.
    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        self.take_if(key, Value::is_boolean)?.as_bool()
    }

    /// Takes a count, also one in quotes.
    pub(super) fn count(&mut self, key: &str) -> Option<u64> {
        self.take_if(key, |value| value.number().is_some())?
            .number()
    }

    /// Takes a number as it is written, also one in quotes.
    pub(super) fn number(&mut self, key: &str) -> Option<Number> {
        let number = match self.left.get(key)? {
            Value::Number(number) => number.clone(),
            Value::String(text) => text.trim().parse().ok()?,
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        self.take(key)?;
        Some(number)
    }

    /// Takes a list.
    pub(super) fn list(&mut self, key: &str) -> Option<Vec<Value>> {
        if let Value::Array(list) = self.take_if(key, Value::is_array)? {
            Some(list)
        } else {
            None
        }
    }

    /// Takes an object.
    pub(super) fn object(&mut self, key: &str) -> Option<Self> {
        Self::of(self.take_if(key, Value::is_object)?).ok()
    }

    /// Puts a field back.
    pub(super) fn put(&mut self, key: &str, value: Value) {
        self.left.insert(key.to_owned(), value);
    }

    /// Puts back what is left of an object that was taken; an empty one only if it came so.
    pub(super) fn put_rest(&mut self, key: &str, rest: Self, came_empty: bool) {
        if came_empty || !rest.is_empty() {
            self.put(key, rest.into_value());
        }
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// What is left, as an object.
    pub(super) fn into_value(self) -> Value {
        Value::Object(self.left)
    }

    /// Notes for the writer how something was spelled.
    pub(super) fn note(&mut self, key: &'static str, value: Value) {
        self.notes.push((key, value));
    }

    /// What is left, to be kept.
    pub(super) fn rest(self) -> Extra {
        let mut extra = Extra::of(Protocol::Anthropic, self.left);
        for (key, value) in self.notes {
            extra.note(Protocol::Anthropic, key, value);
        }
        extra
    }
}

/// The text of a value that is one.
pub(super) fn string(value: Value) -> Option<String> {
    if let Value::String(text) = value {
        Some(text)
    } else {
        None
    }
}

/// An object of these fields, in this order.
pub(super) fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    let owned = fields.map(|(key, value)| (key.to_owned(), value));
    owned.into_iter().collect()
}

/// Adds what Anthropic's reader kept to what is about to be sent; inside an object that both have, field by field.
pub(super) fn add_kept(extra: &Extra, into: &mut Map<String, Value>) {
    for (key, value) in extra.fields(Protocol::Anthropic).into_iter().flatten() {
        match (into.get_mut(key).and_then(Value::as_object_mut), value) {
            (Some(there), Value::Object(kept)) => {
                there.extend(kept.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

//! The value of a function's response: an object by which the client tells output from error.

use serde_json::{Map, Value, json};

/// How a response was made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{output: "…"}`.
    Output,
    /// `{output: …}` of something that is no text.
    OutputJson,
    /// `{error: "…"}`.
    Error,
    /// `{error: …}` of something that is no text.
    ErrorJson,
    /// Anything else.
    Whole,
    /// There was none.
    Missing,
}

impl Shape {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Output, "output"),
        (Self::OutputJson, "output_json"),
        (Self::Error, "error"),
        (Self::ErrorJson, "error_json"),
        (Self::Whole, "whole"),
        (Self::Missing, "missing"),
    ];

    pub(super) fn as_str(self) -> &'static str {
        let found = Self::ALL.iter().find(|(shape, _)| *shape == self);
        found.map_or("", |(_, word)| word)
    }

    pub(super) fn named(word: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, known)| *known == word)?;
        Some(found.0)
    }

    pub(super) fn is_error(self) -> bool {
        matches!(self, Self::Error | Self::ErrorJson)
    }
}

/// What a response says, and how.
pub(super) fn read(response: Option<Value>) -> (Option<String>, Shape) {
    match response {
        None => (None, Shape::Missing),
        Some(Value::Object(object)) => read_object(object),
        Some(other) => (Some(other.to_string()), Shape::Whole),
    }
}

fn read_object(object: Map<String, Value>) -> (Option<String>, Shape) {
    let only = (object.len() == 1).then(|| object.iter().next()).flatten();
    let (text, shape) = match only.map(|(name, value)| (name.as_str(), value)) {
        Some(("output", Value::String(text))) => (text.clone(), Shape::Output),
        Some(("output", value)) => (value.to_string(), Shape::OutputJson),
        Some(("error", Value::String(text))) => (text.clone(), Shape::Error),
        Some(("error", value)) => (value.to_string(), Shape::ErrorJson),
        Some(_) | None => (Value::Object(object).to_string(), Shape::Whole),
    };
    (Some(text), shape)
}

/// The value of a response that says this; nothing for one that was missing.
pub(super) fn write(text: &str, shape: Shape) -> Option<Value> {
    let parsed = || serde_json::from_str::<Value>(text).ok();
    let value = match shape {
        Shape::Missing if text.is_empty() => return None,
        Shape::Output | Shape::Missing => json!({ "output": text }),
        Shape::Error => json!({ "error": text }),
        Shape::OutputJson => json!({ "output": parsed().unwrap_or_else(|| text.into()) }),
        Shape::ErrorJson => json!({ "error": parsed().unwrap_or_else(|| text.into()) }),
        Shape::Whole => parsed().unwrap_or_else(|| json!({ "output": text })),
    };
    Some(value)
}

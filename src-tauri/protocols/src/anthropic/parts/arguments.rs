//! The `input` of a call, which is an object here and text elsewhere.

use serde_json::{Map, Value, json};

use crate::anthropic::fields::object;
use crate::part::{Call, CallForm};

/// Where Claude Code puts arguments that are no JSON.
const UNPARSED: &str = "__unparsedToolInput";

/// The arguments as text; arguments that were no JSON to begin with are what they were.
pub(in crate::anthropic) fn arguments_of(input: Option<&Value>) -> String {
    match input {
        None | Some(Value::Null) => "{}".to_owned(),
        Some(input) => match raw(input) {
            Some(raw) => raw.to_owned(),
            None => input.to_string(),
        },
    }
}

/// The text that could not be parsed, if that is what the input holds.
fn raw(input: &Value) -> Option<&str> {
    let fields = input.as_object().filter(|fields| fields.len() == 1)?;
    fields.get(UNPARSED)?.get("raw")?.as_str()
}

/// The `input` that says a call's arguments: an object, whatever they are.
pub(in crate::anthropic) fn input_of(call: &Call) -> Value {
    let text = &call.arguments;
    if call.form == CallForm::Custom {
        return json!({ "input": text });
    }
    match serde_json::from_str(text) {
        Ok(value) => object_of(value),
        Err(_) if text.trim().is_empty() => Value::Object(Map::new()),
        // Claude Code counts as JavaScript does.
        Err(_) => json!({ UNPARSED: { "raw": text, "len": text.encode_utf16().count() } }),
    }
}

/// Complete arguments that do not begin as an object, as text that a client can parse into one; text that is no
/// JSON stays as it is.
pub(in crate::anthropic) fn object_text(arguments: &str) -> String {
    match serde_json::from_str(arguments) {
        Ok(value) => object_of(value).to_string(),
        Err(_) => arguments.to_owned(),
    }
}

fn object_of(value: Value) -> Value {
    match value {
        Value::Object(_) => value,
        Value::Null => Value::Object(Map::new()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Value::Object(object([("value", value)]))
        }
    }
}

//! The `input` of a call, which is an object here and text elsewhere.

use serde_json::Value;

use crate::arguments::{Arguments, UNPARSED, arguments};
use crate::part::{Call, CallForm};

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
    match arguments(call.form, &call.arguments) {
        Arguments::Object(input) | Arguments::Unreadable(input) => input,
    }
}

/// Complete arguments that do not begin as an object, as text that a client can parse into one; text that is no
/// JSON stays as it is.
pub(in crate::anthropic) fn object_text(text: &str) -> String {
    match arguments(CallForm::Function, text) {
        Arguments::Object(object) => object.to_string(),
        Arguments::Unreadable(_) => text.to_owned(),
    }
}

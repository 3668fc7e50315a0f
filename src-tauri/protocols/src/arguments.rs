//! Arguments of calls, which have to be an object.

use serde_json::{Map, Value, json};

use crate::part::CallForm;

/// Where Claude Code puts arguments that are no JSON.
pub(crate) const UNPARSED: &str = "__unparsedToolInput";

/// Arguments as an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Arguments {
    /// They are one, or mean one.
    Object(Value),
    /// They are no JSON; how they are told instead.
    Unreadable(Value),
}

/// The arguments of a call as an object: nothing becomes an empty one, other values become its `value`.
pub(crate) fn arguments(form: CallForm, text: &str) -> Arguments {
    if form == CallForm::Custom {
        return Arguments::Object(json!({ "input": text }));
    }
    if text.trim().is_empty() {
        return Arguments::Object(Value::Object(Map::new()));
    }
    match serde_json::from_str(text) {
        Ok(Value::Null) => Arguments::Object(Value::Object(Map::new())),
        Ok(object @ Value::Object(_)) => Arguments::Object(object),
        Ok(other) => Arguments::Object(json!({ "value": other })),
        // Claude Code counts as JavaScript does.
        Err(_) => Arguments::Unreadable(json!({
            UNPARSED: { "raw": text, "len": text.encode_utf16().count() },
        })),
    }
}

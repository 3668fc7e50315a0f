//! The deltas of a call.

use serde_json::{Value, json};

use super::super::calls::signature_content;
use crate::part::{Call, CallForm};

/// How a client is told of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// As a list, each with its number.
    Listed,
    /// As the one call that old clients know.
    Old,
}

/// The call begins; its number is `index`.
pub(super) fn begun(call: &Call, index: usize, signature: Option<&str>, style: Style) -> Value {
    let (word, argument) = argument_of(call.form);
    let inner = json!({ "name": call.name, argument: "" });
    if style == Style::Old {
        return json!({ "function_call": inner });
    }
    let mut object = json!({ "index": index, "id": call.id, "type": word });
    object[word] = inner;
    if let Some(signature) = signature {
        object["extra_content"] = signature_content(signature);
    }
    json!({ "tool_calls": [object] })
}

/// More of its arguments.
pub(super) fn more(form: CallForm, index: usize, text: &str, style: Style) -> Value {
    let (word, argument) = argument_of(form);
    if style == Style::Old {
        return json!({ "function_call": { argument: text } });
    }
    let mut object = json!({ "index": index });
    object[word] = json!({ argument: text });
    json!({ "tool_calls": [object] })
}

fn argument_of(form: CallForm) -> (&'static str, &'static str) {
    match form {
        CallForm::Function => ("function", "arguments"),
        CallForm::Custom => ("custom", "input"),
    }
}

//! What a schema cannot say any more, said in its description.

use serde_json::{Map, Value};

/// How much of one value is quoted.
const QUOTED_CHARS: usize = 200;

/// The value as compact JSON, cut if long.
pub(super) fn quoted(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    };
    match text.char_indices().nth(QUOTED_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Values as a list in words.
pub(super) fn listed(values: &[Value]) -> String {
    let quoted: Vec<String> = values.iter().map(self::quoted).collect();
    quoted.join(", ")
}

/// Adds notes behind the description.
pub(super) fn describe(object: &mut Map<String, Value>, notes: &[String]) {
    if notes.is_empty() {
        return;
    }
    let note = format!("({})", notes.join("; "));
    let description = match object.get("description").and_then(Value::as_str) {
        Some(text) if !text.is_empty() => format!("{text} {note}"),
        Some(_) | None => note,
    };
    object.insert("description".to_owned(), description.into());
}

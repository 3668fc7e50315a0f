//! Frames around JSON values.

use serde_json::Value;

/// An event whose name is the `type` of its data.
pub(super) fn named(data: &Value) -> String {
    let name = data["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {data}\n\n")
}

/// Events without a name, which is how Chat and Gemini clients want them.
pub(super) fn unnamed(values: &[Value]) -> Vec<String> {
    values
        .iter()
        .map(|data| format!("data: {data}\n\n"))
        .collect()
}

/// The pieces of one JSON array.
pub(super) fn array(values: &[Value]) -> Vec<String> {
    let last = values.len().saturating_sub(1);
    let piece = |(index, value): (usize, &Value)| {
        let before = if index == 0 { "[" } else { ",\r\n" };
        let after = if index == last { "\n]" } else { "\n" };
        format!("{before}{value}{after}")
    };
    values.iter().enumerate().map(piece).collect()
}

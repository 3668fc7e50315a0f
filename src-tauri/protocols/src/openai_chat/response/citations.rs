//! The pages that an answer rests on: `annotations`.

use serde_json::{Value, json};

use super::super::fields::telling;
use crate::counts::Counts;
use crate::part::Citation;

/// Reads the citations among annotations.
pub(in crate::openai_chat) fn read_annotations(list: &[Value]) -> Vec<Citation> {
    list.iter().filter_map(read).collect()
}

fn read(annotation: &Value) -> Option<Citation> {
    let told = annotation.get("url_citation")?;
    let count = |key: &str| told.get(key).and_then(Value::number);
    let text = |key: &str| telling(told.get(key)).map(str::to_owned);
    Some(Citation {
        url: text("url").unwrap_or_default(),
        title: text("title").unwrap_or_default(),
        quote: text("content"),
        span: count("start_index").zip(count("end_index")),
    })
}

/// Writes one; `offset` is where its text begins in the message.
pub(in crate::openai_chat) fn annotation(citation: &Citation, offset: u64) -> Value {
    let mut told = json!({ "url": citation.url, "title": citation.title });
    if let Some((start, end)) = citation.span {
        told["start_index"] = start.saturating_add(offset).into();
        told["end_index"] = end.saturating_add(offset).into();
    }
    json!({ "type": "url_citation", "url_citation": told })
}

//! The pages that a text rests on.

use serde_json::{Value, json};

use crate::part::Citation;

/// A citation in neutral words; nothing for places in documents, which have no address.
pub(in crate::anthropic) fn neutral(location: &Value) -> Option<Citation> {
    let text = |key: &str| location.get(key).and_then(Value::as_str);
    let url = match text("type")? {
        "web_search_result_location" => text("url"),
        "search_result_location" => text("source"),
        _ => None,
    }?;
    Some(Citation {
        url: url.to_owned(),
        title: text("title").unwrap_or_default().to_owned(),
        quote: text("cited_text").map(str::to_owned),
        span: None,
    })
}

/// All citations of a block that have an address.
pub(super) fn all_neutral(citations: Option<&Value>) -> Vec<Citation> {
    let list = citations.and_then(Value::as_array);
    list.into_iter().flatten().filter_map(neutral).collect()
}

/// A citation for a client. The index by which the provider finds the page again is not known.
pub(super) fn value(citation: &Citation) -> Value {
    json!({
        "type": "web_search_result_location",
        "url": citation.url,
        "title": citation.title,
        "encrypted_index": "",
        "cited_text": citation.quote.as_deref().unwrap_or_default(),
    })
}

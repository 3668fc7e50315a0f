//! A search as the client sees it, and what it found as the model reads it.

use serde_json::{Value, json};

use super::{Page, SearchFailure, Searched};
use crate::Protocol::Anthropic;
use crate::pages;
use crate::part::{Foreign, Kind, Part};

/// The most characters of one page: enough for an excerpt, and no more than a model can weigh.
const MOST_CHARS: usize = 8_000;

/// The block that says what is searched for.
pub(super) fn asked(id: &str, query: Option<&str>) -> Part {
    let input = query.map_or_else(|| json!({}), |query| json!({ "query": query }));
    block(json!({ "type": "server_tool_use", "id": id, "name": "web_search", "input": input }))
}

/// The block that says what was found.
pub(super) fn told(id: &str, searched: &Searched) -> Part {
    let content = match searched {
        Searched::Pages(pages) => pages.iter().map(page).collect(),
        Searched::Failed(failure) => {
            json!({ "type": "web_search_tool_result_error", "error_code": failure.as_str() })
        }
    };
    block(json!({ "type": "web_search_tool_result", "tool_use_id": id, "content": content }))
}

fn block(value: Value) -> Part {
    Part::new(Kind::Foreign(Foreign {
        origin: Anthropic,
        value,
        gist: None,
    }))
}

fn page(page: &Page) -> Value {
    json!({
        "type": "web_search_result",
        "url": page.url,
        "title": page.title,
        "encrypted_content": pages::wrapped(excerpt(&page.text)),
        "page_age": page.age,
    })
}

fn excerpt(text: &str) -> &str {
    let end = text.char_indices().nth(MOST_CHARS);
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// What the model reads of a search.
pub(super) fn read(searched: &Searched) -> String {
    match searched {
        Searched::Pages(pages) if pages.is_empty() => "No pages were found.".to_owned(),
        Searched::Pages(pages) => listed(pages),
        Searched::Failed(failure) => failed(*failure).to_owned(),
    }
}

fn listed(pages: &[Page]) -> String {
    let numbered = pages.iter().enumerate();
    let listed: Vec<String> = numbered
        .map(|(index, page)| entry(index + 1, page))
        .collect();
    listed.join("\n\n")
}

fn entry(number: usize, page: &Page) -> String {
    let title = if page.title.is_empty() {
        "(no title)"
    } else {
        &page.title
    };
    let published = page.age.as_deref().map(|age| format!("Published: {age}"));
    let head = format!("[{number}] {title}");
    let lines = [
        Some(head.as_str()),
        Some(page.url.as_str()),
        published.as_deref(),
        Some(excerpt(&page.text)),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn failed(failure: SearchFailure) -> &'static str {
    match failure {
        SearchFailure::Unavailable => {
            "The search failed: the search service is not available. Answer without it and say so."
        }
        SearchFailure::TooManyRequests => {
            "The search failed: the search service is asked too often. Answer without it and say so."
        }
        SearchFailure::QueryTooLong => {
            "The search failed: the query is too long. Search for fewer words."
        }
        SearchFailure::MaxUsesExceeded => {
            "No more searches are allowed. Answer with what you have."
        }
        SearchFailure::InvalidToolInput => {
            "The search failed: it needs a query, as {\"query\": \"what to search for\"}."
        }
    }
}

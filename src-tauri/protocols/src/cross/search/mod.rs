//! Web searches by the gateway, for clients of Anthropic whose target does not search by itself.
//!
//! ```text
//! request   hosted web_search ─offer─► a function that the target knows how to call
//! answer    a call of it ─step─► server_tool_use; the end is held back, and the searches are wanted
//!           what was found ─► web_search_tool_result, and (again) the next request to the same target
//!           … until a round has no searches: then the client is told the end, and the sum of all counts
//! ```
//!
//! Whoever drives the answer does the searching and the asking; nothing here does.

mod again;
mod blocks;
mod offer;
mod step;

use crate::request::Request;

pub(super) use again::again;
pub(super) use offer::offer;
pub(super) use step::Searches;

/// The most rounds of one answer; Anthropic's own is paused after so many.
const MOST_ROUNDS: u32 = 10;
/// The most searches of one answer, however many the client allows.
const MOST_SEARCHES: u64 = 20;

/// A search that the model wants to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The id that the client knows it by.
    pub id: String,
    /// What to search for.
    pub query: String,
    /// The only domains whose pages count; none means all.
    pub only: Vec<String>,
    /// Domains whose pages do not count.
    pub never: Vec<String>,
}

/// What became of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Searched {
    /// These pages were found, the best first.
    Pages(Vec<Page>),
    /// It failed.
    Failed(SearchFailure),
}

/// A page that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: String,
    /// What it says, as far as it matters.
    pub text: String,
    /// When it was written, in words.
    pub age: Option<String>,
}

/// Why a search failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchFailure {
    /// The search service does not work, or not for us.
    Unavailable,
    /// The search service was asked too often.
    TooManyRequests,
    /// The query is longer than the search service takes.
    QueryTooLong,
    /// The client allows no more searches.
    MaxUsesExceeded,
    /// The model called the tool without a query.
    InvalidToolInput,
}

impl SearchFailure {
    /// Anthropic's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::TooManyRequests => "too_many_requests",
            Self::QueryTooLong => "query_too_long",
            Self::MaxUsesExceeded => "max_uses_exceeded",
            Self::InvalidToolInput => "invalid_tool_input",
        }
    }
}

/// What is known of the searches that a request allows.
#[derive(Debug, Clone)]
pub(super) struct Search {
    /// The name of the function that stands for the hosted tool.
    tool: String,
    /// How many searches are allowed.
    most: u64,
    /// The only domains whose pages count.
    only: Vec<String>,
    /// Domains whose pages do not count.
    never: Vec<String>,
    /// The request as the client sent it, but for the function; later rounds are added to it.
    request: Request,
}

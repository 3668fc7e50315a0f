//! Tools that the gateway runs itself, for models whose providers do not.

mod web_search;

pub use web_search::{Found, Page, Search, SearchError, Searcher};

//! The tools: `tools`, `functions` of old clients, and `web_search_options`.

mod read;
mod write;

pub(super) use read::read;
pub(super) use write::write;

/// The field that turns a search of the provider's own on.
const OPTIONS: &str = "web_search_options";

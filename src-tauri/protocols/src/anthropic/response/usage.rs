//! What an answer cost, as Anthropic counts it.

use serde_json::{Map, Value, json};

use crate::anthropic::fields::object;
use crate::part::{Kind, Part};
use crate::usage::Usage;

/// The counts, with what was read from the cache or written to it apart from the rest.
pub(in crate::anthropic) fn counted(usage: &Usage) -> Map<String, Value> {
    let uncached = usage
        .input
        .saturating_sub(usage.cached)
        .saturating_sub(usage.written);
    let mut counts = object([
        ("input_tokens", uncached.into()),
        ("cache_creation_input_tokens", usage.written.into()),
        ("cache_read_input_tokens", usage.cached.into()),
        ("output_tokens", usage.output.into()),
    ]);
    if usage.reasoning > 0 {
        let details = json!({ "thinking_tokens": usage.reasoning });
        counts.insert("output_tokens_details".to_owned(), details);
    }
    counts
}

/// Adds how often the web was searched, if it was.
pub(in crate::anthropic) fn add_searches(searches: u64, counts: &mut Map<String, Value>) {
    if searches > 0 {
        let told = json!({ "web_search_requests": searches, "web_fetch_requests": 0 });
        counts.insert("server_tool_use".to_owned(), told);
    }
}

/// Whether a part says what a search found; one that failed costs nothing.
pub(in crate::anthropic) fn is_search(part: &Part) -> bool {
    let Kind::Foreign(foreign) = &part.kind else {
        return false;
    };
    let text = foreign.value.get("type").and_then(Value::as_str);
    text == Some("web_search_tool_result")
        && foreign.value.get("content").is_some_and(Value::is_array)
}

/// The counts before anything is known but about how much was asked.
pub(in crate::anthropic) fn guessed(input: u64) -> Map<String, Value> {
    counted(&Usage {
        input,
        ..Usage::default()
    })
}

/// The counts after a guess was told: clients take each count that is not zero for the newest.
///
/// Where all that was read came from the cache, one token of it is told as if it had not: otherwise the guess
/// would stand beside the cached tokens, and everything would count twice.
pub(in crate::anthropic) fn counted_after(guess: u64, usage: &Usage) -> Map<String, Value> {
    let is_all_cached = usage.input > 0 && usage.input == usage.cached;
    let cached = if guess > 0 && is_all_cached {
        usage.cached - 1
    } else {
        usage.cached
    };
    counted(&Usage { cached, ..*usage })
}

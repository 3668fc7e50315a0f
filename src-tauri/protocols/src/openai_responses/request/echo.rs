//! What an answer repeats of its request.

use serde_json::{Map, Value};

use super::write::write_controls;
use crate::Protocol;
use crate::loss::Losses;
use crate::openai_responses::OWN;
use crate::openai_responses::fields::restore;
use crate::openai_responses::items::page::Page;
use crate::quirks::Quirks;
use crate::request::Request;

/// The fields that an answer repeats.
const REPEATED: [&str; 18] = [
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "reasoning",
    "text",
    "max_output_tokens",
    "max_tool_calls",
    "temperature",
    "top_p",
    "top_logprobs",
    "truncation",
    "metadata",
    "instructions",
    "service_tier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "safety_identifier",
    "user",
];

/// What the answer to a request repeats of it, as the client said it.
pub(crate) fn echo(request: &Request) -> Map<String, Value> {
    let quirks = Quirks::book(Protocol::OpenAiResponses);
    let mut losses = Losses::default();
    let mut page = Page {
        own: true,
        quirks: &quirks,
        losses: &mut losses,
    };
    let mut said = Map::new();
    write_controls(request, &mut page, &mut said);
    restore(&mut said, &request.extra);
    if let Some(system) = &request.system {
        let spelled = request.extra.noted(OWN, "instructions").cloned();
        let text = || system.joined("\n\n").into();
        said.insert("instructions".into(), spelled.unwrap_or_else(text));
    }
    said.retain(|key, value| REPEATED.contains(&key.as_str()) && !value.is_null());
    said
}

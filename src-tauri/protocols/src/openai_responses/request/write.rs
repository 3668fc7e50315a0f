//! Writes a request.

use serde_json::{Map, Value, json};

use super::choice::{read_choice, write_choice};
use super::controls::{LOGPROBS, write_text, write_thinking};
use super::lost::{SIBLINGS, note_lost, refuse};
use super::tools_write::write_tools;
use crate::Protocol;
use crate::codec::{Target, Unsayable};
use crate::loss::{Losses, Weight};
use crate::openai_responses::OWN;
use crate::openai_responses::fields::{kind_of, restore};
use crate::openai_responses::items::content_write::write_part;
use crate::openai_responses::items::page::{Page, Side};
use crate::openai_responses::items::write::write_turn;
use crate::part::Parts;
use crate::quirks::ReasoningStyle;
use crate::request::Request;

/// Writes the body of a request.
pub(crate) fn write_request(
    request: &Request,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<Value, Unsayable> {
    refuse(request)?;
    let mut page = Page {
        own: request.extra.noted(OWN, "own").is_some(),
        quirks: target.quirks,
        losses,
    };
    let mut body = Map::new();
    put(&mut body, "model", Some(target.model));
    let mut items = write_instructions(request, &mut page, &mut body);
    for turn in &request.turns {
        write_turn(turn, &mut page, &mut items);
    }
    write_input(request, items, &page, &mut body);
    write_controls(request, &mut page, &mut body);
    write_defaults(request, &page, &mut body);
    restore(&mut body, &request.extra);
    note_lost(request, &mut page);
    Ok(Value::Object(body))
}

/// Everything but the conversation and the model.
pub(crate) fn write_controls(
    request: &Request,
    page: &mut Page<'_>,
    body: &mut Map<String, Value>,
) {
    let tools = write_tools(request, page);
    if !tools.is_empty() || noted(request, "tools").is_some() {
        body.insert("tools".into(), tools.into());
    }
    put(body, "tool_choice", tool_choice(request, page));
    put(body, "parallel_tool_calls", request.parallel_tools);
    put(body, "reasoning", write_thinking(&request.thinking, page));
    put(body, "text", write_text(request, page));
    let sampling = &request.sampling;
    put(body, "max_output_tokens", sampling.max_output);
    put(
        body,
        "temperature",
        sampling.temperature.clone().map(Value::Number),
    );
    put(body, "top_p", sampling.top_p.clone().map(Value::Number));
    put(body, "top_logprobs", sampling.top_logprobs);
    put(body, "stream", request.stream);
    write_names(request, page, body);
}

fn put(body: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        body.insert(key.to_owned(), value.into());
    }
}

fn noted<'a>(request: &'a Request, key: &str) -> Option<&'a Value> {
    request.extra.noted(OWN, key)
}

/// Writes `instructions`, or the items that say them where parts of them are marked for the cache.
fn write_instructions(
    request: &Request,
    page: &mut Page<'_>,
    body: &mut Map<String, Value>,
) -> Vec<Value> {
    let Some(system) = &request.system else {
        return Vec::new();
    };
    if let Some(list) = noted(request, "instructions") {
        body.insert("instructions".into(), list.clone());
        return Vec::new();
    }
    let is_marked = system.list.iter().any(|part| part.cache.is_some());
    if is_marked && page.takes_marks() {
        return vec![marked_instructions(system, page)];
    }
    if is_marked {
        page.lose("system[].cache_control", Weight::Harmless);
    }
    body.insert("instructions".into(), system.joined("\n\n").into());
    Vec::new()
}

fn marked_instructions(system: &Parts, page: &mut Page<'_>) -> Value {
    let role = if page.quirks.developer_role {
        "developer"
    } else {
        "system"
    };
    let mut content = Vec::new();
    for part in &system.list {
        write_part(part, Side::Client, page, &mut content);
    }
    json!({"type": "message", "role": role, "content": content})
}

fn write_input(
    request: &Request,
    mut items: Vec<Value>,
    page: &Page<'_>,
    body: &mut Map<String, Value>,
) {
    let spelled = noted(request, "input").and_then(Value::as_str);
    let is_text = spelled == Some("text") && items.len() == 1 && items[0]["content"].is_string();
    if is_text {
        body.insert("input".into(), items[0]["content"].take());
    } else if !items.is_empty() || spelled.is_some() || !page.own {
        body.insert("input".into(), items.into());
    }
}

/// The choice as it was spelled, as long as it still says the same.
fn tool_choice(request: &Request, page: &mut Page<'_>) -> Option<Value> {
    let choice = request.tool_choice.as_ref()?;
    if let Some(raw) = noted(request, "tool_choice")
        && read_choice(raw) == *choice
    {
        return Some(raw.clone());
    }
    let written = write_choice(choice);
    if written.is_none() {
        page.lose("tool_choice", Weight::Notable);
    }
    written
}

/// Writes who asks, and what its requests have in common.
fn write_names(request: &Request, page: &mut Page<'_>, body: &mut Map<String, Value>) {
    let hints = page.quirks.cache_hints;
    if hints {
        put(body, "prompt_cache_key", request.cache_key.as_deref());
    } else if request.cache_key.is_some() {
        page.lose("prompt_cache_key", Weight::Harmless);
    }
    let is_newer = match noted(request, "user") {
        Some(_) => true,
        None if page.own => false,
        None => {
            hints
                && request
                    .extra
                    .get(Protocol::OpenAi, "safety_identifier")
                    .is_none()
        }
    };
    let key = if is_newer {
        "safety_identifier"
    } else {
        "user"
    };
    put(body, key, request.user.as_deref());
}

/// Says what a request from another protocol takes for granted, and copies what Chat says in the same words.
fn write_defaults(request: &Request, page: &Page<'_>, body: &mut Map<String, Value>) {
    if page.own {
        return;
    }
    for key in SIBLINGS {
        put(body, key, request.extra.get(Protocol::OpenAi, key).cloned());
    }
    body.entry("store").or_insert(Value::Bool(false));
    let mut include = Vec::new();
    if page.quirks.reasoning != ReasoningStyle::None {
        include.push("reasoning.encrypted_content");
    }
    if request.sampling.logprobs == Some(true) || request.sampling.top_logprobs.is_some() {
        include.push(LOGPROBS);
    }
    if searches(body) {
        include.push("web_search_call.action.sources");
    }
    if !include.is_empty() {
        body.insert("include".into(), json!(include));
    }
}

fn searches(body: &Map<String, Value>) -> bool {
    let tools = body.get("tools").and_then(Value::as_array);
    tools.is_some_and(|list| list.iter().any(|tool| kind_of(tool) == "web_search"))
}

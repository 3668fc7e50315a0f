//! What every provider insists on in a conversation, whatever the client sent.

use std::collections::HashSet;

use keyway_protocols::Protocol;
use serde_json::Value;

/// Fails unless a provider of this protocol would take the conversation.
pub(crate) fn assert_sound(protocol: Protocol, body: &Value) {
    match protocol {
        Protocol::Anthropic => anthropic(body),
        Protocol::OpenAi => chat(body),
        Protocol::OpenAiResponses => responses(body),
        Protocol::Gemini => gemini(body),
    }
    let tools = tool_names(protocol, body);
    let unique: HashSet<&String> = tools.iter().collect();
    assert_eq!(unique.len(), tools.len(), "two tools of one name in {body}");
    for name in &tools {
        let is_legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        assert!(
            (1..=64).contains(&name.len()) && name.chars().all(is_legal),
            "{name:?}"
        );
    }
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn kinds<'a>(content: &'a Value, kind: &str, id: &str) -> Vec<&'a str> {
    let blocks = content.as_array().map_or(&[][..], Vec::as_slice);
    let found = blocks.iter().filter(|block| block["type"] == kind);
    found.map(|block| text(block, id)).collect()
}

fn anthropic(body: &Value) {
    assert!(body["max_tokens"].as_u64() > Some(0), "{body}");
    let messages = list(body, "messages");
    assert!(!messages.is_empty(), "{body}");
    let mut ids = HashSet::new();
    let mut open: Vec<&str> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let role = if index % 2 == 0 { "user" } else { "assistant" };
        assert_eq!(text(message, "role"), role, "turns alternate: {body}");
        let content = &message["content"];
        assert_ne!(content.as_array().map(Vec::len), Some(0), "{message}");
        let results = kinds(content, "tool_result", "tool_use_id");
        assert_eq!(results, open, "results answer the calls before: {body}");
        let blocks = list(message, "content");
        let leading = blocks.iter().take(results.len());
        assert!(
            leading.clone().all(|block| block["type"] == "tool_result"),
            "{message}"
        );
        open = kinds(content, "tool_use", "id");
        for id in &open {
            let is_legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            assert!(!id.is_empty() && id.chars().all(is_legal), "{id:?}");
            assert!(ids.insert((*id).to_owned()), "{id} twice in {body}");
        }
        for block in blocks.iter().filter(|block| block["type"] == "text") {
            assert!(!text(block, "text").trim().is_empty(), "{message}");
        }
        for block in blocks.iter().filter(|block| block["type"] == "tool_use") {
            assert!(block["input"].is_object(), "{block}");
        }
    }
    assert!(open.is_empty(), "the last calls have results: {body}");
}

fn chat(body: &Value) {
    let mut open: Vec<&str> = Vec::new();
    let mut ids = HashSet::new();
    for message in list(body, "messages") {
        let role = text(message, "role");
        if role == "tool" {
            assert!(!open.is_empty(), "a result without a call: {body}");
            assert_eq!(open.remove(0), text(message, "tool_call_id"), "{body}");
            continue;
        }
        assert!(
            open.is_empty(),
            "something between calls and results: {body}"
        );
        for call in list(message, "tool_calls") {
            assert_eq!(role, "assistant", "{message}");
            let id = text(call, "id");
            assert!(ids.insert(id.to_owned()), "{id} twice in {body}");
            assert!(call["function"]["arguments"].is_string(), "{call}");
            open.push(id);
        }
    }
    assert!(open.is_empty(), "the last calls have results: {body}");
    assert!(!list(body, "messages").is_empty(), "{body}");
}

fn responses(body: &Value) {
    assert_eq!(body["store"], false, "{body}");
    let (mut calls, mut results) = (Vec::new(), Vec::new());
    for item in list(body, "input") {
        let kind = text(item, "type");
        if kind.ends_with("_call") {
            assert!(text(item, "call_id").len() <= 64, "{item}");
            calls.push(text(item, "call_id"));
        } else if kind.ends_with("_call_output") {
            results.push(text(item, "call_id"));
        }
    }
    assert_eq!(calls, results, "{body}");
    let unique: HashSet<&&str> = calls.iter().collect();
    assert_eq!(unique.len(), calls.len(), "{body}");
}

fn gemini(body: &Value) {
    let mut open = 0;
    let contents = list(body, "contents");
    assert!(!contents.is_empty(), "{body}");
    for (index, content) in contents.iter().enumerate() {
        let role = if index % 2 == 0 { "user" } else { "model" };
        assert_eq!(text(content, "role"), role, "turns alternate: {body}");
        let count = |key: &str| {
            list(content, "parts")
                .iter()
                .filter(|part| part.get(key).is_some())
                .count()
        };
        assert_eq!(count("functionResponse"), open, "{body}");
        open = count("functionCall");
        for part in list(content, "parts") {
            if let Some(answer) = part.get("functionResponse") {
                assert!(!text(answer, "name").is_empty(), "{answer}");
            }
        }
    }
    assert_eq!(open, 0, "the last calls have results: {body}");
}

fn tool_names(protocol: Protocol, body: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for tool in list(body, "tools") {
        let declared = match protocol {
            Protocol::Anthropic | Protocol::OpenAiResponses => vec![tool],
            Protocol::OpenAi => vec![&tool["function"]],
            Protocol::Gemini => list(tool, "functionDeclarations").iter().collect(),
        };
        names.extend(
            declared
                .into_iter()
                .filter_map(|tool| tool["name"].as_str())
                .map(str::to_owned),
        );
    }
    names
}

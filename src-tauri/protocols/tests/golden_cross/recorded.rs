//! What real clients sent, to every provider of another protocol: too long to read, so its structure is checked.

use std::path::PathBuf;

use keyway_protocols::Protocol::{self, Anthropic, Gemini, OpenAiResponses};
use keyway_protocols::cross::{Forgetful, request};
use serde_json::Value;

use super::kit::{Model, asked, models};

/// What no other vendor is told.
const PRIVATE: [&str; 6] = [
    "x-anthropic-billing-header",
    "device_id",
    "safeguards",
    "client_metadata",
    "context_management",
    "\"encrypted\":true",
];

#[test]
fn recorded_requests_reach_every_provider() {
    let mut count = 0;
    for (name, client, text) in recorded() {
        let asked_for: Value = serde_json::from_str(&text).expect("JSON");
        for model in models().iter().filter(|model| model.protocol != client) {
            let crossed = request(&asked(client, text.as_bytes()), &model.target(), &Forgetful);
            let crossed =
                crossed.unwrap_or_else(|error| panic!("{name} to {}: {error}", model.name));
            let sent = std::str::from_utf8(&crossed.body).expect("text");
            check(
                &format!("{name} to {}", model.name),
                &asked_for,
                sent,
                model,
            );
            count += 1;
        }
    }
    assert!(count >= 40, "only {count} ways were tried");
}

fn recorded() -> Vec<(String, Protocol, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/recorded");
    let files = std::fs::read_dir(folder).expect("recorded bodies");
    let bodies = files.filter_map(|file| {
        let path = file.expect("a file").path();
        let name = path
            .file_name()?
            .to_str()?
            .strip_suffix(".body.json")?
            .to_owned();
        let client = match name.split('-').next()? {
            "claude" => Anthropic,
            "codex" => OpenAiResponses,
            "gemini" => Gemini,
            other => panic!("nobody knows the client {other}"),
        };
        Some((name, client, std::fs::read_to_string(path).expect("text")))
    });
    bodies.collect()
}

fn check(way: &str, asked_for: &Value, sent: &str, model: &Model) {
    for word in PRIVATE {
        assert!(!sent.contains(word), "{way}: {word}");
    }
    let marks = sent.matches("\"cache_control\"").count();
    let most = if model.protocol == Anthropic { 4 } else { 0 };
    assert!(marks <= most, "{way}: {marks} marks");
    let sent: Value = serde_json::from_str(sent).expect("JSON");
    assert_eq!(
        sorted(tools_sent(&sent)),
        sorted(tools_asked(asked_for)),
        "{way}"
    );

    let mut told = Vec::new();
    for key in [
        "system",
        "instructions",
        "systemInstruction",
        "messages",
        "input",
        "contents",
    ] {
        texts(&sent[key], &mut told);
    }
    let told = told.join("\n");
    let mut from = 0;
    for instruction in instructions(asked_for) {
        let at = told[from..].find(instruction);
        let at = at.unwrap_or_else(|| panic!("{way}: instructions in order: {instruction}"));
        from += at + instruction.len();
    }
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

/// The functions that the client offers, as providers know them; what a provider runs is left out.
fn tools_asked(body: &Value) -> Vec<String> {
    let mut names = Vec::new();
    let amid = list(body, "input").filter(|item| item["type"] == "additional_tools");
    let amid = amid.flat_map(|item| list(item, "tools"));
    for tool in list(body, "tools").chain(amid) {
        let name = tool["name"].as_str().unwrap_or_default();
        match tool["type"].as_str() {
            Some("namespace") => names.extend(
                list(tool, "tools")
                    .filter_map(|tool| Some(format!("{name}__{}", tool["name"].as_str()?))),
            ),
            Some("web_search") => {}
            Some(_) | None if tool["functionDeclarations"].is_array() => names.extend(
                list(tool, "functionDeclarations")
                    .filter_map(|tool| Some(tool["name"].as_str()?.to_owned())),
            ),
            Some(_) | None => names.push(name.to_owned()),
        }
    }
    names
}

/// The functions that a provider is offered.
fn tools_sent(body: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for tool in list(body, "tools") {
        let inner = [&tool["function"], &tool["custom"], tool];
        let kind = tool["type"].as_str().unwrap_or_default();
        if tool["functionDeclarations"].is_array() {
            names.extend(
                list(tool, "functionDeclarations").filter_map(|tool| tool["name"].as_str()),
            );
        } else if !kind.starts_with("web_search") {
            names.extend(inner.into_iter().find_map(|tool| tool["name"].as_str()));
        }
    }
    names.into_iter().map(str::to_owned).collect()
}

/// What the client tells the model before all else, in order.
fn instructions(body: &Value) -> Vec<&str> {
    let mut all = Vec::new();
    for key in ["system", "instructions", "systemInstruction"] {
        texts(&body[key], &mut all);
    }
    let developer = list(body, "input").filter(|item| item["role"] == "developer");
    developer.for_each(|item| texts(&item["content"], &mut all));
    all.retain(|text| !text.starts_with("x-anthropic-billing-header"));
    all
}

/// All strings that are said, in order.
fn texts<'a>(value: &'a Value, all: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => all.push(text),
        Value::Array(list) => list.iter().for_each(|item| texts(item, all)),
        Value::Object(fields) => {
            for key in ["text", "content", "parts"] {
                fields
                    .get(key)
                    .into_iter()
                    .for_each(|value| texts(value, all));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

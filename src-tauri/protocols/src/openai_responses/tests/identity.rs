//! What is read and written in this protocol stays as it was.

use serde_json::{Value, json};

use super::{read, write};
use crate::part::Kind;
use crate::request::{Role, ToolKind};

fn stays(body: &Value) {
    let (written, losses) = write(&read(body));
    assert_eq!(&written, body);
    assert!(losses.is_empty(), "{losses:?}");
}

fn recorded(name: &str) -> Value {
    let path = format!(
        "{}/../../tests/fixtures/recorded/{name}.body.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).expect("the recording is there");
    serde_json::from_str(&text).expect("the recording is JSON")
}

#[test]
fn what_codex_sends_stays_as_it_was() {
    for name in ["codex-0.169.0-01", "codex-0.169.0-02", "codex-0.169.0-03"] {
        stays(&recorded(name));
    }
}

#[test]
fn every_item_stays_as_it_was() {
    let items = include_str!("items.json");
    let items: Vec<Value> = serde_json::from_str(items).unwrap();
    for item in &items {
        stays(&json!({"model": "m", "input": [item]}));
    }
    stays(&json!({"model": "m", "input": items}));
}

#[test]
fn every_field_and_tool_stays_as_it_was() {
    let body = include_str!("fields.json");
    stays(&serde_json::from_str(body).unwrap());
}

#[test]
fn every_choice_of_tools_stays_as_it_was() {
    for choice in [
        json!("auto"),
        json!("required"),
        json!("none"),
        json!({"type": "function", "name": "f"}),
        json!({"type": "custom", "name": "c"}),
        json!({"type": "mcp", "server_label": "l", "name": "n"}),
        json!({"type": "file_search"}),
        json!({"type": "shell"}),
        json!({"type": "web_search_preview"}),
        json!({"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]}),
        json!({"type": "allowed_tools", "mode": "required", "tools":
            [{"type": "custom", "name": "c"}, {"type": "mcp", "server_label": "l"}]}),
    ] {
        stays(&json!({"model": "m", "input": "x", "tool_choice": choice}));
    }
}

#[test]
fn short_spellings_stay_short() {
    for body in [
        json!({"model": "m", "input": "hi"}),
        json!({"model": "m", "input": ""}),
        json!({"model": "m", "input": []}),
        json!({"model": "m"}),
        json!({"model": "m", "input": [{"role": "user", "content": "hi"}]}),
        json!({"model": "m", "input": [{"role": "user", "content": []}], "tools": []}),
        json!({"model": "m", "input": "x", "instructions": "", "reasoning": {}, "text": {}}),
        json!({"model": "m", "input": "x", "instructions": null, "reasoning": null, "text": null,
            "tools": null, "tool_choice": null, "temperature": null, "stream": null, "user": null}),
        json!({"model": "m", "input": "x", "text": {"format": {"type": "text"}}, "safety_identifier": "s"}),
        json!({"model": "m", "input": "x", "text": {"format": {"type": "grammar", "g": 1}}}),
        json!({"model": "m", "input": "x", "reasoning": {"effort": null, "summary": null}}),
        json!({"model": "m", "input": "x", "reasoning": {"effort": "colossal"}}),
    ] {
        stays(&body);
    }
}

#[test]
fn numbers_stay_as_they_were_written() {
    let body = r#"{"model":"m","input":"x","temperature":0.70,"top_p":1.0,"max_output_tokens":16}"#;
    let body: Value = serde_json::from_str(body).unwrap();

    let (written, _) = write(&read(&body));

    assert_eq!(written["temperature"].to_string(), "0.70");
    assert_eq!(written["top_p"].to_string(), "1.0");
}

#[test]
fn p119_tools_declared_in_the_conversation_are_tools_and_are_not_said_twice() {
    let body = recorded("codex-0.169.0-01");
    let request = read(&body);

    let names: Vec<_> = request
        .tools
        .iter()
        .map(|tool| (tool.namespace.as_deref().unwrap_or(""), tool.name.as_str()))
        .collect();

    assert_eq!(names[..2], [("functions", "exec"), ("functions", "wait")]);
    assert_eq!(names.len(), 11);
    assert!(matches!(request.tools[0].kind, ToolKind::Custom { .. }));
    assert_eq!(request.turns[0].role, Role::Developer);
    assert!(write(&request).0.get("tools").is_none());
}

#[test]
fn p119_tools_are_listed_again_when_the_item_that_declared_them_is_gone() {
    let mut request = read(&recorded("codex-0.169.0-01"));
    request.turns.remove(0);

    let (body, _) = write(&request);

    let tools = body["tools"].as_array().unwrap();
    assert_eq!(tools.len(), 3);
    assert_eq!(tools[0]["name"], "functions");
    assert_eq!(tools[0]["tools"][0]["type"], "custom");
}

#[test]
fn p139_the_phase_of_a_message_survives() {
    let item = json!({"type": "message", "role": "assistant", "phase": "commentary",
        "content": [{"type": "output_text", "text": "on it"}]});
    stays(&json!({"model": "m", "input": [item]}));
}

#[test]
fn p125_a_thought_without_a_summary_gets_an_empty_one() {
    let item = json!({"type": "reasoning", "encrypted_content": "e"});
    let request = read(&json!({"model": "m", "input": [item]}));

    let (body, _) = write(&request);

    assert_eq!(body["input"][0]["summary"], json!([]));
}

#[test]
fn several_summaries_are_one_thought_and_come_back_as_several() {
    let item = json!({"type": "reasoning", "id": "rs_1", "encrypted_content": "e", "content": null, "summary": [
        {"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": "b"}]});
    let body = json!({"model": "m", "input": [item]});

    let request = read(&body);

    let Kind::Reasoning(reasoning) = &request.turns[0].parts()[0].kind else {
        panic!("it is a thought");
    };
    assert_eq!(reasoning.text, "a\n\nb");
    stays(&body);
}

use keyway_protocols::Protocol::{self, Anthropic, OpenAi, OpenAiResponses};
use keyway_protocols::cross::WayBack;
use keyway_protocols::quirks::Quirks;
use serde_json::{Value, json};

use crate::ways::{asked, crossed};

use super::{done, finish, fragment, told_by};

/// The way back of a request with these tools, and their names at the provider.
fn way(client: Protocol, body: &Value) -> (WayBack, Vec<String>) {
    let crossed = crossed(&asked(client), OpenAi, &Quirks::book(OpenAi), body);
    let sent: Value = serde_json::from_slice(&crossed.body).expect("a body is JSON");
    let names = sent["tools"].as_array().into_iter().flatten();
    let names = names.map(|tool| {
        tool["function"]["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    });
    (crossed.way_back, names.collect())
}

fn items(way: &WayBack, calls: &[(&str, &str)]) -> Vec<Value> {
    let mut events: Vec<Value> = calls
        .iter()
        .enumerate()
        .map(|(index, (name, arguments))| {
            fragment(index, Some(&format!("c{index}")), Some(name), arguments)
        })
        .collect();
    events.extend([finish("tool_calls"), done()]);
    let told = told_by(way, OpenAiResponses, &super::stream(&events));
    let last = told.events().pop().unwrap_or_default();
    let output = last["response"]["output"].as_array();
    output.cloned().unwrap_or_default()
}

#[test]
fn p115_custom_tools_are_called_with_free_text() {
    let body = json!({"model": "alias", "stream": true, "input": "x", "tools": [
        {"type": "custom", "name": "apply_patch", "description": "Patches.",
            "format": {"type": "grammar", "syntax": "lark", "definition": "start: /.+/"}}]});
    let (way, names) = way(OpenAiResponses, &body);
    let wrapped = json!({"input": "*** Begin Patch\n\"é\"\n*** End Patch"}).to_string();
    let items = items(
        &way,
        &[
            (&names[0], &wrapped),
            (&names[0], "{\"patch\":\"p\"}"),
            (&names[0], "plain"),
        ],
    );

    let said: Vec<Value> = items
        .iter()
        .map(|item| json!([item["type"], item["name"], item["input"]]))
        .collect();
    assert_eq!(
        json!(said),
        json!([
            [
                "custom_tool_call",
                "apply_patch",
                "*** Begin Patch\n\"é\"\n*** End Patch"
            ],
            ["custom_tool_call", "apply_patch", "p"],
            ["custom_tool_call", "apply_patch", "plain"],
        ])
    );
}

#[test]
fn p118_tools_of_a_namespace_come_back_with_it() {
    let body = json!({"model": "alias", "stream": true, "input": "x", "tools": [
        {"type": "namespace", "name": "multi_agent_v1", "description": "d", "tools": [
            {"type": "function", "name": "spawn", "parameters": {"type": "object", "properties": {}}}]}]});
    let (way, names) = way(OpenAiResponses, &body);
    let items = items(&way, &[(&names[0], "{}")]);

    assert_eq!(items[0]["name"], "spawn");
    assert_eq!(items[0]["namespace"], "multi_agent_v1");
}

#[test]
fn p166_names_that_had_to_change_come_back() {
    let long = format!("mcp.server/tool:{}", "x".repeat(70));
    let body = json!({"model": "alias", "max_tokens": 9, "stream": true,
        "messages": [{"role": "user", "content": "x"}],
        "tools": [{"name": long, "input_schema": {"type": "object"}}]});
    let (way, names) = way(Anthropic, &body);
    assert_ne!(names[0], long);

    let events = [
        fragment(0, Some("c"), Some(&names[0]), "{}"),
        finish("tool_calls"),
        done(),
    ];
    let told = told_by(&way, Anthropic, &super::stream(&events));
    assert_eq!(told.heard.calls[0].name, long);
}

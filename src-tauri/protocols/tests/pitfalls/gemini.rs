//! Gemini's clients and providers.

use std::fs;

use bytes::Bytes;
use keyway_protocols::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::Target;
use keyway_protocols::cross::{self, Asked, Crossed, Forgetful, ReasoningForm};
use keyway_protocols::quirks::Quirks;
use serde_json::{Value, json};

fn crossed(client: Protocol, body: &Value, provider: Protocol) -> Crossed {
    let body = body.to_string();
    let asked = Asked {
        protocol: client,
        body: body.as_bytes(),
        alias: "alias",
        streamed: Some(true),
        list: false,
        id: "0001",
        now: 1,
        reasoning: ReasoningForm::Native,
        searches: false,
    };
    let quirks = Quirks::book(provider);
    let target = Target {
        protocol: provider,
        model: "m",
        provider: "p1",
        quirks: &quirks,
    };
    cross::request(&asked, &target, &Forgetful).expect("it can be said")
}

fn sent(client: Protocol, body: &Value, provider: Protocol) -> Value {
    serde_json::from_slice(&crossed(client, body, provider).body).expect("a body is JSON")
}

/// The stream of a provider as the client that asked this sees it.
fn answered(client: Protocol, body: &Value, provider: Protocol, stream: &str) -> String {
    let mut out = Vec::new();
    let mut crossing = crossed(client, body, provider).way_back.stream();
    crossing
        .push(Bytes::copy_from_slice(stream.as_bytes()), &mut out)
        .expect("no event is too large");
    let end = crossing.finish(&mut out);
    assert!(end.whole, "{end:?}");
    String::from_utf8(out.concat()).expect("text stays text")
}

fn golden(protocol: Protocol) -> String {
    let path = format!("{}/tests/golden/{protocol}.sse", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).expect("the golden stream is there")
}

fn recorded(begin: &str) -> Vec<Value> {
    let folder = format!(
        "{}/../../tests/fixtures/recorded",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut bodies = Vec::new();
    for entry in fs::read_dir(folder).expect("the recorded bodies are there") {
        let path = entry.expect("the folder can be read").path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.starts_with(begin) && name.ends_with(".body.json") {
            let text = fs::read(&path).expect("the body can be read");
            bodies.push(serde_json::from_slice(&text).expect("the body is JSON"));
        }
    }
    assert!(!bodies.is_empty());
    bodies
}

fn data(wire: &str) -> Vec<Value> {
    let lines = wire.lines().filter_map(|line| line.strip_prefix("data: "));
    lines
        .filter(|data| *data != "[DONE]")
        .map(|data| serde_json::from_str(data).expect("data is JSON"))
        .collect()
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn question() -> Value {
    json!({"contents": [{"role": "user", "parts": [{"text": "q"}]}],
        "generationConfig": {"thinkingConfig": {"includeThoughts": true, "thinkingLevel": "HIGH"}},
        "tools": [{"functionDeclarations": [{"name": "f"}, {"name": "g"}]}]})
}

#[test]
fn whatever_clients_are_recorded_to_send_can_be_said_to_google() {
    for (client, begin) in [(Anthropic, "claude-code-"), (OpenAiResponses, "codex-")] {
        for body in recorded(begin) {
            let sent = sent(client, &body, Gemini);
            let contents = list(&sent, "/contents");
            assert_eq!(contents[0]["role"], "user");
            for pair in contents.windows(2) {
                assert_ne!(pair[0]["role"], pair[1]["role"]);
                let count = |content: &Value, name: &str| {
                    list(content, "/parts")
                        .iter()
                        .filter(|part| part.get(name).is_some())
                        .count()
                };
                if pair[0]["role"] == "model" {
                    assert_eq!(
                        count(&pair[0], "functionCall"),
                        count(&pair[1], "functionResponse")
                    );
                }
            }
            assert!(!sent.to_string().contains("cache_control"));
        }
    }
}

#[test]
fn what_gemini_cli_is_recorded_to_send_can_be_said_to_all() {
    for body in recorded("gemini-cli-") {
        for (provider, tools, system) in [
            (Anthropic, "/tools/0/input_schema/properties", "/system"),
            (
                OpenAi,
                "/tools/0/function/parameters/properties",
                "/messages/0/content",
            ),
            (
                OpenAiResponses,
                "/tools/0/parameters/properties",
                "/instructions",
            ),
        ] {
            let sent = sent(Gemini, &body, provider);
            let declared =
                body.pointer("/tools/0/functionDeclarations/0/parametersJsonSchema/properties");
            assert_eq!(sent.pointer(tools), declared, "{provider}");
            assert!(sent.pointer(system).is_some(), "{provider}: {sent}");
        }
    }
}

#[test]
fn p042_p147_p152_streams_of_all_providers_reach_gemini_clients_whole() {
    for provider in [Anthropic, OpenAi, OpenAiResponses] {
        let wire = answered(Gemini, &question(), provider, &golden(provider));
        assert!(wire.ends_with("\n\n"), "{provider}");
        let chunks = data(&wire);
        let parts: Vec<&Value> = chunks
            .iter()
            .flat_map(|chunk| list(chunk, "/candidates/0/content/parts"))
            .collect();
        let calls: Vec<&Value> = parts
            .iter()
            .filter_map(|part| part.get("functionCall"))
            .collect();
        let expected = [
            json!({"id": "toolu_a", "name": "f", "args": {"x": 1}}),
            json!({"id": "toolu_b", "name": "g", "args": {}}),
        ];
        assert_eq!(calls, expected.iter().collect::<Vec<_>>(), "{provider}");
        let thoughts: Vec<&Value> = parts
            .iter()
            .copied()
            .filter(|part| part["thought"] == true)
            .collect();
        assert_eq!(
            thoughts,
            [&json!({"text": "hm", "thought": true})],
            "{provider}"
        );
        let last = chunks.last().expect("there are chunks");
        assert_eq!(last["candidates"][0]["finishReason"], "STOP", "{provider}");
        assert_eq!(last["usageMetadata"]["totalTokenCount"], 35, "{provider}");
        assert_eq!(last["modelVersion"], "alias", "{provider}");
    }
}

/// What a Gemini client sends next: the parts of the answer but for the thoughts, and the results of its calls.
fn next_question(wire: &str) -> Value {
    let parts: Vec<Value> = data(wire)
        .iter()
        .flat_map(|chunk| list(chunk, "/candidates/0/content/parts").to_vec())
        .filter(|part| {
            part.get("thought").is_none()
                && (part["text"] != "" || part.get("thoughtSignature").is_some())
        })
        .collect();
    let results: Vec<Value> = parts
        .iter()
        .filter_map(|part| part.get("functionCall"))
        .map(|call| json!({"functionResponse": {"id": call["id"], "name": call["name"], "response": {"output": "ok"}}}))
        .collect();
    let mut body = question();
    let contents = body["contents"].as_array_mut().expect("a list");
    contents.push(json!({"role": "model", "parts": parts}));
    contents.push(json!({"role": "user", "parts": results}));
    body
}

#[test]
fn p148_anthropics_signatures_come_back_through_gemini_clients() {
    let wire = answered(Gemini, &question(), Anthropic, &golden(Anthropic));
    let sent = sent(Gemini, &next_question(&wire), Anthropic);
    let blocks = list(&sent, "/messages/1/content");
    let kinds: Vec<&Value> = blocks.iter().map(|block| &block["type"]).collect();
    assert_eq!(kinds, ["thinking", "text", "tool_use", "tool_use"]);
    assert_eq!(blocks[0]["signature"], "c2ln");
    let answers = list(&sent, "/messages/2/content");
    assert_eq!(
        [&answers[0]["tool_use_id"], &answers[1]["tool_use_id"]],
        ["toolu_a", "toolu_b"]
    );
}

#[test]
fn p257_googles_signatures_come_back_through_anthropics_clients_on_their_part() {
    let question = json!({"model": "alias", "max_tokens": 100, "stream": true,
        "messages": [{"role": "user", "content": "q"}],
        "tools": [{"name": "f", "input_schema": {"type": "object"}}, {"name": "g", "input_schema": {"type": "object"}}]});
    let wire = answered(Anthropic, &question, Gemini, &golden(Gemini));
    let mut blocks: Vec<Value> = Vec::new();
    for event in data(&wire) {
        if event["type"] == "content_block_start" {
            blocks.push(event["content_block"].clone());
        }
        let Some(block) = blocks.last_mut() else {
            continue;
        };
        for (delta, field) in [
            ("thinking_delta", "thinking"),
            ("text_delta", "text"),
            ("signature_delta", "signature"),
        ] {
            if event["delta"]["type"] == delta {
                let text = format!(
                    "{}{}",
                    block[field].as_str().unwrap_or_default(),
                    event["delta"][field].as_str().unwrap_or_default()
                );
                block[field] = text.into();
            }
        }
        if event["delta"]["type"] == "input_json_delta" {
            let text = event["delta"]["partial_json"].as_str().unwrap_or_default();
            block["input"] = serde_json::from_str(text).unwrap_or(json!({}));
        }
    }
    let results: Vec<Value> = blocks
        .iter()
        .filter(|block| block["type"] == "tool_use")
        .map(|block| json!({"type": "tool_result", "tool_use_id": block["id"], "content": "ok"}))
        .collect();
    let mut next = question;
    let messages = next["messages"].as_array_mut().expect("a list");
    messages.push(json!({"role": "assistant", "content": blocks}));
    messages.push(json!({"role": "user", "content": results}));

    let sent = sent(Anthropic, &next, Gemini);

    assert_eq!(
        sent["contents"][1]["parts"],
        json!([{"text": "ok"},
            {"functionCall": {"id": "toolu_a", "name": "f", "args": {"x": 1}}, "thoughtSignature": "c2ln"},
            {"functionCall": {"id": "toolu_b", "name": "g", "args": {}}}])
    );
    assert_eq!(
        sent["contents"][2]["parts"],
        json!([{"functionResponse": {"id": "toolu_a", "name": "f", "response": {"output": "ok"}}},
            {"functionResponse": {"id": "toolu_b", "name": "g", "response": {"output": "ok"}}}])
    );
}

#[test]
fn p066_pictures_in_addresses_are_taken_out_however_they_are_written() {
    let png = "iVBORw0KGgoAAAANSUhEUg==";
    for address in [
        format!("data:image/png;base64,{png}"),
        format!("data:image/png;charset=utf-8;base64,{png}"),
        format!("DATA:IMAGE/PNG;BASE64,{png}"),
        format!("data:;base64,{png}"),
        format!("data:image/png;base64,{}", png.trim_end_matches('=')),
    ] {
        let chat = json!({"model": "alias", "messages": [{"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": address}}]}]});
        let responses = json!({"model": "alias", "input": [{"role": "user", "content": [
            {"type": "input_image", "image_url": address}]}]});
        for (client, body) in [(OpenAi, chat), (OpenAiResponses, responses)] {
            let sent = sent(client, &body, Gemini);
            assert_eq!(
                sent["contents"][0]["parts"],
                json!([{"inlineData": {"mimeType": "image/png", "data": png}}]),
                "{client}: {address}"
            );
        }
    }
}

//! Chat's clients, and its providers with their dialects.

use std::fs;

use bytes::Bytes;
use keyway_protocols::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::cross::{self, Asked, Crossed, Forgetful, ReasoningForm, Target};
use keyway_protocols::quirks::Quirks;
use serde_json::{Map, Value, json};

use crate::kit::sent;

/// A request to a model at a host that is known.
fn crossed(client: Protocol, body: &Value, provider: Protocol, host: &str, model: &str) -> Crossed {
    let quirks = Quirks::resolve(provider, host, model, &Map::new()).expect("the rules are sound");
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
    let target = Target {
        protocol: provider,
        model,
        provider: "p1",
        quirks: &quirks,
    };
    cross::request(&asked, &target, &Forgetful).expect("it can be said")
}

fn body_of(crossed: &Crossed) -> Value {
    serde_json::from_slice(&crossed.body).expect("a body is JSON")
}

/// The stream of a provider as the client sees it that asked this.
fn told(crossed: &Crossed, stream: &str) -> String {
    let mut out = Vec::new();
    let mut crossing = crossed.way_back.stream();
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

fn chunks(wire: &str) -> Vec<Value> {
    let data = wire.lines().filter_map(|line| line.strip_prefix("data: "));
    let data = data.filter(|data| *data != "[DONE]");
    data.map(|data| serde_json::from_str(data).expect("data is JSON"))
        .collect()
}

/// The message of a stream of chunks, put together as clients do that keep what they do not know.
fn accumulated(wire: &str) -> Value {
    let mut message = json!({"role": "assistant", "content": "", "reasoning_content": "", "reasoning_details": [], "tool_calls": []});
    let add = |to: &mut Value, more: &Value| {
        if let Some(more) = more.as_str() {
            *to = format!("{}{more}", to.as_str().unwrap_or_default()).into();
        }
    };
    for chunk in chunks(wire) {
        let delta = &chunk["choices"][0]["delta"];
        add(&mut message["content"], &delta["content"]);
        add(
            &mut message["reasoning_content"],
            &delta["reasoning_content"],
        );
        let details = message["reasoning_details"].as_array_mut().expect("a list");
        details.extend(
            delta["reasoning_details"]
                .as_array()
                .into_iter()
                .flatten()
                .cloned(),
        );
        for fragment in delta["tool_calls"].as_array().into_iter().flatten() {
            let calls = message["tool_calls"].as_array_mut().expect("a list");
            let index =
                usize::try_from(fragment["index"].as_u64().expect("a number")).expect("small");
            if index == calls.len() {
                calls.push(fragment.clone());
            } else {
                add(
                    &mut calls[index]["function"]["arguments"],
                    &fragment["function"]["arguments"],
                );
            }
        }
    }
    message
}

/// A question, the answer to it, and a result for each of its calls.
fn continued(question: &Value, message: &Value) -> Value {
    let mut body = question.clone();
    let messages = body["messages"].as_array_mut().expect("a list");
    messages.push(message.clone());
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        messages.push(json!({"role": "tool", "tool_call_id": call["id"], "content": "done"}));
    }
    body
}

fn question() -> Value {
    let tool = |name: &str| json!({"type": "function", "function": {"name": name, "parameters": {"type": "object"}}});
    json!({"model": "alias", "stream": true, "reasoning_effort": "high", "max_completion_tokens": 20_000,
        "messages": [{"role": "user", "content": "q"}], "tools": [tool("f"), tool("g")]})
}

fn pointed<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

#[test]
fn p096_an_anthropic_thought_comes_back_through_a_chat_client_as_it_was() {
    let ask = |body: &Value| {
        crossed(
            OpenAi,
            body,
            Anthropic,
            "api.anthropic.com",
            "claude-sonnet-4-5",
        )
    };
    let stream = told(&ask(&question()), &golden(Anthropic));
    let message = accumulated(&stream);
    assert_eq!(message["reasoning_content"], "hm");
    assert_eq!(message["content"], "ok");

    let next = body_of(&ask(&continued(&question(), &message)));

    let blocks = pointed(&next, "/messages/1/content");
    assert_eq!(
        blocks[0],
        json!({"type": "thinking", "thinking": "hm", "signature": "c2ln"})
    );
    assert_eq!(blocks[1]["text"], "ok");
    assert_eq!(blocks[2]["input"], json!({"x": 1}));
    assert_eq!(next["thinking"]["type"], "enabled");
}

#[test]
fn p257_a_gemini_signature_comes_back_through_a_chat_client_onto_its_call() {
    let ask = |body: &Value| {
        crossed(
            OpenAi,
            body,
            Gemini,
            "generativelanguage.googleapis.com",
            "gemini-3-pro",
        )
    };
    let stream = told(&ask(&question()), &golden(Gemini));
    let message = accumulated(&stream);
    let signature = pointed(
        &message,
        "/tool_calls/0/extra_content/google/thought_signature",
    );
    assert!(signature.is_string(), "{message}");

    // Clients keep the one or the other.
    let mut without_details = message.clone();
    without_details["reasoning_details"] = json!([]);
    let mut without_extra = message.clone();
    without_extra["tool_calls"][0]
        .as_object_mut()
        .expect("a call")
        .shift_remove("extra_content");
    for message in [message, without_details, without_extra] {
        let next = body_of(&ask(&continued(&question(), &message)));
        let parts = pointed(&next, "/contents/1/parts")
            .as_array()
            .expect("parts");
        let calls: Vec<&Value> = parts
            .iter()
            .filter(|part| part.get("functionCall").is_some())
            .collect();
        assert_eq!(calls[0]["thoughtSignature"], "c2ln", "{next}");
        assert_eq!(calls[1].get("thoughtSignature"), None);
    }
}

/// What Claude Code says to a model that thinks.
fn claude_code() -> Value {
    json!({"model": "alias", "stream": true, "max_tokens": 32_000, "thinking": {"type": "adaptive"},
        "output_config": {"effort": "high"}, "messages": [{"role": "user", "content": "q"}],
        "tools": [{"name": "f", "input_schema": {"type": "object"}}, {"name": "g", "input_schema": {"type": "object"}}]})
}

#[test]
fn p188_a_deepseek_thought_comes_back_through_claude_code_word_for_word() {
    let ask = |body: &Value| crossed(Anthropic, body, OpenAi, "api.deepseek.com", "deepseek-v4");
    let first = ask(&claude_code());
    assert_eq!(body_of(&first)["thinking"], json!({"type": "enabled"}));
    assert_eq!(body_of(&first)["reasoning_effort"], "high");

    let events = chunks(&told(&first, &golden(OpenAi)));
    let signature = events
        .iter()
        .find_map(|event| event.pointer("/delta/signature"))
        .expect("the thought is signed");
    let mut body = claude_code();
    body["messages"].as_array_mut().expect("a list").extend([
        json!({"role": "assistant", "content": [
            {"type": "thinking", "thinking": "", "signature": signature},
            {"type": "tool_use", "id": "toolu_a", "name": "f", "input": {"x": 1}}]}),
        json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_a", "content": "done"}]}),
    ]);
    let next = body_of(&ask(&body));

    assert_eq!(pointed(&next, "/messages/1/reasoning_content"), "hm");
}

#[test]
fn p194_details_come_back_through_a_client_of_another_protocol() {
    let ask = |body: &Value| crossed(Anthropic, body, OpenAi, "openrouter.ai", "openai/gpt-5.2");
    let details = json!([{"type": "reasoning.encrypted", "data": "gAAA", "id": "rs_1", "format": "openai-responses-v1", "index": 0}]);
    let chunk = |delta: Value| {
        format!(
            "data: {}\n\n",
            json!({"id": "gen-1", "choices": [{"index": 0, "delta": delta}]})
        )
    };
    let stream = [
        chunk(json!({"reasoning_details": details})),
        chunk(
            json!({"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "f", "arguments": "{}"}}]}),
        ),
        "data: [DONE]\n\n".to_owned(),
    ];
    let events = chunks(&told(&ask(&claude_code()), &stream.concat()));
    let block = events
        .iter()
        .filter_map(|event| event.get("content_block"))
        .find(|block| block["type"] != "tool_use");
    let signature = events
        .iter()
        .find_map(|event| event.pointer("/delta/signature"));
    let mut block = block.expect("the thought is told").clone();
    if let Some(signature) = signature {
        block["signature"] = signature.clone();
    }
    let mut body = claude_code();
    body["messages"].as_array_mut().expect("a list").extend([
        json!({"role": "assistant", "content": [block, {"type": "tool_use", "id": "c1", "name": "f", "input": {}}]}),
        json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "done"}]}),
    ]);

    assert_eq!(
        pointed(&body_of(&ask(&body)), "/messages/1/reasoning_details"),
        &details
    );
}

#[test]
fn p215_results_stand_directly_behind_their_calls() {
    let body = json!({"model": "a", "max_tokens": 10, "messages": [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {}}, {"type": "tool_use", "id": "b", "name": "f", "input": {}}]},
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": [{"type": "text", "text": "go on"}, {"type": "tool_result", "tool_use_id": "b", "content": "2"},
            {"type": "tool_result", "tool_use_id": "a", "content": "1"}]},
    ], "tools": [{"name": "f", "input_schema": {"type": "object"}}]});

    let sent = sent(Anthropic, OpenAi, &body);

    let messages = sent["messages"].as_array().expect("messages");
    let roles: Vec<&str> = messages
        .iter()
        .filter_map(|message| message["role"].as_str())
        .collect();
    assert_eq!(roles[..4], ["user", "assistant", "tool", "tool"]);
    assert_eq!(
        (&messages[2]["tool_call_id"], &messages[3]["tool_call_id"]),
        (&json!("a"), &json!("b"))
    );
    assert!(roles[4..].iter().all(|role| *role == "user"));
}

#[test]
fn p220_optional_properties_stay_optional() {
    let schema = json!({"type": "object", "properties": {"p": {"type": "string"}, "q": {"type": "string"}}, "required": ["q"]});
    let anthropic = json!({"model": "a", "max_tokens": 10, "messages": [{"role": "user", "content": "q"}],
        "tools": [{"name": "f", "input_schema": schema}]});
    let responses = json!({"model": "a", "input": "q",
        "tools": [{"type": "function", "name": "f", "parameters": schema}]});
    for (client, body) in [(Anthropic, anthropic), (OpenAiResponses, responses)] {
        let sent = sent(client, OpenAi, &body);
        assert_eq!(
            pointed(&sent, "/tools/0/function/parameters/required"),
            &json!(["q"]),
            "{client}"
        );
    }
}

#[test]
fn p296_what_anthropic_has_no_word_for_is_left_out() {
    let mut body = question();
    for key in [
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "logit_bias",
        "store",
    ] {
        body[key] = json!(1);
    }
    let sent = sent(OpenAi, Anthropic, &body);
    for key in [
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "logit_bias",
        "store",
    ] {
        assert_eq!(sent.get(key), None, "{key}");
    }
}

#[test]
fn p298_tiers_of_service_are_not_copied() {
    let body = json!({"model": "a", "max_tokens": 10, "service_tier": "standard_only", "messages": [{"role": "user", "content": "q"}]});
    assert_eq!(sent(Anthropic, OpenAi, &body).get("service_tier"), None);
}

#[test]
fn p299_whoever_asks_is_told_to_openai_in_64_characters() {
    let user = "{\"device_id\":\"0123456789abcdef\"}".repeat(7);
    let body = json!({"model": "a", "max_tokens": 10, "metadata": {"user_id": user}, "messages": [{"role": "user", "content": "q"}]});
    let sent = body_of(&crossed(
        Anthropic,
        &body,
        OpenAi,
        "api.openai.com",
        "gpt-5.2",
    ));
    let told = sent["safety_identifier"]
        .as_str()
        .expect("the user is told");
    assert_eq!(told.len(), 64);
    assert!(told.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn p303_usage_is_asked_of_the_provider_and_told_only_to_clients_that_asked() {
    let asked = |options: Value| {
        let mut body = question();
        body["stream_options"] = options;
        told(
            &crossed(
                OpenAi,
                &body,
                Anthropic,
                "api.anthropic.com",
                "claude-opus-5",
            ),
            &golden(Anthropic),
        )
    };
    assert!(asked(json!({"include_usage": true})).contains("\"choices\":[],\"usage\":{"));
    assert!(!asked(Value::Null).contains("usage"));

    let sent = sent(Anthropic, OpenAi, &claude_code());
    assert_eq!(sent["stream_options"], json!({"include_usage": true}));
}

#[test]
fn p198_calls_with_the_same_number_reach_claude_code_one_after_the_other() {
    let call = |id: &str, text: &str| json!({"index": 0, "id": id, "function": {"name": "f", "arguments": text}});
    let chunk = |delta: Value| {
        format!(
            "data: {}\n\n",
            json!({"id": "x", "choices": [{"index": 0, "delta": delta}]})
        )
    };
    let stream = [
        chunk(json!({"tool_calls": [call("a", "{\"x\":1}")]})),
        chunk(json!({"tool_calls": [call("b", "{\"x\":2}")]})),
        "data: [DONE]\n\n".to_owned(),
    ];
    let first = crossed(Anthropic, &claude_code(), OpenAi, "localhost", "qwen3");
    let events = chunks(&told(&first, &stream.concat()));

    let ids: Vec<&Value> = events
        .iter()
        .filter_map(|event| event.pointer("/content_block/id"))
        .collect();
    assert_eq!(ids, ["a", "b"]);
    let arguments: Vec<&Value> = events
        .iter()
        .filter_map(|event| event.pointer("/delta/partial_json"))
        .filter(|text| *text != "")
        .collect();
    assert_eq!(arguments, ["{\"x\":1}", "{\"x\":2}"]);
}

#[test]
fn p301_a_chat_client_gets_one_id_and_its_own_name_for_the_model_from_every_provider() {
    for provider in [Anthropic, OpenAiResponses, Gemini] {
        let wire = told(
            &crossed(OpenAi, &question(), provider, "provider.test", "m"),
            &golden(provider),
        );
        let chunks = chunks(&wire);
        let id = &chunks[0]["id"];
        assert!(id.as_str().is_some_and(|id| id.starts_with("chatcmpl-")));
        assert!(
            chunks
                .iter()
                .all(|chunk| chunk["id"] == *id && chunk["model"] == "alias"),
            "{provider}"
        );
        assert!(wire.ends_with("data: [DONE]\n\n"));
        let message = accumulated(&wire);
        assert_eq!(
            (&message["content"], &message["reasoning_content"]),
            (&json!("ok"), &json!("hm")),
            "{provider}"
        );
        let arguments: Vec<&Value> = message["tool_calls"]
            .as_array()
            .expect("calls")
            .iter()
            .map(|call| &call["function"]["arguments"])
            .collect();
        assert_eq!(arguments, ["{\"x\":1}", "{}"], "{provider}");
    }
}

#[test]
fn old_clients_are_told_of_one_call_in_the_older_form() {
    let body = json!({"model": "alias", "stream": true, "functions": [{"name": "f"}, {"name": "g"}],
        "messages": [{"role": "user", "content": "q"}]});
    let wire = told(
        &crossed(OpenAi, &body, Anthropic, "provider.test", "m"),
        &golden(Anthropic),
    );

    let chunks = chunks(&wire);
    let calls: Vec<&Value> = chunks
        .iter()
        .filter_map(|chunk| chunk.pointer("/choices/0/delta/function_call"))
        .collect();
    assert_eq!(
        calls,
        [
            &json!({"name": "f", "arguments": ""}),
            &json!({"arguments": "{\"x\":1}"})
        ]
    );
    assert!(!wire.contains("tool_calls"));
    assert_eq!(
        pointed(chunks.last().expect("a chunk"), "/choices/0/finish_reason"),
        "function_call"
    );
}

//! Pitfalls of requests to Anthropic and of answers to its clients, through all of a conversion.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::Protocol::{self, Anthropic, OpenAi};
use crate::cross::{Asked, Crossed, Forgetful, ReasoningForm, Target, request};
use crate::error::ErrorKind;
use crate::quirks::Quirks;

fn crossed(client: Protocol, target: Protocol, body: &Value) -> Crossed {
    let body = body.to_string();
    let asked = Asked {
        protocol: client,
        body: body.as_bytes(),
        alias: "alias",
        streamed: None,
        list: false,
        id: "x1",
        now: 1_800_000_000,
        reasoning: ReasoningForm::Native,
        searches: false,
    };
    let target = Target {
        protocol: target,
        model: "m",
        provider: "p1",
        quirks: &Quirks::book(target),
    };
    request(&asked, &target, &Forgetful).expect("it can be said")
}

/// The messages that Anthropic gets for those of a Chat client.
fn messages(chat: &Value) -> Vec<Value> {
    let tools = json!([{"type": "function", "function": {"name": "f"}}]);
    let body = json!({"model": "alias", "messages": chat, "tools": tools});
    let crossed = crossed(OpenAi, Anthropic, &body);
    let mut body: Value = serde_json::from_slice(&crossed.body).unwrap();
    let Value::Array(messages) = body["messages"].take() else {
        panic!("{body}");
    };
    messages
}

fn call(id: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}})
}

fn result(id: &str) -> Value {
    json!({"role": "tool", "tool_call_id": id, "content": "done"})
}

fn kinds(message: &Value) -> Vec<&str> {
    let blocks = message["content"].as_array().expect("blocks").iter();
    blocks
        .map(|block| block["type"].as_str().unwrap())
        .collect()
}

#[test]
fn p158_all_results_stand_first_in_the_one_message_behind_their_calls() {
    let messages = messages(&json!([
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": null, "tool_calls": [call("a"), call("b")]},
        result("a"),
        {"role": "user", "content": "meanwhile"},
        result("b"),
    ]));
    assert_eq!(messages.len(), 3);
    assert_eq!(kinds(&messages[1]), ["tool_use", "tool_use"]);
    assert_eq!(kinds(&messages[2]), ["tool_result", "tool_result", "text"]);
    assert_eq!(messages[2]["content"][1]["tool_use_id"], "b");
}

#[test]
fn p162_blank_texts_are_left_out() {
    let messages = messages(&json!([
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": "\n", "tool_calls": [call("a")]},
        result("a"),
        {"role": "assistant", "content": " \n"},
        {"role": "user", "content": [{"type": "text", "text": "\t"}, {"type": "text", "text": "on"}]},
    ]));
    assert_eq!(kinds(&messages[1]), ["tool_use"]);
    let texts = messages
        .iter()
        .filter_map(|message| message["content"].as_array());
    let blank = texts
        .flatten()
        .filter_map(|block| block["text"].as_str())
        .find(|text| text.trim().is_empty());
    assert_eq!(blank, None);
}

#[test]
fn p163_the_client_speaks_first() {
    let messages = messages(&json!([
        {"role": "assistant", "content": "as I said"},
        {"role": "user", "content": "go on"},
    ]));
    assert_eq!(messages[0]["role"], "user");
    assert_eq!(messages[1]["role"], "assistant");
}

#[test]
fn p165_ids_that_anthropic_refuses_are_changed_alike_in_calls_and_results() {
    let messages = messages(&json!([
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": null, "tool_calls": [call("functions.Bash:0"), call("functions.Bash 0")]},
        result("functions.Bash:0"),
        result("functions.Bash 0"),
    ]));
    let ids = |message: &Value, key: &str| -> Vec<String> {
        let blocks = message["content"].as_array().unwrap().iter();
        blocks
            .map(|block| block[key].as_str().unwrap().to_owned())
            .collect()
    };
    let calls = ids(&messages[1], "id");
    assert_eq!(calls, ids(&messages[2], "tool_use_id"));
    assert_ne!(calls[0], calls[1]);
    let is_legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    assert!(calls.iter().all(|id| id.chars().all(is_legal)), "{calls:?}");
}

#[test]
fn p170_thoughts_without_a_signature_are_left_out() {
    let messages = messages(&json!([
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": null, "reasoning_content": "hm", "tool_calls": [call("a")]},
        result("a"),
    ]));
    assert_eq!(kinds(&messages[1]), ["tool_use"]);
}

#[test]
fn p186_results_stand_behind_all_that_the_model_said_in_a_row() {
    let messages = messages(&json!([
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": null, "tool_calls": [call("a")]},
        {"role": "assistant", "content": "and so on"},
        result("a"),
    ]));
    let roles: Vec<&Value> = messages.iter().map(|message| &message["role"]).collect();
    assert_eq!(roles, ["user", "assistant", "user"]);
    assert!(kinds(&messages[1]).contains(&"tool_use"));
    assert_eq!(kinds(&messages[2])[0], "tool_result");
}

#[test]
fn p087_an_answer_that_came_as_events_is_given_whole() {
    let body = json!({"model": "alias", "max_tokens": 128_000, "stream": false,
        "messages": [{"role": "user", "content": "go"}]});
    let crossed = crossed(Anthropic, OpenAi, &body);
    assert!(!crossed.streamed);
    let chunk = |delta: Value, reason: Value| {
        let chunk = json!({"id": "c", "model": "m",
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]});
        format!("data: {chunk}\n\n")
    };
    let wire = [
        chunk(json!({"role": "assistant", "content": "he"}), Value::Null),
        chunk(json!({"content": "llo"}), "stop".into()),
        "data: [DONE]\n\n".to_owned(),
    ];
    let whole = crossed.way_back.events_as_whole(wire.concat().as_bytes());
    let message: Value = serde_json::from_slice(&whole.unwrap().body).unwrap();
    assert_eq!(
        message["content"],
        json!([{"type": "text", "text": "hello"}])
    );
    assert_eq!(message["stop_reason"], "end_turn");
    assert_eq!(message["model"], "alias");
}

#[test]
fn p088_calls_of_chat_reach_claude_code_bit_by_bit() {
    let body = json!({"model": "alias", "max_tokens": 9, "stream": true,
        "messages": [{"role": "user", "content": "go"}], "tools": [{"name": "f", "input_schema": {"type": "object"}}]});
    let crossed = crossed(Anthropic, OpenAi, &body);
    let chunk = json!({"id": "c", "model": "m", "choices": [{"index": 0, "finish_reason": "tool_calls", "delta":
        {"tool_calls": [{"index": 0, "id": "a", "type": "function",
            "function": {"name": "f", "arguments": "{\"x\":1}"}}]}}]});
    let mut stream = crossed.way_back.stream();
    let mut out = Vec::new();
    let wire = Bytes::from(format!("data: {chunk}\n\ndata: [DONE]\n\n"));
    stream.push(wire, &mut out).unwrap();
    stream.finish(&mut out);
    let text = String::from_utf8(out.concat()).unwrap();
    assert!(text.contains(r#""name":"f","input":{}}"#), "{text}");
    assert!(text.contains(r#""partial_json":"{\"x\":1}""#), "{text}");
    assert!(text.contains(r#""stop_reason":"tool_use""#), "{text}");
}

#[test]
fn p102_a_provider_without_room_is_overloaded() {
    let kind = ErrorKind::of_status(503);
    assert_eq!(kind, ErrorKind::Overloaded);
    assert_eq!(kind.default_status(Anthropic), 529);
    assert_eq!(kind.anthropic_type(), "overloaded_error");
}

use keyway_protocols::{Protocol, usage::Usage};
use serde_json::{Value, json};

use super::{Form, Seen, ask, check, named_events, play, texts};

pub(super) fn body(prompt: &str) -> Value {
    let tool = |name: &str| json!({"name": name, "input_schema": {"type": "object"}});
    json!({
        "model": "m",
        "max_tokens": 1_000,
        "tools": [tool("f"), tool("g"), {"type": "web_search_20250305", "name": "web_search"}],
        "messages": [
            {"role": "user", "content": "before"},
            {"role": "assistant", "content": "hm"},
            {"role": "user", "content": [{"type": "text", "text": prompt}]}
        ]
    })
}

fn usage(value: &Value) -> Option<Usage> {
    Usage::read(Protocol::Anthropic, value)
}

fn from_whole(message: &Value) -> Seen {
    assert_eq!(
        (texts(&message["type"]), texts(&message["role"])),
        ("message", "assistant")
    );
    assert!(texts(&message["id"]).starts_with("msg_"));
    assert_eq!(message["model"], "echo-1");
    let mut seen = Seen {
        finish: texts(&message["stop_reason"]).to_owned(),
        ..Seen::default()
    };
    seen.usage = usage(&message["usage"]);
    for block in message["content"].as_array().unwrap() {
        match texts(&block["type"]) {
            "thinking" => {
                assert!(!texts(&block["signature"]).is_empty());
                seen.thinking.push_str(texts(&block["thinking"]));
            }
            "text" => seen.text.push_str(texts(&block["text"])),
            "tool_use" => {
                assert!(texts(&block["id"]).starts_with("toolu_"));
                seen.calls
                    .push((texts(&block["name"]).to_owned(), block["input"].clone()));
            }
            other => panic!("block {other}"),
        }
    }
    seen
}

/// Follows the stream's grammar and puts the message together the way the vendor's own client does.
fn from_stream(stream: &str) -> Seen {
    let mut events = named_events(stream)
        .into_iter()
        .filter(|event| event["type"] != "ping");
    let start = events.next().unwrap();
    assert_eq!(start["type"], "message_start");
    let mut message = start["message"].clone();
    assert_eq!(message["content"], json!([]));
    assert_eq!(message["stop_reason"], Value::Null);
    assert!(message["usage"]["input_tokens"].as_u64() > Some(0));
    loop {
        let event = events.next().unwrap();
        if event["type"] == "message_delta" {
            message["stop_reason"] = event["delta"]["stop_reason"].clone();
            message["usage"] = event["usage"].clone();
            break;
        }
        assert_eq!(event["type"], "content_block_start");
        let index = message["content"].as_array().unwrap().len();
        assert_eq!(event["index"], index);
        let block = block(event["content_block"].clone(), index, &mut events);
        message["content"].as_array_mut().unwrap().push(block);
    }
    assert_eq!(events.next().unwrap()["type"], "message_stop");
    assert_eq!(events.next(), None);
    from_whole(&message)
}

fn block(mut block: Value, index: usize, events: &mut impl Iterator<Item = Value>) -> Value {
    let mut json = String::new();
    loop {
        let event = events.next().unwrap();
        assert_eq!(event["index"], index);
        if event["type"] == "content_block_stop" {
            break;
        }
        assert_eq!(event["type"], "content_block_delta");
        let delta = &event["delta"];
        match (texts(&block["type"]), texts(&delta["type"])) {
            ("text", "text_delta") => append(&mut block["text"], &delta["text"]),
            ("thinking", "thinking_delta") => append(&mut block["thinking"], &delta["thinking"]),
            ("thinking", "signature_delta") => append(&mut block["signature"], &delta["signature"]),
            ("tool_use", "input_json_delta") => json.push_str(texts(&delta["partial_json"])),
            other => panic!("{other:?}"),
        }
    }
    if block["type"] == "tool_use" {
        assert_eq!(block["input"], json!({}));
        block["input"] = serde_json::from_str(&json).unwrap();
    }
    block
}

fn append(text: &mut Value, more: &Value) {
    *text = Value::from(texts(text).to_owned() + texts(more));
}

#[test]
fn what_is_asked_for_is_read_back() {
    check(
        Protocol::Anthropic,
        body,
        from_whole,
        from_stream,
        ["end_turn", "tool_use"],
    );
}

#[test]
fn a_stream_has_several_deltas_even_for_few_words() {
    let stream = play(&ask(Protocol::Anthropic, &body("hi"), Form::Events));
    assert!(stream.matches("text_delta").count() >= 4);
}

#[test]
fn the_body_says_whether_to_stream() {
    let mut body = body("hi");
    let reply = ask(Protocol::Anthropic, &body, Form::AsAsked);
    assert_eq!(reply.content_type, "application/json");
    body["stream"] = true.into();
    let reply = ask(Protocol::Anthropic, &body, Form::AsAsked);
    assert_eq!(reply.content_type, "text/event-stream; charset=utf-8");
    assert_eq!(reply.headers["cache-control"], "no-cache");
    assert!(play(&reply).ends_with("data: {\"type\":\"message_stop\"}\n\n"));
}

#[test]
fn too_small_a_limit_cuts_the_answer_short_and_says_so() {
    let mut body = body("echo: tokens 500");
    body["max_tokens"] = 20.into();
    let seen = from_stream(&play(&ask(Protocol::Anthropic, &body, Form::Events)));
    assert_eq!((seen.finish.as_str(), seen.text.len()), ("max_tokens", 80));
    assert_eq!(seen.usage.unwrap().output, 20);
}

#[test]
fn a_tool_that_the_vendor_runs_is_not_called() {
    let seen = from_stream(&play(&ask(
        Protocol::Anthropic,
        &body("echo: call web_search {}"),
        Form::Events,
    )));
    assert!(
        seen.text
            .contains("the request declares no such tool, only: f, g"),
        "{}",
        seen.text
    );
}

#[test]
fn structured_output_fits_its_schema() {
    let mut body = body("a name for this");
    body["output_config"] = json!({"format": {"type": "json_schema", "schema": {
        "type": "object", "properties": {"title": {"type": "string"}}}}});
    let seen = from_stream(&play(&ask(Protocol::Anthropic, &body, Form::Events)));
    assert_eq!(seen.text, r#"{"title":"a name for this"}"#);
}

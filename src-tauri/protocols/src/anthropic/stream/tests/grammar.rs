//! What every client of Messages may rely on.

use serde_json::{Value, json};

/// The events of a stream, each with the name that its line gives it.
pub(super) fn events(wire: &str) -> Vec<Value> {
    assert!(wire.is_empty() || wire.ends_with("\n\n"), "{wire:?}");
    let frames = wire.split_terminator("\n\n");
    frames
        .map(|frame| {
            let (name, data) = frame.split_once('\n').expect("two lines");
            let name = name.strip_prefix("event: ").expect("an event line");
            let data = data.strip_prefix("data: ").expect("a data line");
            let data: Value = serde_json::from_str(data).expect("data is JSON on one line");
            assert_eq!(data["type"], name);
            data
        })
        .collect()
}

/// Builds the message as clients do, and is strict about the order.
pub(super) fn message(wire: &str) -> Value {
    let mut all = events(wire)
        .into_iter()
        .filter(|event| event["type"] != "ping");
    let start = all.next().expect("a first event");
    assert_eq!(start["type"], "message_start");
    let mut message = start["message"].clone();
    assert_eq!(message["content"], json!([]));
    assert!(
        message["usage"]["input_tokens"].is_u64() && message["usage"]["output_tokens"].is_u64()
    );
    let mut open: Option<(Value, String)> = None;
    let mut is_ended = false;
    for event in all.by_ref() {
        let index = message["content"].as_array().unwrap().len();
        match event["type"].as_str().unwrap() {
            "content_block_start" => {
                assert!(open.is_none() && !is_ended, "{event}");
                assert_eq!(event["index"], index);
                open = Some((event["content_block"].clone(), String::new()));
            }
            "content_block_delta" => {
                assert_eq!(event["index"], index);
                let (block, input) = open.as_mut().expect("an open block");
                grow(block, input, &event["delta"]);
            }
            "content_block_stop" => {
                assert_eq!(event["index"], index);
                let (block, input) = open.take().expect("an open block");
                message["content"]
                    .as_array_mut()
                    .unwrap()
                    .push(finished(block, &input));
            }
            "message_delta" => {
                assert!(open.is_none() && !is_ended, "{event}");
                is_ended = true;
                end(&mut message, &event);
            }
            "message_stop" => {
                assert!(is_ended);
                break;
            }
            other => panic!("{other}"),
        }
    }
    assert!(is_ended && open.is_none());
    assert_eq!(all.next(), None, "nothing follows");
    message
}

fn grow(block: &mut Value, input: &mut String, delta: &Value) {
    let append = |block: &mut Value, key: &str| {
        let text = delta[key].as_str().expect("a text");
        assert!(!text.is_empty());
        let grown = format!("{}{text}", block[key].as_str().expect("a text before"));
        block[key] = grown.into();
    };
    match (
        block["type"].as_str().unwrap(),
        delta["type"].as_str().unwrap(),
    ) {
        ("text", "text_delta") => append(block, "text"),
        ("thinking", "thinking_delta") => {
            assert_eq!(block["signature"], "", "the signature comes last");
            append(block, "thinking");
        }
        ("thinking", "signature_delta") => {
            assert_eq!(block["signature"], "", "the signature comes once");
            append(block, "signature");
        }
        ("tool_use" | "server_tool_use" | "mcp_tool_use", "input_json_delta") => {
            assert_eq!(block["input"], json!({}));
            input.push_str(delta["partial_json"].as_str().expect("a string"));
        }
        ("text", "citations_delta") => {
            match block.get_mut("citations").and_then(Value::as_array_mut) {
                Some(list) => list.push(delta["citation"].clone()),
                None => block["citations"] = json!([delta["citation"]]),
            }
        }
        other => panic!("{other:?}"),
    }
}

fn finished(mut block: Value, input: &str) -> Value {
    if block["type"] == "text" {
        assert_ne!(block["text"], "", "no empty texts");
    }
    if !input.is_empty() {
        block["input"] = serde_json::from_str(input).unwrap_or_else(
            |_| json!({ "__unparsedToolInput": { "raw": input, "len": input.len() } }),
        );
    }
    block
}

fn end(message: &mut Value, event: &Value) {
    assert!(event["delta"]["stop_reason"].is_string());
    for (key, value) in event["delta"].as_object().unwrap() {
        message[key] = value.clone();
    }
    assert!(event["usage"]["output_tokens"].is_u64());
    for (key, value) in event["usage"].as_object().unwrap() {
        message["usage"][key] = value.clone();
    }
}

//! What a client makes of an answer, whole or streamed, put in the same words for all protocols.

use keyway_tests::{Protocol, Reply};
use serde_json::{Value, json};

/// What a client makes of an answer.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Heard {
    pub text: String,
    pub thoughts: String,
    /// Name and arguments of each call.
    pub calls: Vec<(String, Value)>,
    pub model: String,
    /// All input, the cached part of it, and all output.
    pub usage: (u64, u64, u64),
    /// Why it ended, in the protocol's word.
    pub ended: String,
}

/// Reads an answer as the clients of its protocol do.
pub(super) fn heard(protocol: Protocol, reply: &Reply) -> Heard {
    assert_eq!(reply.status, 200, "{protocol}: {}", reply.wire());
    assert_eq!(reply.broken, None, "{protocol}: {}", reply.wire());
    let is_stream = reply
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("text/event-stream"));
    match (protocol, is_stream) {
        (Protocol::Anthropic, false) => anthropic(&reply.json()),
        (Protocol::Anthropic, true) => anthropic(&anthropic_message(reply)),
        (Protocol::OpenAi, false) => chat(&reply.json()),
        (Protocol::OpenAi, true) => chat(&chat_completion(reply)),
        (Protocol::Responses, false) => responses(&reply.json()),
        (Protocol::Responses, true) => responses(&response(reply)),
        (Protocol::Gemini, false) => gemini(&[reply.json()]),
        (Protocol::Gemini, true) => {
            let chunks: Vec<Value> = reply
                .events()
                .iter()
                .map(keyway_tests::SseEvent::json)
                .collect();
            gemini(&chunks)
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn parsed(arguments: &Value) -> Value {
    serde_json::from_str(&text(arguments)).unwrap_or(Value::Null)
}

fn anthropic(message: &Value) -> Heard {
    let mut heard = Heard {
        model: text(&message["model"]),
        ended: text(&message["stop_reason"]),
        ..Heard::default()
    };
    for block in list(&message["content"]) {
        match block["type"].as_str() {
            Some("text") => heard.text += &text(&block["text"]),
            Some("thinking") => heard.thoughts += &text(&block["thinking"]),
            Some("tool_use") => heard
                .calls
                .push((text(&block["name"]), block["input"].clone())),
            other => panic!("a block of type {other:?}"),
        }
    }
    let usage = &message["usage"];
    let cached = count(&usage["cache_read_input_tokens"]);
    let written = count(&usage["cache_creation_input_tokens"]);
    heard.usage = (
        count(&usage["input_tokens"]) + cached + written,
        cached,
        count(&usage["output_tokens"]),
    );
    heard
}

/// The message that a stream adds up to; strict about the order of events, as the SDK is.
fn anthropic_message(reply: &Reply) -> Value {
    let mut message = Value::Null;
    let mut inputs: Vec<String> = Vec::new();
    let mut ended = false;
    for event in reply.events() {
        let data = event.json();
        assert_eq!(event.event.as_deref(), data["type"].as_str(), "{data}");
        assert!(!ended, "nothing follows message_stop: {data}");
        let index = usize::try_from(count(&data["index"])).expect("indexes are small");
        match data["type"].as_str() {
            Some("message_start") => {
                assert!(message.is_null(), "one start only");
                message = data["message"].clone();
            }
            Some("content_block_start") => {
                let content = message["content"].as_array_mut().expect("it has started");
                assert_eq!(content.len(), index, "blocks come in order");
                content.push(data["content_block"].clone());
                inputs.push(String::new());
            }
            Some("content_block_delta") => {
                let delta = &data["delta"];
                let block = &mut message["content"][index];
                for (kind, field) in [("text", "text"), ("thinking", "thinking")] {
                    if delta["type"] == format!("{kind}_delta") {
                        block[field] = json!(text(&block[field]) + &text(&delta[field]));
                    }
                }
                if delta["type"] == "signature_delta" {
                    block["signature"] = delta["signature"].clone();
                }
                inputs[index] += &text(&delta["partial_json"]);
            }
            Some("content_block_stop") if message["content"][index]["type"] == "tool_use" => {
                message["content"][index]["input"] =
                    serde_json::from_str(&inputs[index]).unwrap_or(json!({}));
            }
            Some("message_delta") => {
                message["stop_reason"] = data["delta"]["stop_reason"].clone();
                if let (Some(told), Some(usage)) =
                    (data["usage"].as_object(), message["usage"].as_object_mut())
                {
                    usage.extend(told.clone());
                }
            }
            Some("message_stop") => ended = true,
            Some("content_block_stop" | "ping") => {}
            other => panic!("an event of type {other:?}: {data}"),
        }
    }
    assert!(ended, "it ends: {}", reply.text());
    message
}

fn chat(completion: &Value) -> Heard {
    let choice = &completion["choices"][0];
    let message = &choice["message"];
    let usage = &completion["usage"];
    Heard {
        text: text(&message["content"]),
        thoughts: text(&message["reasoning_content"]),
        calls: list(&message["tool_calls"])
            .map(|call| &call["function"])
            .map(|call| (text(&call["name"]), parsed(&call["arguments"])))
            .collect(),
        model: text(&completion["model"]),
        usage: (
            count(&usage["prompt_tokens"]),
            count(&usage["prompt_tokens_details"]["cached_tokens"]),
            count(&usage["completion_tokens"]),
        ),
        ended: text(&choice["finish_reason"]),
    }
}

/// The completion that a stream adds up to.
fn chat_completion(reply: &Reply) -> Value {
    let events = reply.events();
    let (last, chunks) = events.split_last().expect("it has events");
    assert_eq!(last.data, "[DONE]", "{}", reply.text());
    let mut whole = json!({"choices": [{"message": {"content": "", "reasoning_content": ""}}]});
    let mut calls: Vec<Value> = Vec::new();
    for chunk in chunks.iter().map(keyway_tests::SseEvent::json) {
        whole["model"] = chunk["model"].clone();
        if chunk["usage"].is_object() {
            whole["usage"] = chunk["usage"].clone();
        }
        let Some(choice) = list(&chunk["choices"]).next() else {
            continue;
        };
        let message = &mut whole["choices"][0]["message"];
        for field in ["content", "reasoning_content"] {
            message[field] = json!(text(&message[field]) + &text(&choice["delta"][field]));
        }
        for call in list(&choice["delta"]["tool_calls"]) {
            let index = usize::try_from(count(&call["index"])).expect("indexes are small");
            if index == calls.len() {
                calls.push(json!({"id": call["id"], "function": {"name": "", "arguments": ""}}));
            }
            for field in ["name", "arguments"] {
                let so_far = text(&calls[index]["function"][field]);
                calls[index]["function"][field] = json!(so_far + &text(&call["function"][field]));
            }
        }
        if choice["finish_reason"].is_string() {
            whole["choices"][0]["finish_reason"] = choice["finish_reason"].clone();
        }
    }
    whole["choices"][0]["message"]["tool_calls"] = Value::Array(calls);
    whole
}

fn responses(response: &Value) -> Heard {
    let mut heard = Heard {
        model: text(&response["model"]),
        ended: text(&response["status"]),
        ..Heard::default()
    };
    for item in list(&response["output"]) {
        match item["type"].as_str() {
            Some("message") => {
                heard.text += &list(&item["content"])
                    .map(|part| text(&part["text"]))
                    .collect::<String>();
            }
            Some("reasoning") => {
                heard.thoughts += &list(&item["summary"])
                    .map(|part| text(&part["text"]))
                    .collect::<String>();
            }
            Some("function_call") => heard
                .calls
                .push((text(&item["name"]), parsed(&item["arguments"]))),
            other => panic!("an item of type {other:?}"),
        }
    }
    let usage = &response["usage"];
    heard.usage = (
        count(&usage["input_tokens"]),
        count(&usage["input_tokens_details"]["cached_tokens"]),
        count(&usage["output_tokens"]),
    );
    heard
}

/// The response that a stream ends with; it says what its items said.
fn response(reply: &Reply) -> Value {
    let mut done = Vec::new();
    let mut last = Value::Null;
    for (number, event) in reply.events().iter().enumerate() {
        let data = event.json();
        assert_eq!(data["sequence_number"], json!(number), "{data}");
        assert_eq!(event.event.as_deref(), data["type"].as_str(), "{data}");
        if data["type"] == "response.output_item.done" {
            done.push(data["item"].clone());
        }
        last = data;
    }
    assert_eq!(last["type"], "response.completed", "{}", reply.text());
    assert_eq!(last["response"]["output"], Value::Array(done));
    last["response"].clone()
}

fn gemini(chunks: &[Value]) -> Heard {
    let mut heard = Heard::default();
    for chunk in chunks {
        heard.model = text(&chunk["modelVersion"]);
        let candidate = &chunk["candidates"][0];
        for part in list(&candidate["content"]["parts"]) {
            if let Some(call) = part.get("functionCall") {
                heard
                    .calls
                    .push((text(&call["name"]), call["args"].clone()));
            } else if part["thought"] == true {
                heard.thoughts += &text(&part["text"]);
            } else {
                heard.text += &text(&part["text"]);
            }
        }
        if candidate["finishReason"].is_string() {
            heard.ended = text(&candidate["finishReason"]);
        }
        let usage = &chunk["usageMetadata"];
        if usage.is_object() {
            let thought = count(&usage["thoughtsTokenCount"]);
            heard.usage = (
                count(&usage["promptTokenCount"]),
                count(&usage["cachedContentTokenCount"]),
                count(&usage["candidatesTokenCount"]) + thought,
            );
        }
    }
    heard
}

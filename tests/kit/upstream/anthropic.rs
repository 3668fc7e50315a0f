//! Anthropic Messages, as the service writes it.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::turn::{ToolCall, Turn, named_event};

/// The answer in one piece.
pub(super) fn whole(model: &str, turn: &Turn) -> Value {
    let mut content = Vec::new();
    if let Some(thoughts) = &turn.thinking {
        content.push(json!({"type": "thinking", "thinking": thoughts, "signature": turn.sealed()}));
    }
    if let Some(text) = &turn.text {
        content.push(json!({"type": "text", "text": text, "citations": null}));
    }
    for call in &turn.calls {
        let (id, name) = (tool_id(call), &call.name);
        content.push(json!({"type": "tool_use", "id": id, "name": name, "input": call.arguments}));
    }
    let mut message = empty_message(model, turn);
    message["content"] = Value::Array(content);
    message["stop_reason"] = json!(stop_reason(turn));
    for (name, count) in output_usage(turn) {
        message["usage"][name] = count;
    }
    message
}

/// The answer as a stream of events.
pub(super) fn stream(model: &str, turn: &Turn) -> Vec<Bytes> {
    let mut events = vec![json!({"type": "message_start", "message": empty_message(model, turn)})];
    let mut index = 0;
    let mut block = |start: Value, deltas: Vec<Value>| {
        events.push(json!({"type": "content_block_start", "index": index, "content_block": start}));
        if index == 0 {
            events.push(json!({"type": "ping"}));
        }
        for delta in deltas {
            events.push(json!({"type": "content_block_delta", "index": index, "delta": delta}));
        }
        events.push(json!({"type": "content_block_stop", "index": index}));
        index += 1;
    };
    if let Some(thoughts) = &turn.thinking {
        let deltas = vec![
            json!({"type": "thinking_delta", "thinking": thoughts}),
            json!({"type": "signature_delta", "signature": turn.sealed()}),
        ];
        block(
            json!({"type": "thinking", "thinking": "", "signature": ""}),
            deltas,
        );
    }
    if turn.text.is_some() {
        let deltas = turn
            .text_pieces()
            .map(|piece| json!({"type": "text_delta", "text": piece}));
        block(json!({"type": "text", "text": ""}), deltas.collect());
    }
    for call in &turn.calls {
        let start = json!({
            "type": "tool_use", "id": tool_id(call), "name": call.name, "input": {},
        });
        let fragments = [[String::new()].as_slice(), &call.arguments_in_two()].concat();
        let deltas = fragments
            .iter()
            .map(|part| json!({"type": "input_json_delta", "partial_json": part}));
        block(start, deltas.collect());
    }
    events.push(json!({
        "type": "message_delta",
        "delta": {"stop_reason": stop_reason(turn), "stop_sequence": null},
        "usage": output_usage(turn),
    }));
    events.push(json!({"type": "message_stop"}));
    events.iter().map(named_event).collect()
}

/// A refusal.
pub(super) fn error(status: u16, message: &str) -> Value {
    let kind = match status {
        400 | 422 => "invalid_request_error",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        _ => "api_error",
    };
    json!({
        "type": "error",
        "error": {"type": kind, "message": message},
        "request_id": "req_scripted",
    })
}

/// The answer to a count.
pub(super) fn count(tokens: u64) -> Value {
    json!({"input_tokens": tokens})
}

/// The list of models.
pub(super) fn models(names: &[String]) -> Value {
    let data: Vec<_> = names
        .iter()
        .map(|name| {
            json!({
                "type": "model", "id": name, "display_name": name,
                "created_at": "2026-01-01T00:00:00Z",
            })
        })
        .collect();
    json!({
        "data": data, "has_more": false,
        "first_id": names.first(), "last_id": names.last(),
    })
}

/// Whether the last message brings a tool's result.
pub(super) fn ends_in_tool_result(body: &Value) -> bool {
    let last_user = body["messages"]
        .as_array()
        .and_then(|messages| messages.iter().rfind(|message| message["role"] != "system"));
    last_user
        .and_then(|message| message["content"].as_array())
        .is_some_and(|blocks| blocks.iter().any(|block| block["type"] == "tool_result"))
}

fn empty_message(model: &str, turn: &Turn) -> Value {
    json!({
        "id": format!("msg_scripted{}", turn.number),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
        "usage": {
            "input_tokens": turn.usage.input - turn.usage.cached,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": turn.usage.cached,
            "output_tokens": 1,
            "service_tier": "standard",
        },
    })
}

/// What the answer used; its thoughts are told apart where there are any.
fn output_usage(turn: &Turn) -> Map<String, Value> {
    let mut usage = Map::new();
    usage.insert("output_tokens".to_owned(), json!(turn.usage.output));
    if turn.usage.thinking > 0 {
        let details = json!({"thinking_tokens": turn.usage.thinking});
        usage.insert("output_tokens_details".to_owned(), details);
    }
    usage
}

fn stop_reason(turn: &Turn) -> &'static str {
    if turn.calls.is_empty() {
        "end_turn"
    } else {
        "tool_use"
    }
}

fn tool_id(call: &ToolCall) -> String {
    format!("toolu_{}", call.id)
}

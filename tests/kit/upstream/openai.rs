//! `OpenAI` Chat Completions, as the service writes it.

use bytes::Bytes;
use serde_json::{Value, json};

use super::turn::{ToolCall, Turn, plain_event};

/// The answer in one piece.
pub(super) fn whole(model: &str, turn: &Turn) -> Value {
    let mut message = json!({
        "role": "assistant", "content": turn.text, "refusal": null, "annotations": [],
    });
    if let Some(thoughts) = &turn.thinking {
        message["reasoning_content"] = json!(thoughts);
    }
    if !turn.calls.is_empty() {
        let calls: Vec<_> = turn
            .calls
            .iter()
            .map(|call| {
                let (kind, field) = kind(call);
                let said = json!({"name": call.name, field: call.arguments_text()});
                json!({"id": call.id, "type": kind, kind: said})
            })
            .collect();
        message["tool_calls"] = json!(calls);
    }
    json!({
        "id": format!("chatcmpl-scripted{}", turn.number),
        "object": "chat.completion",
        "created": 1_767_225_600,
        "model": model,
        "choices": [{
            "index": 0, "message": message, "logprobs": null, "finish_reason": finish_reason(turn),
        }],
        "usage": usage(turn),
        "service_tier": "default",
        "system_fingerprint": "fp_scripted",
    })
}

/// The answer as a stream of events; the usage comes only when it was asked for.
pub(super) fn stream(model: &str, turn: &Turn, wants_usage: bool) -> Vec<Bytes> {
    let chunk = |choices: Value| {
        let mut chunk = json!({
            "id": format!("chatcmpl-scripted{}", turn.number),
            "object": "chat.completion.chunk",
            "created": 1_767_225_600,
            "model": model,
            "choices": choices,
        });
        if wants_usage {
            chunk["usage"] = Value::Null;
        }
        chunk
    };
    let part = |delta: Value, finish: Option<&str>| {
        chunk(json!([{
            "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish,
        }]))
    };
    let mut events = vec![part(json!({"role": "assistant", "content": ""}), None)];
    if let Some(thoughts) = &turn.thinking {
        events.push(part(json!({"reasoning_content": thoughts}), None));
    }
    events.extend(
        turn.text_pieces()
            .map(|piece| part(json!({"content": piece}), None)),
    );
    for (index, call) in turn.calls.iter().enumerate() {
        let deltas = call_deltas(index, call);
        events.extend(deltas.map(|delta| part(json!({"tool_calls": [delta]}), None)));
    }
    events.push(part(json!({}), Some(finish_reason(turn))));
    if wants_usage {
        let mut last = chunk(json!([]));
        last["usage"] = usage(turn);
        events.push(last);
    }
    let mut frames: Vec<_> = events.iter().map(plain_event).collect();
    frames.push(Bytes::from_static(b"data: [DONE]\n\n"));
    frames
}

/// A refusal.
pub(super) fn error(status: u16, message: &str) -> Value {
    let (kind, code) = match status {
        401 => ("invalid_request_error", json!("invalid_api_key")),
        404 => ("invalid_request_error", json!("model_not_found")),
        429 => ("requests", json!("rate_limit_exceeded")),
        500.. => ("server_error", Value::Null),
        _ => ("invalid_request_error", Value::Null),
    };
    json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
}

/// The list of models.
pub(super) fn models(names: &[String]) -> Value {
    let data: Vec<_> = names
        .iter()
        .map(|name| {
            json!({
                "id": name, "object": "model", "created": 1_767_225_600, "owned_by": "scripted",
            })
        })
        .collect();
    json!({"object": "list", "data": data})
}

/// The answer to a request for embeddings.
pub(super) fn embeddings(model: &str) -> Value {
    json!({
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5, 0.125]}],
        "model": model,
        "usage": {"prompt_tokens": 5, "total_tokens": 5},
    })
}

/// Whether the last message brings a tool's result.
pub(super) fn ends_in_tool_result(body: &Value) -> bool {
    let last = body["messages"]
        .as_array()
        .and_then(|messages| messages.last());
    last.is_some_and(|message| message["role"] == "tool" || message["role"] == "function")
}

fn call_deltas(index: usize, call: &ToolCall) -> impl Iterator<Item = Value> {
    let (kind, field) = kind(call);
    let opening = json!({
        "index": index, "id": call.id, "type": kind, kind: {"name": call.name, field: ""},
    });
    let fragments = call.arguments_in_two();
    let rest = fragments
        .into_iter()
        .map(move |part| json!({"index": index, kind: {field: part}}));
    std::iter::once(opening).chain(rest)
}

/// The kind of a call, and the field that holds what the tool is given.
fn kind(call: &ToolCall) -> (&'static str, &'static str) {
    match call.free_text() {
        Some(_) => ("custom", "input"),
        None => ("function", "arguments"),
    }
}

fn finish_reason(turn: &Turn) -> &'static str {
    if turn.calls.is_empty() {
        "stop"
    } else {
        "tool_calls"
    }
}

fn usage(turn: &Turn) -> Value {
    let usage = turn.usage;
    json!({
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": usage.thinking, "audio_tokens": 0},
    })
}

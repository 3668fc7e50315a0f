//! Gemini generateContent, as the service writes it.

use bytes::Bytes;
use serde_json::{Value, json};

use super::turn::{Turn, plain_event};

/// The answer in one piece.
pub(super) fn whole(model: &str, turn: &Turn) -> Value {
    chunk(model, turn, &parts(turn), Some("STOP"))
}

/// The answer as a stream of events.
pub(super) fn stream(model: &str, turn: &Turn) -> Vec<Bytes> {
    chunks(model, turn).iter().map(plain_event).collect()
}

/// The answer as a JSON array that grows, which is what comes without `alt=sse`.
pub(super) fn array(model: &str, turn: &Turn) -> Vec<Bytes> {
    let mut pieces: Vec<_> = chunks(model, turn)
        .iter()
        .enumerate()
        .map(|(index, chunk)| {
            let before = if index == 0 { "[" } else { ",\r\n" };
            Bytes::from(format!("{before}{chunk}"))
        })
        .collect();
    pieces.push(Bytes::from_static(b"]"));
    pieces
}

/// A refusal.
pub(super) fn error(status: u16, message: &str) -> Value {
    let name = match status {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        503 | 529 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "INTERNAL",
    };
    json!({"error": {"code": status, "message": message, "status": name}})
}

/// The answer to a count.
pub(super) fn count(tokens: u64) -> Value {
    json!({"totalTokens": tokens})
}

/// The list of models.
pub(super) fn models(names: &[String]) -> Value {
    let models: Vec<_> = names
        .iter()
        .map(|name| {
            json!({
                "name": format!("models/{name}"), "displayName": name,
                "inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536,
                "supportedGenerationMethods": ["generateContent", "countTokens"],
            })
        })
        .collect();
    json!({"models": models})
}

/// Whether the last message brings a tool's result.
pub(super) fn ends_in_tool_result(body: &Value) -> bool {
    let last = body["contents"]
        .as_array()
        .and_then(|contents| contents.last());
    last.and_then(|content| content["parts"].as_array())
        .is_some_and(|parts| {
            parts.iter().any(|part| {
                part.get("functionResponse").is_some() || part.get("function_response").is_some()
            })
        })
}

fn chunks(model: &str, turn: &Turn) -> Vec<Value> {
    let mut chunks = Vec::new();
    if let Some(thoughts) = &turn.thinking {
        let part = json!({"text": thoughts, "thought": true});
        chunks.push(chunk(model, turn, &[part], None));
    }
    for piece in turn.text_pieces() {
        chunks.push(chunk(model, turn, &[json!({"text": piece})], None));
    }
    let calls = call_parts(turn);
    if !calls.is_empty() {
        chunks.push(chunk(model, turn, &calls, None));
    }
    let mut last = json!({"text": ""});
    if calls.is_empty() && turn.seal.is_some() {
        last["thoughtSignature"] = json!(turn.sealed());
    }
    chunks.push(chunk(model, turn, &[last], Some("STOP")));
    chunks
}

fn chunk(model: &str, turn: &Turn, parts: &[Value], finish: Option<&str>) -> Value {
    let mut candidate = json!({"index": 0, "content": {"role": "model", "parts": parts}});
    if let Some(reason) = finish {
        candidate["finishReason"] = json!(reason);
    }
    json!({
        "candidates": [candidate],
        "usageMetadata": usage(turn),
        "modelVersion": model,
        "responseId": format!("scripted{}", turn.number),
    })
}

fn parts(turn: &Turn) -> Vec<Value> {
    let thoughts = turn
        .thinking
        .iter()
        .map(|text| json!({"text": text, "thought": true}));
    let text = turn.text.iter().map(|text| json!({"text": text}));
    thoughts.chain(text).chain(call_parts(turn)).collect()
}

fn call_parts(turn: &Turn) -> Vec<Value> {
    turn.calls
        .iter()
        .enumerate()
        .map(|(index, call)| {
            let mut part = json!({
                "functionCall": {"id": call.id, "name": call.name, "args": call.arguments},
            });
            if index == 0 {
                part["thoughtSignature"] = json!(turn.sealed());
            }
            part
        })
        .collect()
}

fn usage(turn: &Turn) -> Value {
    let usage = turn.usage;
    json!({
        "promptTokenCount": usage.input,
        "cachedContentTokenCount": usage.cached,
        "candidatesTokenCount": usage.output - usage.thinking,
        "thoughtsTokenCount": usage.thinking,
        "totalTokenCount": usage.input + usage.output,
    })
}

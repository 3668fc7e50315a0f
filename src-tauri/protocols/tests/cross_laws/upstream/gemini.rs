use serde_json::{Value, json};

use super::super::script::{Call, Manner, Script};

fn stop(script: &Script) -> &'static str {
    if script.is_cut { "MAX_TOKENS" } else { "STOP" }
}

fn response(parts: &Value, finish: Option<&str>, script: &Script) -> Value {
    let mut candidate = json!({"index": 0, "content": {"role": "model", "parts": parts}});
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(finish);
    }
    json!({
        "candidates": [candidate], "modelVersion": "m", "responseId": "r1",
        "usageMetadata": {"promptTokenCount": script.input, "candidatesTokenCount": script.output,
            "totalTokenCount": script.input + script.output},
    })
}

fn call(call: &Call) -> Value {
    json!({"functionCall": {"id": call.id, "name": call.name, "args": call.arguments}})
}

pub(super) fn whole(script: &Script) -> Value {
    let mut parts = Vec::new();
    if !script.thought.is_empty() {
        parts.push(json!({"text": script.thought, "thought": true}));
    }
    if !script.text.is_empty() {
        parts.push(json!({"text": script.text}));
    }
    parts.extend(script.calls.iter().map(call));
    response(&json!(parts), Some(stop(script)), script)
}

pub(super) fn stream(script: &Script, manner: &Manner) -> String {
    let mut chunks: Vec<Value> = Vec::new();
    let thoughts = manner.pieces(&script.thought).into_iter();
    let texts = manner.pieces(&script.text).into_iter();
    let parts = thoughts
        .map(|piece| json!({"text": piece, "thought": true}))
        .chain(texts.map(|piece| json!({"text": piece})));
    chunks.extend(parts.map(|part| response(&json!([part]), None, script)));
    if manner.is_interleaved {
        let calls: Vec<Value> = script.calls.iter().map(call).collect();
        chunks.push(response(&json!(calls), None, script));
    } else {
        chunks.extend(
            script
                .calls
                .iter()
                .map(|one| response(&json!([call(one)]), None, script)),
        );
    }
    chunks.push(response(&json!([{"text": ""}]), Some(stop(script)), script));
    if manner.is_by_the_book {
        return chunks
            .iter()
            .map(|chunk| manner.event(None, chunk))
            .collect();
    }
    let list: Vec<String> = chunks.iter().map(Value::to_string).collect();
    format!("[{}]", list.join(&format!(",{}", manner.line_end)))
}

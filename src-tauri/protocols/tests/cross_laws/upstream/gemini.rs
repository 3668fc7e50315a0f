use serde_json::{Value, json};

use super::super::script::{Call, Manner, Part, Script};

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

fn part(part: &Part) -> Value {
    match part {
        Part::Thought(thought) => json!({"text": thought, "thought": true}),
        Part::Text(text) => json!({"text": text}),
        Part::Call(call) => self::call(call),
    }
}

pub(super) fn whole(script: &Script) -> Value {
    let parts: Vec<Value> = script.parts.iter().map(part).collect();
    response(&json!(parts), Some(stop(script)), script)
}

/// The parts in the pieces that they come in.
fn pieces(script: &Script, manner: &Manner) -> Vec<Value> {
    let pieces = |part: &Part| match part {
        Part::Thought(text) => manner.pieces(text).into_iter().map(Part::Thought).collect(),
        Part::Text(text) => manner.pieces(text).into_iter().map(Part::Text).collect(),
        Part::Call(_) => vec![part.clone()],
    };
    let pieces = script.parts.iter().flat_map(pieces);
    pieces.map(|piece| part(&piece)).collect()
}

pub(super) fn stream(script: &Script, manner: &Manner) -> String {
    let pieces = pieces(script, manner);
    let at_once = if manner.is_interleaved { 3 } else { 1 };
    let chunk = |parts: &[Value]| response(&json!(parts), None, script);
    let mut chunks: Vec<Value> = pieces.chunks(at_once).map(chunk).collect();
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

use serde_json::{Value, json};

use super::super::script::{Manner, Part, Script};

fn stop(script: &Script) -> &'static str {
    match (script.is_cut, !script.has_calls()) {
        (true, _) => "max_tokens",
        (false, true) => "end_turn",
        (false, false) => "tool_use",
    }
}

fn blocks(script: &Script) -> Vec<Value> {
    let block = |part: &Part| match part {
        Part::Thought(thought) => {
            json!({"type": "thinking", "thinking": thought, "signature": "c2ln"})
        }
        Part::Text(text) => json!({"type": "text", "text": text}),
        Part::Call(call) => {
            json!({"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments})
        }
    };
    script.parts.iter().map(block).collect()
}

pub(super) fn whole(script: &Script) -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": blocks(script),
        "stop_reason": stop(script), "stop_sequence": null,
        "usage": {"input_tokens": script.input, "output_tokens": script.output},
    })
}

pub(super) fn stream(script: &Script, manner: &Manner) -> String {
    let mut out = Vec::new();
    let mut event = |data: Value| {
        out.push(manner.event(data["type"].as_str(), &data));
        if manner.is_alive {
            out.push(manner.event(Some("ping"), &json!({"type": "ping"})));
        }
    };
    event(json!({"type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [],
        "stop_reason": null, "stop_sequence": null,
        "usage": {"input_tokens": script.input, "output_tokens": 1},
    }}));
    for (index, block) in blocks(script).into_iter().enumerate() {
        for data in block_events(index, &block, manner) {
            event(data);
        }
    }
    event(
        json!({"type": "message_delta", "delta": {"stop_reason": stop(script), "stop_sequence": null},
        "usage": {"output_tokens": script.output}}),
    );
    event(json!({"type": "message_stop"}));
    out.concat()
}

fn block_events(index: usize, block: &Value, manner: &Manner) -> Vec<Value> {
    let kind = block["type"].as_str().unwrap_or_default();
    let (start, said, delta, key) = match kind {
        "thinking" => (
            json!({"type": kind, "thinking": "", "signature": ""}),
            block["thinking"].as_str().unwrap_or_default().to_owned(),
            "thinking_delta",
            "thinking",
        ),
        "text" => (
            json!({"type": kind, "text": ""}),
            block["text"].as_str().unwrap_or_default().to_owned(),
            "text_delta",
            "text",
        ),
        _ => (
            json!({"type": kind, "id": block["id"], "name": block["name"], "input": {}}),
            block["input"].to_string(),
            "input_json_delta",
            "partial_json",
        ),
    };
    let mut events =
        vec![json!({"type": "content_block_start", "index": index, "content_block": start})];
    let deltas = manner
        .pieces(&said)
        .into_iter()
        .map(|piece| json!({"type": delta, key: piece}));
    let signature =
        (kind == "thinking").then(|| json!({"type": "signature_delta", "signature": "c2ln"}));
    events.extend(
        deltas
            .chain(signature)
            .map(|delta| json!({"type": "content_block_delta", "index": index, "delta": delta})),
    );
    events.push(json!({"type": "content_block_stop", "index": index}));
    events
}

use serde_json::{Value, json};

use super::super::script::{Call, Manner, Part, Script};
use super::in_turns;

fn stop(script: &Script) -> &'static str {
    match (script.is_cut, !script.has_calls()) {
        (true, _) => "length",
        (false, true) => "stop",
        (false, false) => "tool_calls",
    }
}

fn usage(script: &Script) -> Value {
    json!({"prompt_tokens": script.input, "completion_tokens": script.output,
        "total_tokens": script.input + script.output})
}

pub(super) fn whole(script: &Script) -> Value {
    let mut message = json!({"role": "assistant", "content": null});
    let (thought, text) = (script.thought(), script.text());
    if !text.is_empty() {
        message["content"] = json!(text);
    }
    if !thought.is_empty() {
        message["reasoning_content"] = json!(thought);
    }
    if script.has_calls() {
        let calls = script.calls().map(|call| {
            json!({"id": call.id, "type": "function",
                "function": {"name": call.name, "arguments": call.arguments.to_string()}})
        });
        message["tool_calls"] = calls.collect();
    }
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "usage": usage(script),
        "choices": [{"index": 0, "message": message, "finish_reason": stop(script)}],
    })
}

pub(super) fn stream(script: &Script, manner: &Manner) -> String {
    let chunk = |choices: Value, usage: Value| {
        let chunk = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": choices, "usage": usage});
        manner.event(None, &chunk)
    };
    let delta = |delta: Value, finish: Value| {
        chunk(
            json!([{"index": 0, "delta": delta, "finish_reason": finish}]),
            Value::Null,
        )
    };
    let mut out = vec![delta(
        json!({"role": "assistant", "content": ""}),
        Value::Null,
    )];
    out.extend(
        deltas(script, manner)
            .into_iter()
            .map(|more| delta(more, Value::Null)),
    );
    out.push(delta(json!({}), json!(stop(script))));
    out.push(chunk(json!([]), usage(script)));
    if manner.is_by_the_book {
        out.push(format!("data: [DONE]{0}{0}", manner.line_end));
    }
    out.concat()
}

/// What is said in order; calls that come at the same time begin before all else and go on behind it.
fn deltas(script: &Script, manner: &Manner) -> Vec<Value> {
    let calls: Vec<&Call> = script.calls().collect();
    let mut out = Vec::new();
    if manner.is_interleaved {
        out.extend(
            calls
                .iter()
                .enumerate()
                .map(|(index, call)| head(index, call)),
        );
    }
    let mut begun = 0;
    for part in &script.parts {
        match part {
            Part::Thought(thought) => out.extend(manner.pieces(thought).into_iter().map(
                |piece| json!({"reasoning_content": piece, "content": null, "tool_calls": []}),
            )),
            Part::Text(text) => out.extend(
                (manner.pieces(text).into_iter())
                    .map(|piece| json!({"content": piece, "reasoning_content": ""})),
            ),
            Part::Call(call) if !manner.is_interleaved => {
                out.push(head(begun, call));
                out.extend(pieces(call, manner).iter().map(|piece| more(begun, piece)));
                begun += 1;
            }
            Part::Call(_) => {}
        }
    }
    if manner.is_interleaved {
        let texts: Vec<Vec<String>> = calls.iter().map(|call| pieces(call, manner)).collect();
        out.extend((in_turns(&texts).into_iter()).map(|(index, piece)| more(index, piece)));
    }
    out
}

fn pieces(call: &Call, manner: &Manner) -> Vec<String> {
    manner.pieces(&call.arguments.to_string())
}

fn head(index: usize, call: &Call) -> Value {
    json!({"tool_calls": [{"index": index, "id": call.id, "type": "function",
        "function": {"name": call.name, "arguments": ""}}]})
}

fn more(index: usize, piece: &str) -> Value {
    json!({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
}

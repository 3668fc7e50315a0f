use serde_json::{Value, json};

use super::super::script::{Manner, Script};
use super::in_turns;

fn stop(script: &Script) -> &'static str {
    match (script.is_cut, script.calls.is_empty()) {
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
    if !script.text.is_empty() {
        message["content"] = json!(script.text);
    }
    if !script.thought.is_empty() {
        message["reasoning_content"] = json!(script.thought);
    }
    if !script.calls.is_empty() {
        let calls = script.calls.iter().map(|call| {
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
    let deltas = said(script, manner)
        .into_iter()
        .chain(calls(script, manner));
    out.extend(deltas.map(|more| delta(more, Value::Null)));
    out.push(delta(json!({}), json!(stop(script))));
    out.push(chunk(json!([]), usage(script)));
    if manner.is_by_the_book {
        out.push(format!("data: [DONE]{0}{0}", manner.line_end));
    }
    out.concat()
}

fn said(script: &Script, manner: &Manner) -> Vec<Value> {
    let thoughts = manner.pieces(&script.thought).into_iter();
    let texts = manner.pieces(&script.text).into_iter();
    thoughts
        .map(|piece| json!({"reasoning_content": piece, "content": null, "tool_calls": []}))
        .chain(texts.map(|piece| json!({"content": piece, "reasoning_content": ""})))
        .collect()
}

/// Each call's head, then its arguments; all heads come first where calls come at the same time.
fn calls(script: &Script, manner: &Manner) -> Vec<Value> {
    let fragment = |call: Value| json!({"tool_calls": [call]});
    let head = |index: usize| {
        let call = &script.calls[index];
        fragment(json!({"index": index, "id": call.id, "type": "function",
            "function": {"name": call.name, "arguments": ""}}))
    };
    let texts: Vec<Vec<String>> = script
        .calls
        .iter()
        .map(|call| manner.pieces(&call.arguments.to_string()))
        .collect();
    let mut out = Vec::new();
    let mut begun = 0;
    if manner.is_interleaved {
        out.extend((0..texts.len()).map(head));
        begun = texts.len();
    }
    for (index, piece) in in_turns(&texts, manner.is_interleaved) {
        if index == begun {
            out.push(head(index));
            begun += 1;
        }
        out.push(fragment(
            json!({"index": index, "function": {"arguments": piece}}),
        ));
    }
    out
}

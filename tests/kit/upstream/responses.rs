//! `OpenAI` Responses, as the service writes it.

use bytes::Bytes;
use serde_json::{Value, json};

use super::turn::{ToolCall, Turn, named_event};

/// The answer in one piece.
pub(super) fn whole(model: &str, turn: &Turn) -> Value {
    response(model, turn, "completed", &items(turn))
}

/// The answer as a stream of events.
pub(super) fn stream(model: &str, turn: &Turn) -> Vec<Bytes> {
    let begun = response(model, turn, "in_progress", &[]);
    let mut events = vec![
        json!({"type": "response.created", "response": begun}),
        json!({"type": "response.in_progress", "response": begun}),
    ];
    let items = items(turn);
    for (index, item) in items.iter().enumerate() {
        let deltas = match item["type"].as_str() {
            Some("reasoning") => thought_events(item),
            Some("message") => text_events(item, turn),
            _ => call_events(item, &turn.calls),
        };
        let added = json!({"type": "response.output_item.added", "item": unfinished(item)});
        let done = json!({"type": "response.output_item.done", "item": item});
        let ladder = std::iter::once(added).chain(deltas).chain([done]);
        events.extend(ladder.map(|mut event| {
            event["output_index"] = json!(index);
            event
        }));
    }
    let response = response(model, turn, "completed", &items);
    events.push(json!({"type": "response.completed", "response": response}));
    for (number, event) in events.iter_mut().enumerate() {
        event["sequence_number"] = json!(number);
    }
    events.iter().map(named_event).collect()
}

/// Whether the last item brings a tool's result.
pub(super) fn ends_in_tool_result(body: &Value) -> bool {
    let last = body["input"].as_array().and_then(|items| items.last());
    last.and_then(|item| item["type"].as_str())
        .is_some_and(|kind| kind.ends_with("_output"))
}

/// The tools of a request, also those that stand among its input.
pub(super) fn tools(body: &Value) -> Value {
    let inside = body["input"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| &item["tools"]);
    inside
        .chain([&body["tools"]])
        .filter(|tools| !tools.is_null())
        .cloned()
        .collect()
}

fn items(turn: &Turn) -> Vec<Value> {
    let number = turn.number;
    let thoughts = turn.thinking.iter().map(|text| {
        json!({
            "type": "reasoning", "id": format!("rs_scripted{number}"),
            "summary": [{"type": "summary_text", "text": text}], "encrypted_content": turn.sealed(),
        })
    });
    let messages = turn.text.iter().map(|text| {
        json!({
            "type": "message", "id": format!("msg_scripted{number}"), "status": "completed",
            "role": "assistant", "content": [text_part(text)],
        })
    });
    let calls = turn.calls.iter().map(call_item);
    thoughts.chain(messages).chain(calls).collect()
}

fn call_item(call: &ToolCall) -> Value {
    let (kind, before, field) = match call.free_text() {
        Some(_) => ("custom_tool_call", "ctc", "input"),
        None => ("function_call", "fc", "arguments"),
    };
    let mut item = json!({
        "type": kind, "id": format!("{before}_{}", call.id), "call_id": call.id,
        "name": call.name, field: call.arguments_text(), "status": "completed",
    });
    if let Some(namespace) = &call.namespace {
        item["namespace"] = json!(namespace);
    }
    item
}

/// An item as it is when nothing of it has come yet.
fn unfinished(item: &Value) -> Value {
    let mut item = item.clone();
    for (key, empty) in [
        ("summary", json!([])),
        ("content", json!([])),
        ("arguments", json!("")),
        ("input", json!("")),
    ] {
        if let Some(field) = item.get_mut(key) {
            *field = empty;
        }
    }
    if let Some(status) = item.get_mut("status") {
        *status = json!("in_progress");
    }
    item
}

fn thought_events(item: &Value) -> Vec<Value> {
    let text = &item["summary"][0]["text"];
    let event = |kind: &str, key: &str, value: Value| {
        let mut event = json!({
            "type": format!("response.reasoning_summary_{kind}"),
            "item_id": item["id"], "summary_index": 0,
        });
        event[key] = value;
        event
    };
    vec![
        event(
            "part.added",
            "part",
            json!({"type": "summary_text", "text": ""}),
        ),
        event("text.delta", "delta", text.clone()),
        event("text.done", "text", text.clone()),
        event("part.done", "part", item["summary"][0].clone()),
    ]
}

fn text_events(item: &Value, turn: &Turn) -> Vec<Value> {
    let event = |kind: &str, key: &str, value: Value| {
        let mut event = json!({
            "type": format!("response.{kind}"), "item_id": item["id"], "content_index": 0,
        });
        event[key] = value;
        if kind.starts_with("output_text") {
            event["logprobs"] = json!([]);
        }
        event
    };
    let text = turn.text.as_deref().unwrap_or_default();
    let opening = event("content_part.added", "part", text_part(""));
    let deltas = turn
        .text_pieces()
        .map(|piece| event("output_text.delta", "delta", json!(piece)));
    let closing = [
        event("output_text.done", "text", json!(text)),
        event("content_part.done", "part", text_part(text)),
    ];
    std::iter::once(opening)
        .chain(deltas)
        .chain(closing)
        .collect()
}

fn call_events(item: &Value, calls: &[ToolCall]) -> Vec<Value> {
    let Some(call) = calls.iter().find(|call| item["call_id"] == call.id) else {
        return Vec::new();
    };
    let (kind, field) = match call.free_text() {
        Some(_) => ("custom_tool_call_input", "input"),
        None => ("function_call_arguments", "arguments"),
    };
    let deltas = call.arguments_in_two().map(|part| {
        json!({"type": format!("response.{kind}.delta"), "item_id": item["id"], "delta": part})
    });
    let mut done = json!({"type": format!("response.{kind}.done"), "item_id": item["id"]});
    if call.free_text().is_none() {
        done["name"] = json!(call.name);
    }
    done[field] = json!(call.arguments_text());
    deltas.into_iter().chain([done]).collect()
}

fn text_part(text: &str) -> Value {
    json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
}

fn response(model: &str, turn: &Turn, status: &str, output: &[Value]) -> Value {
    let usage = (status == "completed").then(|| {
        let usage = turn.usage;
        json!({
            "input_tokens": usage.input,
            "input_tokens_details": {"cached_tokens": usage.cached},
            "output_tokens": usage.output,
            "output_tokens_details": {"reasoning_tokens": usage.thinking},
            "total_tokens": usage.input + usage.output,
        })
    });
    json!({
        "id": format!("resp_scripted{}", turn.number),
        "object": "response",
        "created_at": 1_767_225_600,
        "status": status,
        "background": false,
        "error": null,
        "incomplete_details": null,
        "instructions": null,
        "max_output_tokens": null,
        "model": model,
        "output": output,
        "parallel_tool_calls": true,
        "previous_response_id": null,
        "reasoning": {"effort": null, "summary": null},
        "store": false,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": usage,
        "metadata": {},
    })
}

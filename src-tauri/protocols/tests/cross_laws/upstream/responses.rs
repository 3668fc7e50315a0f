use serde_json::{Value, json};

use super::super::script::{Call, Manner, Part, Script};

fn status(script: &Script) -> &'static str {
    if script.is_cut {
        "incomplete"
    } else {
        "completed"
    }
}

fn call(call: &Call) -> Value {
    json!({"type": "function_call", "id": format!("fc_{}", call.id), "call_id": call.id, "name": call.name,
        "arguments": call.arguments.to_string(), "status": "completed"})
}

fn items(script: &Script) -> Vec<Value> {
    let item = |(index, part): (usize, &Part)| match part {
        Part::Thought(thought) => json!({"type": "reasoning", "id": format!("rs_{index}"),
            "encrypted_content": "ZW5j", "summary": [{"type": "summary_text", "text": thought}]}),
        Part::Text(text) => {
            json!({"type": "message", "id": format!("msg_{index}"), "role": "assistant",
            "status": "completed", "content": [{"type": "output_text", "text": text, "annotations": []}]})
        }
        Part::Call(call) => self::call(call),
    };
    script.parts.iter().enumerate().map(item).collect()
}

pub(super) fn whole(script: &Script) -> Value {
    let mut response = json!({
        "id": "resp_1", "object": "response", "created_at": 1, "status": status(script), "model": "m",
        "error": null, "incomplete_details": null, "output": items(script),
        "usage": {"input_tokens": script.input, "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": script.output, "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": script.input + script.output},
    });
    if script.is_cut {
        response["incomplete_details"] = json!({"reason": "max_output_tokens"});
    }
    response
}

pub(super) fn stream(script: &Script, manner: &Manner) -> String {
    let mut events = vec![];
    let begun = json!({"id": "resp_1", "object": "response", "created_at": 1, "status": "in_progress",
        "model": "m", "output": [], "usage": null});
    events.push(json!({"type": "response.created", "response": begun}));
    events.push(json!({"type": "response.in_progress", "response": begun}));
    let items: Vec<Vec<Value>> = items(script)
        .iter()
        .enumerate()
        .map(|(index, item)| item_events(index, item, manner))
        .collect();
    events.extend(if manner.is_interleaved {
        in_turns(items)
    } else {
        items.concat()
    });
    let last = format!("response.{}", status(script));
    events.push(json!({"type": last, "response": whole(script)}));
    let numbered = events.into_iter().enumerate().map(|(number, mut event)| {
        event["sequence_number"] = json!(number);
        manner.event(event["type"].as_str(), &event)
    });
    numbered.collect()
}

/// The events of several items in turns.
fn in_turns(items: Vec<Vec<Value>>) -> Vec<Value> {
    let mut events: Vec<(usize, usize, Value)> = Vec::new();
    for (item, steps) in items.into_iter().enumerate() {
        // An item is announced before the next one.
        let numbered = steps
            .into_iter()
            .enumerate()
            .map(|(at, step)| (at, item, step));
        events.extend(numbered);
    }
    events.sort_by_key(|(at, item, _)| (*at, *item));
    events.into_iter().map(|(_, _, event)| event).collect()
}

fn item_events(index: usize, item: &Value, manner: &Manner) -> Vec<Value> {
    let mut begun = item.clone();
    let middle = match item["type"].as_str() {
        Some("message") => {
            begun["content"] = json!([]);
            part_events(index, item, manner)
        }
        Some("reasoning") => {
            begun["summary"] = json!([]);
            part_events(index, item, manner)
        }
        _ => {
            begun["arguments"] = json!("");
            call_events(index, item, manner)
        }
    };
    let mut events =
        vec![json!({"type": "response.output_item.added", "output_index": index, "item": begun})];
    events.extend(middle);
    events.push(json!({"type": "response.output_item.done", "output_index": index, "item": item}));
    events
}

fn part_events(index: usize, item: &Value, manner: &Manner) -> Vec<Value> {
    let (part, text, key, words) = if item["type"] == "message" {
        (
            "content_part",
            "output_text",
            "content_index",
            &item["content"][0],
        )
    } else {
        (
            "reasoning_summary_part",
            "reasoning_summary_text",
            "summary_index",
            &item["summary"][0],
        )
    };
    let mut empty = words.clone();
    empty["text"] = json!("");
    let at = |kind: String, field: &str, value: &Value| json!({"type": kind, "item_id": item["id"], "output_index": index, key: 0, field: value});
    let mut events = vec![at(format!("response.{part}.added"), "part", &empty)];
    for piece in manner.pieces(words["text"].as_str().unwrap_or_default()) {
        events.push(at(format!("response.{text}.delta"), "delta", &json!(piece)));
    }
    events.push(at(format!("response.{text}.done"), "text", &words["text"]));
    events.push(at(format!("response.{part}.done"), "part", words));
    events
}

/// Some providers send arguments at their end only.
fn call_events(index: usize, item: &Value, manner: &Manner) -> Vec<Value> {
    let arguments = item["arguments"].as_str().unwrap_or_default();
    let pieces = if manner.is_by_the_book {
        manner.pieces(arguments)
    } else {
        Vec::new()
    };
    let deltas = pieces.into_iter().map(|piece| {
        json!({"type": "response.function_call_arguments.delta", "item_id": item["id"], "output_index": index,
            "delta": piece})
    });
    let done = json!({"type": "response.function_call_arguments.done", "item_id": item["id"],
        "output_index": index, "arguments": arguments});
    deltas.chain([done]).collect()
}

use serde_json::{Value, json};

use super::super::script::{Call, Manner, Script};
use super::in_turns;

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
    let mut items = Vec::new();
    if !script.thought.is_empty() {
        items.push(
            json!({"type": "reasoning", "id": "rs_1", "encrypted_content": "ZW5j",
            "summary": [{"type": "summary_text", "text": script.thought}]}),
        );
    }
    if !script.text.is_empty() {
        items.push(
            json!({"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": script.text, "annotations": []}]}),
        );
    }
    items.extend(script.calls.iter().map(call));
    items
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
    let items = items(script);
    let is_call = |item: &&Value| item["type"] == "function_call";
    for (index, item) in items.iter().enumerate().filter(|(_, item)| !is_call(item)) {
        events.extend(item_events(index, item, manner));
    }
    let first_call = items.len() - script.calls.len();
    events.extend(calls(first_call, &items[first_call..], manner));
    let last = format!("response.{}", status(script));
    events.push(json!({"type": last, "response": whole(script)}));
    let numbered = events.into_iter().enumerate().map(|(number, mut event)| {
        event["sequence_number"] = json!(number);
        manner.event(event["type"].as_str(), &event)
    });
    numbered.collect()
}

fn item_events(index: usize, item: &Value, manner: &Manner) -> Vec<Value> {
    let id = &item["id"];
    let is_message = item["type"] == "message";
    let mut begun = item.clone();
    begun[if is_message { "content" } else { "summary" }] = json!([]);
    let (part, text, key, words) = if is_message {
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
    let at = |kind: String, field: &str, value: &Value| json!({"type": kind, "item_id": id, "output_index": index, key: 0, field: value});
    let mut events =
        vec![json!({"type": "response.output_item.added", "output_index": index, "item": begun})];
    events.push(at(format!("response.{part}.added"), "part", &empty));
    for piece in manner.pieces(words["text"].as_str().unwrap_or_default()) {
        events.push(at(format!("response.{text}.delta"), "delta", &json!(piece)));
    }
    events.push(at(format!("response.{text}.done"), "text", &words["text"]));
    events.push(at(format!("response.{part}.done"), "part", words));
    events.push(json!({"type": "response.output_item.done", "output_index": index, "item": item}));
    events
}

/// Calls one after the other, or all of them at the same time; some providers send their arguments at the end only.
fn calls(first: usize, items: &[Value], manner: &Manner) -> Vec<Value> {
    let added = |index: usize| {
        let mut begun = items[index].clone();
        begun["arguments"] = json!("");
        json!({"type": "response.output_item.added", "output_index": first + index, "item": begun})
    };
    let done = |index: usize| {
        let item = &items[index];
        let at = first + index;
        [
            json!({"type": "response.function_call_arguments.done", "item_id": item["id"], "output_index": at,
                "arguments": item["arguments"]}),
            json!({"type": "response.output_item.done", "output_index": at, "item": item}),
        ]
    };
    let pieces = |item: &Value| {
        let arguments = item["arguments"].as_str().unwrap_or_default();
        if manner.is_by_the_book {
            manner.pieces(arguments)
        } else {
            Vec::new()
        }
    };
    let delta = |index: usize, piece: &String| {
        json!({"type": "response.function_call_arguments.delta", "item_id": items[index]["id"],
            "output_index": first + index, "delta": piece})
    };
    let texts: Vec<Vec<String>> = items.iter().map(pieces).collect();
    let mut events = Vec::new();
    if manner.is_interleaved {
        events.extend((0..items.len()).map(added));
        events.extend(
            in_turns(&texts, true)
                .into_iter()
                .map(|(index, piece)| delta(index, piece)),
        );
        events.extend((0..items.len()).rev().flat_map(done));
        return events;
    }
    for (index, text) in texts.iter().enumerate() {
        events.push(added(index));
        events.extend(text.iter().map(|piece| delta(index, piece)));
        events.extend(done(index));
    }
    events
}

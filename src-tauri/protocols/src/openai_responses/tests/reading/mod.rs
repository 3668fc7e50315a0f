//! What a provider's events are read into.

mod ends;
mod items;

use serde_json::{Value, json};

use super::steps;
use crate::carrier::{Carrier, Opaque};
use crate::event::{Event, Opening, Start};
use crate::part::Call;
use crate::response::Stop;
use crate::usage::Usage;

const GOLDEN: &str = include_str!("../../../../tests/golden/openai-responses.sse");

fn golden() -> Vec<Value> {
    let data = GOLDEN
        .lines()
        .filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

fn call(id: &str, name: &str) -> Event {
    Event::Open(Opening::Call(Call {
        id: id.into(),
        name: name.into(),
        ..Call::default()
    }))
}

fn arguments(text: &str) -> Event {
    Event::Arguments(text.into())
}

fn encrypted(text: &str) -> Event {
    Event::CloseWith(Carrier::genuine(Opaque::Encrypted(text.into())))
}

fn start() -> Event {
    Event::Start(Start::default())
}

fn added(index: u64, item: &Value) -> Value {
    json!({"type": "response.output_item.added", "output_index": index, "item": item})
}

fn done(index: u64, item: &Value) -> Value {
    json!({"type": "response.output_item.done", "output_index": index, "item": item})
}

fn piece(kind: &str, index: u64, delta: &str) -> Value {
    json!({"type": format!("response.{kind}.delta"), "item_id": format!("i{index}"), "output_index": index,
        "content_index": 0, "delta": delta})
}

fn function(id: &str, arguments: &str) -> Value {
    json!({"type": "function_call", "id": format!("fc_{id}"), "call_id": id, "name": "f", "arguments": arguments})
}

fn completed() -> Value {
    json!({"type": "response.completed", "response": {"status": "completed", "output": []}})
}

#[test]
fn the_golden_stream_is_read() {
    let expected = [
        Event::Start(Start {
            id: "resp_1".into(),
            model: "m".into(),
            created: Some(1),
        }),
        Event::Open(Opening::Reasoning),
        Event::Reasoning("hm".into()),
        encrypted("…"),
        Event::Open(Opening::Text),
        Event::Text("ok".into()),
        Event::Close,
        call("toolu_a", "f"),
        arguments("{\"x\":1}"),
        Event::Close,
        call("toolu_b", "g"),
        arguments("{}"),
        Event::Close,
        Event::Usage(Usage {
            input: 15,
            cached: 3,
            output: 20,
            ..Usage::default()
        }),
        Event::Stop(Stop::ToolUse),
        Event::End,
    ];

    assert_eq!(steps(&golden()), expected);
}

#[test]
fn a_stream_cut_anywhere_before_its_last_event_does_not_end() {
    let all = golden();
    for cut in 0..all.len() {
        let steps = steps(&all[..cut]);
        assert!(!steps.contains(&Event::End), "cut at {cut}");
        assert!(!steps.iter().any(|step| matches!(step, Event::Stop(_))));
    }
}

#[test]
fn an_answer_told_only_at_the_end_is_read_all_the_same() {
    let all = golden();
    let only_ends: Vec<Value> = all
        .iter()
        .filter(|event| {
            let kind = event["type"].as_str().unwrap();
            kind == "response.created"
                || kind.ends_with("item.done")
                || kind.ends_with(".completed")
        })
        .cloned()
        .collect();
    let only_last = [all[0].clone(), all[all.len() - 1].clone()];

    assert_eq!(steps(&only_ends), steps(&all));
    assert_eq!(steps(&only_last), steps(&all));
}

#[test]
fn places_that_are_not_told_are_found_by_id() {
    let without_place = |mut event: Value| {
        event.as_object_mut().unwrap().shift_remove("output_index");
        event
    };
    let all: Vec<Value> = golden().into_iter().map(without_place).collect();

    assert_eq!(steps(&all), steps(&golden()));
}

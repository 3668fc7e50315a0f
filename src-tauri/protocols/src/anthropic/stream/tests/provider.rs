//! A provider's events, and the answer that they make.

use serde_json::{Value, json};

use crate::anthropic::StreamReader;
use crate::codec::ReadStream;
use crate::event::{Event, Opening};
use crate::part::{Kind, Part, Reasoning};
use crate::quirks::Quirks;
use crate::response::Response;

/// The events that are read from data, without their names.
pub(super) fn read(data: &[Value]) -> Vec<Event> {
    let mut reader = StreamReader::new(&Quirks::default());
    let mut out = Vec::new();
    for data in data {
        reader.read(None, &data.to_string(), &mut out);
    }
    reader.finish(&mut out);
    out
}

pub(super) fn golden() -> Vec<Value> {
    let text = include_str!("../../../../tests/golden/anthropic.sse");
    text.lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
        .collect()
}

/// The answer that events make, put together strictly.
pub(super) fn gathered(events: Vec<Event>) -> Response {
    let mut answer = Response::default();
    let mut open: Option<Part> = None;
    for event in events {
        match event {
            Event::Start(start) => {
                answer.id = start.id;
                answer.model = start.model;
            }
            Event::Open(opening) => {
                assert!(open.is_none(), "one part at a time");
                open = Some(match opening {
                    Opening::Text => Part::text(""),
                    Opening::Refusal => Part::new(Kind::Refusal(String::new())),
                    Opening::Reasoning => Part::new(Kind::Reasoning(Reasoning::default())),
                    Opening::Call(call) => Part::new(Kind::Call(call)),
                });
            }
            Event::Text(_) | Event::Reasoning(_) | Event::Arguments(_) | Event::Citation(_) => {
                grow(open.as_mut().expect("an open part"), event);
            }
            Event::Close => answer.parts.extend(open.take()),
            Event::CloseWith(carrier) => {
                let mut part = open.take().expect("an open part");
                if let Kind::Reasoning(reasoning) = &mut part.kind {
                    reasoning.carrier = Some(carrier);
                }
                answer.parts.push(part);
            }
            Event::Whole(part) => answer.parts.push(part),
            Event::Usage(usage) => answer.usage = Some(usage),
            Event::Stop(stop) => answer.stop = stop,
            Event::Alive | Event::End => {}
            Event::Failed(error) => panic!("{error:?}"),
        }
    }
    assert!(open.is_none());
    answer
}

pub(super) fn grow(part: &mut Part, event: Event) {
    match (&mut part.kind, event) {
        (Kind::Text(text), Event::Text(more)) => text.text.push_str(&more),
        (Kind::Text(text), Event::Citation(more)) => text.citations.push(more),
        (Kind::Reasoning(thought), Event::Reasoning(more)) => thought.text.push_str(&more),
        (Kind::Call(call), Event::Arguments(more)) => call.arguments.push_str(&more),
        (kind, event) => panic!("{event:?} for {kind:?}"),
    }
}

pub(super) fn start() -> Value {
    json!({"type": "message_start", "message": {"id": "msg_1", "model": "m", "content": [],
        "usage": {"input_tokens": 1, "output_tokens": 0}}})
}

pub(super) fn begin(index: u64, block: impl Into<Value>) -> Value {
    let block = block.into();
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

pub(super) fn delta(index: u64, delta: impl Into<Value>) -> Value {
    let delta = delta.into();
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

pub(super) fn text(index: u64, text: &str) -> Value {
    delta(index, json!({"type": "text_delta", "text": text}))
}

pub(super) fn input(index: u64, text: &str) -> Value {
    delta(
        index,
        json!({"type": "input_json_delta", "partial_json": text}),
    )
}

pub(super) fn stop(index: u64) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

pub(super) fn ended(reason: &str) -> Value {
    json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null},
        "usage": {"output_tokens": 7}})
}

pub(super) fn over() -> Value {
    json!({"type": "message_stop"})
}

pub(super) fn tool(id: &str) -> Value {
    json!({"type": "tool_use", "id": id, "name": "f", "input": {}})
}

pub(super) fn calls(answer: &Response) -> Vec<(&str, &str)> {
    let calls = answer.parts.iter().filter_map(Part::as_call);
    calls
        .map(|call| (call.id.as_str(), call.arguments.as_str()))
        .collect()
}

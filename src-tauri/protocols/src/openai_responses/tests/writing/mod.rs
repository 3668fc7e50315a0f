//! What a client gets.

mod endings;
mod ladders;

use serde_json::Value;

use super::{events, reply};
use crate::carrier::{Carrier, Opaque};
use crate::codec::Reply;
use crate::event::{Event, Opening, Start};
use crate::part::{Call, CallForm};
use crate::response::Stop;
use crate::usage::Usage;

fn text(words: &str) -> [Event; 3] {
    [
        Event::Open(Opening::Text),
        Event::Text(words.into()),
        Event::Close,
    ]
}

fn call(form: CallForm, namespace: Option<&str>, arguments: &str) -> [Event; 3] {
    let call = Call {
        id: "call_1".into(),
        name: "f".into(),
        namespace: namespace.map(str::to_owned),
        form,
        arguments: String::new(),
    };
    [
        Event::Open(Opening::Call(call)),
        Event::Arguments(arguments.into()),
        Event::Close,
    ]
}

fn carrier() -> Carrier {
    Carrier {
        provider: "p1".into(),
        opaque: Opaque::Signature("c2ln".into()),
    }
}

fn thought() -> [Event; 4] {
    [
        Event::Open(Opening::Reasoning),
        Event::Reasoning("h".into()),
        Event::Reasoning("m".into()),
        Event::CloseWith(carrier()),
    ]
}

fn usage() -> Event {
    Event::Usage(Usage {
        input: 15,
        cached: 3,
        written: 0,
        output: 20,
        reasoning: 0,
    })
}

fn answer(parts: &[&[Event]], stop: Stop) -> Vec<Value> {
    answer_to(&reply(), parts, stop)
}

fn answer_to(reply: &Reply, parts: &[&[Event]], stop: Stop) -> Vec<Value> {
    let mut steps = vec![Event::Start(Start::default())];
    steps.extend(parts.iter().flat_map(|part| part.iter().cloned()));
    steps.extend([usage(), Event::Stop(stop), Event::End]);
    let events = events(reply, &steps);
    check(&events);
    events
}

/// The laws of every stream that a client gets.
fn check(events: &[Value]) {
    let mut done: Vec<&Value> = Vec::new();
    let mut begun = None;
    let mut told = String::new();
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number, "the numbers have no gaps");
        let kind = event["type"].as_str().unwrap();
        if kind.ends_with("output_item.added") {
            assert_eq!(begun, None, "one item at a time");
            assert_eq!(event["output_index"], done.len());
            begun = Some(event["item"]["id"].as_str().unwrap());
        } else if kind.ends_with("output_item.done") {
            assert_eq!(event["item"]["id"].as_str(), begun.take());
            done.push(&event["item"]);
        } else if let Some(id) = event["item_id"].as_str() {
            assert_eq!(begun, Some(id), "events stand within their item");
        }
        if let Some(delta) = event["delta"].as_str() {
            told.push_str(delta);
        } else if let Some(whole) = ["text", "refusal", "arguments", "input"]
            .iter()
            .find_map(|key| event[*key].as_str())
        {
            assert_eq!(
                std::mem::take(&mut told),
                whole,
                "the end says what the pieces said"
            );
        }
    }
    assert_eq!(begun, None, "every item ends");
    let last = events.last().unwrap();
    let output: Vec<&Value> = last["response"]["output"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert_eq!(output, done);
    let ends = [
        "response.completed",
        "response.incomplete",
        "response.failed",
    ];
    let terminal = events
        .iter()
        .filter(|event| ends.contains(&event["type"].as_str().unwrap()));
    assert_eq!(terminal.count(), 1);
}

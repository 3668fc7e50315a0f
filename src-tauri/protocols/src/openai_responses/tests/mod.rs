//! What the readers and writers of Responses promise.

mod answer;
mod compaction;
mod crossing;
mod identity;
mod laws;
mod reading;
mod writing;

use bytes::BytesMut;
use serde_json::Value;

use super::{StreamReader, StreamWriter, read_request, write_request};
use crate::Protocol;
use crate::codec::{ReadStream, Reply, Target, WriteStream};
use crate::event::Event;
use crate::loss::Losses;
use crate::quirks::Quirks;
use crate::request::Request;

/// A request in this protocol.
fn read(body: &Value) -> Request {
    read_request(body.clone()).expect("the request is readable")
}

/// A request as it goes to a provider that follows the book.
fn write(request: &Request) -> (Value, Losses) {
    write_to(request, &Quirks::book(Protocol::OpenAiResponses))
}

fn write_to(request: &Request, quirks: &Quirks) -> (Value, Losses) {
    let target = Target {
        protocol: Protocol::OpenAiResponses,
        model: &request.model,
        provider: "p",
        quirks,
    };
    let mut losses = Losses::default();
    let body = write_request(request, &target, &mut losses).expect("the request can be said");
    (body, losses)
}

/// The steps that a provider's events are read into.
fn steps(events: &[Value]) -> Vec<Event> {
    let mut reader = StreamReader::new(&Quirks::book(Protocol::OpenAiResponses));
    let mut out = Vec::new();
    for event in events {
        reader.read(None, &event.to_string(), &mut out);
    }
    reader.finish(&mut out);
    out
}

/// How the answer in these tests is written.
fn reply() -> Reply {
    Reply {
        model: "alias".into(),
        id: "x".into(),
        created: 7,
        ..Reply::default()
    }
}

/// The events that a client gets for these steps.
fn events(reply: &Reply, steps: &[Event]) -> Vec<Value> {
    let mut writer = StreamWriter::new(reply);
    let mut out = BytesMut::new();
    for step in steps {
        writer.write(step.clone(), &mut out);
    }
    parsed(&out)
}

/// The data of each event; its name is the type in the data.
fn parsed(wire: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(wire).expect("events are text");
    let blocks = text.split("\n\n").filter(|block| !block.is_empty());
    blocks
        .map(|block| {
            let (name, data) = block.split_once('\n').expect("an event has two lines");
            let name = name.strip_prefix("event: ").expect("an event has a name");
            let data = data.strip_prefix("data: ").expect("an event has data");
            let data: Value = serde_json::from_str(data).expect("data is JSON");
            assert_eq!(data["type"], name);
            data
        })
        .collect()
}

/// The types of events, without what all begin with.
fn kinds(events: &[Value]) -> Vec<&str> {
    let kinds = events.iter().map(|event| event["type"].as_str());
    kinds
        .map(|kind| kind.and_then(|kind| kind.strip_prefix("response.")))
        .map(|kind| kind.expect("every type begins so"))
        .collect()
}

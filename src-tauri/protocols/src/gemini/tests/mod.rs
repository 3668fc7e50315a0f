//! Reading and writing, seen through the six entry points.

mod controls;
mod identity;
mod laws;
mod requests;
mod responses;
mod stream_read;
mod stream_write;

use bytes::BytesMut;
use serde_json::{Value, json};

use super::{StreamReader, StreamWriter, read_request, read_response, write_request};
use crate::Protocol;
use crate::codec::{ReadStream, Reply, Target, WriteStream};
use crate::event::Event;
use crate::loss::Losses;
use crate::quirks::Quirks;
use crate::request::Request;
use crate::response::Response;

fn book() -> Quirks {
    Quirks::book(Protocol::Gemini)
}

fn read(body: Value) -> Request {
    read_request(body).expect("the request can be read")
}

/// The request as it is written for a provider with these quirks.
fn write_for(request: &Request, quirks: &Quirks) -> Value {
    let target = Target {
        protocol: Protocol::Gemini,
        model: "m",
        provider: "p",
        quirks,
    };
    write_request(request, &target, &mut Losses::default()).expect("the request can be said")
}

fn write(request: &Request) -> Value {
    write_for(request, &book())
}

fn answer(body: Value) -> Response {
    read_response(body).expect("the answer can be read")
}

/// The contents of a request with these parts of the model, asked by a user.
fn of_model(parts: Value) -> Value {
    let mut body =
        json!({"contents": [{"role": "user", "parts": [{"text": "q"}]}, {"role": "model"}]});
    body["contents"][1]["parts"] = parts;
    body
}

/// What a reader says to these chunks.
fn events(chunks: &[Value]) -> Vec<Event> {
    let mut reader = StreamReader::new(&book());
    let mut out = Vec::new();
    for chunk in chunks {
        reader.read(None, &chunk.to_string(), &mut out);
    }
    reader.finish(&mut out);
    out
}

/// A chunk with these parts of the answer.
fn chunk(parts: Value) -> Value {
    let mut chunk =
        json!({"candidates": [{"index": 0, "content": {"role": "model"}}], "responseId": "r"});
    chunk["candidates"][0]["content"]["parts"] = parts;
    chunk
}

/// A last chunk with this reason.
fn last(reason: &str) -> Value {
    json!({"candidates": [{"index": 0, "finishReason": reason}], "responseId": "r"})
}

/// What a writer says to these events.
fn written(reply: &Reply, events: impl IntoIterator<Item = Event>) -> String {
    let mut writer = StreamWriter::new(reply);
    let mut out = BytesMut::new();
    for event in events {
        writer.write(event, &mut out);
    }
    String::from_utf8(out.to_vec()).expect("text stays text")
}

/// The chunks that the JavaScript SDK finds in a stream; panics where it would throw.
fn sdk_chunks(wire: &str) -> Vec<Value> {
    let mut rest = wire;
    let mut chunks = Vec::new();
    while let Some((at, length)) = ["\n\n", "\r\r", "\r\n\r\n"]
        .iter()
        .filter_map(|end| Some((rest.find(end)?, end.len())))
        .min()
    {
        if let Some(data) = rest[..at].trim().strip_prefix("data:") {
            chunks.push(serde_json::from_str(data.trim()).expect("the data of an event is JSON"));
        }
        rest = &rest[at + length..];
    }
    assert!(
        rest.trim().is_empty(),
        "incomplete JSON segment at the end: {rest}"
    );
    chunks
}

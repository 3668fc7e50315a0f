mod echo;
mod identity;
mod messages;
mod reading;
mod settings;

use serde_json::Value;

use super::{read_request, write_request};
use crate::Protocol;
use crate::carrier::{Carrier, Opaque};
use crate::codec::Target;
use crate::loss::Losses;
use crate::part::{Call, Kind, Part, Parts, Reasoning, ToolResult};
use crate::quirks::Quirks;
use crate::request::{Request, Turn};

/// A Chat request, read.
fn read(body: Value) -> Request {
    read_request(body).expect("the request can be read")
}

/// A request as a target with these quirks gets it.
fn written(request: &Request, quirks: &Quirks) -> Value {
    written_with_losses(request, quirks).0
}

fn written_with_losses(request: &Request, quirks: &Quirks) -> (Value, Losses) {
    let target = Target {
        protocol: Protocol::OpenAi,
        model: "m",
        provider: "p1",
        quirks,
    };
    let mut losses = Losses::default();
    let body = write_request(request, &target, &mut losses).expect("the request can be said");
    (body, losses)
}

/// A Chat target of which nothing is known.
fn book() -> Quirks {
    Quirks::default()
}

fn call(id: &str, arguments: &str) -> Part {
    Part::new(Kind::Call(Call {
        id: id.into(),
        name: "f".into(),
        arguments: arguments.into(),
        ..Call::default()
    }))
}

fn of(turns: Vec<Turn>) -> Request {
    Request {
        turns,
        ..Request::default()
    }
}

fn messages(turns: Vec<Turn>, quirks: &Quirks) -> Value {
    written(&of(turns), quirks)["messages"].clone()
}

fn thought(text: &str, opaque: Option<Opaque>) -> Part {
    let carrier = opaque.map(|opaque| Carrier {
        provider: "p1".into(),
        opaque,
    });
    Part::new(Kind::Reasoning(Reasoning {
        text: text.into(),
        carrier,
    }))
}

fn result(id: &str, content: Parts) -> Part {
    Part::new(Kind::Result(ToolResult {
        call: id.into(),
        content,
        ..ToolResult::default()
    }))
}

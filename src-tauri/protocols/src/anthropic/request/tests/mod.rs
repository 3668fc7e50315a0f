//! Requests, as clients say them and as providers get them.

mod controls;
mod identity;
mod laws;
mod maximal;
mod parts;
mod tools;

use serde_json::Value;

use super::write_request;
use crate::Protocol::Anthropic;
use crate::anthropic::sample::{book, sent};
use crate::codec::{Target, Unsayable};
use crate::extra::Extra;
use crate::loss::Losses;
use crate::part::Part;
use crate::request::{Request, Role, Tool, ToolKind, Turn};

fn asking(parts: Vec<Part>) -> Request {
    Request {
        model: "m".into(),
        turns: vec![Turn::of(Role::User, parts)],
        ..Request::default()
    }
}

fn hello() -> Request {
    asking(vec![Part::text("x")])
}

fn lost(losses: &Losses) -> Vec<String> {
    losses.iter().map(|loss| loss.field.clone()).collect()
}

/// The blocks that the only message of a request holds.
fn blocks(parts: Vec<Part>) -> Value {
    let (mut body, _) = sent(&asking(parts), &book());
    body["messages"][0]["content"].take()
}

fn function(name: &str) -> Tool {
    Tool {
        name: name.into(),
        namespace: None,
        description: None,
        kind: ToolKind::Function {
            schema: None,
            strict: None,
        },
        cache: None,
        extra: Extra::default(),
    }
}

/// Why a request cannot be said.
fn refused(request: &Request) -> Option<Unsayable> {
    let quirks = book();
    let target = Target {
        protocol: Anthropic,
        model: "m",
        provider: "p",
        quirks: &quirks,
    };
    write_request(request, &target, &mut Losses::default()).err()
}

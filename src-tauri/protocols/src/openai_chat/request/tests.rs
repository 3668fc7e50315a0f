mod as_upstream;
mod identity;
mod reading;

use serde_json::Value;

use super::{read_request, write_request};
use crate::Protocol;
use crate::codec::Target;
use crate::loss::Losses;
use crate::quirks::Quirks;
use crate::request::Request;

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

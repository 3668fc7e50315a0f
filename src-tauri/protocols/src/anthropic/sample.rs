//! What the tests of this folder have in common.

use serde_json::Value;

use super::{read_request, write_request};
use crate::Protocol::Anthropic;
use crate::codec::Target;
use crate::loss::Losses;
use crate::quirks::Quirks;
use crate::request::Request;

/// The quirks of a target that nobody has told anything about.
pub(super) fn book() -> Quirks {
    Quirks::book(Anthropic)
}

/// A request as a target with these quirks gets it, and what it lost.
pub(super) fn sent(request: &Request, quirks: &Quirks) -> (Value, Losses) {
    let mut losses = Losses::default();
    let target = Target {
        protocol: Anthropic,
        model: &request.model,
        provider: "p1",
        quirks,
    };
    let body = write_request(request, &target, &mut losses).expect("it can be said");
    (body, losses)
}

/// A body read and written again; nothing may be lost.
pub(super) fn again(body: &Value) -> Value {
    let request = read_request(body.clone()).expect("it can be read");
    let (written, losses) = sent(&request, &book());
    assert!(losses.is_empty(), "{losses:?}");
    written
}

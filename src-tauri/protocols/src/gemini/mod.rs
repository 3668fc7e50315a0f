//! Gemini generateContent, read into the neutral form and written from it.
//!
//! Its parts have no types and its calls often no ids; signatures of thoughts sit on the part that follows them.
//! [`parts`] reads and writes parts for requests, answers and streams alike.

mod camel;
mod fields;
mod media;
mod parts;
mod request;
mod response;
mod stream;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::Protocol;
use crate::codec::{Reply, Target, Unsayable};
use crate::loss::Losses;
use crate::request::Request;
use crate::response::Response;
pub(crate) use stream::{StreamReader, StreamWriter};

/// The protocol of this folder.
const GEMINI: Protocol = Protocol::Gemini;

pub(crate) fn read_request(body: Value) -> Result<Request, Unsayable> {
    request::read(body)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "every protocol's writer may refuse; this one finds words for all"
)]
pub(crate) fn write_request(
    request: &Request,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<Value, Unsayable> {
    Ok(request::write(request, target, losses))
}

/// Refuses what only Google can do, for requests that go elsewhere.
pub(crate) fn refusals(request: &Request) -> Result<(), Unsayable> {
    request::refusals(request)
}

pub(crate) fn read_response(body: Value) -> Option<Response> {
    response::read(body)
}

pub(crate) fn write_response(response: &Response, reply: &Reply) -> Value {
    response::write(response, reply)
}

//! The built-in provider: it needs no account and no network, and answers in every protocol.
//!
//! Echo says back what it was told, in the true shapes of each protocol, streamed or whole, with ids and usage.
//! Lines of the last user message that begin with `echo:` direct it (see [`DIRECTIONS`]): to fail with a status, to
//! be slow, to break off, to think, to call a tool. So a person can try a client's wiring, and Keyway's own
//! behaviour under faults, before there is any key.
//!
//! [`answer`] is pure: it turns a request into a script of [`Step`]s, and the caller plays it.
//!
//! A request is read by its protocol's file into an [`asked::Asked`], `script` reads the directions, `reply`
//! decides on an [`reply::Answer`], and the protocol's file writes that out.

mod anthropic;
mod asked;
mod chat;
mod gemini;
mod reply;
mod responses;
mod schema;
mod script;
mod sse;
#[cfg(test)]
mod tests;
mod text;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use keyway_protocols::{
    Protocol,
    error::{ErrorKind, ErrorReply},
    usage::Usage,
};
use serde_json::Value;

pub use self::script::DIRECTIONS;
use self::{
    asked::{Asked, Missing},
    reply::Answer,
    script::Script,
};

/// The shape the caller wants the answer in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// What the body's `stream` field says; for Gemini, whose bodies have none, one piece.
    AsAsked,
    /// One JSON value.
    Whole,
    /// Server-sent events.
    Events,
    /// One JSON array, a piece at a time: Gemini's `streamGenerateContent` without `alt=sse`.
    Array,
}

/// An answer to be played to the client.
#[derive(Debug, Clone, PartialEq)]
pub struct EchoReply {
    /// The HTTP status.
    pub status: u16,
    /// Headers besides the content type.
    pub headers: HeaderMap,
    /// The content type.
    pub content_type: &'static str,
    /// How long nothing is to be sent, not even the status.
    pub delay: Duration,
    /// The body.
    pub steps: Vec<Step>,
    /// What the answer used when it is played to its end; none for errors.
    pub usage: Option<Usage>,
}

/// One step of playing an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// These bytes are sent, and flushed.
    Bytes(Bytes),
    /// Nothing is sent for this long.
    Wait(Duration),
    /// The connection breaks without a proper end. Nothing comes after it.
    Cut,
}

/// Answers a request as the model `model`.
pub fn answer(
    protocol: Protocol,
    body: &[u8],
    model: &str,
    form: Form,
    now: Timestamp,
) -> EchoReply {
    let body: Value = match serde_json::from_slice(body) {
        Ok(body) => body,
        Err(error) => return invalid(protocol, form, &format!("the body is not JSON: {error}")),
    };
    let asked = match Asked::read(protocol, &body) {
        Ok(asked) => asked,
        Err(Missing(field)) => return invalid(protocol, form, &format!("{field}: field required")),
    };
    let script = Script::read(&asked.prompt());
    if let Some(status) = script.status {
        let message = format!("echo was told to fail with status {status}");
        return EchoReply {
            delay: script.delay,
            ..failure(protocol, form, status, &message)
        };
    }
    let answer = Answer::decide(&asked, &script, model, now);
    let form = match form {
        Form::AsAsked if asked.streamed => Form::Events,
        Form::AsAsked => Form::Whole,
        Form::Whole | Form::Events | Form::Array => form,
    };
    let pieces = write(protocol, &answer, &body, form);
    EchoReply {
        status: 200,
        headers: headers(form),
        content_type: content_type(protocol, form),
        delay: script.delay,
        steps: steps(pieces, form, &script),
        usage: Some(answer.usage),
    }
}

fn write(protocol: Protocol, answer: &Answer, body: &Value, form: Form) -> Vec<String> {
    let streamed = matches!(form, Form::Events | Form::Array);
    match protocol {
        Protocol::Anthropic if streamed => anthropic::events(answer),
        Protocol::Anthropic => vec![anthropic::whole(answer).to_string()],
        Protocol::OpenAi if streamed => chat::events(answer, body),
        Protocol::OpenAi => vec![chat::whole(answer).to_string()],
        Protocol::OpenAiResponses if streamed => responses::events(answer, body),
        Protocol::OpenAiResponses => vec![responses::whole(answer, body).to_string()],
        Protocol::Gemini => match form {
            Form::Events => sse::unnamed(&gemini::chunks(answer)),
            Form::Array => sse::array(&gemini::chunks(answer)),
            Form::Whole | Form::AsAsked => vec![gemini::whole(answer).to_string()],
        },
    }
}

/// Puts the waits between the pieces, and the cut where it was asked for.
///
/// A cut always leaves something out: a stream shorter than asked loses its last event.
fn steps(mut pieces: Vec<String>, form: Form, script: &Script) -> Vec<Step> {
    if let Some(after) = script.cut_after {
        match (form, pieces.first_mut()) {
            (Form::Events | Form::Array, _) => {
                pieces.truncate(after.min(pieces.len().saturating_sub(1)));
            }
            (Form::Whole | Form::AsAsked, Some(whole)) => {
                whole.truncate(whole.floor_char_boundary(whole.len() / 2));
            }
            (Form::Whole | Form::AsAsked, None) => {}
        }
    }
    let mut steps = Vec::with_capacity(2 * pieces.len() + 1);
    for piece in pieces {
        if !steps.is_empty() && !script.pace.is_zero() {
            steps.push(Step::Wait(script.pace));
        }
        steps.push(Step::Bytes(piece.into()));
    }
    if script.cut_after.is_some() {
        steps.push(Step::Cut);
    }
    steps
}

fn headers(form: Form) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if matches!(form, Form::Events | Form::Array) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    }
    headers
}

fn content_type(protocol: Protocol, form: Form) -> &'static str {
    match (form, protocol) {
        (Form::Events, Protocol::Gemini) => "text/event-stream",
        (Form::Events, Protocol::Anthropic | Protocol::OpenAi | Protocol::OpenAiResponses) => {
            "text/event-stream; charset=utf-8"
        }
        (Form::AsAsked | Form::Whole | Form::Array, _) => "application/json",
    }
}

fn invalid(protocol: Protocol, form: Form, message: &str) -> EchoReply {
    failure(protocol, form, 400, message)
}

fn failure(protocol: Protocol, form: Form, status: u16, message: &str) -> EchoReply {
    let kind = ErrorKind::of_status(status);
    let error = ErrorReply {
        kind,
        status,
        code: "echo",
        message,
        request_id: None,
    };
    let body = error.body(protocol);
    let body = match form {
        Form::Array => Bytes::from([b"[", body.as_ref(), b"]"].concat()),
        Form::AsAsked | Form::Whole | Form::Events => body,
    };
    let mut headers = HeaderMap::new();
    if status == 429 {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    EchoReply {
        status,
        headers,
        content_type: "application/json",
        delay: Duration::ZERO,
        steps: vec![Step::Bytes(body)],
        usage: None,
    }
}

//! What every protocol's folder offers, in the same words, and the way from a [`Protocol`] to it.

use bytes::BytesMut;
use serde_json::Value;

use crate::event::Event;
use crate::loss::Losses;
use crate::quirks::Quirks;
use crate::request::Request;
use crate::response::Response;
use crate::{Protocol, anthropic, gemini, openai_chat, openai_responses};

/// Who is asked.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// What it speaks.
    pub protocol: Protocol,
    /// The model it is asked for.
    pub model: &'a str,
    /// The gateway's tag for its provider: carriers with this tag may go there.
    pub provider: &'a str,
    /// How it differs from the protocol's book.
    pub quirks: &'a Quirks,
}

/// What the writer of an answer has to know besides the answer.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one fact about the client"
)]
pub(crate) struct Reply {
    /// The model's name as the client asked for it.
    pub model: String,
    /// Text that tells this answer from all others, for ids that the provider did not give.
    pub id: String,
    /// The time of the answer, in seconds since 1970, where its provider tells none.
    pub created: u64,
    /// Whether a Chat client asked for the usage at the end of the stream.
    pub stream_usage: bool,
    /// Whether a Gemini client reads a JSON list instead of events.
    pub list: bool,
    /// About how many tokens the request has, to tell before the provider does; 0 if unknown.
    pub input_estimate: u64,
    /// The request's own fields that a Responses answer repeats (`instructions`, `tools`, `temperature` …).
    pub echo: serde_json::Map<String, Value>,
    /// Whether a Chat client knows only the older form of calls (`function_call`).
    pub old_calls: bool,
    /// Whether a Responses client asked for its conversation to be summed up instead of going on.
    pub sums_up: bool,
}

/// A request that cannot be read, or cannot be said to the target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unsayable {
    /// The field at fault, in the words of the client's protocol: `messages[3].content[0]`; empty if it is the whole.
    pub field: String,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl Unsayable {
    /// A fault of one field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

/// Reads the events of a provider's stream.
pub(crate) trait ReadStream: std::fmt::Debug + Send + Sync {
    /// Reads one event: its name, if it has one, and its data. `[DONE]` comes here, too.
    ///
    /// Data that means nothing is passed over; parts come out one after the other.
    fn read(&mut self, name: Option<&str>, data: &str, out: &mut Vec<Event>);

    /// The provider's bytes are at their end: closes what is open and says [`Event::End`] if the answer is whole.
    fn finish(&mut self, out: &mut Vec<Event>);
}

/// Writes events for a client.
pub(crate) trait WriteStream: std::fmt::Debug + Send + Sync {
    /// Adds what says this step to `out`, as complete events.
    fn write(&mut self, event: Event, out: &mut BytesMut);
}

/// Reads a request body.
pub(crate) fn read_request(protocol: Protocol, body: Value) -> Result<Request, Unsayable> {
    match protocol {
        Protocol::Anthropic => anthropic::read_request(body),
        Protocol::OpenAi => openai_chat::read_request(body),
        Protocol::OpenAiResponses => openai_responses::read_request(body),
        Protocol::Gemini => gemini::read_request(body),
    }
}

/// Writes the body of a request; Gemini's names neither model nor streaming.
pub(crate) fn write_request(
    request: &Request,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<Value, Unsayable> {
    match target.protocol {
        Protocol::Anthropic => anthropic::write_request(request, target, losses),
        Protocol::OpenAi => openai_chat::write_request(request, target, losses),
        Protocol::OpenAiResponses => openai_responses::write_request(request, target, losses),
        Protocol::Gemini => gemini::write_request(request, target, losses),
    }
}

/// Reads a whole answer; nothing if the value is none. `quirks` say what is odd about its provider.
pub(crate) fn read_response(protocol: Protocol, body: Value, quirks: &Quirks) -> Option<Response> {
    match protocol {
        Protocol::Anthropic => anthropic::read_response(body),
        Protocol::OpenAi => openai_chat::read_response(body, quirks),
        Protocol::OpenAiResponses => openai_responses::read_response(body),
        Protocol::Gemini => gemini::read_response(body),
    }
}

/// Writes a whole answer.
pub(crate) fn write_response(protocol: Protocol, response: &Response, reply: &Reply) -> Value {
    match protocol {
        Protocol::Anthropic => anthropic::write_response(response, reply),
        Protocol::OpenAi => openai_chat::write_response(response, reply),
        Protocol::OpenAiResponses => openai_responses::write_response(response, reply),
        Protocol::Gemini => gemini::write_response(response, reply),
    }
}

/// A reader of a provider's stream; `quirks` say what is odd about it.
pub(crate) fn stream_reader(protocol: Protocol, quirks: &Quirks) -> Box<dyn ReadStream> {
    match protocol {
        Protocol::Anthropic => Box::new(anthropic::StreamReader::new(quirks)),
        Protocol::OpenAi => Box::new(openai_chat::StreamReader::new(quirks)),
        Protocol::OpenAiResponses => Box::new(openai_responses::StreamReader::new(quirks)),
        Protocol::Gemini => Box::new(gemini::StreamReader::new(quirks)),
    }
}

/// A writer of a client's stream.
pub(crate) fn stream_writer(protocol: Protocol, reply: &Reply) -> Box<dyn WriteStream> {
    match protocol {
        Protocol::Anthropic => Box::new(anthropic::StreamWriter::new(reply)),
        Protocol::OpenAi => Box::new(openai_chat::StreamWriter::new(reply)),
        Protocol::OpenAiResponses => Box::new(openai_responses::StreamWriter::new(reply)),
        Protocol::Gemini => Box::new(gemini::StreamWriter::new(reply)),
    }
}

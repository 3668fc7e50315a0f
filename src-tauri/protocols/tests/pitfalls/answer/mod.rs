//! Answers on their way back.

mod chat_calls;
mod chat_ends;
mod chat_texts;
mod clients;
mod failures;
mod from_anthropic;
mod from_gemini;
mod from_responses;
mod tools;
mod usage;

use bytes::Bytes;
use keyway_protocols::Protocol;
use keyway_protocols::cross::{CrossEnd, ReasoningForm, WayBack};
use serde_json::{Value, json};

use super::client::{Call, Heard, heard};
use super::grammar::{Ended, check};
use super::ways::{pieces, streamed, way};

/// What a client got.
struct Told {
    bytes: String,
    heard: Heard,
    end: CrossEnd,
}

impl Told {
    /// The events' data.
    fn events(&self) -> Vec<Value> {
        let data = self
            .bytes
            .lines()
            .filter_map(|line| line.strip_prefix("data: "));
        data.filter_map(|data| serde_json::from_str(data).ok())
            .collect()
    }

    /// How often a text is in what the client got.
    fn count(&self, text: &str) -> usize {
        self.bytes.matches(text).count()
    }
}

/// Events of a provider, as bytes.
fn stream(events: &[Value]) -> String {
    let event = |data: &Value| match data.as_str() {
        Some(raw) => format!("data: {raw}\n\n"),
        None => format!("data: {data}\n\n"),
    };
    events.iter().map(event).collect()
}

/// What a client gets of a provider's events, which are a whole answer.
fn told(client: Protocol, target: Protocol, events: &[Value]) -> Told {
    told_by(
        &way(client, target, ReasoningForm::Native),
        client,
        &stream(events),
    )
}

fn told_by(way: &WayBack, client: Protocol, stream: &str) -> Told {
    let (bytes, end) = streamed(way, pieces(stream.as_bytes(), 1 << 20));
    assert_eq!(check(client.as_str(), &bytes), Ok(Ended::Whole));
    Told {
        heard: heard(client, &bytes),
        bytes: String::from_utf8(bytes).expect("streams are text"),
        end,
    }
}

/// What a client gets of events that end in a failure; it is told of it.
fn failed(client: Protocol, target: Protocol, events: &[Value]) -> Told {
    let way = way(client, target, ReasoningForm::Native);
    let (bytes, end) = streamed(&way, [Bytes::from(stream(events))]);
    assert_eq!(check(client.as_str(), &bytes), Ok(Ended::Failed));
    assert!(end.error.is_some() && !end.whole);
    Told {
        heard: Heard::default(),
        bytes: String::from_utf8(bytes).expect("streams are text"),
        end,
    }
}

/// A chunk of a Chat stream.
fn chunk(delta: Value) -> Value {
    let mut chunk = json!({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{"index": 0, "delta": null, "finish_reason": null}]});
    chunk["choices"][0]["delta"] = delta;
    chunk
}

/// The chunk of a Chat stream that says why it stops.
fn finish(reason: &str) -> Value {
    let mut chunk = chunk(json!({}));
    chunk["choices"][0]["finish_reason"] = json!(reason);
    chunk
}

fn done() -> Value {
    json!("[DONE]")
}

/// A fragment of a call in a Chat stream.
fn fragment(index: usize, id: Option<&str>, name: Option<&str>, arguments: &str) -> Value {
    chunk(json!({"tool_calls": [
        {"index": index, "id": id, "function": {"name": name, "arguments": arguments}}]}))
}

fn call(id: &str, name: &str, arguments: Value) -> Call {
    Call {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments,
    }
}

/// The clients of Chat providers that speak something else.
const OTHERS: [Protocol; 3] = [
    Protocol::Anthropic,
    Protocol::OpenAiResponses,
    Protocol::Gemini,
];

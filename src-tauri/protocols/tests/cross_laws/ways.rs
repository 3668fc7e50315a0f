//! Ways back from any provider to any client.

use bytes::Bytes;
use keyway_protocols::Protocol;
use keyway_protocols::cross::{
    self, Asked, CrossEnd, Crossed, Forgetful, ReasoningForm, Target, WayBack,
};
use keyway_protocols::error::{ErrorKind, UpstreamError};
use keyway_protocols::quirks::Quirks;
use serde_json::{Value, json};

/// Both sides, for all pairs of different protocols.
pub(crate) fn pairs() -> impl Iterator<Item = (Protocol, Protocol)> {
    let all = Protocol::ALL.into_iter();
    all.flat_map(|client| Protocol::ALL.map(|target| (client, target)))
        .filter(|(client, target)| client != target)
}

/// The way back of a request with the tools `f`, `g` and `h` from a provider that is like its protocol's book.
pub(crate) fn way(client: Protocol, target: Protocol, reasoning: ReasoningForm) -> WayBack {
    way_from(client, target, &Quirks::book(target), reasoning)
}

/// The same from a provider with quirks.
pub(crate) fn way_from(
    client: Protocol,
    target: Protocol,
    quirks: &Quirks,
    reasoning: ReasoningForm,
) -> WayBack {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let names = ["f", "g", "h"];
    let body = match client {
        Protocol::Anthropic => json!({
            "model": "alias", "max_tokens": 9, "stream": true, "messages": [{"role": "user", "content": "x"}],
            "tools": names.map(|name| json!({"name": name, "input_schema": schema})),
        }),
        Protocol::OpenAi => json!({
            "model": "alias", "stream": true, "stream_options": {"include_usage": true},
            "messages": [{"role": "user", "content": "x"}],
            "tools": names.map(|name| json!({"type": "function", "function": {"name": name, "parameters": schema}})),
        }),
        Protocol::OpenAiResponses => json!({
            "model": "alias", "stream": true, "input": "x",
            "tools": names.map(|name| json!({"type": "function", "name": name, "parameters": schema})),
        }),
        Protocol::Gemini => json!({
            "contents": [{"role": "user", "parts": [{"text": "x"}]}],
            "tools": [{"functionDeclarations":
                names.map(|name| json!({"name": name, "parametersJsonSchema": schema}))}],
        }),
    };
    let asked = Asked {
        reasoning,
        ..asked(client)
    };
    crossed(&asked, target, quirks, &body).way_back
}

/// A request of this protocol, its body still to come.
pub(crate) fn asked(client: Protocol) -> Asked<'static> {
    Asked {
        protocol: client,
        body: b"",
        alias: "alias",
        streamed: (client == Protocol::Gemini).then_some(true),
        list: false,
        id: "0001",
        now: 1_700_000_000,
        reasoning: ReasoningForm::Native,
        searches: false,
    }
}

/// A request with this body, on its way to a provider.
pub(crate) fn crossed(
    asked: &Asked<'_>,
    target: Protocol,
    quirks: &Quirks,
    body: &Value,
) -> Crossed {
    let body = body.to_string();
    let asked = Asked {
        body: body.as_bytes(),
        ..*asked
    };
    let target = Target {
        protocol: target,
        model: "m",
        provider: "prov",
        quirks,
    };
    cross::request(&asked, &target, &Forgetful).expect("it can be said to anybody")
}

/// What the client gets of a stream that comes in these pieces.
pub(crate) fn streamed(
    way: &WayBack,
    pieces: impl IntoIterator<Item = Bytes>,
) -> (Vec<u8>, CrossEnd) {
    let mut stream = way.stream();
    let mut out = Vec::new();
    for piece in pieces {
        stream.push(piece, &mut out).expect("no event is too large");
    }
    let end = stream.finish(&mut out);
    (out.concat(), end)
}

/// Pieces of so many bytes.
pub(crate) fn pieces(bytes: &[u8], size: usize) -> Vec<Bytes> {
    bytes.chunks(size).map(Bytes::copy_from_slice).collect()
}

/// What the gateway tells a client whose provider's stream broke off.
pub(crate) fn broken() -> UpstreamError {
    UpstreamError {
        kind: ErrorKind::Upstream,
        code: None,
        message: "the provider's stream broke off".to_owned(),
    }
}

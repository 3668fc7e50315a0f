//! The whole way: a request to a provider of another protocol, and its answer back.

use bytes::Bytes;
use keyway_protocols::Protocol;
use keyway_protocols::cross::{self, Asked, Crossed, Forgetful, ReasoningForm, Target, Unsayable};
use keyway_protocols::quirks::Quirks;
use serde_json::{Map, Value};

/// A request as it reaches a provider that follows its protocol's book.
pub(crate) fn ask(client: Protocol, body: &Value, target: Protocol) -> Result<Crossed, Unsayable> {
    let quirks = Quirks::resolve(target, "provider.test", "model", &Map::new())
        .expect("the book's quirks are sound");
    let text = body.to_string();
    let asked = Asked {
        protocol: client,
        body: text.as_bytes(),
        alias: "alias",
        streamed: None,
        list: false,
        id: "0001",
        now: 1_700_000_000,
        reasoning: ReasoningForm::Native,
        searches: false,
    };
    let target = Target {
        protocol: target,
        model: "model",
        provider: "prov",
        quirks: &quirks,
    };
    cross::request(&asked, &target, &Forgetful)
}

/// The body that a provider gets.
pub(crate) fn asked(crossed: &Crossed) -> Value {
    serde_json::from_slice(&crossed.body).expect("a body is JSON")
}

/// The events that the client gets for the events of a provider.
pub(crate) fn told(crossed: &Crossed, wire: &str) -> String {
    let mut stream = crossed.way_back.stream();
    let mut out = Vec::new();
    stream
        .push(Bytes::copy_from_slice(wire.as_bytes()), &mut out)
        .expect("no event is too large");
    stream.finish(&mut out);
    String::from_utf8(out.concat()).expect("events are text")
}

/// The data of all events.
pub(crate) fn data(stream: &str) -> Vec<Value> {
    let data = stream
        .lines()
        .filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).expect("data is JSON"))
        .collect()
}

/// A body that a real client sent.
pub(crate) fn recorded(name: &str) -> Value {
    let path = format!(
        "{}/../../tests/fixtures/recorded/{name}.body.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).expect("the recording is there");
    serde_json::from_str(&text).expect("the recording is JSON")
}

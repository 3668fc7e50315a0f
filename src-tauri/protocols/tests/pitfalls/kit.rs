//! Requests on their way, with as little around them as can be.

use keyway_protocols::Protocol;
use keyway_protocols::cross::{
    Asked, Crossed, Forgetful, Memory, ReasoningForm, Target, Unsayable, cleaned, request,
};
use keyway_protocols::quirks::Quirks;
use serde_json::Value;

/// The tag of the provider that is asked.
pub(crate) const HERE: &str = "here";

/// A target by the book but for a change.
pub(crate) fn with_target<T>(
    protocol: Protocol,
    change: impl FnOnce(&mut Quirks),
    use_it: impl FnOnce(&Target<'_>) -> T,
) -> T {
    let mut quirks = Quirks::book(protocol);
    change(&mut quirks);
    use_it(&Target {
        protocol,
        model: "target-model",
        provider: HERE,
        quirks: &quirks,
    })
}

/// Crosses the bytes of a body.
pub(crate) fn cross_bytes(
    client: Protocol,
    body: &[u8],
    target: &Target<'_>,
    memory: &dyn Memory,
) -> Result<Crossed, Unsayable> {
    let asked = Asked {
        protocol: client,
        body,
        alias: "alias",
        streamed: None,
        list: false,
        id: "x1",
        now: 1_800_000_000,
        reasoning: ReasoningForm::Native,
        searches: false,
    };
    request(&asked, target, memory)
}

/// What a target by the book is sent.
pub(crate) fn sent(client: Protocol, target: Protocol, body: &Value) -> Value {
    sent_with(client, target, |_| {}, body)
}

/// What a target with a change is sent.
pub(crate) fn sent_with(
    client: Protocol,
    target: Protocol,
    change: impl FnOnce(&mut Quirks),
    body: &Value,
) -> Value {
    let text = body.to_string();
    let crossed = with_target(target, change, |target| {
        cross_bytes(client, text.as_bytes(), target, &Forgetful)
    });
    let crossed = crossed.unwrap_or_else(|error| panic!("{client} to {target}: {error}\n{text}"));
    serde_json::from_slice(&crossed.body).expect("what is sent is JSON")
}

/// Why a target by the book is not asked.
pub(crate) fn refused(client: Protocol, target: Protocol, body: &Value) -> Unsayable {
    let text = body.to_string();
    let crossed = with_target(
        target,
        |_| {},
        |target| cross_bytes(client, text.as_bytes(), target, &Forgetful),
    );
    crossed.expect_err("the request is refused")
}

/// What becomes of a body on its way to a provider of its own protocol.
pub(crate) fn clean(
    protocol: Protocol,
    change: impl FnOnce(&mut Quirks),
    body: &Value,
) -> Option<Value> {
    let text = body.to_string();
    let cleaned = with_target(protocol, change, |target| {
        cleaned(protocol, text.as_bytes(), target)
    });
    let (body, _) = cleaned.expect("the body is read")?;
    Some(serde_json::from_slice(&body).expect("what is sent is JSON"))
}

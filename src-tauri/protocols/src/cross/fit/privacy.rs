//! What a client says about its user and itself stays with its own vendor.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::fields::Field;
use super::way::Way;
use crate::Protocol;
use crate::loss::{How, Losses, Weight};
use crate::request::Request;

/// What the first block of Claude Code's system prompt begins with: a count that changes with every request.
const BILLING: &str = "x-anthropic-billing-header:";
/// The most characters of an id of a user or of a conversation.
const LONGEST: usize = 64;

/// Takes the billing block out, and replaces ids of people and conversations by fingerprints where they tell more
/// than they have to or are too long.
pub(super) fn keep(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    billing(request, way, losses);
    conversation(request, way);
    let user = request.user.take();
    request.user = user.map(|user| shortened(&user, way));
    if way.is_to(Protocol::Anthropic) && request.user.is_none() {
        request.user = request.cache_key.as_deref().map(fingerprint);
    }
    let has_room = !way.is_to(Protocol::Gemini) && !way.is_to(Protocol::Anthropic);
    if !has_room || !way.quirks().cache_hints {
        request.cache_key = None;
    }
    let is_told = way.is_to(Protocol::Anthropic) || (has_room && way.quirks().cache_hints);
    if !is_told {
        way.drop(&mut request.user, Field::User, Weight::Harmless, losses);
    }
}

fn billing(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    let Some(system) = request.system.as_mut() else {
        return;
    };
    let count = system.list.len();
    let is_billing = |text: &str| text.trim_start().starts_with(BILLING);
    system
        .list
        .retain(|part| !part.as_text().is_some_and(is_billing));
    if system.list.len() < count {
        let place = format!("{}[]", way.name(Field::System));
        losses.add(place, How::Dropped, Weight::Harmless, "a billing header");
    }
    if system.list.is_empty() {
        request.system = None;
    }
}

/// What tells conversations apart, where the client says it some other way; Anthropic's clients say it to nobody else.
fn conversation(request: &mut Request, way: &Way<'_>) {
    let is_private = way.client == Protocol::Anthropic;
    if is_private && request.cache_key.is_none() {
        let user = request.user.as_deref().and_then(parsed);
        let session = user.as_ref().and_then(|user| user.get("session_id"));
        request.cache_key = session.and_then(Value::as_str).map(str::to_owned);
    }
    if let Some(key) = request
        .cache_key
        .take_if(|key| is_private || key.len() > LONGEST)
    {
        request.cache_key = Some(fingerprint(&key));
    }
}

/// Claude Code says the user, the device and the session in one piece of JSON.
fn parsed(user: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(user).ok()?;
    value.is_object().then_some(value)
}

fn shortened(user: &str, way: &Way<'_>) -> String {
    if way.client == Protocol::Anthropic {
        return fingerprint(&person(user).unwrap_or_else(|| user.to_owned()));
    }
    if user.len() > LONGEST {
        return fingerprint(user);
    }
    user.to_owned()
}

/// The part of a JSON user id that stays the same from one conversation to the next.
fn person(user: &str) -> Option<String> {
    let value = parsed(user)?;
    let field = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let person = format!("{}:{}", field("account_uuid"), field("device_id"));
    (person.len() > 1).then_some(person)
}

fn fingerprint(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    format!("{hash:x}")
}

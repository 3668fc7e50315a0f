//! Signatures of thoughts: Google's own, ours around another provider's, and placeholders.

use serde_json::{Map, Value};

use super::super::fields::take_text;
use super::{PLACEHOLDER, Side};
use crate::carrier::{Carrier, Opaque};

/// What stood in `thoughtSignature`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Signature {
    /// Nothing.
    None,
    /// Words that Google takes instead of one.
    Placeholder(String),
    /// What a provider wants back.
    Real(Carrier),
}

/// Takes the signature out of a part.
pub(super) fn take(part: &mut Map<String, Value>) -> Signature {
    let Some(text) = take_text(part, "thoughtSignature").filter(|text| !text.is_empty()) else {
        return Signature::None;
    };
    if matches!(
        text.as_str(),
        PLACEHOLDER | "context_engineering_is_the_way_to_go"
    ) {
        return Signature::Placeholder(text);
    }
    let carrier = Carrier::unwrapped(&text);
    Signature::Real(carrier.unwrap_or_else(|| Carrier::genuine(Opaque::Thought(text))))
}

/// What the signature of a carrier is on this side; nothing if it has none there.
///
/// A provider gets only what it made itself; a client keeps everything, wrapped if it is not Google's own.
pub(super) fn carried(carrier: &Carrier, side: Side) -> Option<String> {
    match (&carrier.opaque, side) {
        (Opaque::Thought(text), Side::Request) => Some(text.clone()),
        (Opaque::Thought(text), Side::Answer) if carrier.provider.is_empty() => Some(text.clone()),
        (_, Side::Answer) => Some(carrier.wrapped_in_base64()),
        (_, Side::Request) => None,
    }
}

//! Reasoning that only its provider can read, on its way through a client that speaks another protocol.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Protocol;

/// What every wrapped carrier begins with; bodies without it hold none.
pub const MARK: &str = "kw1_";

/// The same beginning where a client wants base64: the mark, encoded. Four bytes begin the first six characters.
const MARK_IN_BASE64: &str = "a3cxX";

/// What a provider wants back unchanged, and which provider that is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Carrier {
    /// The provider that made it, by a tag the gateway gives; empty when a client brought it unwrapped.
    #[serde(rename = "p", default, skip_serializing_if = "String::is_empty")]
    pub provider: String,
    /// What it wants back.
    #[serde(rename = "o")]
    pub opaque: Opaque,
}

/// What a provider wants back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Opaque {
    /// The signature of an Anthropic thinking block, and its text where the client will not bring it.
    #[serde(rename = "s")]
    Signature(String),
    /// The data of an Anthropic `redacted_thinking` block.
    #[serde(rename = "r")]
    Redacted(String),
    /// The `encrypted_content` of a Responses reasoning item.
    #[serde(rename = "e")]
    Encrypted(String),
    /// A Gemini `thoughtSignature`; it belongs to the part that follows.
    #[serde(rename = "g")]
    Thought(String),
    /// The `reasoning_details` of a Chat answer (`OpenRouter`), all of them in order.
    #[serde(rename = "d")]
    Details(Value),
    /// Nothing but the reasoning's own text (`reasoning_content`), kept for clients that drop the text.
    #[serde(rename = "t")]
    Plain(String),
}

impl Carrier {
    /// One that a client or a provider sent as its protocol has it.
    pub fn genuine(opaque: Opaque) -> Self {
        Self {
            provider: String::new(),
            opaque,
        }
    }

    /// The protocol whose providers understand it.
    pub fn protocol(&self) -> Protocol {
        match &self.opaque {
            Opaque::Signature(_) | Opaque::Redacted(_) => Protocol::Anthropic,
            Opaque::Encrypted(_) => Protocol::OpenAiResponses,
            Opaque::Thought(_) => Protocol::Gemini,
            Opaque::Details(_) | Opaque::Plain(_) => Protocol::OpenAi,
        }
    }

    /// Whether it is wrapped for the provider with this tag.
    pub fn is_for(&self, provider: &str) -> bool {
        !self.provider.is_empty() && self.provider == provider
    }

    /// Whether it is one of ours that came back broken, so that nobody can read it.
    pub fn is_broken(&self) -> bool {
        let text = match &self.opaque {
            Opaque::Signature(text)
            | Opaque::Redacted(text)
            | Opaque::Encrypted(text)
            | Opaque::Thought(text) => text,
            Opaque::Details(_) | Opaque::Plain(_) => return false,
        };
        let has_mark = text.starts_with(MARK) || text.starts_with(MARK_IN_BASE64);
        self.provider.is_empty() && has_mark
    }

    /// Whether it says no more than whose thought it is, which the client has in words.
    pub fn is_bare(&self) -> bool {
        matches!(&self.opaque, Opaque::Plain(text) if text.is_empty())
    }

    /// As text that clients keep and bring back: ASCII, safe in URLs, told apart by its beginning.
    pub fn wrapped(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        format!("{MARK}{}", URL_SAFE_NO_PAD.encode(json))
    }

    /// As [`Carrier::wrapped`], encoded once more for clients that take base64 only (Gemini).
    pub fn wrapped_in_base64(&self) -> String {
        STANDARD.encode(self.wrapped())
    }

    /// Reads text that was wrapped in either way; nothing if it is something else.
    pub fn unwrapped(text: &str) -> Option<Self> {
        if let Some(body) = text.strip_prefix(MARK) {
            let json = URL_SAFE_NO_PAD.decode(body.trim_end_matches('=')).ok()?;
            return serde_json::from_slice(&json).ok();
        }
        if !text.starts_with(MARK_IN_BASE64) {
            return None;
        }
        let standard = text.replace('-', "+").replace('_', "/");
        let inner = STANDARD.decode(standard).ok()?;
        Self::unwrapped(std::str::from_utf8(&inner).ok()?.trim())
    }

    /// Whether a body holds carriers of ours, in either way of wrapping, or blocks of searches that the gateway made.
    pub fn is_in(body: &[u8]) -> bool {
        [&b"\"kw1_"[..], b"\"a3cxX", b"\"srvtoolu_kw1"]
            .iter()
            .any(|mark| memchr::memmem::find(body, mark).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::{Carrier, Opaque};

    fn carrier() -> Carrier {
        Carrier {
            provider: "p1".into(),
            opaque: Opaque::Thought("c2ln+/==".into()),
        }
    }

    #[test]
    fn both_wrappings_are_read_back_and_found_in_bodies() {
        for wrapped in [carrier().wrapped(), carrier().wrapped_in_base64()] {
            assert!(wrapped.is_ascii());
            assert_eq!(Carrier::unwrapped(&wrapped), Some(carrier()));
            let body = serde_json::json!({ "signature": wrapped }).to_string();
            assert!(Carrier::is_in(body.as_bytes()));
        }
    }

    #[test]
    fn base64_that_a_client_made_url_safe_is_read_too() {
        let wrapped = carrier().wrapped_in_base64();
        let url_safe = wrapped.replace('+', "-").replace('/', "_");
        assert_eq!(Carrier::unwrapped(&url_safe), Some(carrier()));
    }

    #[test]
    fn ours_that_came_back_broken_are_told_from_genuine_ones() {
        for (text, is_broken) in [("kw1_!!", true), ("a3cxXxx", true), ("EqQBCg==", false)] {
            let carrier = Carrier::genuine(Opaque::Signature(text.into()));
            assert_eq!(carrier.is_broken(), is_broken, "{text}");
        }
        assert!(!carrier().is_broken());
    }

    #[test]
    fn genuine_signatures_and_broken_wrappings_are_nothing_of_ours() {
        for text in [
            "",
            "EqQBCg==",
            "kw1_",
            "kw1_!!",
            "a3cxXxx",
            "skip_thought_signature_validator",
        ] {
            assert_eq!(Carrier::unwrapped(text), None, "{text}");
        }
    }
}

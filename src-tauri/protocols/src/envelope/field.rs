//! The keys and values of the top level, as far as they matter.

use serde_json::Value;

/// More than the longest key of interest with every letter written as `\u006d`.
pub(super) const KEY_ROOM: usize = 160;
/// Far beyond any model name, even when every letter is an escape.
pub(super) const MODEL_ROOM: usize = 4096;
/// Longer than any number that means a count.
pub(super) const WORD_ROOM: usize = 64;

/// What a field means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Key {
    Model,
    Stream,
    /// One of the three names for the length of an answer.
    Limit(usize),
    #[default]
    Other,
}

/// The raw text of a key or value, collected from one chunk or several.
#[derive(Debug, Default)]
pub(super) struct Taken {
    bytes: Vec<u8>,
    is_long: bool,
}

impl Taken {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.is_long = false;
    }

    /// Adds text, unless it is more than `room` in all.
    pub(super) fn add(&mut self, text: &[u8], room: usize) {
        self.is_long |= self.bytes.len() + text.len() > room;
        if !self.is_long {
            self.bytes.extend_from_slice(text);
        }
    }

    /// Whether there was more text than room.
    pub(super) fn is_long(&self) -> bool {
        self.is_long
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self.bytes.first(), Some(b'-' | b'0'..=b'9'))
    }

    /// The meaning of the text as a key.
    pub(super) fn key(&self) -> Key {
        if self.is_long {
            Key::Other
        } else if self.bytes.contains(&b'\\') {
            // A key with a broken escape is none of ours, whoever reads it.
            self.text()
                .map_or(Key::Other, |name| key_named(name.as_bytes()))
        } else {
            key_named(&self.bytes)
        }
    }

    /// The text of a string, its escapes resolved.
    pub(super) fn text(&self) -> Option<String> {
        let quoted = [b"\"", self.bytes.as_slice(), b"\""].concat();
        serde_json::from_slice(&quoted).ok()
    }

    /// The number, truth value or null that the text is.
    pub(super) fn word(&self) -> Option<Value> {
        serde_json::from_slice(&self.bytes).ok()
    }
}

/// Model keys are told apart without regard to case: some providers read them that way, and a second one
/// would slip past the rights of a key.
fn key_named(name: &[u8]) -> Key {
    match name {
        b"stream" => Key::Stream,
        b"max_tokens" => Key::Limit(0),
        b"max_completion_tokens" => Key::Limit(1),
        b"max_output_tokens" => Key::Limit(2),
        _ if name.eq_ignore_ascii_case(b"model") => Key::Model,
        _ => Key::Other,
    }
}

/// A count written in any way JSON allows; fractions are cut off.
pub(super) fn count(word: &Value) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, which is what an absurd count should do"
    )]
    let from_float = |number: f64| (number >= 0.0).then_some(number as u64);
    word.as_u64().or_else(|| word.as_f64().and_then(from_float))
}

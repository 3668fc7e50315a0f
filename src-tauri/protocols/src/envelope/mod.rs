//! A look at a request body: which model, streamed or not, how long an answer; and a new model name put in.
//!
//! Nothing is copied but the few values asked for, and the body may come in any number of pieces.

mod field;
mod nesting;
mod scanner;

use bytes::Bytes;

use crate::json;
pub use scanner::Scanner;

/// What a request body says at its top level.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Envelope {
    /// The model asked for; Gemini names it in the path and leaves this empty.
    pub model: Option<ModelSpot>,
    /// The `stream` flag, if there is one.
    pub stream: Option<bool>,
    /// The largest of `max_tokens`, `max_completion_tokens` and `max_output_tokens`.
    pub max_tokens: Option<u64>,
    /// The length of the body in bytes.
    pub len: usize,
}

/// The model's name and where it stands in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSpot {
    /// The name with JSON escapes resolved.
    pub name: String,
    /// The position of the opening quote.
    pub start: usize,
    /// The position after the closing quote.
    pub end: usize,
}

/// Why a body cannot be sent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// There are no bytes, or nothing but white space.
    #[error("the request body is empty; send a JSON object")]
    Empty,
    /// The body is something other than a JSON object.
    #[error("the request body is not a JSON object; send one that begins with {{")]
    NotAnObject,
    /// The body ends before its object does.
    #[error("the request body ends in the middle of its JSON object; send it whole")]
    Truncated,
    /// There is more after the object.
    #[error("the request body goes on at byte {at} after its JSON object; send one object only")]
    TrailingBytes {
        /// The position of the first byte too many.
        at: usize,
    },
    /// The body is not JSON.
    #[error("the request body is not valid JSON at byte {at}; correct it there")]
    Malformed {
        /// The position of the first wrong byte.
        at: usize,
    },
    /// Arrays and objects are nested too deep.
    #[error("the request body nests more than {limit} levels deep; flatten it", limit = nesting::LIMIT)]
    TooDeep,
    /// The model is named twice, and parsers disagree which one counts.
    #[error("the request body names its model more than once; keep one \"model\" field")]
    DuplicateModel,
    /// The model is no string.
    #[error("the \"model\" field is not a string; put a model name in quotes")]
    ModelNotAString,
    /// The model is a string that no text can be.
    #[error("the \"model\" field holds a broken escape or broken UTF-8; send a plain model name")]
    ModelNotText,
    /// The model's name is far longer than any name.
    #[error("the \"model\" field is too long; send a model name")]
    ModelTooLong,
}

impl EnvelopeError {
    /// The name of the failure, which never changes.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "body_empty",
            Self::NotAnObject => "body_not_an_object",
            Self::Truncated => "body_truncated",
            Self::TrailingBytes { .. } => "body_trailing_bytes",
            Self::Malformed { .. } => "body_malformed",
            Self::TooDeep => "body_too_deep",
            Self::DuplicateModel => "model_duplicate",
            Self::ModelNotAString => "model_not_a_string",
            Self::ModelNotText => "model_not_text",
            Self::ModelTooLong => "model_too_long",
        }
    }
}

/// The same body with another model name; everything else is the caller's own bytes.
pub fn splice(frames: &[Bytes], spot: &ModelSpot, model: &str) -> Vec<Bytes> {
    let mut spliced = Vec::with_capacity(frames.len() + 2);
    let mut name = Some(Bytes::from(json::quoted(model)));
    let mut offset = 0;
    for frame in frames.iter().filter(|frame| !frame.is_empty()) {
        let end = offset + frame.len();
        if offset < spot.start {
            spliced.push(frame.slice(..frame.len().min(spot.start - offset)));
        }
        if end > spot.start {
            spliced.extend(name.take());
        }
        if end > spot.end {
            spliced.push(frame.slice(spot.end.saturating_sub(offset)..));
        }
        offset = end;
    }
    spliced
}

#[cfg(test)]
mod tests;

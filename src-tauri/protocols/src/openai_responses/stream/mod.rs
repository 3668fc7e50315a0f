//! Answers as they come: reading a provider's events and writing a client's.

mod calls;
mod emitter;
mod message;
mod opened;
pub(crate) mod reader;
mod slot;
mod summing;
mod thoughts;
mod whole;
mod words;
pub(crate) mod writer;

/// What is new in a text of which the beginning was told; nothing if it is another text.
fn remainder<'a>(told: &str, whole: &'a str) -> &'a str {
    whole.strip_prefix(told).unwrap_or_default()
}

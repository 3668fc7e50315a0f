//! Counts the tokens of a request body without asking upstream.
//!
//! Everything that is sent counts: system text, messages with blocks of every kind, tools with their schemas,
//! tool calls and results, thinking, images by their size, documents by their bytes, and what each message and
//! tool costs on top. Text is cut by the `o200k_base` tokenizer. Other vendors' tokenizers cut finer, so their
//! counts are multiplied by a factor (see `Scale`). The factors aim at counts that are never more than a tenth below
//! the truth, and rather above it: a client that is told too little overruns its context window. What they rest on
//! is published comparisons and examples, not a corpus counted by the vendors.
//!
//! Counting is work for the processor: a few milliseconds per 100 KB, and some 300 ms when the tables have to be
//! loaded first. Callers on an async runtime use `spawn_blocking`. The tables take tens of megabytes; whoever
//! owns the program's periodic tasks calls [`forget_idle`] every few minutes to give them back.

mod anthropic;
mod gemini;
mod media;
mod openai;
mod repair;
mod tables;
mod tally;
#[cfg(test)]
mod tests;

use keyway_protocols::Protocol;
use serde_json::Value;

pub use self::tables::forget_idle;
use self::tally::{Scale, Tally};

/// Why a body could not be counted.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// The body is not JSON.
    #[error("the body is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// A field that holds what is to be counted is missing or of another kind.
    #[error("{0}: field required")]
    Missing(&'static str),
    /// The tokenizer's own tables could not be read.
    #[error("the tokenizer could not be loaded: {0}")]
    Tables(String),
}

/// Counts the tokens of a request body of this protocol.
///
/// Takes the body of the request itself as well as that of the protocol's counting endpoint: Anthropic
/// `count_tokens`, Responses `input_tokens`, Gemini `:countTokens` in both its forms.
pub fn count(protocol: Protocol, body: &[u8]) -> Result<u64, CountError> {
    let body = read(body)?;
    let bpe = tables::load()?;
    match protocol {
        Protocol::Anthropic => {
            let mut tally = Tally::new(&bpe, anthropic::scale(&body));
            anthropic::request(&mut tally, &body)?;
            Ok(tally.total())
        }
        Protocol::OpenAi => {
            let mut tally = Tally::new(&bpe, Scale::OPENAI);
            openai::chat(&mut tally, &body)?;
            Ok(tally.total())
        }
        Protocol::OpenAiResponses => {
            let mut tally = Tally::new(&bpe, Scale::OPENAI);
            openai::responses(&mut tally, &body)?;
            Ok(tally.total())
        }
        Protocol::Gemini => {
            let mut tally = Tally::new(&bpe, Scale::GEMINI);
            gemini::request(&mut tally, &body)?;
            Ok(tally.total())
        }
    }
}

/// A guess at a request's tokens from its length alone, cheap enough for each request.
///
/// Good for setting tokens aside until the real usage is known, and for nothing else.
pub fn estimate_request(len_bytes: usize) -> u64 {
    (len_bytes as u64).div_ceil(4)
}

/// Clients cut texts in the middle of a character; what is left is no valid JSON string, yet countable.
fn read(body: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(body).or_else(|error| match repair::lone_surrogates(body) {
        Some(repaired) => serde_json::from_slice(&repaired),
        None => Err(error),
    })
}

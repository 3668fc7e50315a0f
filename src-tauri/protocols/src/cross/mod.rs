//! Different protocols on the two sides.

mod clean;
mod fit;
mod gather;
mod hidden;
mod intake;
mod parse;
mod patch;
mod replay;
mod request;
mod restore;
mod search;
mod stop;
mod stream;
#[cfg(test)]
mod testing;
mod way_back;
mod whole;

use bytes::Bytes;

use crate::Protocol;
use crate::carrier::Carrier;
pub use crate::codec::{Target, Unsayable};
use crate::error::UpstreamError;
use crate::loss::Losses;
use crate::usage::Usage;
pub use clean::cleaned;
pub use request::request;
pub use search::{Page, SearchFailure, Searched, Wanted};
pub use stream::CrossStream;
pub use way_back::WayBack;

/// A request as it came, and what its answer has to know of it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The protocol it came in.
    pub protocol: Protocol,
    /// The body.
    pub body: &'a [u8],
    /// The name that the client knows the model by; the answer says it.
    pub alias: &'a str,
    /// Whether events are wanted, where the path says it (Gemini).
    pub streamed: Option<bool>,
    /// Whether a Gemini stream is wanted as a JSON list instead of events.
    pub list: bool,
    /// Text that tells this exchange from all others.
    pub id: &'a str,
    /// The time, in seconds since 1970.
    pub now: u64,
    /// How the client takes the model's thoughts.
    pub reasoning: ReasoningForm,
    /// Whether the gateway can search the web where the target cannot.
    pub searches: bool,
}

/// How a client takes the model's thoughts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasoningForm {
    /// In its protocol's own way.
    #[default]
    Native,
    /// In the text, between `<think>` and `</think>`.
    Tags,
    /// Not at all.
    Drop,
}

/// What a gateway remembers of earlier answers, for clients that do not bring it back.
pub trait Memory {
    /// The thoughts that came with a call, by the id that the client knows the call by.
    fn recall(&self, call: &str) -> Option<Thought>;
}

/// The thoughts that came before a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Thought {
    /// Their text.
    pub text: String,
    /// What their provider wants back.
    pub carrier: Option<Carrier>,
}

/// A gateway that remembers nothing.
#[derive(Debug, Clone, Copy)]
pub struct Forgetful;

impl Memory for Forgetful {
    fn recall(&self, _call: &str) -> Option<Thought> {
        None
    }
}

/// A request in the target's protocol.
#[derive(Debug)]
pub struct Crossed {
    /// The body to send.
    pub body: Bytes,
    /// Whether it asks for events.
    pub streamed: bool,
    /// What it could not carry.
    pub losses: Losses,
    /// What brings the answer back.
    pub way_back: WayBack,
}

/// An answer in the client's protocol.
#[derive(Debug)]
pub struct CrossBody {
    /// The bytes to send.
    pub body: Bytes,
    /// What is known of how it ended.
    pub end: CrossEnd,
}

/// How an answer ended.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CrossEnd {
    /// The tokens it cost, if told.
    pub usage: Option<Usage>,
    /// Whether `usage` is the gateway's own guess because the provider told nothing.
    pub estimated: bool,
    /// Why the model stopped, in the words of the client's protocol.
    pub finish_reason: Option<String>,
    /// Whether the answer is whole. If not, the client was not told that it ended.
    pub whole: bool,
    /// The error that the provider told, and that the client was told in its own protocol.
    pub error: Option<UpstreamError>,
    /// How many events went out.
    pub events: u64,
    /// What the answer could not carry.
    pub losses: Losses,
    /// The thoughts to remember, by the id that the client knows the call by.
    pub thoughts: Vec<(String, Thought)>,
}

impl CrossEnd {
    fn of(ended: restore::Ended, events: u64) -> Self {
        Self {
            usage: ended.usage,
            estimated: ended.is_estimated,
            finish_reason: ended.finish_reason,
            whole: ended.is_whole,
            error: ended.error,
            events,
            losses: ended.losses,
            thoughts: ended.thoughts,
        }
    }
}

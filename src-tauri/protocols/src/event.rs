//! The neutral stream: an answer as it comes.
//!
//! Parts come one after the other: `Open`, its deltas, `Close`, and only then the next. Readers put what their
//! protocol interleaves in order.

use crate::carrier::Carrier;
use crate::error::UpstreamError;
use crate::part::{Call, Citation, Part};
use crate::response::Stop;
use crate::usage::Usage;

/// One step of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The answer begins. Comes first, and once.
    Start(Start),
    /// A part begins.
    Open(Opening),
    /// More of the open text or refusal.
    Text(String),
    /// A page that the open text rests on.
    Citation(Citation),
    /// More of the open reasoning.
    Reasoning(String),
    /// More of the open call's arguments.
    Arguments(String),
    /// The open part ends.
    Close,
    /// The open reasoning ends, and its provider wants this back.
    CloseWith(Carrier),
    /// A part that comes in one piece: media, a server tool's block, redacted reasoning.
    Whole(Part),
    /// The counts so far.
    Usage(Usage),
    /// Why the model stopped. The last one counts; more parts may follow.
    Stop(Stop),
    /// The provider says that it is still there.
    Alive,
    /// The provider failed. Nothing follows.
    Failed(UpstreamError),
    /// The answer is whole. Nothing follows.
    End,
}

/// What is known of an answer when it begins.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Start {
    /// The id its provider gave it; empty if none.
    pub id: String,
    /// The model that answers, as its provider names it; empty if untold.
    pub model: String,
    /// When it was made, in seconds since 1970, if told.
    pub created: Option<u64>,
}

/// What kind of part begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Opening {
    /// Words.
    Text,
    /// Words of refusal.
    Refusal,
    /// Thoughts.
    Reasoning,
    /// A call; `arguments` is empty and follows.
    Call(Call),
}

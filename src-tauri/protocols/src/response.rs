//! The neutral answer: what a model said, whichever protocol it said it in.

use crate::extra::Extra;
use crate::part::Part;
use crate::usage::Usage;

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Response {
    /// The id its provider gave it; empty if none.
    pub id: String,
    /// The model that answered, as its provider names it; empty if untold.
    pub model: String,
    /// When it was made, in seconds since 1970, if told.
    pub created: Option<u64>,
    /// What it said, in order.
    pub parts: Vec<Part>,
    /// Why it stopped.
    pub stop: Stop,
    /// The tokens it cost, if told.
    pub usage: Option<Usage>,
    /// Further answers to the same question (`n` in Chat, `candidateCount` in Gemini).
    pub others: Vec<Alternative>,
    /// The fields that have no neutral form.
    pub extra: Extra,
}

/// A further answer to the same question.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alternative {
    /// What it says, in order.
    pub parts: Vec<Part>,
    /// Why it stopped.
    pub stop: Stop,
}

/// Why a model stopped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Stop {
    /// It was done; also when it stopped for a reason nobody knows.
    #[default]
    End,
    /// It waits for the results of its calls.
    ToolUse,
    /// The answer reached the most tokens allowed.
    Length,
    /// The conversation fills the model's window.
    ContextFull,
    /// It came to a stop string, if told which.
    StopString(Option<String>),
    /// It refuses, if told why.
    Refusal(Option<String>),
    /// A filter of the provider ended it; the provider's word for it.
    Filtered(String),
    /// The provider's own tools take long: send the answer back to go on (Anthropic).
    Paused,
    /// It made a call that cannot be read; the provider's word for it.
    Malformed(String),
}

//! Whole answers, and what they share with streams.

mod blocked;
mod grounding;
mod read;
mod stops;
mod usage;
mod write;

pub(super) use blocked::{block_reason, explanation, prompt_blocked};
pub(super) use grounding::{Cited, Grounding, citations};
pub(super) use read::read;
pub(super) use stops::{of_answer as stop_of_answer, of_parts, read as read_stop};
pub(super) use usage::write as write_usage;
pub(super) use write::{malformed, write};

/// Names of notes that the reader leaves for the writer.
mod notes {
    /// The members of each candidate besides its parts.
    pub(super) const CANDIDATES: &str = "candidates";
    /// The counts as they came.
    pub(super) const USAGE: &str = "usageMetadata";
    /// That a part was not in the answer.
    pub(super) const MADE_UP: &str = "made_up";
}

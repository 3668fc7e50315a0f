//! Parts: what contents of requests and candidates of answers are made of.

mod ids;
mod read;
mod results;
mod signature;
mod write;

pub(super) use ids::Calls;
pub(super) use read::{ReadPart, gather, read};
pub(super) use write::{PartWriter, Side};

/// The words that Google takes in place of the signature of a call it did not make.
pub(super) const PLACEHOLDER: &str = "skip_thought_signature_validator";

/// Names of notes that the reader leaves for the writer.
mod notes {
    /// Members of a part that mean nothing elsewhere and are written as they came.
    pub(super) const ALSO: &str = "also";
    /// The id of a call or result was not told (`null`) or was another one (a text).
    pub(super) const ID: &str = "id";
    /// A call came without arguments.
    pub(super) const NO_ARGS: &str = "no_args";
    /// A call came without a signature.
    pub(super) const UNSIGNED: &str = "unsigned";
    /// A thought that came as a part, and whether it had its signature itself.
    pub(super) const THOUGHT: &str = "thought";
    /// How the value of a response was made up.
    pub(super) const RESPONSE: &str = "response";
    /// A part that had no data but its signature.
    pub(super) const BARE: &str = "bare";
}

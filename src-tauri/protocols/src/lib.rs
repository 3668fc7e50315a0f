//! The languages of Keyway: bytes in, bytes out; no I/O, no clock, no runtime.
//!
//! A request is looked at by [`envelope`] (which model, streamed or not) and leaves with another model name
//! spliced in. The answer comes back through [`same`]: untouched but for the model's name, with [`usage`] and
//! the way it ended read in passing. [`sse`] finds the events wherever the network cut them, [`error`] words
//! failures the way each [`Protocol`]'s clients expect them, and `json` walks text without building a tree.

mod counts;
pub mod envelope;

pub mod error;
mod json;
mod protocol;
pub mod same;

pub mod sse;
pub mod usage;

pub use protocol::{Protocol, UnknownProtocol};

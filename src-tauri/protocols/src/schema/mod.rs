//! JSON Schemas, brought into the shape that each protocol takes.
//!
//! Everything here is a function from a schema to another one: no state, no panics, bounded in depth and in
//! what references may blow up to. What a shape cannot say goes into the description, where a model reads it.

mod from_openapi;
mod merge;
mod note;
mod output;
mod refs;
mod rooted;
mod strict;
#[cfg(test)]
mod tests;
mod to_openapi;
mod typed;
mod walk;
mod without;

pub use from_openapi::from_openapi;
pub use output::for_output;
pub use rooted::{Rooted, rooted};
pub use strict::qualifies_for_strict;
pub use to_openapi::{to_openapi, to_parameters};
pub use without::without;

/// How deep schemas may be nested; what lies deeper is replaced by one that takes anything.
const MOST_DEPTH: usize = 64;

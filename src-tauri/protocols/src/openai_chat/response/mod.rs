//! Whole answers.

mod choices;
mod citations;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use read::read_response;
pub(crate) use write::write_response;

pub(super) use citations::{annotation, read_annotations};
pub(super) use write::client_id;

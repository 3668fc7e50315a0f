//! Answers.

mod read;
mod stop;
#[cfg(test)]
mod tests;
mod usage;
mod write;

pub(crate) use read::read_response;
pub(super) use stop::{ending, stop};
pub(super) use usage::{add_searches, counted, counted_after, guessed, is_search};
pub(super) use write::message_id;
pub(crate) use write::write_response;

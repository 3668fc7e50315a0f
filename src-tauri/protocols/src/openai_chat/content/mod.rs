//! The parts of a message's content.

mod cache;
mod read;
mod write;

pub(super) use cache::{cache_mark, read_cache};
pub(super) use read::{read_content, read_part, thinking_text};
pub(super) use write::{said, write_part};

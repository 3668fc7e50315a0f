//! Answers as events.

mod block;
mod blocks;
mod content;
mod frames;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use read::StreamReader;
pub(crate) use write::StreamWriter;

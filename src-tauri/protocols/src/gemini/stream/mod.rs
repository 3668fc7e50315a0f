//! Streams: each event is an answer that holds the new parts only.

mod partial;
mod read;
mod write;

pub(crate) use read::StreamReader;
pub(crate) use write::StreamWriter;

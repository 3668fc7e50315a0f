//! Streams, read and written.

mod grammar;
mod read;
mod write;

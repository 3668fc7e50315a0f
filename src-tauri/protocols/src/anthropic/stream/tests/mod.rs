//! Streams, read and written.

mod blocks;
mod calls;
mod client;
mod grammar;
mod laws;
mod parts;
mod provider;
mod read;
mod write;

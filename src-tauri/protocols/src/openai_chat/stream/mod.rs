//! Streams.
//!
//! A chunk of a provider's is taken apart by [`reader`]; the fragments of calls are put in order by [`calls`], and
//! thoughts among the words are found by [`think`].

mod call_deltas;
mod calls;
mod delta;
mod fragment;
mod reader;
mod speech;
pub(super) mod think;
mod writer;

#[cfg(test)]
mod tests;

pub(super) use fragment::decoded;
pub(crate) use reader::StreamReader;
pub(crate) use writer::StreamWriter;

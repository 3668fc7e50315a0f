//! Anthropic Messages, read into the neutral form and written from it.
//!
//! A body is taken apart by [`fields`]: what has a neutral word is taken out, the rest is kept as it is. Blocks
//! ([`parts`]) and [`tools`] are the same in requests and answers but for who keeps the signatures of thoughts;
//! [`request`], [`response`] and [`stream`] put them together.

mod fields;
mod parts;
mod request;
mod response;
#[cfg(test)]
mod sample;
mod stream;
#[cfg(test)]
mod through;
mod tools;

pub(crate) use request::{read_request, write_request};
pub(crate) use response::{read_response, write_response};
pub(crate) use stream::{StreamReader, StreamWriter};
pub(crate) use tools::client_tool;

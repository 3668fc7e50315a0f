//! `OpenAI` Responses, read into the neutral form and written from it.
//!
//! [`request`] reads and writes what stands around the conversation, [`items`] the conversation itself. [`answer`]
//! knows the response object and its output; [`stream`] reads and writes the same as events. [`compact`] sums
//! conversations up.

mod answer;
pub(crate) mod compact;
mod fields;
mod items;
mod request;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use answer::read::read_response;
pub(crate) use answer::write::write_response;
pub(crate) use request::echo::echo;
pub(crate) use request::read::read_request;
pub(crate) use request::write::write_request;
pub(crate) use stream::reader::StreamReader;
pub(crate) use stream::writer::StreamWriter;

use crate::Protocol;

/// The protocol of this folder.
const OWN: Protocol = Protocol::OpenAiResponses;

//! `OpenAI` Chat Completions and what is compatible with it, read into the neutral form and written from it.
//!
//! What can be spelled in several ways (`stop` as a string or a list, `max_tokens` or `max_completion_tokens`)
//! is noted by the reader. The writer reads such notes once more: where they still say what is to be said, they
//! go out as they came; where they do not, or where the request came in another protocol, the target's quirks
//! choose the spelling.

mod assistant;
mod calls;
mod content;
mod fields;
#[cfg(test)]
mod laws;
mod media;
mod reasoning;
mod request;
mod response;
mod stop;
mod stream;
mod usage;

use crate::Protocol;

pub(crate) use request::{read_request, write_request};
pub(crate) use response::{read_response, write_response};
pub(crate) use stream::{StreamReader, StreamWriter};

/// The protocol of this folder.
const CHAT: Protocol = Protocol::OpenAi;

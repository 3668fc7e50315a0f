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
use crate::request::Request;

pub(crate) use request::{read_request, write_request};
pub(crate) use response::{read_response, write_response};
pub(crate) use stream::{StreamReader, StreamWriter};

/// Whether a client declares its tools in the older form, and so expects calls in it.
pub(crate) fn has_old_tools(request: &Request) -> bool {
    let mut tools = request.tools.iter();
    tools.any(|tool| tool.extra.noted(CHAT, "functions").is_some())
}

/// The protocol of this folder.
const CHAT: Protocol = Protocol::OpenAi;

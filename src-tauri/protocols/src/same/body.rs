//! Passes a whole answer on.

use bytes::Bytes;

use super::notes::Notes;
use super::{Alias, UpstreamStreamError};
use crate::Protocol;
use crate::usage::Usage;

/// An answer ready to go out, and what it said.
#[derive(Debug, Clone)]
pub struct SameBody {
    /// The bytes to send, which share the memory of those received.
    pub frames: Vec<Bytes>,
    /// The tokens it cost, if it told.
    pub usage: Option<Usage>,
    /// Why the model stopped, in the protocol's own word.
    pub finish_reason: Option<String>,
    /// The error it holds although its status is a success.
    pub error: Option<UpstreamStreamError>,
}

/// Renames the model of an answer and reads it; bytes that are no JSON stay as they are.
pub fn same_body(protocol: Protocol, body: Bytes, alias: Option<&str>) -> SameBody {
    let mut notes = Notes::new(protocol);
    let spots = notes.read_body(&body).unwrap_or_default();
    let alias = alias.map(Alias::new);
    let mut frames = Vec::with_capacity(2 * spots.len() + 1);
    let mut rest = body;
    let mut from = 0;
    for spot in spots {
        let Some(alias) = &alias else { break };
        let here = spot.start - from..spot.end - from;
        if alias.differs(&rest, &here) {
            frames.push(rest.split_to(here.start));
            frames.push(Bytes::from_owner(alias.0.clone()));
            rest = rest.split_off(here.len());
            from = spot.end;
        }
    }
    if !rest.is_empty() {
        frames.push(rest);
    }
    SameBody {
        frames,
        usage: notes.usage(),
        finish_reason: notes.finish_reason,
        error: notes.error,
    }
}

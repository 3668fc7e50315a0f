//! A stream of events on its way from one protocol to another.

use bytes::Bytes;

use super::CrossEnd;
use crate::sse::StreamError;

/// A stream of events on its way from one protocol to another.
#[derive(Debug)]
pub struct CrossStream {}

impl CrossStream {
    /// Takes the next bytes of the provider and adds the client's events to `out`.
    pub fn push(&mut self, _chunk: Bytes, _out: &mut Vec<Bytes>) -> Result<(), StreamError> {
        todo!()
    }

    /// What keeps a client waiting that hears nothing: an event or comment that means nothing in its protocol.
    pub fn keep_alive(&mut self) -> Bytes {
        todo!()
    }

    /// Ends the stream.
    pub fn finish(self, _out: &mut Vec<Bytes>) -> CrossEnd {
        todo!()
    }
}

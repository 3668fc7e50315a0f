//! Cuts a stream into events that keep their bytes.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};

use super::block::{Block, end_of_held};
use super::{MAX_EVENT_BYTES, StreamError};

/// Cuts bytes, in whatever pieces they come, into events.
///
/// An event that lies within one piece shares its memory. The events' bytes put together are the stream.
#[derive(Debug)]
pub struct Frames {
    limit: usize,
    held: BytesMut,
    block: Block,
    rest: Bytes,
}

/// One block of lines with the empty line that ends it; comments and keep-alives are blocks without data.
#[derive(Debug, Clone)]
pub struct Frame {
    raw: Bytes,
    block: Block,
}

impl Default for Frames {
    fn default() -> Self {
        Self::with_limit(MAX_EVENT_BYTES)
    }
}

impl Frames {
    /// A reader that refuses events of more than `limit` bytes.
    pub fn with_limit(limit: usize) -> Self {
        Self {
            limit,
            held: BytesMut::new(),
            block: Block::default(),
            rest: Bytes::new(),
        }
    }

    /// Takes the next piece of the stream; [`Frames::next_frame`] then gives the events it completed.
    pub fn push(&mut self, chunk: Bytes) {
        if self.rest.is_empty() {
            self.rest = chunk;
        } else {
            let mut joined = BytesMut::from(std::mem::take(&mut self.rest));
            joined.extend_from_slice(&chunk);
            self.rest = joined.freeze();
        }
    }

    /// The next complete event, if there is one.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, StreamError> {
        if self.held.is_empty() {
            return self.next_of_rest();
        }
        let end = end_of_held(&self.block, &self.held, &self.rest);
        let piece = self.rest.split_to(end.unwrap_or(self.rest.len()));
        self.held.extend_from_slice(&piece);
        self.block.advance(&self.held);
        self.check(self.held.len())?;
        if end.is_none() {
            return Ok(None);
        }
        Ok(Some(Frame {
            raw: self.held.split().freeze(),
            block: std::mem::take(&mut self.block),
        }))
    }

    fn next_of_rest(&mut self) -> Result<Option<Frame>, StreamError> {
        let mut block = Block::default();
        let end = block.advance(&self.rest);
        self.check(end.unwrap_or(self.rest.len()))?;
        let Some(end) = end else {
            self.held.extend_from_slice(&std::mem::take(&mut self.rest));
            self.block = block;
            return Ok(None);
        };
        Ok(Some(Frame {
            raw: self.rest.split_to(end),
            block,
        }))
    }

    fn check(&self, len: usize) -> Result<(), StreamError> {
        if len > self.limit {
            return Err(StreamError::EventTooLarge { limit: self.limit });
        }
        Ok(())
    }

    /// The block the stream ended in, if it did not end with an empty line.
    ///
    /// The rule of the web is to drop it, but many providers leave the last empty line out: whoever asks
    /// should look whether the data is whole.
    pub fn finish(mut self) -> Option<Frame> {
        self.held.extend_from_slice(&self.rest);
        self.block.advance(&self.held);
        self.block.close(&self.held);
        let raw = self.held.freeze();
        (!raw.is_empty()).then_some(Frame {
            raw,
            block: self.block,
        })
    }
}

impl Frame {
    /// The bytes as they came.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// The event's name, if it has one.
    pub fn event(&self) -> Option<&[u8]> {
        self.block.event(&self.raw)
    }

    /// The event's data, several lines joined by LF; nothing if it has no data line.
    pub fn data(&self) -> Option<Cow<'_, [u8]>> {
        self.block.data(&self.raw)
    }
}

//! Passes a stream of events on.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::list::{self, List};
use super::notes::Notes;
use super::{Alias, UpstreamStreamError};
use crate::Protocol;
use crate::json;
use crate::sse::{Block, MAX_EVENT_BYTES, Newline, StreamError, end_of_held};
use crate::usage::Usage;

/// A stream on its way from provider to client.
///
/// Complete events go on at once. The beginning of an event waits for its end, so that the model's name is
/// found in one piece and a stream that breaks never leaves half an event in front of an error frame.
#[derive(Debug)]
pub struct SameStream {
    notes: Notes,
    framing: Framing,
    alias: Option<Alias>,
    held: BytesMut,
    block: Block,
    newline: Newline,
    spots: Vec<Range<usize>>,
}

/// How a stream tells one part from the next.
#[derive(Debug)]
enum Framing {
    /// Gemini without `alt=sse`, as far as is known yet.
    Unknown,
    Events,
    List(List),
}

/// How a stream ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamEnd {
    /// The tokens it cost, if it told.
    pub usage: Option<Usage>,
    /// Why the model stopped, in the protocol's own word.
    pub finish_reason: Option<String>,
    /// Whether the stream said that it was complete (or failed, in Responses).
    pub terminal: bool,
    /// Whether the very last event came; Gemini has none that is known to be.
    pub closed: bool,
    /// The error that passed, if one did.
    pub error: Option<UpstreamStreamError>,
    /// How many events with data passed.
    pub events: u64,
    /// Whether the stream broke off inside an event, which was not passed on.
    pub cut: bool,
}

impl SameStream {
    /// A stream of this protocol, its model renamed to `alias` if there is one.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hold the alias as an Arc and give it away here"
    )]
    pub fn new(protocol: Protocol, alias: Option<Arc<str>>) -> Self {
        let framing = match protocol {
            Protocol::Gemini => Framing::Unknown,
            Protocol::Anthropic | Protocol::OpenAi | Protocol::OpenAiResponses => Framing::Events,
        };
        Self {
            notes: Notes::new(protocol),
            framing,
            alias: alias.as_deref().map(Alias::new),
            held: BytesMut::new(),
            block: Block::default(),
            newline: Newline::default(),
            spots: Vec::new(),
        }
    }

    /// Takes the next bytes and adds what may go on to `out`: the very same bytes where nothing changes.
    pub fn push(&mut self, chunk: Bytes, out: &mut Vec<Bytes>) -> Result<(), StreamError> {
        let mut chunk = chunk;
        self.learn_framing(&mut chunk, out);
        if matches!(self.framing, Framing::List(_)) {
            return self.pass_elements(chunk, out);
        }
        if !self.held.is_empty() && !self.complete_held(&mut chunk, out)? {
            return Ok(());
        }
        let passed = self.pass_complete(&chunk);
        let rest = chunk.split_off(passed);
        self.emit(chunk, out);
        check(rest.len())?;
        self.held.extend_from_slice(&rest);
        Ok(())
    }

    /// Ends the stream: what is left goes out, completed by an empty line, if it is a whole event.
    pub fn finish(mut self, out: &mut Vec<Bytes>) -> StreamEnd {
        let cut = match std::mem::replace(&mut self.framing, Framing::Events) {
            Framing::List(list) => match list.rest() {
                Some(rest) => {
                    self.emit(rest, out);
                    false
                }
                None => true,
            },
            Framing::Unknown | Framing::Events => !self.held.is_empty() && !self.flush(out),
        };
        StreamEnd {
            usage: self.notes.usage(),
            finish_reason: self.notes.finish_reason,
            terminal: self.notes.is_terminal,
            closed: self.notes.is_closed,
            error: self.notes.error,
            events: self.notes.events,
            cut,
        }
    }

    /// Looks at the first byte of a stream that may be a list; line ends in front of it go on.
    fn learn_framing(&mut self, chunk: &mut Bytes, out: &mut Vec<Bytes>) {
        if !matches!(self.framing, Framing::Unknown) {
            return;
        }
        let is_line_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let lead = chunk.iter().take_while(is_line_end).count();
        let lead = chunk.split_to(lead);
        self.emit(lead, out);
        match chunk.first() {
            Some(b'[') => self.framing = Framing::List(List::default()),
            Some(_) => self.framing = Framing::Events,
            None => {}
        }
    }

    fn pass_elements(&mut self, chunk: Bytes, out: &mut Vec<Bytes>) -> Result<(), StreamError> {
        let mut chunk = chunk;
        while let Framing::List(list) = &mut self.framing {
            let Some(raw) = list.next_element(&mut chunk) else {
                return check(list.waiting());
            };
            let spot = list::read(&mut self.notes, &raw);
            if let Some(alias) = &self.alias {
                let differs = |spot: &Range<usize>| alias.differs(&raw, spot);
                self.spots.extend(spot.filter(differs));
            }
            self.emit(raw, out);
        }
        Ok(())
    }

    /// Adds bytes from the front of `chunk` to the event that waits; whether they complete it.
    fn complete_held(
        &mut self,
        chunk: &mut Bytes,
        out: &mut Vec<Bytes>,
    ) -> Result<bool, StreamError> {
        let end = end_of_held(&self.block, &self.held, chunk);
        let piece = chunk.split_to(end.unwrap_or(chunk.len()));
        check(self.held.len() + piece.len())?;
        self.held.extend_from_slice(&piece);
        self.block.advance(&self.held);
        if end.is_none() {
            return Ok(false);
        }
        let raw = self.held.split().freeze();
        let block = std::mem::take(&mut self.block);
        self.read(&raw, &block, 0);
        self.emit(raw, out);
        Ok(true)
    }

    /// Reads the complete events of `chunk` and tells where the last one ends.
    ///
    /// The reading of an event that goes on after `chunk` stays in `self.block`.
    fn pass_complete(&mut self, chunk: &[u8]) -> usize {
        let mut start = 0;
        loop {
            let raw = &chunk[start..];
            let mut block = Block::default();
            let Some(end) = block.advance(raw) else {
                self.block = block;
                return start;
            };
            self.read(&raw[..end], &block, start);
            start += end;
        }
    }

    /// Reads an event that begins at `offset` and notes where its model is to be renamed.
    fn read(&mut self, raw: &[u8], block: &Block, offset: usize) {
        self.newline = block.newline().unwrap_or(self.newline);
        let Some(data) = block.data(raw) else {
            return;
        };
        let spot = self.notes.read_event(block.event(raw), &data);
        if let (Some(alias), Some(spot)) = (&self.alias, spot)
            && alias.differs(&data, &spot)
            && let Some(place) = block.place(&spot)
        {
            self.spots.push(offset + place.start..offset + place.end);
        }
    }

    fn emit(&mut self, bytes: Bytes, out: &mut Vec<Bytes>) {
        let spots = std::mem::take(&mut self.spots);
        match &self.alias {
            Some(alias) if !spots.is_empty() => out.push(alias.written_at(&spots, &bytes)),
            Some(_) | None if bytes.is_empty() => {}
            Some(_) | None => out.push(bytes),
        }
        self.spots = spots;
        self.spots.clear();
    }

    /// Sends what waits if that does no harm; whether it did.
    fn flush(&mut self, out: &mut Vec<Bytes>) -> bool {
        let mut block = std::mem::take(&mut self.block);
        let is_inside_line = block.is_inside_line(&self.held);
        block.close(&self.held);
        let is_whole = match block.data(&self.held) {
            Some(data) => is_complete(&data),
            None => return self.flush_without_data(out),
        };
        if is_whole {
            let newline = block.newline().unwrap_or(self.newline).bytes();
            self.held.extend_from_slice(newline);
            if is_inside_line {
                self.held.extend_from_slice(newline);
            }
            let raw = self.held.split().freeze();
            self.read(&raw, &block, 0);
            self.emit(raw, out);
        }
        is_whole
    }

    /// A whole JSON body is an answer of a provider that does not stream; other lines mean nothing.
    fn flush_without_data(&mut self, out: &mut Vec<Bytes>) -> bool {
        let raw = self.held.split().freeze();
        let Some(spots) = self.notes.read_body(&raw) else {
            return raw.iter().all(u8::is_ascii_whitespace);
        };
        if let Some(alias) = &self.alias {
            self.spots
                .extend(spots.into_iter().filter(|spot| alias.differs(&raw, spot)));
        }
        self.emit(raw, out);
        true
    }
}

fn check(len: usize) -> Result<(), StreamError> {
    if len > MAX_EVENT_BYTES {
        return Err(StreamError::EventTooLarge {
            limit: MAX_EVENT_BYTES,
        });
    }
    Ok(())
}

/// Whether data that no empty line ends is whole all the same; `[DONE]` is, too.
fn is_complete(data: &[u8]) -> bool {
    json::whole(data).is_some()
}

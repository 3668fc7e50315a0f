//! Passes on a Gemini stream that is one JSON list instead of events.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

use super::notes::Notes;
use crate::json::{Class, Quote, class, closing_quote};

/// A list whose elements go on one by one.
#[derive(Debug, Default)]
pub(crate) struct List {
    held: BytesMut,
    depth: usize,
    is_text: bool,
    is_escaped: bool,
}

impl List {
    /// The next complete element of `chunk`, with what stands in front of it; the rest waits.
    pub(crate) fn next_element(&mut self, chunk: &mut Bytes) -> Option<Bytes> {
        let end = self.end_in(chunk);
        let piece = chunk.split_to(end.unwrap_or(chunk.len()));
        if end.is_some() && self.held.is_empty() {
            return Some(piece);
        }
        self.held.extend_from_slice(&piece);
        end.map(|_| self.held.split().freeze())
    }

    /// How many bytes wait.
    pub(crate) fn waiting(&self) -> usize {
        self.held.len()
    }

    /// What is left at the end; nothing if the list was not closed.
    pub(crate) fn rest(self) -> Option<Bytes> {
        (self.depth == 0).then(|| self.held.freeze())
    }

    /// Where in `chunk` an element ends, or the list itself.
    fn end_in(&mut self, chunk: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = chunk.get(at) {
            at += 1;
            if self.is_text {
                match closing_quote(chunk, at - 1, self.is_escaped) {
                    Quote::At(quote) => at = quote + 1,
                    Quote::Beyond(escaped) => {
                        self.is_escaped = escaped;
                        return None;
                    }
                }
                (self.is_text, self.is_escaped) = (false, false);
                continue;
            }
            match class(byte) {
                Class::Quote => self.is_text = true,
                Class::Open => self.depth += 1,
                Class::Close => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth <= 1 {
                        return Some(at);
                    }
                }
                Class::Blank | Class::Comma | Class::Colon | Class::Word | Class::Alien => {}
            }
        }
        None
    }
}

/// Reads an element and tells where it names the model.
pub(super) fn read(notes: &mut Notes, raw: &[u8]) -> Option<Range<usize>> {
    let start = raw.iter().position(|byte| *byte == b'{')?;
    notes.events += 1;
    notes.content(raw, start)
}

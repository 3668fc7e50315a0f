//! From a provider's bytes to the events of its stream.

mod framing;
mod halves;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::replay::replay;
use super::way_back::WayBack;
use crate::Protocol;
use crate::codec::{ReadStream, read_response, stream_reader};
use crate::error::{ErrorKind, UpstreamError, recognise_value};
use crate::event::Event;
use crate::json;
use crate::quirks::Quirks;
use crate::sse::StreamError;
use framing::{Framing, Piece};
use halves::{Halves, marked};

/// Reads the bytes of an answer, whatever pieces they come in.
#[derive(Debug)]
pub(super) struct Intake {
    protocol: Protocol,
    quirks: Arc<Quirks>,
    framing: Framing,
    reader: Box<dyn ReadStream>,
    halves: Halves,
    /// Whether single halves of characters came: a reader may hold them back.
    has_marks: bool,
    /// Whether anything came that could be an answer.
    is_heard: bool,
    /// Whether the answer ended; whatever else comes is nothing.
    is_over: bool,
}

impl Intake {
    pub(super) fn new(way: &WayBack) -> Self {
        let reader = stream_reader(way.target, &way.quirks);
        Self::reading(way.target, Arc::clone(&way.quirks), reader)
    }

    fn reading(protocol: Protocol, quirks: Arc<Quirks>, reader: Box<dyn ReadStream>) -> Self {
        Self {
            protocol,
            quirks,
            framing: Framing::default(),
            reader,
            halves: Halves::default(),
            has_marks: false,
            is_heard: false,
            is_over: false,
        }
    }

    /// Takes the next bytes and adds what they say to `out`.
    pub(super) fn push(&mut self, chunk: Bytes, out: &mut Vec<Event>) -> Result<(), StreamError> {
        if self.is_over {
            return Ok(());
        }
        self.framing.push(chunk);
        while let Some(piece) = self.framing.next_piece()? {
            self.piece(&piece, out);
            if self.is_over {
                break;
            }
        }
        Ok(())
    }

    /// The bytes are at their end.
    pub(super) fn finish(&mut self, out: &mut Vec<Event>) {
        if self.is_over {
            return;
        }
        match std::mem::take(&mut self.framing).rest() {
            Some(Piece::Whole(body)) => return self.whole(&body, out),
            Some(piece) if piece.is_complete() => self.piece(&piece, out),
            Some(_) | None => {}
        }
        if self.is_over {
            return;
        }
        let from = out.len();
        self.reader.finish(out);
        self.join(from, out);
        self.settle(from, out);
        if !self.is_heard && !self.is_over {
            out.push(Event::Failed(empty()));
        }
    }

    fn piece(&mut self, piece: &Piece, out: &mut Vec<Event>) {
        let name = piece.name();
        let Some(data) = piece.data() else {
            return;
        };
        let data = String::from_utf8_lossy(&data);
        self.glued(name.as_deref(), &data, out);
    }

    /// Reads each of several values that stand in one event.
    fn glued(&mut self, name: Option<&str>, data: &str, out: &mut Vec<Event>) {
        let mut rest = data;
        while !self.is_over {
            let (first, others) = first_value(rest);
            self.data(name, first, out);
            if others.is_empty() {
                break;
            }
            rest = others;
        }
    }

    fn data(&mut self, name: Option<&str>, data: &str, out: &mut Vec<Event>) {
        if data.is_empty() {
            return;
        }
        self.is_heard |= data != "[DONE]";
        let from = out.len();
        let text = marked(data);
        self.reader.read(name, &text, out);
        self.has_marks |= matches!(text, Cow::Owned(_));
        self.join(from, out);
        self.settle(from, out);
    }

    /// Joins characters that came in two halves.
    fn join(&mut self, from: usize, out: &mut Vec<Event>) {
        if self.has_marks {
            let mut read = out.split_off(from);
            self.halves.join(&mut read);
            out.append(&mut read);
        }
    }

    /// A provider that does not stream sent its answer in one piece.
    fn whole(&mut self, body: &[u8], out: &mut Vec<Event>) {
        let Some(value) = parsed(body) else {
            return;
        };
        let from = out.len();
        if let Some(error) = recognise_value(self.protocol, 200, &value) {
            out.push(Event::Failed(error));
        } else if let Some(response) = read_response(self.protocol, value, &self.quirks) {
            replay(response, out);
        }
        self.is_heard = out.len() > from;
        self.settle(from, out);
    }

    /// Looks whether the answer ended in these events.
    fn settle(&mut self, from: usize, out: &mut Vec<Event>) {
        let is_last = |event: &Event| matches!(event, Event::End | Event::Failed(_));
        let Some(last) = out[from..].iter().position(is_last) else {
            return;
        };
        out.truncate(from + last + 1);
        self.is_over = true;
        if !self.is_heard {
            out.truncate(from);
            out.push(Event::Failed(empty()));
        }
    }
}

/// Reads a body as JSON, bytes that are no text and characters cut in two mended.
pub(super) fn parsed(body: &[u8]) -> Option<Value> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let text = String::from_utf8_lossy(body);
    serde_json::from_slice(&json::mended(text.as_bytes())).ok()
}

/// What is wrong with an answer that holds nothing.
fn empty() -> UpstreamError {
    UpstreamError {
        kind: ErrorKind::Upstream,
        code: None,
        message: "the provider sent an empty answer".to_owned(),
    }
}

/// The first JSON value of a text and what follows it; all of a text that is not several values.
fn first_value(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let start = json::skip_blank(bytes, 0);
    if bytes.get(start) != Some(&b'{') {
        return (text.trim(), "");
    }
    let Some(end) = json::skip_value(bytes, start) else {
        return (text.trim(), "");
    };
    let rest = text[end..].trim_start();
    let rest = rest.strip_prefix("data:").unwrap_or(rest).trim_start();
    let is_value = rest.starts_with('{') || rest.starts_with("[DONE]");
    (&text[start..end], if is_value { rest } else { "" })
}

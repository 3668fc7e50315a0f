//! How an answer's bytes are cut into pieces: events, the elements of a list, or one whole body.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};

use crate::json;
use crate::same::List;
use crate::sse::{Frame, Frames, MAX_EVENT_BYTES, StreamError};

/// The most bytes of an answer in one piece.
const MAX_WHOLE_BYTES: usize = 4 * MAX_EVENT_BYTES;

/// Cuts an answer's bytes into pieces; which kind they are shows the first byte.
#[derive(Debug)]
pub(super) enum Framing {
    /// Nothing but blanks came so far.
    Unknown(BytesMut),
    /// Server-sent events.
    Events(Frames),
    /// A Gemini stream without `alt=sse`.
    List { list: List, rest: Bytes },
    /// An answer that is no stream.
    Whole(BytesMut),
}

/// One event of a stream, or all of an answer.
#[derive(Debug)]
pub(super) enum Piece {
    Event(Frame),
    Element(Bytes),
    Whole(Bytes),
}

impl Default for Framing {
    fn default() -> Self {
        Self::Unknown(BytesMut::new())
    }
}

impl Framing {
    /// Takes the next bytes.
    pub(super) fn push(&mut self, chunk: Bytes) {
        match self {
            Self::Unknown(held) => {
                held.extend_from_slice(&chunk);
                let held = std::mem::take(held);
                *self = Self::of(held);
            }
            Self::Events(frames) => frames.push(chunk),
            Self::List { rest, .. } => *rest = joined(rest, chunk),
            Self::Whole(body) => body.extend_from_slice(&chunk),
        }
    }

    fn of(held: BytesMut) -> Self {
        let bom = usize::from(held.starts_with(b"\xEF\xBB\xBF")) * 3;
        match held.get(json::skip_blank(&held, bom)) {
            // Blanks say nothing, however many a provider sends to keep the connection alive.
            None => Self::Unknown(BytesMut::from(&held[..bom])),
            // A list of one whole answer is a list all the same: Gemini's readers take either.
            Some(b'[') => Self::List {
                list: List::default(),
                rest: held.freeze(),
            },
            Some(b'{') => Self::Whole(held),
            // The mark at the beginning may itself be cut.
            Some(0xEF | 0xBB) if held.len() < 3 => Self::Unknown(held),
            Some(_) => {
                let mut frames = Frames::default();
                frames.push(held.freeze());
                Self::Events(frames)
            }
        }
    }

    /// The next piece that is complete.
    pub(super) fn next_piece(&mut self) -> Result<Option<Piece>, StreamError> {
        match self {
            Self::Unknown(_) => Ok(None),
            Self::Events(frames) => Ok(frames.next_frame()?.map(Piece::Event)),
            Self::List { list, rest } => {
                let element = list.next_element(rest);
                check(list.waiting(), MAX_EVENT_BYTES)?;
                Ok(element.map(Piece::Element))
            }
            Self::Whole(body) => {
                check(body.len(), MAX_WHOLE_BYTES)?;
                Ok(None)
            }
        }
    }

    /// What is left at the end of the bytes.
    pub(super) fn rest(self) -> Option<Piece> {
        match self {
            Self::Unknown(_) | Self::List { .. } => None,
            Self::Events(frames) => frames.finish().map(Piece::Event),
            Self::Whole(body) => Some(Piece::Whole(body.freeze())),
        }
    }
}

impl Piece {
    /// The event's name, if it has one.
    pub(super) fn name(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Event(frame) => frame.event().map(String::from_utf8_lossy),
            Self::Element(_) | Self::Whole(_) => None,
        }
    }

    /// The event's data, if it has any.
    pub(super) fn data(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Self::Event(frame) => frame.data(),
            Self::Element(bytes) => {
                let start = memchr::memchr(b'{', bytes)?;
                Some(Cow::Borrowed(&bytes[start..]))
            }
            Self::Whole(body) => Some(Cow::Borrowed(body)),
        }
    }

    /// Whether an event that its stream did not end is all there.
    pub(super) fn is_complete(&self) -> bool {
        self.data().is_some_and(|data| {
            let is_done = data.trim_ascii() == b"[DONE]";
            is_done || serde_json::from_slice::<serde::de::IgnoredAny>(&data).is_ok()
        })
    }
}

fn joined(rest: &mut Bytes, chunk: Bytes) -> Bytes {
    if rest.is_empty() {
        return chunk;
    }
    let mut joined = BytesMut::from(std::mem::take(rest));
    joined.extend_from_slice(&chunk);
    joined.freeze()
}

fn check(len: usize, limit: usize) -> Result<(), StreamError> {
    if len > limit {
        return Err(StreamError::EventTooLarge { limit });
    }
    Ok(())
}

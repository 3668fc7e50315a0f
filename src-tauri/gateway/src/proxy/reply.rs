//! The bodies that answers can have.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::{echo::EchoBody, relay::Relay};

/// Why an answer ends early: the connection is broken off, which no client takes for an end.
#[derive(Debug, thiserror::Error)]
#[error("the answer broke off")]
pub struct BrokenOff;

/// The body of an answer.
#[derive(Debug)]
pub enum ReplyBody {
    /// Known whole.
    Whole(Pieces),
    /// Passed on as it comes.
    Relay(Box<Relay>),
    /// Made up here, step by step.
    Echo(Box<EchoBody>),
}

/// A body that is known whole.
#[derive(Debug)]
pub struct Pieces {
    pieces: VecDeque<Bytes>,
    left: u64,
}

impl From<Bytes> for ReplyBody {
    fn from(bytes: Bytes) -> Self {
        Self::from(vec![bytes])
    }
}

impl From<Vec<Bytes>> for ReplyBody {
    fn from(pieces: Vec<Bytes>) -> Self {
        let left = pieces.iter().map(|piece| piece.len() as u64).sum();
        Self::Whole(Pieces {
            pieces: pieces.into(),
            left,
        })
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        match self.get_mut() {
            Self::Whole(whole) => Poll::Ready(whole.next().map(|piece| Ok(Frame::data(piece)))),
            Self::Relay(relay) => relay
                .poll_next(context)
                .map(|next| next.map(|piece| piece.map(Frame::data))),
            Self::Echo(echo) => echo
                .poll_next(context)
                .map(|next| next.map(|piece| piece.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.left == 0,
            Self::Relay(_) | Self::Echo(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(whole) => SizeHint::with_exact(whole.left),
            Self::Relay(_) | Self::Echo(_) => SizeHint::default(),
        }
    }
}

impl Pieces {
    fn next(&mut self) -> Option<Bytes> {
        let piece = self.pieces.pop_front()?;
        self.left -= piece.len() as u64;
        Some(piece)
    }
}

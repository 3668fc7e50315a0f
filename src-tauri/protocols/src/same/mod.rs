//! The same protocol on both sides: bytes pass untouched but for the model's name, and are read in passing.

mod body;
mod chat;
mod gemini;
mod list;
mod messages;
mod notes;
mod responses;
mod stream;

pub use crate::error::UpstreamError as UpstreamStreamError;
pub use crate::sse::StreamError;
pub use body::{SameBody, same_body};
pub(crate) use list::List;
pub use stream::{SameStream, StreamEnd};

use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use crate::json;

/// The name that clients know the model by, written as JSON.
#[derive(Debug, Clone)]
struct Alias(Arc<[u8]>);

impl Alias {
    fn new(name: &str) -> Self {
        Self(json::quoted(name).into_bytes().into())
    }

    /// Whether the value at `spot` is a name other than this one.
    fn differs(&self, bytes: &[u8], spot: &Range<usize>) -> bool {
        let value = &bytes[spot.clone()];
        value.first() == Some(&b'"') && *value != *self.0
    }

    /// One copy of `bytes` with this name at every spot.
    fn written_at(&self, spots: &[Range<usize>], bytes: &[u8]) -> Bytes {
        let mut written = BytesMut::with_capacity(bytes.len() + spots.len() * self.0.len());
        let mut from = 0;
        for spot in spots {
            written.extend_from_slice(&bytes[from..spot.start]);
            written.extend_from_slice(&self.0);
            from = spot.end;
        }
        written.extend_from_slice(&bytes[from..]);
        written.freeze()
    }
}

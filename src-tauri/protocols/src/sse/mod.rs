//! Server-sent events: finds them wherever the network cut the bytes, and keeps those bytes as they came.

mod block;
mod frames;

pub(crate) use block::{Block, Newline, end_of_held};
pub use frames::{Frame, Frames};

/// The most bytes one event may have unless the caller says otherwise.
pub const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

/// The most bytes the answer to a client of another protocol may have: much of it is kept until its end.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// Why a stream cannot be read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// One event is larger than the reader is willing to hold.
    #[error("an event of the stream is larger than {limit} bytes")]
    EventTooLarge {
        /// The most bytes allowed.
        limit: usize,
    },
    /// The whole answer is larger than the reader is willing to take.
    #[error("the answer is larger than {} MiB", .limit >> 20)]
    AnswerTooLarge {
        /// The most bytes allowed.
        limit: usize,
    },
}

#[cfg(test)]
mod tests;

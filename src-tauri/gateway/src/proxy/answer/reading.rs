//! Reads the beginning of a body, and tells an error from an answer.

use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use keyway_protocols::{
    Protocol,
    error::{Across, UpstreamError, across, recognise_value, should_retry},
    sse::{Frame, Frames},
};
use serde_json::Value;

use super::success::MOST_WHOLE_BYTES;
use crate::proxy::decode::Decoder;

/// More blanks and comments than this before the first event are no sign of life any more.
const MOST_BLANK_BYTES: usize = 16 << 20;

/// Why nothing can be made of a body's beginning.
#[derive(Debug)]
pub(super) enum Broken {
    /// It broke off, for this reason.
    Cut(String),
    /// It says nothing, at length.
    Blank,
}

impl From<String> for Broken {
    fn from(reason: String) -> Self {
        Self::Cut(reason)
    }
}

/// The two protocols an answer goes between.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides {
    /// The provider's.
    pub spoken: Protocol,
    /// The client's.
    pub client: Protocol,
}

impl Sides {
    /// The error that a body or event of a successful answer is, if it is one.
    pub(super) fn error_in(self, data: &[u8]) -> Option<Across> {
        let value: Value = serde_json::from_slice(data).ok()?;
        recognise_value(self.spoken, 200, &value)?;
        Some(across(self.spoken, self.client, 200, data))
    }

    /// An error that was read, and worded for the client, already.
    pub(super) fn told(self, error: UpstreamError) -> Across {
        Across {
            status: error.kind.default_status(self.client),
            kind: error.kind,
            code: error.code.unwrap_or_else(|| "upstream_error".to_owned()),
            message: error.message,
            retry_after: None,
            should_retry: should_retry(error.kind),
        }
    }
}

/// What the first event of a stream is.
#[derive(Debug)]
pub(super) enum First {
    /// Part of an answer.
    Event,
    /// An error.
    Failed(Across),
    /// It ended before it began.
    Nothing,
}

/// What an event is; nothing if it is a comment.
fn judge(sides: Sides, frame: &Frame) -> Option<First> {
    let data = frame.data()?;
    if data.trim_ascii() == b"[DONE]" {
        return Some(First::Nothing);
    }
    Some(sides.error_in(&data).map_or(First::Event, First::Failed))
}

/// The error that a stream begins with, if it does.
pub(super) fn first_error(sides: Sides, bytes: &Bytes) -> Option<Across> {
    let mut frames = Frames::default();
    frames.push(bytes.clone());
    while let Ok(Some(frame)) = frames.next_frame() {
        match judge(sides, &frame) {
            Some(First::Failed(error)) => return Some(error),
            Some(First::Event | First::Nothing) => return None,
            None => {}
        }
    }
    None
}

/// A body that is being read.
pub(super) struct Reading {
    incoming: Incoming,
    decoder: Decoder,
    /// What came so far, decoded, but for the blanks and comments it began with.
    bytes: BytesMut,
    /// How many bytes of those there were.
    blank: usize,
    idle: Duration,
    is_over: bool,
}

impl Reading {
    /// A body of which nothing was read.
    pub(super) fn new(incoming: Incoming, decoder: Decoder, idle: Duration) -> Self {
        Self {
            incoming,
            decoder,
            bytes: BytesMut::new(),
            blank: 0,
            idle,
            is_over: false,
        }
    }

    /// Adds the next piece; false at the end.
    async fn more(&mut self) -> Result<bool, String> {
        while !self.is_over {
            let frame = match tokio::time::timeout(self.idle, self.incoming.frame()).await {
                Err(_) => return Err(format!("nothing came for {} s", self.idle.as_secs())),
                Ok(None) => {
                    self.is_over = true;
                    break;
                }
                Ok(Some(frame)) => frame.map_err(|error| error.to_string())?,
            };
            if let Ok(piece) = frame.into_data() {
                self.bytes.extend_from_slice(&self.decoder.push(piece)?);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Forgets what says nothing, but not how much of it there was.
    fn drop_blank(&mut self, bytes: usize) -> Result<(), Broken> {
        self.bytes.advance(bytes);
        self.blank += bytes;
        if self.blank > MOST_BLANK_BYTES {
            return Err(Broken::Blank);
        }
        Ok(())
    }

    /// The first byte that is no white space.
    pub(super) async fn first_byte(&mut self) -> Result<Option<u8>, Broken> {
        loop {
            self.drop_blank(self.bytes.len() - self.bytes.trim_ascii_start().len())?;
            if let Some(first) = self.bytes.first() {
                return Ok(Some(*first));
            }
            if !self.more().await? {
                return Ok(None);
            }
        }
    }

    /// All of it.
    pub(super) async fn rest(mut self) -> Result<Bytes, Broken> {
        while self.more().await? {
            if self.bytes.len() > MOST_WHOLE_BYTES {
                return Err(format!("it is larger than {} MB", MOST_WHOLE_BYTES >> 20).into());
            }
        }
        Ok(self.bytes.freeze())
    }

    /// Reads until an event with data is whole. May be given up at any time: nothing of an event is lost.
    pub(super) async fn first_event(&mut self, sides: Sides) -> Result<First, Broken> {
        let mut frames = Frames::default();
        frames.push(Bytes::copy_from_slice(&self.bytes));
        loop {
            while let Some(frame) = frames.next_frame().map_err(|error| error.to_string())? {
                if let Some(first) = judge(sides, &frame) {
                    return Ok(first);
                }
                self.drop_blank(frame.raw().len())?;
            }
            let known = self.bytes.len();
            if !self.more().await? {
                let last = frames.finish();
                return Ok(last
                    .and_then(|frame| judge(sides, &frame))
                    .unwrap_or(First::Nothing));
            }
            frames.push(Bytes::copy_from_slice(&self.bytes[known..]));
        }
    }

    /// What is still to come, how it is encoded, and what came.
    pub(super) fn parts(self) -> (Incoming, Decoder, Bytes) {
        (self.incoming, self.decoder, self.bytes.freeze())
    }
}

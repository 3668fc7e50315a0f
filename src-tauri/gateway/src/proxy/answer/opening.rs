//! The beginning of another protocol's answer: read before anything goes to the client, so that an error that
//! comes first can be an error, and another target can still stand in.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use keyway_protocols::{
    Protocol,
    cross::{CrossBody, CrossStream},
    error::{Across, UpstreamError, across, recognise_value, should_retry},
    sse::{Frame, Frames},
};
use serde_json::{Value, value::RawValue};

use super::{Origin, success::MOST_WHOLE_BYTES};
use crate::{
    app::App,
    proxy::{convert, decode::Decoder, error::ProxyError, manner::Manner, prepare::Way},
};

/// What an answer turned out to be.
#[derive(Debug)]
pub(super) enum Opened {
    /// Events, for a client that wants events.
    Events(Box<Begun>),
    /// A whole answer, in the client's protocol already.
    Whole(Box<CrossBody>),
    /// An error.
    Told(Across),
}

/// A stream of which the first event is there.
#[derive(Debug)]
pub(super) struct Begun {
    /// What is still to come.
    pub incoming: Incoming,
    /// How it is encoded.
    pub decoder: Decoder,
    /// What came, decoded.
    pub first: Bytes,
    /// What turns it into the client's events.
    pub stream: CrossStream,
}

/// Reads the beginning of an answer, or all of it where the client wants it whole.
pub(super) async fn open(
    app: &App,
    incoming: Incoming,
    headers: &HeaderMap,
    from: &Origin,
    way: Way,
) -> Result<Opened, ProxyError> {
    let Some(decoder) = Decoder::of(headers) else {
        return Err(from.no_answer("an encoding that nobody asked for"));
    };
    let mut reading = Reading {
        incoming,
        decoder,
        bytes: BytesMut::new(),
        idle: from.idle(),
        is_over: false,
    };
    let cut = |reason| ProxyError::Cut {
        provider: from.provider().to_owned(),
        reason,
    };
    // A client that hears nothing for longer wants to be told that somebody is there.
    let patience = app.options.keep_alive;
    let may_begin = way.streamed && Manner::of(headers) == Manner::Events;
    let first = match tokio::time::timeout(patience, reading.first_byte()).await {
        Ok(first) => first.map_err(cut)?,
        Err(_) if may_begin => return begun(reading, &way),
        Err(_) => reading.first_byte().await.map_err(cut)?,
    };
    let sides = Sides {
        spoken: from.target.protocol,
        client: way.client,
    };
    match first {
        None => Err(from.no_answer("nothing at all")),
        Some(b'{' | b'[') => {
            let bytes = reading.rest().await.map_err(cut)?;
            whole(bytes, sides, from, way).await
        }
        Some(_) if !way.streamed => {
            let bytes = reading.rest().await.map_err(cut)?;
            gathered(bytes, sides, from, way).await
        }
        Some(_) => {
            let looked = tokio::time::timeout(patience, reading.first_event(sides)).await;
            match looked.unwrap_or(Ok(First::Event)).map_err(cut)? {
                First::Event => begun(reading, &way),
                First::Failed(error) => Ok(Opened::Told(error)),
                First::Nothing => Err(from.no_answer("an empty stream")),
            }
        }
    }
}

fn begun(reading: Reading, way: &Way) -> Result<Opened, ProxyError> {
    let stream = convert::guarded(|| way.back.stream())?;
    Ok(Opened::Events(Box::new(reading.begun(stream))))
}

/// A body that is JSON: an answer, an error, or Gemini's list of both.
async fn whole(bytes: Bytes, sides: Sides, from: &Origin, way: Way) -> Result<Opened, ProxyError> {
    if let Some(events) = list_as_events(sides.spoken, &bytes) {
        return gathered(events, sides, from, way).await;
    }
    let (size, body) = (bytes.len(), bytes.clone());
    let converted = convert::apart(size, move || {
        if way.streamed {
            way.back.whole_as_events(&body)
        } else {
            way.back.whole(&body)
        }
    });
    judged(converted.await?, &bytes, sides, from)
}

/// Events for a client that wants the answer whole; where it wants events they were a list.
async fn gathered(
    bytes: Bytes,
    sides: Sides,
    from: &Origin,
    way: Way,
) -> Result<Opened, ProxyError> {
    if let Some(error) = first_error(sides, &bytes) {
        return Ok(Opened::Told(error));
    }
    let (size, body) = (bytes.len(), bytes.clone());
    let converted = convert::apart(size, move || {
        if way.streamed {
            let mut stream = way.back.stream();
            let mut out = Vec::new();
            stream.push(body, &mut out).ok()?;
            let end = stream.finish(&mut out);
            let body = Bytes::from(out.concat());
            return Some(CrossBody { body, end });
        }
        way.back.events_as_whole(&body)
    });
    judged(converted.await?, &bytes, sides, from)
}

fn judged(
    converted: Option<CrossBody>,
    bytes: &[u8],
    sides: Sides,
    from: &Origin,
) -> Result<Opened, ProxyError> {
    match converted {
        Some(body) => match body.end.error {
            Some(error) => Ok(Opened::Told(sides.told(error))),
            None if body.end.whole => Ok(Opened::Whole(Box::new(body))),
            None => Err(ProxyError::Cut {
                provider: from.provider().to_owned(),
                reason: "it ended without its closing event".to_owned(),
            }),
        },
        None => sides
            .error_in(bytes)
            .map(Opened::Told)
            .ok_or_else(|| from.no_answer("something that is no answer of its protocol")),
    }
}

/// Gemini's stream without events: a list of what the events would hold.
fn list_as_events(spoken: Protocol, bytes: &[u8]) -> Option<Bytes> {
    if spoken != Protocol::Gemini || !bytes.trim_ascii_start().starts_with(b"[") {
        return None;
    }
    let elements: Vec<&RawValue> = serde_json::from_slice(bytes).ok()?;
    let mut events = BytesMut::with_capacity(bytes.len());
    for element in elements {
        // A line end inside an element would end its event.
        let element: Value = serde_json::from_str(element.get()).ok()?;
        events.extend_from_slice(format!("data: {element}\n\n").as_bytes());
    }
    Some(events.freeze())
}

fn first_error(sides: Sides, bytes: &Bytes) -> Option<Across> {
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

/// The two protocols an answer goes between.
#[derive(Debug, Clone, Copy)]
struct Sides {
    spoken: Protocol,
    client: Protocol,
}

impl Sides {
    /// The error that a body or event of a successful answer is, if it is one.
    fn error_in(self, data: &[u8]) -> Option<Across> {
        let value: Value = serde_json::from_slice(data).ok()?;
        recognise_value(self.spoken, 200, &value)?;
        Some(across(self.spoken, self.client, 200, data))
    }

    /// An error that was read, and worded for the client, already.
    fn told(self, error: UpstreamError) -> Across {
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
enum First {
    Event,
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

/// A body that is being read.
struct Reading {
    incoming: Incoming,
    decoder: Decoder,
    /// What came so far, decoded.
    bytes: BytesMut,
    idle: Duration,
    is_over: bool,
}

impl Reading {
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

    /// The first byte that is no white space.
    async fn first_byte(&mut self) -> Result<Option<u8>, String> {
        loop {
            let text = self.bytes.trim_ascii_start();
            if let Some(first) = text.first() {
                return Ok(Some(*first));
            }
            if !self.more().await? {
                return Ok(None);
            }
        }
    }

    async fn rest(mut self) -> Result<Bytes, String> {
        while self.more().await? {
            if self.bytes.len() > MOST_WHOLE_BYTES {
                return Err(format!("it is larger than {} MB", MOST_WHOLE_BYTES >> 20));
            }
        }
        Ok(self.bytes.freeze())
    }

    /// Reads until an event with data is whole. May be given up at any time: nothing that was read is lost.
    async fn first_event(&mut self, sides: Sides) -> Result<First, String> {
        let mut frames = Frames::default();
        frames.push(Bytes::copy_from_slice(&self.bytes));
        loop {
            while let Some(frame) = frames.next_frame().map_err(|error| error.to_string())? {
                if let Some(first) = judge(sides, &frame) {
                    return Ok(first);
                }
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

    fn begun(self, stream: CrossStream) -> Begun {
        Begun {
            incoming: self.incoming,
            decoder: self.decoder,
            first: self.bytes.freeze(),
            stream,
        }
    }
}

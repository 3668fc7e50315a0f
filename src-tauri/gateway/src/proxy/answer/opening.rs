//! The beginning of another protocol's answer: read before anything goes to the client, so that an error that
//! comes first can be an error, and another target can still stand in.

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use hyper::body::Incoming;
use keyway_protocols::{
    Protocol, compact_answer,
    cross::{CrossBody, CrossStream},
    error::Across,
};
use serde_json::{Value, value::RawValue};

use super::{
    Origin,
    reading::{Broken, First, Reading, Sides, first_error},
    rounds,
};
use crate::{
    app::App,
    proxy::{convert, decode::Decoder, error::ProxyError, manner::Manner, prepare::Way, quoted},
    store::logs::AttemptNote,
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
    notes: &mut Vec<AttemptNote>,
) -> Result<Opened, ProxyError> {
    let Some(decoder) = Decoder::of(headers) else {
        return Err(from.no_answer("an encoding that nobody asked for"));
    };
    let mut reading = Reading::new(incoming, decoder, from.idle());
    let cut = |broken| match broken {
        Broken::Cut(reason) => ProxyError::Cut {
            provider: from.provider().to_owned(),
            reason,
        },
        Broken::Blank => from.no_answer("nothing but blanks and comments"),
    };
    // A client that hears nothing for longer wants to be told that somebody is there.
    let patience = app.options.keep_alive;
    let may_begin = way.streamed && Manner::of(headers) == Manner::Events;
    let first = match tokio::time::timeout(patience, reading.first_byte()).await {
        Ok(first) => first.map_err(cut)?,
        Err(_) if may_begin => return begun(reading, from, &way),
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
            whole(bytes, sides, from, way, notes).await
        }
        Some(_) if !way.streamed => {
            let bytes = reading.rest().await.map_err(cut)?;
            gathered(bytes, sides, from, way, notes).await
        }
        Some(_) => {
            let looked = tokio::time::timeout(patience, reading.first_event(sides)).await;
            match looked.unwrap_or(Ok(First::Event)).map_err(cut)? {
                First::Event => begun(reading, from, &way),
                First::Failed(error) => Ok(Opened::Told(error)),
                First::Nothing => Err(from.no_answer("an empty stream")),
            }
        }
    }
}

fn begun(reading: Reading, from: &Origin, way: &Way) -> Result<Opened, ProxyError> {
    let keys = quoted::keys(&from.target.provider);
    let stream = convert::guarded(|| way.back.stream().hiding(keys))?;
    let (incoming, decoder, first) = reading.parts();
    Ok(Opened::Events(Box::new(Begun {
        incoming,
        decoder,
        first,
        stream,
    })))
}

/// A body that is JSON: an answer, an error, or Gemini's list of both.
async fn whole(
    bytes: Bytes,
    sides: Sides,
    from: &Origin,
    way: Way,
    notes: &mut Vec<AttemptNote>,
) -> Result<Opened, ProxyError> {
    if let Some(events) = list_as_events(sides.spoken, &bytes) {
        return gathered(events, sides, from, way, notes).await;
    }
    if let Some(searching) = &from.searching {
        return rounds::settled(bytes, sides, from, &way, (searching, notes)).await;
    }
    let (size, body) = (bytes.len(), bytes.clone());
    let converted = convert::apart(size, move || {
        if way.streamed {
            way.back.whole_as_events(&body)
        } else {
            shaped(way.back.whole(&body)?, way.compacts)
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
    notes: &mut Vec<AttemptNote>,
) -> Result<Opened, ProxyError> {
    if let Some(error) = first_error(sides, &bytes) {
        return Ok(Opened::Told(error));
    }
    if let Some(searching) = &from.searching {
        return rounds::settled(bytes, sides, from, &way, (searching, notes)).await;
    }
    let (size, body) = (bytes.len(), bytes.clone());
    let keys = quoted::keys(&from.target.provider);
    let converted = convert::apart(size, move || {
        if way.streamed {
            let mut stream = way.back.stream().hiding(keys);
            let mut out = Vec::new();
            stream.push(body, &mut out).ok()?;
            let end = stream.finish(&mut out);
            let body = Bytes::from(out.concat());
            return Some(CrossBody { body, end });
        }
        shaped(way.back.events_as_whole(&body)?, way.compacts)
    });
    judged(converted.await?, &bytes, sides, from)
}

/// The answer as its endpoint gives it; nothing where no summary came though one was asked for.
fn shaped(answer: CrossBody, compacts: bool) -> Option<CrossBody> {
    if !compacts || answer.end.error.is_some() {
        return Some(answer);
    }
    let body = compact_answer(&answer.body)?;
    Some(CrossBody { body, ..answer })
}

/// What a conversion made of an answer, and whether that is an answer.
pub(super) fn judged(
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

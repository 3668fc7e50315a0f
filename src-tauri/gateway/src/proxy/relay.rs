//! Passes an answer on as it comes; ends it in the client's own words when the upstream breaks off.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Instant,
};

use bytes::{Bytes, BytesMut};
use http_body::Body;
use hyper::body::Incoming;
use keyway_protocols::{Protocol, same::SameStream};
use tokio::time::Sleep;

use super::{
    answer::Origin, decode::Decoder, error::ProxyError, exchange::Exchange, quoted,
    reply::BrokenOff,
};
use crate::upstream::health::Outcome;

/// Pieces that are there at once go out as one, up to this size: fewer writes, fewer chunks.
const GATHERED_BYTES: usize = 32 << 10;

/// Where an answer comes from and how it is read in passing.
#[derive(Debug)]
pub(super) struct Source {
    /// The upstream's body.
    pub incoming: Incoming,
    /// How it is encoded.
    pub decoder: Decoder,
    /// What is looked at.
    pub reading: Reading,
    /// Who sends it.
    pub from: Origin,
}

/// What is looked at in passing.
#[derive(Debug)]
pub(super) enum Reading {
    /// Events of the protocol; or Gemini's list, whose end cannot be said in an event.
    Events {
        /// The reader.
        stream: Box<SameStream>,
        /// Whether they are server-sent events.
        sse: bool,
    },
    /// Nothing: the bytes are not ours to understand.
    Bytes,
}

/// An answer on its way.
#[derive(Debug)]
pub struct Relay {
    source: Source,
    protocol: Protocol,
    status: u16,
    exchange: Exchange,
    out: Vec<Bytes>,
    state: State,
    idle: Pin<Box<Sleep>>,
    last_piece: Instant,
}

/// How far the events of an answer got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    Part,
    /// The answer is whole; more may belong to it, such as its usage.
    Whole,
    /// The very last event came.
    Close,
}

/// How the events of an answer ended.
struct End {
    reached: Reached,
    told_error: bool,
    sse: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Flowing,
    /// Everything was read; what is in `out` still has to go.
    Ended,
    /// As `Ended`, but the connection is broken off then.
    BrokenOff,
}

impl Relay {
    pub(super) fn new(source: Source, protocol: Protocol, status: u16, exchange: Exchange) -> Self {
        let idle = Box::pin(tokio::time::sleep(source.from.idle()));
        let last_piece = exchange.app.clock.instant();
        Self {
            source,
            protocol,
            status,
            exchange,
            out: Vec::new(),
            state: State::Flowing,
            idle,
            last_piece,
        }
    }

    /// The next bytes for the client.
    pub(super) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        while self.state == State::Flowing && self.gathered() < GATHERED_BYTES {
            match self.poll_source(context) {
                Poll::Ready(()) => {}
                Poll::Pending if self.out.is_empty() => return Poll::Pending,
                Poll::Pending => break,
            }
        }
        if let Some(piece) = self.take_out() {
            self.exchange.first_byte();
            self.exchange.entry.response_bytes += piece.len() as u64;
            return Poll::Ready(Some(Ok(piece)));
        }
        match self.state {
            State::Flowing => Poll::Pending,
            State::Ended => Poll::Ready(None),
            State::BrokenOff => {
                self.state = State::Ended;
                Poll::Ready(Some(Err(BrokenOff)))
            }
        }
    }

    /// Reads one piece of the upstream's body, or its end, or notices that nothing comes.
    fn poll_source(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match Pin::new(&mut self.source.incoming).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.last_piece = self.exchange.app.clock.instant();
                if let Ok(piece) = frame.into_data()
                    && let Err(reason) = self.read(piece)
                {
                    self.cut(reason);
                }
            }
            Poll::Ready(Some(Err(error))) => self.cut(error.to_string()),
            Poll::Ready(None) => self.end(),
            Poll::Pending => ready!(self.poll_idle(context)),
        }
        Poll::Ready(())
    }

    /// Moving the timer with each piece would cost more than looking at it when it fires.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<()> {
        ready!(self.idle.as_mut().poll(context));
        let patience = self.source.from.idle();
        let silent = self
            .exchange
            .app
            .clock
            .instant()
            .saturating_duration_since(self.last_piece);
        if silent < patience {
            let rest = patience.saturating_sub(silent);
            self.idle.set(tokio::time::sleep(rest));
            return self.poll_idle(context);
        }
        self.cut(format!("nothing came for {} s", patience.as_secs()));
        Poll::Ready(())
    }

    fn read(&mut self, piece: Bytes) -> Result<(), String> {
        let piece = self.source.decoder.push(piece)?;
        match &mut self.source.reading {
            Reading::Events { stream, .. } => stream
                .push(piece, &mut self.out)
                .map_err(|error| error.to_string()),
            Reading::Bytes => {
                self.out.push(piece);
                Ok(())
            }
        }
    }

    /// The upstream's body is at its end: is the answer, too?
    fn end(&mut self) {
        let Some(end) = self.close_reading() else {
            self.finish();
            return;
        };
        if end.reached != Reached::Part {
            self.finish();
        } else if end.told_error {
            // The client has the upstream's own error event; a second one would only confuse it.
            self.note_health();
            self.exchange.entry.status = self.status;
            self.state = State::Ended;
        } else {
            self.give_up("it ended without its closing event".to_owned(), end.sse);
        }
    }

    fn finish(&mut self) {
        if self.exchange.entry.error.is_none() {
            self.exchange.done(self.status);
        } else {
            self.exchange.entry.status = self.status;
        }
        self.state = State::Ended;
    }

    /// The upstream broke off. After the closing event nothing of the answer is missing.
    fn cut(&mut self, reason: String) {
        match self.close_reading() {
            Some(end) if end.reached == Reached::Close => self.finish(),
            end => self.give_up(reason, end.is_some_and(|end| end.sse)),
        }
    }

    /// Ends the answer early: with an error event where the client reads events, else by breaking off.
    fn give_up(&mut self, reason: String, sse: bool) {
        let error = ProxyError::Cut {
            provider: self.source.from.provider().to_owned(),
            reason,
        };
        let message = error.to_string();
        if sse {
            let reply = error.reply(self.protocol, &message, self.exchange.id());
            self.out.push(reply.stream_frame(self.protocol));
            self.state = State::Ended;
        } else {
            self.state = State::BrokenOff;
        }
        self.note_health();
        self.exchange.failed(self.status, &error, &message);
    }

    /// Takes what was read in passing into the log entry; what was held back of whole events goes out.
    fn close_reading(&mut self) -> Option<End> {
        let Reading::Events { stream, sse } =
            std::mem::replace(&mut self.source.reading, Reading::Bytes)
        else {
            return None;
        };
        let end = stream.finish(&mut self.out);
        let told = End {
            reached: match (end.terminal && !end.cut, end.closed) {
                (_, true) => Reached::Close,
                (true, false) => Reached::Whole,
                (false, false) => Reached::Part,
            },
            told_error: end.error.is_some(),
            sse,
        };
        let entry = &mut self.exchange.entry;
        entry.usage = end.usage;
        entry.finish_reason = end.finish_reason.map(Into::into);
        if let Some(error) = end.error {
            entry.error_code = Some(error.kind.as_str().into());
            let provider = &self.source.from.target.provider;
            entry.error = Some(quoted::text_without_keys(provider, &error.message).into());
        }
        self.exchange.output_events = end.events;
        Some(told)
    }

    fn note_health(&self) {
        let app = &self.exchange.app;
        app.health.note(
            &self.source.from.circuit(),
            Outcome::Failed,
            app.clock.now(),
        );
    }

    fn gathered(&self) -> usize {
        self.out.iter().map(Bytes::len).sum()
    }

    /// All that waits, as one piece.
    fn take_out(&mut self) -> Option<Bytes> {
        match self.out.len() {
            0 => None,
            1 => self.out.pop(),
            _ => {
                let mut joined = BytesMut::with_capacity(self.gathered());
                self.out
                    .drain(..)
                    .for_each(|piece| joined.extend_from_slice(&piece));
                Some(joined.freeze())
            }
        }
    }
}

impl Drop for Relay {
    /// A client that hung up leaves an answer behind whose beginning still counts.
    fn drop(&mut self) {
        self.close_reading();
    }
}

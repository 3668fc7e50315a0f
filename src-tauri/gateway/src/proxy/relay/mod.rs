//! Passes an answer on as it comes; ends it in the client's own words when the upstream breaks off.

mod closing;
mod rounds;

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Instant,
};

use bytes::{Bytes, BytesMut};
use http_body::Body;
use hyper::body::Incoming;
use keyway_protocols::{Protocol, cross::CrossStream, same::SameStream};
use tokio::time::Sleep;

use super::{
    answer::Origin, convert::guarded, decode::Decoder, error::ProxyError, exchange::Exchange,
    reply::BrokenOff, searching::Errand,
};

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
    /// Whether the client reads server-sent events, which can say that they end early.
    pub is_events: bool,
    /// Who sends it.
    pub from: Origin,
}

/// What is looked at in passing.
#[derive(Debug)]
pub(super) enum Reading {
    /// Events of the client's protocol, or Gemini's list of them.
    Same(Box<SameStream>),
    /// Events of another protocol, which the client gets in its own.
    Crossed(Box<CrossStream>),
    /// Nothing: the bytes are not ours to understand, or no more are to come.
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
    /// What the gateway does between two streams of one answer.
    errand: Option<Errand>,
    idle: Pin<Box<Sleep>>,
    last_piece: Instant,
    last_out: Instant,
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
        let now = exchange.app.clock.instant();
        let patience = source.from.idle();
        let patience = match &source.reading {
            Reading::Crossed(_) => patience.min(exchange.app.options.keep_alive),
            Reading::Same(_) | Reading::Bytes => patience,
        };
        Self {
            idle: Box::pin(tokio::time::sleep(patience)),
            last_piece: now,
            last_out: now,
            source,
            protocol,
            status,
            exchange,
            out: Vec::new(),
            state: State::Flowing,
            errand: None,
        }
    }

    /// Takes what was read of the answer already, decoded.
    pub(super) fn begin_with(&mut self, first: Bytes) {
        let taken = self.take(first);
        self.go_on_unless(taken);
    }

    /// Ends where the answer is broken, or where its provider told an error: nothing comes behind one, though some
    /// providers keep the connection open.
    fn go_on_unless(&mut self, taken: Result<(), ProxyError>) {
        match taken {
            Err(broken) => self.break_off(&broken),
            Ok(()) if self.reading_failed() => self.end(),
            Ok(()) => {}
        }
    }

    fn reading_failed(&self) -> bool {
        match &self.source.reading {
            Reading::Crossed(stream) => stream.error().is_some(),
            Reading::Same(_) | Reading::Bytes => false,
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
            self.last_out = self.exchange.app.clock.instant();
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
        if self.errand.is_some() {
            return self.poll_errand(context);
        }
        match Pin::new(&mut self.source.incoming).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.last_piece = self.exchange.app.clock.instant();
                if let Ok(piece) = frame.into_data() {
                    let taken = self.read(piece);
                    self.go_on_unless(taken);
                }
            }
            Poll::Ready(Some(Err(error))) => self.break_off(&self.cut(error.to_string())),
            Poll::Ready(None) => self.end(),
            Poll::Pending => ready!(self.poll_idle(context)),
        }
        Poll::Ready(())
    }

    /// Moving the timer with each piece would cost more than looking at it when it fires.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<()> {
        ready!(self.idle.as_mut().poll(context));
        let patience = self.source.from.idle();
        let now = self.exchange.app.clock.instant();
        let silent = now.saturating_duration_since(self.last_piece);
        if silent >= patience {
            self.break_off(&self.cut(format!("nothing came for {} s", patience.as_secs())));
            return Poll::Ready(());
        }
        let mut rest = patience.saturating_sub(silent);
        if let Reading::Crossed(stream) = &mut self.source.reading {
            let every = self.exchange.app.options.keep_alive;
            let unheard = now.saturating_duration_since(self.last_out);
            if unheard >= every {
                self.out.push(stream.keep_alive());
                self.idle.set(tokio::time::sleep(rest.min(every)));
                return Poll::Ready(());
            }
            rest = rest.min(every.saturating_sub(unheard));
        }
        self.idle.set(tokio::time::sleep(rest));
        self.poll_idle(context)
    }

    fn read(&mut self, piece: Bytes) -> Result<(), ProxyError> {
        let piece = self.source.decoder.push(piece);
        self.take(piece.map_err(|reason| self.cut(reason))?)
    }

    fn take(&mut self, piece: Bytes) -> Result<(), ProxyError> {
        let out = &mut self.out;
        let taken = match &mut self.source.reading {
            Reading::Same(stream) => stream.push(piece, out),
            Reading::Crossed(stream) => match guarded(|| stream.push(piece, out)) {
                Ok(taken) => taken,
                Err(error) => {
                    // What panicked is in no state to be asked anything any more.
                    self.source.reading = Reading::Bytes;
                    return Err(error);
                }
            },
            Reading::Bytes => {
                out.push(piece);
                Ok(())
            }
        };
        taken.map_err(|error| self.cut(error.to_string()))?;
        self.set_out();
        Ok(())
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

//! One client request with all its attempts: recorded when it goes, however it goes.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use http::{HeaderMap, HeaderValue, header};
use keyway_protocols::{Protocol, cross::CrossEnd, error::UpstreamError};

use super::{admit::Caller, error::ProxyError, headers};
use crate::{
    app::App,
    ids::{self, GroupId, KeyId},
    metering::limits::Reservation,
    store::logs::{AttemptNote, LogEntry},
};

/// What the log says of a client that hung up; no client ever sees it.
const CLIENT_LEFT: u16 = 499;
/// So much of a client's name is kept.
const CLIENT_CHARS: usize = 128;

/// The facts of one exchange so far; dropping it records them.
#[derive(Debug)]
pub(super) struct Exchange {
    /// The gateway it happens in.
    pub app: Arc<App>,
    /// What the log will say.
    pub entry: LogEntry,
    /// Whether the log gets an entry at all.
    pub recorded: bool,
    /// Pieces of output seen, for an answer that never told its usage.
    pub output_events: u64,
    /// Whether the client wants to be told what was lost.
    wants_losses: bool,
    began: Instant,
    reservation: Option<Reservation>,
    is_sent: bool,
}

impl Exchange {
    /// Begins with a request's arrival. Until told otherwise the client has left.
    pub(super) fn begin(app: &Arc<App>, protocol: Protocol, headers: &HeaderMap) -> Self {
        app.in_flight.fetch_add(1, Ordering::Relaxed);
        let entry = blank(app, protocol, headers);
        let began = app.clock.instant();
        Self {
            app: app.clone(),
            entry,
            recorded: true,
            output_events: 0,
            wants_losses: headers.contains_key(headers::LOSS),
            began,
            reservation: None,
            is_sent: false,
        }
    }

    /// The id that finds the log entry.
    pub(super) fn id(&self) -> &str {
        &self.entry.id
    }

    /// Notes who asks.
    pub(super) fn called_by(&mut self, caller: &Caller) {
        self.entry.group = caller.group.group.id.clone();
        self.entry.key_id = Some(caller.key.id.clone());
        self.entry.key_name = Some(caller.key.name.as_str().into());
    }

    /// Holds the caller's reservation until the real usage is known.
    pub(super) fn hold(&mut self, reservation: Reservation) {
        self.reservation = Some(reservation);
    }

    /// Notes how one try went; a single one that went well is told by the entry itself.
    pub(super) fn tried(&mut self, note: impl FnOnce() -> AttemptNote, well: bool) {
        if !well || !self.entry.attempts.is_empty() {
            self.entry.attempts.push(note());
        }
    }

    /// Notes that the first byte of the answer goes out.
    pub(super) fn first_byte(&mut self) {
        if self.entry.first_byte_us.is_none() {
            self.entry.first_byte_us = Some(micros(self.elapsed()));
        }
    }

    /// Notes that the answer is whole.
    pub(super) fn done(&mut self, status: u16) {
        self.entry.status = status;
        self.entry.error_code = None;
        self.entry.error = None;
    }

    /// Notes that the client got an error in place of an answer, or at the end of one.
    pub(super) fn failed(&mut self, status: u16, error: &ProxyError, message: &str) {
        self.entry.status = status;
        self.entry.error_code = Some(error.code().into());
        self.entry.error = Some(message.into());
    }

    /// Notes an error that the upstream put into an answer of a status that says success.
    pub(super) fn told(&mut self, error: UpstreamError) {
        self.entry.error_code = Some(error.kind.as_str().into());
        self.entry.error = Some(error.message.into());
    }

    /// Notes how an answer of another protocol ended, and keeps the thoughts that its provider will want back.
    pub(super) fn crossed(&mut self, end: CrossEnd, key: Option<&KeyId>) {
        self.entry.usage = end.usage;
        self.entry.finish_reason = end.finish_reason.map(Into::into);
        self.entry.losses.absorb(end.losses);
        self.output_events = end.events;
        if let Some(key) = key {
            let now = self.app.clock.instant();
            self.app.thoughts.keep(key, end.thoughts, now);
        }
    }

    /// Tells a client that asks for it what was lost so far.
    pub(super) fn tell_losses(&self, headers: &mut HeaderMap) {
        let told = self.entry.losses.header().filter(|_| self.wants_losses);
        if let Some(told) = told.and_then(|told| HeaderValue::try_from(told).ok()) {
            headers.insert(headers::LOSS, told);
        }
    }

    /// Notes that something reached an upstream, which counts whatever comes of it.
    pub(super) fn sent(&mut self) {
        self.is_sent = true;
    }

    /// Notes that the client was refused; that uses up nothing unless an upstream was asked.
    pub(super) fn refuse(&mut self, status: u16, error: &ProxyError, message: &str) {
        // Whoever breaks off while sending is not there to read an answer.
        let has_left = matches!(error, ProxyError::BodyBroken);
        let status = if has_left { CLIENT_LEFT } else { status };
        self.failed(status, error, message);
        if let Some(reservation) = self.reservation.take_if(|_| !self.is_sent) {
            reservation.refund();
        }
    }

    /// Time since the request arrived.
    pub(super) fn elapsed(&self) -> Duration {
        self.app
            .clock
            .instant()
            .saturating_duration_since(self.began)
    }

    /// The tokens to count: as told, else guessed from what went through.
    fn tokens(&self) -> u64 {
        let is_whole = self.entry.error_code.is_none() && self.entry.status != CLIENT_LEFT;
        match &self.entry.usage {
            Some(usage) if is_whole => usage.total(),
            // What a stream tells at its beginning says little of what came before it broke off.
            Some(usage) => usage.input + usage.output.max(self.output_events),
            None if self.entry.status >= 400 && self.entry.status != CLIENT_LEFT => 0,
            None => estimate(self.entry.request_bytes) + self.output_events,
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.app.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.entry.total_us = micros(self.elapsed());
        if let Some(reservation) = self.reservation.take() {
            let tokens = self.tokens();
            reservation.settle(tokens, self.app.clock.now());
            self.entry.counted = Some(tokens);
        }
        if self.entry.status == CLIENT_LEFT && self.entry.error_code.is_none() {
            self.entry.error_code = Some("client_left".into());
        }
        if self.recorded || self.entry.status >= 400 {
            self.app.store.log(self.entry.clone());
        }
    }
}

/// What is known when a request arrives.
fn blank(app: &App, protocol: Protocol, headers: &HeaderMap) -> LogEntry {
    let id = ids::fresh_shared();
    LogEntry {
        request_id: None, // the same as the entry's own
        id,
        at: app.clock.now(),
        group: GroupId::from(""),
        key_id: None,
        key_name: None,
        asked_model: Arc::default(),
        route_id: None,
        route_alias: None,
        provider_id: None,
        upstream_model: None,
        credential: None,
        protocol_in: protocol,
        protocol_out: None,
        streamed: false,
        status: CLIENT_LEFT,
        error_code: None,
        error: None,
        usage: None,
        request_bytes: 0,
        response_bytes: 0,
        first_byte_us: None,
        total_us: 0,
        finish_reason: None,
        client: client(headers),
        attempts: Vec::new(),
        losses: keyway_protocols::loss::Losses::default(),
        counted: None,
    }
}

/// What a request of this size is taken to use until its real usage is known.
pub(super) fn estimate(request_bytes: u64) -> u64 {
    crate::metering::tokens::estimate_request(usize::try_from(request_bytes).unwrap_or(usize::MAX))
}

fn client(headers: &HeaderMap) -> Option<Arc<str>> {
    let name = headers.get(header::USER_AGENT)?.to_str().ok()?;
    let end = name
        .char_indices()
        .nth(CLIENT_CHARS)
        .map_or(name.len(), |(at, _)| at);
    Some(name[..end].into())
}

/// Whole microseconds.
pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

//! How an answer ends: whole, told, or broken off.

use keyway_protocols::{cross::CrossEnd, error::UpstreamError, same::StreamEnd};

use super::{Reading, Relay, State};
use crate::{
    proxy::{convert::guarded, error::ProxyError, quoted},
    upstream::health::Outcome,
};

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
}

impl Relay {
    /// The upstream's body is at its end: is the answer, too?
    pub(super) fn end(&mut self) {
        if self.goes_on() {
            return;
        }
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
            self.give_up(&self.cut("it ended without its closing event".to_owned()));
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

    /// The error of an upstream that broke off.
    pub(super) fn cut(&self, reason: String) -> ProxyError {
        self.source.from.cut(reason)
    }

    /// Nothing more comes. After the closing event nothing of the answer is missing.
    pub(super) fn break_off(&mut self, error: &ProxyError) {
        match self.close_reading() {
            Some(end) if end.reached == Reached::Close => self.finish(),
            Some(_) | None => self.give_up(error),
        }
    }

    /// Ends the answer early: with an error event where the client reads events, else by breaking off.
    fn give_up(&mut self, error: &ProxyError) {
        let message = error.to_string();
        if self.source.is_events {
            let reply = error.reply(self.protocol, &message, self.exchange.id());
            self.out.push(reply.stream_frame(self.protocol));
            self.state = State::Ended;
        } else {
            self.state = State::BrokenOff;
        }
        if error.is_fault_of_upstream() {
            self.note_health();
        }
        self.exchange.failed(self.status, error, &message);
    }

    /// Takes what was read in passing into the log entry; what was held back of whole events goes out.
    fn close_reading(&mut self) -> Option<End> {
        match std::mem::replace(&mut self.source.reading, Reading::Bytes) {
            Reading::Same(stream) => {
                let end = stream.finish(&mut self.out);
                Some(self.close_same(end))
            }
            Reading::Crossed(stream) => {
                let out = &mut self.out;
                let end = guarded(|| stream.finish(out)).ok()?;
                Some(self.close_crossed(end))
            }
            Reading::Bytes => None,
        }
    }

    fn close_same(&mut self, end: StreamEnd) -> End {
        let told = End {
            reached: match (end.terminal && !end.cut, end.closed) {
                (_, true) => Reached::Close,
                (true, false) => Reached::Whole,
                (false, false) => Reached::Part,
            },
            told_error: end.error.is_some(),
        };
        let entry = &mut self.exchange.entry;
        entry.usage = end.usage;
        entry.finish_reason = end.finish_reason.map(Into::into);
        self.exchange.output_events = end.events;
        self.note_told(end.error);
        told
    }

    fn close_crossed(&mut self, mut end: CrossEnd) -> End {
        let error = end.error.take();
        let told = End {
            reached: if end.whole {
                Reached::Close
            } else {
                Reached::Part
            },
            told_error: error.is_some(),
        };
        let key = self.source.from.way.as_ref().map(|way| &way.key);
        self.exchange.crossed(end, key);
        self.note_told(error);
        told
    }

    fn note_told(&mut self, error: Option<UpstreamError>) {
        let Some(error) = error else { return };
        let provider = &self.source.from.target.provider;
        let entry = &mut self.exchange.entry;
        entry.error_code = Some(error.kind.as_str().into());
        entry.error = Some(quoted::text_without_keys(provider, &error.message).into());
    }

    fn note_health(&self) {
        let app = &self.exchange.app;
        app.health.note(
            &self.source.from.circuit(),
            Outcome::Failed,
            app.clock.now(),
        );
    }
}

impl Drop for Relay {
    /// A client that hung up leaves an answer behind whose beginning still counts. One that was sent the closing
    /// event has the whole answer, and need not wait for the connection's end (Codex does not).
    fn drop(&mut self) {
        let is_flowing = self.state == State::Flowing;
        // One that told an error has ended already: what a closed crossing makes of a beginning is nobody's fault.
        let is_crossed = matches!(self.source.reading, Reading::Crossed(_));
        let end = self.close_reading();
        if is_crossed {
            self.exchange.entry.error_code = None;
            self.exchange.entry.error = None;
        }
        let is_sent = is_flowing && self.out.is_empty();
        if is_sent && end.is_some_and(|end| end.reached == Reached::Close) {
            self.finish();
        }
    }
}

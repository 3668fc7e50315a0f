//! Answers that come or go in one piece.

use bytes::Bytes;

use super::gather::Gathered;
use super::intake::{Intake, parsed};
use super::replay::{parts, replay};
use super::restore::{Ended, Restore};
use super::stream::{CrossStream, written};
use super::way_back::WayBack;
use super::{CrossBody, CrossEnd};
use crate::codec::{read_response, write_response};
use crate::error::{ErrorKind, ErrorReply, UpstreamError, recognise_value};
use crate::event::Event;
use crate::response::{Alternative, Response};
use crate::sse::MAX_ANSWER_BYTES;

impl WayBack {
    /// A provider's events, for a client that wants events.
    pub fn stream(&self) -> CrossStream {
        CrossStream::new(self)
    }

    /// A provider's answer in any form, for a client that wants it whole: all of it comes out at the end, which is
    /// the way of answers that take several rounds.
    pub fn gathering(&self) -> CrossStream {
        CrossStream::gathering(self)
    }

    /// A provider's whole answer, for a client that wants it whole; nothing if the body is no answer.
    ///
    /// A provider that was asked for a whole answer and sent events is read all the same.
    pub fn whole(&self, body: &[u8]) -> Option<CrossBody> {
        match self.read(body)? {
            Answer::Events => self.events_as_whole(body),
            Answer::Failed(error) => Some(self.failed(error, CrossEnd::default())),
            Answer::Whole(response) => Some(self.answered(*response)),
        }
    }

    /// A provider's whole answer, for a client that wants events: a provider that does not stream.
    pub fn whole_as_events(&self, body: &[u8]) -> Option<CrossBody> {
        let events = match self.read(body)? {
            Answer::Events => {
                let mut events = Vec::new();
                let mut intake = Intake::new(self);
                intake
                    .push(Bytes::copy_from_slice(body), &mut events)
                    .ok()?;
                intake.finish(&mut events);
                events
            }
            Answer::Failed(error) => vec![Event::Failed(error)],
            Answer::Whole(response) => {
                let mut events = Vec::new();
                replay(*response, &mut events);
                events
            }
        };
        let (body, end) = written(self, events);
        Some(CrossBody { body, end })
    }

    /// A provider's events, for a client that wants the answer whole: a provider that only streams.
    pub fn events_as_whole(&self, body: &[u8]) -> Option<CrossBody> {
        if body.len() > MAX_ANSWER_BYTES {
            return None;
        }
        let mut events = Vec::new();
        let mut intake = Intake::new(self);
        intake
            .push(Bytes::copy_from_slice(body), &mut events)
            .ok()?;
        intake.finish(&mut events);
        let (gathered, ended) = self.restored(events);
        Some(self.gathered(&gathered, CrossEnd::of(ended, 0)))
    }

    /// What a stream told, as one body.
    pub(super) fn gathered(&self, gathered: &Gathered, end: CrossEnd) -> CrossBody {
        let mut end = end;
        if !gathered.is_whole {
            let error = end.error.take().unwrap_or_else(cut);
            return self.failed(error, end);
        }
        self.told(&gathered.response, end)
    }

    fn read(&self, body: &[u8]) -> Option<Answer> {
        if body.len() > MAX_ANSWER_BYTES {
            return None;
        }
        let Some(value) = parsed(body) else {
            return is_stream(body).then_some(Answer::Events);
        };
        if let Some(error) = recognise_value(self.target, 200, &value) {
            return Some(Answer::Failed(error));
        }
        // A list is what a Gemini stream is without `alt=sse`.
        if value.is_array() {
            return Some(Answer::Events);
        }
        let response = read_response(self.target, value, &self.quirks)?;
        Some(Answer::Whole(Box::new(response)))
    }

    fn answered(&self, response: Response) -> CrossBody {
        let mut response = response;
        let others = std::mem::take(&mut response.others);
        let extra = std::mem::take(&mut response.extra);
        let mut events = Vec::new();
        replay(response, &mut events);
        let (gathered, ended) = self.restored(events);
        let mut end = CrossEnd::of(ended, 0);
        if let Some(error) = end.error.take() {
            return self.failed(error, end);
        }
        let mut response = gathered.response;
        response.extra = extra;
        response.others = others.into_iter().map(|other| self.other(other)).collect();
        self.told(&response, end)
    }

    /// A further answer to the same question.
    fn other(&self, other: Alternative) -> Alternative {
        let mut events = Vec::new();
        parts(other.parts, other.stop, &mut events);
        let response = self.restored(events).0.response;
        Alternative {
            parts: response.parts,
            stop: response.stop,
        }
    }

    fn restored(&self, events: Vec<Event>) -> (Gathered, Ended) {
        let mut restore = Restore::new(self);
        let mut gathered = Gathered::default();
        let mut out = Vec::new();
        for event in events {
            restore.take(event, &mut out);
            out.drain(..).for_each(|event| gathered.take(event));
        }
        (gathered, restore.ended())
    }

    fn told(&self, response: &Response, end: CrossEnd) -> CrossBody {
        let value = write_response(self.client, response, &self.reply);
        CrossBody {
            body: Bytes::from(value.to_string()),
            end,
        }
    }

    /// The error, worded for the client; the gateway sends it with the status of its kind.
    fn failed(&self, error: UpstreamError, end: CrossEnd) -> CrossBody {
        let code = error.code.as_deref().unwrap_or("upstream_error");
        let reply = ErrorReply::new(error.kind, self.client, code, &error.message);
        CrossBody {
            body: reply.body(self.client),
            end: CrossEnd {
                whole: false,
                error: Some(error),
                ..end
            },
        }
    }
}

/// What a body is.
enum Answer {
    Whole(Box<Response>),
    Failed(UpstreamError),
    Events,
}

fn is_stream(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let start = body.trim_ascii_start();
    let is_field = |name: &[u8]| start.starts_with(name);
    is_field(b"data:") || is_field(b"event:") || is_field(b"id:") || is_field(b":")
}

fn cut() -> UpstreamError {
    UpstreamError {
        kind: ErrorKind::Upstream,
        code: None,
        message: "the provider's answer was cut off".to_owned(),
    }
}

//! Plays the built-in provider's answers.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, StatusCode, header};
use keyway_protocols::Protocol;
use tokio::time::Sleep;

use super::{answer::Answer, exchange::Exchange, reply::BrokenOff};
use crate::upstream::echo::{self, EchoReply, Form, Step};

/// The name of the built-in provider in the log.
const PROVIDER: &str = "echo";

/// An answer of the built-in provider on its way.
#[derive(Debug)]
pub struct EchoBody {
    steps: VecDeque<Step>,
    pause: Option<Pin<Box<Sleep>>>,
    exchange: Option<Exchange>,
    status: u16,
    reply_usage: Option<keyway_protocols::usage::Usage>,
}

/// Answers a request by the built-in provider.
pub(super) async fn answer(
    exchange: &mut Exchange,
    protocol: Protocol,
    pieces: &[Bytes],
    gemini_streamed: Option<bool>,
    query: Option<&str>,
) -> Answer {
    let mut body = BytesMut::new();
    for piece in pieces {
        body.extend_from_slice(piece);
    }
    let entry = &mut exchange.entry;
    entry.provider_id = Some(PROVIDER.into());
    entry.upstream_model = Some(entry.asked_model.clone());
    entry.protocol_out = Some(protocol);
    let form = form(gemini_streamed, query);
    let reply = echo::answer(
        protocol,
        &body,
        &entry.asked_model,
        form,
        exchange.app.clock.now(),
    );
    entry_streamed(exchange, &reply);
    if !reply.delay.is_zero() {
        tokio::time::sleep(reply.delay).await;
    }
    if reply.status >= 400 {
        exchange.entry.error_code = Some("echo_fault".into());
        exchange.entry.error = Some("the built-in provider was told to fail".into());
    }
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let mut headers = reply.headers;
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(reply.content_type),
    );
    let body = EchoBody {
        steps: reply.steps.into(),
        pause: None,
        exchange: None,
        status: reply.status,
        reply_usage: reply.usage,
    };
    Answer::echo(status, headers, body)
}

fn entry_streamed(exchange: &mut Exchange, reply: &EchoReply) {
    exchange.entry.streamed = reply.content_type.starts_with("text/event-stream");
}

fn form(gemini_streamed: Option<bool>, query: Option<&str>) -> Form {
    let events = query.is_some_and(|query| query.split('&').any(|part| part == "alt=sse"));
    match gemini_streamed {
        None => Form::AsAsked,
        Some(false) => Form::Whole,
        Some(true) if events => Form::Events,
        Some(true) => Form::Array,
    }
}

impl EchoBody {
    /// Takes the exchange along, to end it with the answer.
    pub(super) fn carry(&mut self, exchange: Exchange) {
        self.exchange = Some(exchange);
    }

    /// The next bytes for the client.
    pub(super) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            match self.steps.pop_front() {
                Some(Step::Bytes(bytes)) => {
                    self.note(&bytes);
                    return Poll::Ready(Some(Ok(bytes)));
                }
                Some(Step::Wait(time)) => self.pause = Some(Box::pin(tokio::time::sleep(time))),
                Some(Step::Cut) => {
                    self.end(false);
                    return Poll::Ready(Some(Err(BrokenOff)));
                }
                None => {
                    self.end(true);
                    return Poll::Ready(None);
                }
            }
        }
    }

    fn note(&mut self, bytes: &Bytes) {
        if let Some(exchange) = &mut self.exchange {
            exchange.first_byte();
            exchange.entry.response_bytes += bytes.len() as u64;
        }
        // Whoever reads a body of known length does not ask for what comes behind its last byte.
        if self.steps.is_empty() {
            self.end(true);
        }
    }

    fn end(&mut self, whole: bool) {
        let Some(mut exchange) = self.exchange.take() else {
            return;
        };
        if self.status >= 400 {
            exchange.entry.status = self.status;
        } else if whole {
            exchange.entry.usage = self.reply_usage;
            exchange.done(self.status);
        } else {
            exchange.entry.status = self.status;
            exchange.entry.error_code = Some("echo_cut".into());
            exchange.entry.error = Some("the built-in provider was told to break off".into());
        }
    }
}

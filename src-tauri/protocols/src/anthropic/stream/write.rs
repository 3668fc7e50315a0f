//! A client's stream, written.

use bytes::BytesMut;
use serde_json::{Value, json};

use super::content::Content;
use super::frames::send;
use crate::Protocol::Anthropic;
use crate::anthropic::response::{add_searches, counted_after, ending, guessed, message_id};
use crate::codec::{Reply, WriteStream};
use crate::error::{ErrorKind, ErrorReply, UpstreamError};
use crate::event::{Event, Start};
use crate::response::Stop;
use crate::usage::Usage;

/// Writes the events of Messages: one block at a time, each begun only when there is something to say.
#[derive(Debug)]
pub(crate) struct StreamWriter {
    reply: Reply,
    phase: Phase,
    content: Content,
    stop: Stop,
    usage: Option<Usage>,
}

/// How far the message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Silent,
    Started,
    Over,
}

impl StreamWriter {
    /// A writer of a new stream.
    pub(crate) fn new(reply: &Reply) -> Self {
        Self {
            reply: reply.clone(),
            phase: Phase::Silent,
            content: Content::default(),
            stop: Stop::End,
            usage: None,
        }
    }

    fn start(&mut self, start: &Start, out: &mut BytesMut) {
        if self.phase != Phase::Silent {
            return;
        }
        self.phase = Phase::Started;
        let model = if self.reply.model.is_empty() {
            &start.model
        } else {
            &self.reply.model
        };
        let message = json!({
            "id": message_id(&start.id, &self.reply),
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": [],
            "stop_reason": null,
            "stop_sequence": null,
            "usage": guessed(self.reply.input_estimate),
        });
        send("message_start", [("message", message)], out);
    }

    fn end(&mut self, out: &mut BytesMut) {
        self.content.close(out);
        if let Stop::Malformed(word) = &self.stop {
            // The client asks again after an error, and would take the answer for whole otherwise.
            let message = format!("the model made a call that cannot be read ({word})");
            self.fail(ErrorKind::Upstream, "malformed_call", &message, out);
            return;
        }
        let ending = ending(&self.stop, self.content.has_call, self.content.has_refusal);
        let mut delta = json!({
            "stop_reason": ending.reason,
            "stop_sequence": ending.sequence,
        });
        if let Some(details) = ending.details {
            delta["stop_details"] = details;
        }
        let guess = self.reply.input_estimate;
        let mut usage = match &self.usage {
            Some(usage) => counted_after(guess, usage),
            None => guessed(guess),
        };
        add_searches(self.content.searches, &mut usage);
        let fields = [("delta", delta), ("usage", Value::Object(usage))];
        send("message_delta", fields, out);
        send("message_stop", [], out);
        self.phase = Phase::Over;
    }

    fn fail(&mut self, kind: ErrorKind, code: &str, message: &str, out: &mut BytesMut) {
        let reply = ErrorReply::new(kind, Anthropic, code, message);
        out.extend_from_slice(&reply.stream_frame(Anthropic));
        self.phase = Phase::Over;
    }

    fn failed(&mut self, error: &UpstreamError, out: &mut BytesMut) {
        let code = error.code.as_deref().unwrap_or(error.kind.as_str());
        self.fail(error.kind, code, &error.message, out);
    }
}

impl WriteStream for StreamWriter {
    fn write(&mut self, event: Event, out: &mut BytesMut) {
        if self.phase == Phase::Over {
            return;
        }
        match event {
            Event::Start(start) => self.start(&start, out),
            Event::Alive => send("ping", [], out),
            Event::Failed(error) => self.failed(&error, out),
            Event::Usage(usage) => self.usage = Some(usage),
            Event::Stop(stop) => self.stop = stop,
            Event::End => {
                self.start(&Start::default(), out);
                self.end(out);
            }
            event @ (Event::Open(_)
            | Event::Text(_)
            | Event::Citation(_)
            | Event::Reasoning(_)
            | Event::Arguments(_)
            | Event::Close
            | Event::CloseWith(_)
            | Event::Whole(_)) => {
                self.start(&Start::default(), out);
                self.content.write(event, out);
            }
        }
    }
}

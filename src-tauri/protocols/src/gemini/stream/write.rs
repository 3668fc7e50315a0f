//! Writes a client's stream.

use std::collections::HashMap;

use bytes::BytesMut;
use serde_json::{Map, Value, json};

use super::super::GEMINI;
use super::super::fields::set;
use super::super::parts::{PartWriter, Side};
use super::super::response::{Grounding, malformed, stop_of_answer, write_usage};
use crate::carrier::Carrier;
use crate::codec::{Reply, WriteStream};
use crate::error::{ErrorReply, UpstreamError};
use crate::event::{Event, Opening};
use crate::loss::Losses;
use crate::part::{Call, Citation, Kind, Part, Reasoning, Text};
use crate::response::Stop;
use crate::usage::Usage;

/// Characters that some clients take for line ends, as they are in the text and as JSON may spell them.
const LINE_ENDS: [(&str, &str); 3] = [
    ("\u{2028}", "\\u2028"),
    ("\u{2029}", "\\u2029"),
    ("\u{85}", "\\u0085"),
];

/// Writes each step as an answer that holds the new parts: as events, or as the items of a list.
#[derive(Debug)]
pub(crate) struct StreamWriter {
    model: String,
    id: String,
    is_list: bool,
    /// Whether something was written, so that the next item of a list needs a comma.
    is_begun: bool,
    /// The signature for the part that comes next.
    pending: Option<String>,
    open: Open,
    /// The bytes of all texts before the open one.
    begin: usize,
    grounding: Grounding,
    unreadable: Option<String>,
    usage: Option<Usage>,
    stop: Stop,
}

/// The part that is open.
#[derive(Debug)]
enum Open {
    Nothing,
    Text(Text),
    Call(Call),
}

impl StreamWriter {
    pub(crate) fn new(reply: &Reply) -> Self {
        Self {
            model: reply.model.clone(),
            id: reply.id.clone(),
            is_list: reply.list,
            is_begun: false,
            pending: None,
            open: Open::Nothing,
            begin: 0,
            grounding: Grounding::default(),
            unreadable: None,
            usage: None,
            stop: Stop::End,
        }
    }

    fn open(&mut self, opening: Opening) {
        self.open = match opening {
            Opening::Text | Opening::Refusal => Open::Text(Text::default()),
            Opening::Reasoning => Open::Nothing,
            Opening::Call(call) => Open::Call(call),
        };
    }

    fn text(&mut self, more: String, out: &mut BytesMut) {
        if let Open::Text(text) = &mut self.open {
            text.text.push_str(&more);
        }
        self.part(&Part::text(more), out);
    }

    fn thought(&mut self, text: String, carrier: Option<Carrier>, out: &mut BytesMut) {
        self.part(
            &Part::new(Kind::Reasoning(Reasoning { text, carrier })),
            out,
        );
    }

    fn cite(&mut self, citation: Citation) {
        if let Open::Text(text) = &mut self.open {
            text.citations.push(citation);
        }
    }

    fn more_arguments(&mut self, more: &str) {
        if let Open::Call(call) = &mut self.open {
            call.arguments.push_str(more);
        }
    }

    /// A text was written as it came; a call is written once it is whole.
    fn close(&mut self, out: &mut BytesMut) {
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => {}
            Open::Text(text) => {
                for citation in &text.citations {
                    self.grounding.add(citation, &text.text, self.begin);
                }
                self.begin += text.text.len();
            }
            Open::Call(call) => self.part(&Part::new(Kind::Call(call)), out),
        }
    }

    fn part(&mut self, part: &Part, out: &mut BytesMut) {
        let names = HashMap::new();
        let pending = self.pending.take();
        let mut writer = PartWriter::new(Side::Answer, &names).with_pending(pending);
        writer.write(part, &mut Losses::default());
        let (parts, pending, unreadable) = writer.unfinished();
        self.pending = pending;
        self.unreadable = self.unreadable.take().or(unreadable);
        if !parts.is_empty() {
            let candidate = json!({ "index": 0, "content": { "role": "model", "parts": parts } });
            self.chunk(candidate, None, out);
        }
    }

    fn chunk(&mut self, candidate: Value, usage: Option<Value>, out: &mut BytesMut) {
        let mut chunk = Map::new();
        chunk.insert("candidates".to_owned(), vec![candidate].into());
        set(&mut chunk, "usageMetadata", usage);
        chunk.insert("modelVersion".to_owned(), self.model.as_str().into());
        chunk.insert("responseId".to_owned(), self.id.as_str().into());
        self.send(&Value::Object(chunk), out);
    }

    fn send(&mut self, value: &Value, out: &mut BytesMut) {
        let mut text = value.to_string();
        for (raw, escaped) in LINE_ENDS {
            if text.contains(raw) {
                text = text.replace(raw, escaped);
            }
        }
        let (before, after) = match (self.is_list, self.is_begun) {
            (false, _) => ("data: ", "\n\n"),
            (true, false) => ("[", ""),
            (true, true) => (",\n", ""),
        };
        self.is_begun = true;
        for piece in [before, &text, after] {
            out.extend_from_slice(piece.as_bytes());
        }
    }

    /// The last chunk, which alone has the reason and the counts.
    fn end(&mut self, out: &mut BytesMut) {
        let mut part = Map::new();
        part.insert("text".to_owned(), "".into());
        set(&mut part, "thoughtSignature", self.pending.take());
        let reason = stop_of_answer(&self.stop, self.unreadable.is_some());
        let mut candidate = Map::new();
        candidate.insert("index".to_owned(), 0.into());
        candidate.insert(
            "content".to_owned(),
            json!({ "role": "model", "parts": [part] }),
        );
        candidate.insert("finishReason".to_owned(), reason.into());
        set(
            &mut candidate,
            "finishMessage",
            self.unreadable.as_deref().map(malformed),
        );
        set(&mut candidate, "groundingMetadata", self.grounding.write());
        let usage = self.usage.as_ref().map(write_usage);
        self.chunk(candidate.into(), usage, out);
        self.close_list(out);
    }

    fn close_list(&self, out: &mut BytesMut) {
        if self.is_list {
            out.extend_from_slice(b"]");
        }
    }

    fn fail(&mut self, error: &UpstreamError, out: &mut BytesMut) {
        let code = error.code.as_deref().unwrap_or(error.kind.as_str());
        let reply = ErrorReply::new(error.kind, GEMINI, code, &error.message);
        let body = serde_json::from_slice(&reply.body(GEMINI)).unwrap_or(Value::Null);
        self.send(&body, out);
        self.close_list(out);
    }

    /// White space between the items of a list, or empty lines: Gemini CLI and Google's SDK for Python take a
    /// comment for a piece of JSON.
    fn keep_alive(&self, out: &mut BytesMut) {
        let nothing: &[u8] = if self.is_list { b"\n" } else { b"\n\n" };
        out.extend_from_slice(nothing);
    }
}

impl WriteStream for StreamWriter {
    fn write(&mut self, event: Event, out: &mut BytesMut) {
        match event {
            Event::Start(start) if start.id.is_empty() => {}
            Event::Start(start) => self.id = start.id,
            Event::Open(opening) => self.open(opening),
            Event::Text(more) => self.text(more, out),
            Event::Citation(citation) => self.cite(citation),
            Event::Reasoning(more) => self.thought(more, None, out),
            Event::Arguments(more) => self.more_arguments(&more),
            Event::Close => self.close(out),
            Event::CloseWith(carrier) => self.thought(String::new(), Some(carrier), out),
            Event::Whole(part) => self.part(&part, out),
            Event::Usage(usage) => self.usage = Some(usage),
            Event::Stop(stop) => self.stop = stop,
            Event::Alive => self.keep_alive(out),
            Event::Failed(error) => self.fail(&error, out),
            Event::End => self.end(out),
        }
    }
}

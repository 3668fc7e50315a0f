//! Writes a client's stream.

use bytes::BytesMut;
use serde_json::{Map, Value, json};

use super::super::CHAT;
use super::super::content::write_part;
use super::super::reasoning::{client_entries, client_signature};
use super::super::response::{annotation, client_id};
use super::super::stop::{old_word, write_stop};
use super::super::usage::write_usage;
use super::call_deltas::{Style, begun, more};
use crate::carrier::Carrier;
use crate::codec::{Reply, Target, WriteStream};
use crate::error::{ErrorReply, UpstreamError};
use crate::event::{Event, Opening, Start};
use crate::part::{Call, CallForm, Kind, Part, Reasoning};
use crate::quirks::Quirks;
use crate::response::Stop;
use crate::usage::Usage;

/// Writes chunks.
#[derive(Debug)]
pub(crate) struct StreamWriter {
    reply: Reply,
    /// What stands around the choices of every chunk; nothing before the first one.
    frame: Option<Frame>,
    open: Option<Opening>,
    /// Whether the open call had arguments.
    has_arguments: bool,
    calls: usize,
    /// The open thought, or the last one as long as it is not known what follows it.
    thought: Reasoning,
    thoughts: usize,
    /// How many characters of text there were, and where the open text began.
    length: u64,
    text_start: u64,
    /// Whether something else stood behind the last text.
    is_apart: bool,
    has_refused: bool,
    stop: Stop,
    usage: Option<Usage>,
}

#[derive(Debug)]
struct Frame {
    head: String,
    tail: &'static str,
}

impl StreamWriter {
    /// A writer of the answer to one request.
    pub(crate) fn new(reply: &Reply) -> Self {
        Self {
            reply: reply.clone(),
            frame: None,
            open: None,
            has_arguments: false,
            calls: 0,
            thought: Reasoning::default(),
            thoughts: 0,
            length: 0,
            text_start: 0,
            is_apart: false,
            has_refused: false,
            stop: Stop::End,
            usage: None,
        }
    }
}

impl WriteStream for StreamWriter {
    fn write(&mut self, event: Event, out: &mut BytesMut) {
        match event {
            Event::Start(start) => self.start(&start, out),
            Event::Open(opening) => self.open(opening, out),
            Event::Text(text) => self.text(&text, out),
            Event::Citation(citation) => {
                let citation = annotation(&citation, self.text_start);
                self.delta(&json!({ "annotations": [citation] }), out);
            }
            Event::Reasoning(text) => {
                self.thought.text.push_str(&text);
                self.delta(&json!({ "reasoning_content": text }), out);
            }
            Event::Arguments(text) => self.arguments(&text, out),
            Event::Close => self.close(None, out),
            Event::CloseWith(carrier) => self.close(Some(carrier), out),
            Event::Whole(part) => self.whole(part, out),
            Event::Usage(usage) => self.usage = Some(usage),
            Event::Stop(stop) => self.stop = stop,
            Event::Alive => out.extend_from_slice(b": keep-alive\n\n"),
            Event::Failed(error) => fail(&error, out),
            Event::End => self.end(out),
        }
    }
}

impl StreamWriter {
    /// The first chunk says whose words follow.
    fn start(&mut self, start: &Start, out: &mut BytesMut) {
        if self.frame.is_some() {
            return;
        }
        let head = json!({
            "id": client_id(&start.id, &self.reply),
            "object": "chat.completion.chunk",
            "created": start.created.unwrap_or(self.reply.created),
            "model": self.reply.model,
        });
        let mut head = head.to_string();
        head.pop();
        head.push_str(",\"choices\":[");
        let tail = if self.reply.stream_usage {
            "],\"usage\":null}"
        } else {
            "]}"
        };
        self.frame = Some(Frame { head, tail });
        self.delta(&json!({ "role": "assistant", "content": "" }), out);
    }

    fn delta(&mut self, delta: &Value, out: &mut BytesMut) {
        self.choice(delta, None, out);
    }

    fn choice(&mut self, delta: &Value, finish: Option<&str>, out: &mut BytesMut) {
        self.start(&Start::default(), out);
        let Some(frame) = &self.frame else {
            return;
        };
        let finish = finish.map_or(Value::Null, Value::from);
        let chunk = format!(
            "data: {}{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":{finish}}}{}\n\n",
            frame.head, frame.tail
        );
        out.extend_from_slice(chunk.as_bytes());
    }

    fn open(&mut self, opening: Opening, out: &mut BytesMut) {
        match &opening {
            Opening::Reasoning => {
                self.bring_back(None, out);
            }
            Opening::Text => {
                self.bring_back(None, out);
                // As in a whole answer: what does not follow directly is a paragraph of its own.
                if std::mem::take(&mut self.is_apart) && self.length > 0 {
                    self.text("\n\n", out);
                }
                self.text_start = self.length;
            }
            Opening::Refusal => {
                self.bring_back(None, out);
                self.has_refused = true;
            }
            Opening::Call(call) => self.open_call(call, out),
        }
        self.open = Some(opening);
    }

    fn open_call(&mut self, call: &Call, out: &mut BytesMut) {
        let signature = self.bring_back(Some(&call.id), out);
        let signature = signature.as_deref();
        let delta = begun(call, self.calls, signature, self.style());
        let is_sayable = self.is_sayable();
        self.calls += 1;
        self.is_apart = true;
        self.has_arguments = false;
        if is_sayable {
            self.delta(&delta, out);
        }
    }

    fn style(&self) -> Style {
        if self.reply.old_calls {
            Style::Old
        } else {
            Style::Listed
        }
    }

    /// Whether the client can be told of the next call: old ones know one only.
    fn is_sayable(&self) -> bool {
        !self.reply.old_calls || self.calls == 0
    }

    /// Hands the client what the provider wants back of the last thought, once it is known what it stands before.
    ///
    /// Tells the signature that goes onto the call, if it stands before one.
    fn bring_back(&mut self, call: Option<&str>, out: &mut BytesMut) -> Option<String> {
        let thought = std::mem::take(&mut self.thought);
        let entries = client_entries(&thought, call, self.thoughts.saturating_sub(1));
        if !entries.is_empty() {
            self.delta(&json!({ "reasoning_details": entries }), out);
        }
        call.and(thought.carrier.as_ref().and_then(client_signature))
    }

    fn text(&mut self, text: &str, out: &mut BytesMut) {
        if self.open == Some(Opening::Refusal) {
            return self.delta(&json!({ "refusal": text }), out);
        }
        self.length += u64::try_from(text.chars().count()).unwrap_or_default();
        self.delta(&json!({ "content": text }), out);
    }

    fn arguments(&mut self, text: &str, out: &mut BytesMut) {
        let Some(Opening::Call(call)) = &self.open else {
            return;
        };
        if text.is_empty() {
            return;
        }
        self.has_arguments = true;
        let index = self.calls.saturating_sub(1);
        if index == 0 || !self.reply.old_calls {
            let delta = more(call.form, index, text, self.style());
            self.delta(&delta, out);
        }
    }

    fn close(&mut self, carrier: Option<Carrier>, out: &mut BytesMut) {
        match &self.open {
            Some(Opening::Call(call)) if call.form == CallForm::Function && !self.has_arguments => {
                self.arguments("{}", out);
            }
            Some(Opening::Reasoning) => {
                self.thought.carrier = carrier;
                self.thoughts += 1;
            }
            Some(Opening::Text | Opening::Refusal | Opening::Call(_)) | None => {}
        }
        self.open = None;
    }

    /// A part in one piece is said as if it came in several.
    fn whole(&mut self, part: Part, out: &mut BytesMut) {
        match part.kind {
            Kind::Text(text) => {
                self.open(Opening::Text, out);
                self.text(&text.text, out);
                for citation in text.citations {
                    self.write(Event::Citation(citation), out);
                }
                self.close(None, out);
            }
            Kind::Refusal(text) => {
                self.open(Opening::Refusal, out);
                self.text(&text, out);
                self.close(None, out);
            }
            Kind::Reasoning(reasoning) => {
                self.open(Opening::Reasoning, out);
                if !reasoning.text.is_empty() {
                    self.write(Event::Reasoning(reasoning.text), out);
                }
                self.close(reasoning.carrier, out);
            }
            Kind::Call(call) => {
                let arguments = call.arguments.clone();
                self.open(Opening::Call(call), out);
                self.arguments(&arguments, out);
                self.close(None, out);
            }
            Kind::Image(_) => {
                self.is_apart = true;
                self.image(&part, out);
            }
            // Chat has no words for these; a server's tools show in the text that rests on them.
            Kind::Audio(_) | Kind::Document(_) | Kind::Result(_) | Kind::Foreign(_) => {
                self.is_apart = true;
            }
        }
    }

    /// A picture stands in a list of its own, as `OpenRouter` has it.
    fn image(&mut self, part: &Part, out: &mut BytesMut) {
        let quirks = Quirks::default();
        let target = Target {
            protocol: CHAT,
            model: "",
            provider: "",
            quirks: &quirks,
        };
        // A picture that is only at its provider cannot be shown here.
        if let Ok(Some(image)) = write_part(part, &target) {
            self.bring_back(None, out);
            self.delta(&json!({ "images": [image] }), out);
        }
    }

    fn end(&mut self, out: &mut BytesMut) {
        self.bring_back(None, out);
        let word = write_stop(&self.stop, self.has_refused);
        let word = match self.style() {
            Style::Listed => word,
            Style::Old => old_word(word),
        };
        self.choice(&Value::Object(Map::new()), Some(word), out);
        if let (true, Some(usage), Some(frame)) =
            (self.reply.stream_usage, &self.usage, &self.frame)
        {
            let usage = write_usage(usage);
            let chunk = format!("data: {}],\"usage\":{usage}}}\n\n", frame.head);
            out.extend_from_slice(chunk.as_bytes());
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }
}

/// No `[DONE]` follows: it would say that the answer is whole.
fn fail(error: &UpstreamError, out: &mut BytesMut) {
    let code = error.code.as_deref().unwrap_or_else(|| error.kind.as_str());
    let reply = ErrorReply::new(error.kind, CHAT, code, &error.message);
    out.extend_from_slice(&reply.stream_frame(CHAT));
}

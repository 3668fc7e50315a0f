//! Reads a provider's stream.

use serde_json::{Map, Value};

use super::super::fields::{take, take_list, take_text};
use super::super::parts::{self, Calls, ReadPart};
use super::super::response::{
    Cited, block_reason, citations, explanation, of_parts, prompt_blocked, read_stop,
};
use super::super::{GEMINI, camel};
use super::partial::Partial;
use crate::carrier::Carrier;
use crate::codec::ReadStream;
use crate::error::recognise_value;
use crate::event::{Event, Opening, Start};
use crate::part::{Call, Kind, Part, Reasoning};
use crate::quirks::Quirks;
use crate::response::Stop;
use crate::usage::Usage;

/// Reads events that are answers with the new parts only.
///
/// The answer is whole if its end was told, by a reason or a blocked prompt; a stream that just ends was cut.
#[derive(Debug, Default)]
pub(crate) struct StreamReader {
    state: State,
    /// Whether its end was told.
    is_whole: bool,
    has_calls: bool,
    has_parts: bool,
    open: Open,
    /// The bytes of all texts before the open one.
    begin: usize,
    calls: Calls,
    partial: Partial,
    cited: Vec<Cited>,
}

/// How far the stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Silent,
    Started,
    Failed,
}

/// The part that is open.
#[derive(Debug, Default)]
enum Open {
    #[default]
    Nothing,
    /// A text, as far as it came.
    Text(String),
    /// A thought, and the signature that came with it.
    Thought(Option<Carrier>),
}

impl StreamReader {
    pub(crate) fn new(_quirks: &Quirks) -> Self {
        Self::default()
    }

    fn chunk(&mut self, chunk: Value, out: &mut Vec<Event>) {
        if let Some(error) = recognise_value(GEMINI, 200, &chunk) {
            self.close(out);
            self.state = State::Failed;
            out.push(Event::Failed(error));
            return;
        }
        let blocked = prompt_blocked(&chunk).zip(block_reason(&chunk).map(str::to_owned));
        let Value::Object(mut chunk) = chunk else {
            return;
        };
        self.start(&mut chunk, out);
        let first = take_list(&mut chunk, "candidates")
            .into_iter()
            .find(is_first);
        if let Some(candidate) = first {
            self.candidate(candidate, out);
        }
        if let Some((words, reason)) = blocked {
            self.blocked(words, reason, out);
        }
        if let Some(usage) = take(&mut chunk, "usageMetadata") {
            out.extend(Usage::read(GEMINI, &usage).map(Event::Usage));
        }
    }

    fn start(&mut self, chunk: &mut Map<String, Value>, out: &mut Vec<Event>) {
        if self.state != State::Silent {
            return;
        }
        self.state = State::Started;
        let id = take_text(chunk, "responseId").unwrap_or_default();
        self.calls = Calls::of_answer(&format!("{id}0"));
        out.push(Event::Start(Start {
            id,
            model: take_text(chunk, "modelVersion").unwrap_or_default(),
            created: None,
        }));
    }

    fn candidate(&mut self, candidate: Value, out: &mut Vec<Event>) {
        let cited = citations(&candidate);
        let Value::Object(mut candidate) = candidate else {
            return;
        };
        if let Some(Value::Object(mut content)) = take(&mut candidate, "content") {
            for part in take_list(&mut content, "parts") {
                if let Some(part) = self.partial.take(part) {
                    let read = parts::read(part, &mut self.calls);
                    self.part(read, out);
                }
            }
        }
        self.cite(cited, out);
        if let Some(word) =
            take_text(&mut candidate, "finishReason").filter(|word| !word.is_empty())
        {
            let told = take_text(&mut candidate, "finishMessage");
            self.stop(&word, told.as_deref(), out);
        }
    }

    fn part(&mut self, read: ReadPart, out: &mut Vec<Event>) {
        let ReadPart { part, carrier } = read;
        let is_nothing = part.as_text() == Some("");
        self.has_parts |= !is_nothing;
        if let Some(carrier) = carrier {
            self.settle(carrier, out);
        }
        match part.kind {
            Kind::Reasoning(thought) => self.thought(thought, out),
            Kind::Text(text) => self.text(&text.text, out),
            Kind::Call(call) => self.call(call, out),
            kind @ (Kind::Refusal(_)
            | Kind::Image(_)
            | Kind::Audio(_)
            | Kind::Document(_)
            | Kind::Result(_)
            | Kind::Foreign(_)) => {
                self.close(out);
                out.push(Event::Whole(Part { kind, ..part }));
            }
        }
    }

    fn thought(&mut self, thought: Reasoning, out: &mut Vec<Event>) {
        if !matches!(self.open, Open::Thought(None)) {
            self.close(out);
            out.push(Event::Open(Opening::Reasoning));
        }
        if !thought.text.is_empty() {
            out.push(Event::Reasoning(thought.text));
        }
        self.open = Open::Thought(thought.carrier);
    }

    /// Says what the provider wants back with the part that follows: it ends the thought before it.
    fn settle(&mut self, carrier: Carrier, out: &mut Vec<Event>) {
        if !matches!(self.open, Open::Thought(None)) {
            self.close(out);
            out.push(Event::Open(Opening::Reasoning));
        }
        self.open = Open::Nothing;
        out.push(Event::CloseWith(carrier));
    }

    fn text(&mut self, more: &str, out: &mut Vec<Event>) {
        if more.is_empty() {
            return;
        }
        if !matches!(self.open, Open::Text(_)) {
            self.close(out);
            out.push(Event::Open(Opening::Text));
            self.open = Open::Text(String::new());
        }
        if let Open::Text(text) = &mut self.open {
            text.push_str(more);
        }
        out.push(Event::Text(more.to_owned()));
    }

    fn call(&mut self, mut call: Call, out: &mut Vec<Event>) {
        self.close(out);
        self.has_calls = true;
        let arguments = std::mem::take(&mut call.arguments);
        out.push(Event::Open(Opening::Call(call)));
        out.push(Event::Arguments(arguments));
        out.push(Event::Close);
    }

    /// Says the pages that the open text rests on; the same ones come with every chunk.
    fn cite(&mut self, cited: Vec<Cited>, out: &mut Vec<Event>) {
        let Open::Text(text) = &self.open else {
            return;
        };
        for cited in cited {
            if self.cited.contains(&cited) {
                continue;
            }
            if let Some(citation) = cited.within(text, self.begin) {
                out.push(Event::Citation(citation));
                self.cited.push(cited);
            }
        }
    }

    fn stop(&mut self, word: &str, told: Option<&str>, out: &mut Vec<Event>) {
        let rest = self.partial.finish();
        if let Some(part) = rest {
            let read = parts::read(part, &mut self.calls);
            self.part(read, out);
        }
        self.close(out);
        let stop = of_parts(read_stop(word), self.has_calls);
        if !self.has_parts
            && let Some(words) = explanation(&stop, told)
        {
            self.refuse(words, out);
        }
        self.is_whole = true;
        out.push(Event::Stop(stop));
    }

    fn blocked(&mut self, words: String, reason: String, out: &mut Vec<Event>) {
        self.close(out);
        if !self.has_parts {
            self.refuse(words, out);
        }
        self.is_whole = true;
        out.push(Event::Stop(Stop::Filtered(reason)));
    }

    fn refuse(&mut self, words: String, out: &mut Vec<Event>) {
        self.has_parts = true;
        out.push(Event::Open(Opening::Refusal));
        out.push(Event::Text(words));
        out.push(Event::Close);
    }

    fn close(&mut self, out: &mut Vec<Event>) {
        match std::mem::take(&mut self.open) {
            Open::Nothing => {}
            Open::Text(text) => {
                self.begin += text.len();
                out.push(Event::Close);
            }
            Open::Thought(None) => out.push(Event::Close),
            Open::Thought(Some(carrier)) => out.push(Event::CloseWith(carrier)),
        }
    }
}

/// Further candidates are not streamed: there is one answer.
fn is_first(candidate: &Value) -> bool {
    candidate
        .get("index")
        .and_then(Value::as_u64)
        .is_none_or(|index| index == 0)
}

impl ReadStream for StreamReader {
    fn read(&mut self, _name: Option<&str>, data: &str, out: &mut Vec<Event>) {
        if self.state == State::Failed {
            return;
        }
        let Ok(mut value) = serde_json::from_str::<Value>(data) else {
            return;
        };
        camel::spell(&mut value);
        let is_error = recognise_value(GEMINI, 200, &value).is_some();
        match value {
            Value::Array(chunks) if !is_error => {
                for chunk in chunks {
                    self.chunk(chunk, out);
                }
            }
            Value::Array(_) | Value::Object(_) => self.chunk(value, out),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn finish(&mut self, out: &mut Vec<Event>) {
        if self.state == State::Failed {
            return;
        }
        self.close(out);
        if self.is_whole {
            out.push(Event::End);
        }
    }
}

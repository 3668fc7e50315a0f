//! Reads a provider's stream.

use serde_json::{Map, Value};

use super::super::CHAT;
use super::super::fields::telling;
use super::super::response::read_annotations;
use super::super::stop::{failure, read_stop};
use super::super::usage::{merged, read_usage};
use super::calls::Calls;
use super::delta::{Said, details, said};
use super::fragment::Fragment;
use super::speech::Speech;
use crate::codec::ReadStream;
use crate::counts::Counts;
use crate::error::{ErrorKind, UpstreamError, recognise_value};
use crate::event::{Event, Opening, Start};
use crate::part::Call;
use crate::quirks::Quirks;
use crate::usage::Usage;

/// Reads the chunks of a provider's stream.
#[derive(Debug)]
pub(crate) struct StreamReader {
    speech: Speech,
    calls: Calls,
    /// What was said while a call was not done.
    late: Vec<Said>,
    /// The choice that speaks, and the one that calls: vendors that answer once may use two.
    speaker: Option<u64>,
    caller: Option<u64>,
    finish: Option<String>,
    usage: Option<Usage>,
    is_started: bool,
    is_over: bool,
}

impl StreamReader {
    /// A reader of a stream with these oddities.
    pub(crate) fn new(quirks: &Quirks) -> Self {
        Self {
            speech: Speech::new(quirks),
            calls: Calls::default(),
            late: Vec::new(),
            speaker: None,
            caller: None,
            finish: None,
            usage: None,
            is_started: false,
            is_over: false,
        }
    }
}

impl ReadStream for StreamReader {
    fn read(&mut self, name: Option<&str>, data: &str, out: &mut Vec<Event>) {
        if self.is_over {
            return;
        }
        if data.trim() == "[DONE]" {
            return self.end(out);
        }
        let value = serde_json::from_str(data).unwrap_or(Value::Null);
        let is_error = name == Some("error");
        // A status that says nothing lets only what is marked as an error count as one.
        let status = if is_error { 500 } else { 200 };
        match (recognise_value(CHAT, status, &value), value) {
            (Some(error), _) => self.fail(error, out),
            (None, _) if is_error => self.fail(unreadable(data), out),
            (None, Value::Object(chunk)) => self.chunk(&chunk, out),
            (None, _) => {}
        }
    }

    fn finish(&mut self, out: &mut Vec<Event>) {
        if self.is_over {
            return;
        }
        if self.finish.is_some() {
            self.end(out);
        } else {
            self.close(out);
            self.is_over = true;
        }
    }
}

impl StreamReader {
    fn chunk(&mut self, chunk: &Map<String, Value>, out: &mut Vec<Event>) {
        self.start(chunk, out);
        self.count(chunk, out);
        let choices = chunk.get("choices").and_then(Value::as_array);
        for choice in choices.into_iter().flatten() {
            self.choice(choice, out);
        }
    }

    fn start(&mut self, chunk: &Map<String, Value>, out: &mut Vec<Event>) {
        if std::mem::replace(&mut self.is_started, true) {
            return;
        }
        let text = |key: &str| telling(chunk.get(key)).unwrap_or_default().to_owned();
        let start = Start {
            id: text("id"),
            model: text("model"),
            created: chunk.get("created").and_then(Value::number),
        };
        let created = start.created.unwrap_or_default();
        self.calls.place = format!("{}.{created}", start.id);
        out.push(Event::Start(start));
    }

    fn count(&mut self, chunk: &Map<String, Value>, out: &mut Vec<Event>) {
        let Some(told) = read_usage(chunk) else {
            return;
        };
        let usage = self.usage.map_or(told, |known| merged(known, told));
        if self.usage != Some(usage) {
            self.usage = Some(usage);
            out.push(Event::Usage(usage));
        }
    }

    fn choice(&mut self, choice: &Value, out: &mut Vec<Event>) {
        let index = choice.get("index").and_then(Value::number).unwrap_or(0);
        let delta = choice.get("delta").and_then(Value::as_object);
        // A whole message in a stream repeats what was said, unless nothing was.
        let is_silent = self.speaker.is_none() && self.caller.is_none();
        let whole = choice.get("message").and_then(Value::as_object);
        if let Some(delta) = delta.or(whole.filter(|_| is_silent)) {
            self.delta(index, delta, out);
        }
        // Of two choices that are one answer, the one that calls or was cut tells why it stopped.
        let is_settled = matches!(self.finish.as_deref(), Some("tool_calls" | "length"));
        if let Some(word) = telling(choice.get("finish_reason")).filter(|_| !is_settled) {
            self.finish = Some(word.to_owned());
        }
    }

    fn delta(&mut self, index: u64, delta: &Map<String, Value>, out: &mut Vec<Event>) {
        let pieces = said(delta);
        let speaks = !pieces.is_empty() || !details(delta).is_empty();
        if speaks && *self.speaker.get_or_insert(index) == index {
            // Entries belong to the thought whose words they come with.
            let is_thought = |piece: &Said| matches!(piece, Said::Reasoning(_));
            let (thoughts, others): (Vec<Said>, Vec<Said>) =
                pieces.into_iter().partition(is_thought);
            self.say_all(thoughts, out);
            self.speech.take_details(details(delta));
            self.say_all(others, out);
        }
        if let Some(list) = delta.get("annotations").and_then(Value::as_array) {
            self.speech.cite(read_annotations(list), out);
        }
        let fragments = Fragment::all(delta, index);
        if fragments.is_empty() || *self.caller.get_or_insert(index) != index {
            return;
        }
        for fragment in fragments {
            self.calls.push(fragment);
        }
        let mut steps = Vec::new();
        self.calls.advance(&mut steps);
        self.speech.call(steps, out);
    }

    fn say_all(&mut self, pieces: Vec<Said>, out: &mut Vec<Event>) {
        for piece in pieces {
            self.say(piece, out);
        }
    }

    /// Says a piece, unless a call is not done: then it is said behind it.
    fn say(&mut self, piece: Said, out: &mut Vec<Event>) {
        if self.calls.is_busy() {
            if !self.calls.is_whole() {
                self.late.push(piece);
                return;
            }
            self.finish_calls(out);
            self.catch_up(out);
        }
        self.speech.say(piece, out);
    }

    fn finish_calls(&mut self, out: &mut Vec<Event>) {
        let mut steps = Vec::new();
        self.calls.finish(&mut steps);
        self.speech.call(steps, out);
    }

    /// Closes all that is open.
    fn close(&mut self, out: &mut Vec<Event>) {
        self.finish_calls(out);
        self.catch_up(out);
        self.speech.close(out);
    }

    /// Says what waited for the calls. Blanks behind calls are no text.
    fn catch_up(&mut self, out: &mut Vec<Event>) {
        let is_word = |said: &Said| !matches!(said, Said::Text(text) if text.trim().is_empty());
        let late = std::mem::take(&mut self.late);
        let is_telling = late.iter().any(is_word);
        for piece in late.into_iter().filter(|_| is_telling) {
            self.speech.say(piece, out);
        }
    }

    /// The answer is whole.
    fn end(&mut self, out: &mut Vec<Event>) {
        self.close(out);
        let word = self.finish.take().unwrap_or_default();
        if let Some(error) = failure(&word) {
            return self.fail(error, out);
        }
        let has_calls = self.calls.begun > 0;
        if self.calls.has_nameless {
            // A call that no name ever came for: nobody can run it, and the way back tells that it is left out.
            out.extend([Event::Open(Opening::Call(Call::default())), Event::Close]);
        }
        out.push(Event::Stop(read_stop(
            &word,
            has_calls,
            self.speech.has_refused,
        )));
        out.push(Event::End);
        self.is_over = true;
    }

    fn fail(&mut self, error: UpstreamError, out: &mut Vec<Event>) {
        out.push(Event::Failed(error));
        self.is_over = true;
    }
}

/// An error that is told in no shape that is known.
fn unreadable(data: &str) -> UpstreamError {
    UpstreamError {
        kind: ErrorKind::Upstream,
        code: None,
        message: data.to_owned(),
    }
}

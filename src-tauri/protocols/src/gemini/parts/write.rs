//! Writes parts.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::super::GEMINI;
use super::super::fields::{merge, set};
use super::super::media;
use super::results::{self, Shape};
use super::signature::carried;
use super::{PLACEHOLDER, notes};
use crate::arguments::{Arguments, arguments};
use crate::extra::{Extra, Place};
use crate::loss::{Losses, Weight};
use crate::part::{Call, Document, Foreign, Kind, Part, Parts, Reasoning, Source, ToolResult};

/// Who reads what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Side {
    /// A provider: thoughts go back as signatures only.
    Request,
    /// A client: thoughts are there to be read, and carriers are wrapped.
    Answer,
}

/// Writes the parts of one content.
#[derive(Debug)]
pub(in super::super) struct PartWriter<'a> {
    side: Side,
    /// The names of the tools, by the ids of their calls.
    names: &'a HashMap<String, String>,
    /// Whether the first call needs a signature, even if it has none.
    wants_signature: bool,
    /// The signature for the part that comes next.
    pending: Option<String>,
    out: Vec<Value>,
    /// Arguments that are no JSON, where a client would have to read them.
    unreadable: Option<String>,
}

impl<'a> PartWriter<'a> {
    pub(in super::super) fn new(side: Side, names: &'a HashMap<String, String>) -> Self {
        Self {
            side,
            names,
            wants_signature: false,
            pending: None,
            out: Vec::new(),
            unreadable: None,
        }
    }

    /// One for a target that wants a signature with the first call of each step.
    pub(in super::super) fn signing(mut self, is_wanted: bool) -> Self {
        self.wants_signature = is_wanted;
        self
    }

    /// One that begins with a signature left over.
    pub(in super::super) fn with_pending(mut self, pending: Option<String>) -> Self {
        self.pending = pending;
        self
    }

    /// Writes parts in order.
    pub(in super::super) fn write_all(&mut self, parts: &[Part], losses: &mut Losses) {
        for part in parts {
            self.write(part, losses);
        }
    }

    /// The parts; a signature that no part follows gets an empty one.
    pub(in super::super) fn finish(mut self) -> (Vec<Value>, Option<String>) {
        if self.pending.is_some() {
            self.emit(json!({ "text": "" }), &Extra::default());
        }
        (self.out, self.unreadable)
    }

    /// The parts, and the signature that the next one has to have.
    pub(in super::super) fn unfinished(self) -> (Vec<Value>, Option<String>, Option<String>) {
        (self.out, self.pending, self.unreadable)
    }

    /// Writes one part.
    pub(in super::super) fn write(&mut self, part: &Part, losses: &mut Losses) {
        part.extra.note_lost(GEMINI, Place::Part, losses);
        if part.cache.is_some() {
            losses.dropped("cache_control", Weight::Harmless);
        }
        let extra = &part.extra;
        match &part.kind {
            Kind::Text(text)
                if extra.noted(GEMINI, notes::BARE).is_some() && text.text.is_empty() =>
            {
                self.emit(json!({}), extra);
            }
            Kind::Text(text) => self.emit(json!({ "text": text.text }), extra),
            Kind::Refusal(text) => self.emit(json!({ "text": text }), extra),
            Kind::Image(medium) | Kind::Audio(medium) => self.medium(&medium.source, extra, losses),
            Kind::Document(document) => self.document(document, extra, losses),
            Kind::Reasoning(thought) => self.thought(thought, extra, losses),
            Kind::Call(call) => self.call(call, extra),
            Kind::Result(result) => self.result(result, extra, losses),
            Kind::Foreign(foreign) => self.foreign(foreign, extra, losses),
        }
    }

    fn emit(&mut self, part: Value, extra: &Extra) {
        let mut part = match part {
            Value::Object(part) => part,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => {
                self.out.push(part);
                return;
            }
        };
        set(&mut part, "thoughtSignature", self.pending.take());
        if let Some(Value::Object(also)) = extra.noted(GEMINI, notes::ALSO) {
            merge(&mut part, also);
        }
        if let Some(fields) = extra.fields(GEMINI) {
            merge(&mut part, fields);
        }
        self.out.push(part.into());
    }

    /// The next signature waits for its part; one that still waits gets an empty part of its own.
    fn sign_next(&mut self, signature: Option<String>) {
        if signature.is_some() && self.pending.is_some() {
            self.emit(json!({ "text": "" }), &Extra::default());
        }
        self.pending = signature.or(self.pending.take());
    }

    fn thought(&mut self, thought: &Reasoning, extra: &Extra, losses: &mut Losses) {
        let signature = thought
            .carrier
            .as_ref()
            .and_then(|carrier| carried(carrier, self.side));
        if thought.carrier.is_some() && signature.is_none() {
            losses.dropped("reasoning", Weight::Notable);
        }
        let noted = extra.noted(GEMINI, notes::THOUGHT).and_then(Value::as_bool);
        let is_told = noted.is_some() || (self.side == Side::Answer && !thought.text.is_empty());
        if !is_told {
            self.sign_next(signature);
            return;
        }
        let part = json!({ "text": thought.text, "thought": true });
        let waiting = self.pending.take();
        if noted == Some(true) {
            self.pending = signature;
            self.emit(part, extra);
            self.pending = waiting;
        } else {
            self.emit(part, extra);
            self.pending = waiting;
            self.sign_next(signature);
        }
    }

    fn medium(&mut self, source: &Source, extra: &Extra, losses: &mut Losses) {
        match source {
            Source::Text(text) => self.emit(json!({ "text": text }), extra),
            Source::Parts(parts) => self.write_all(parts, losses),
            Source::Inline { .. } | Source::Url { .. } | Source::File(_) => {
                if let Some(part) = media::write(source) {
                    self.emit(part.into(), extra);
                }
            }
        }
    }

    /// A document of text says its title first, for there is no other place.
    fn document(&mut self, document: &Document, extra: &Extra, losses: &mut Losses) {
        let is_words = matches!(document.source, Source::Text(_) | Source::Parts(_));
        let words = [document.title.as_deref(), document.context.as_deref()];
        if is_words && let Some(heading) = heading(words) {
            self.emit(json!({ "text": heading }), &Extra::default());
        }
        self.medium(&document.source, extra, losses);
    }

    fn call(&mut self, call: &Call, extra: &Extra) {
        let args = match (arguments(call.form, &call.arguments), self.side) {
            (Arguments::Object(args), _) | (Arguments::Unreadable(args), Side::Request) => args,
            (Arguments::Unreadable(_), Side::Answer) => {
                self.unreadable
                    .get_or_insert_with(|| call.arguments.clone());
                return;
            }
        };
        let mut written = Map::new();
        set(&mut written, "id", id(&call.id, extra));
        written.insert("name".to_owned(), call.name.as_str().into());
        if extra.noted(GEMINI, notes::NO_ARGS).is_none()
            || args.as_object().is_some_and(|args| !args.is_empty())
        {
            written.insert("args".to_owned(), args);
        }
        let is_unsigned = extra.noted(GEMINI, notes::UNSIGNED).is_some();
        if std::mem::take(&mut self.wants_signature) && self.pending.is_none() && !is_unsigned {
            self.pending = Some(PLACEHOLDER.to_owned());
        }
        self.emit(json!({ "functionCall": written }), extra);
    }

    fn result(&mut self, result: &ToolResult, extra: &Extra, losses: &mut Losses) {
        let looked_up = || self.names.get(&result.call).map(String::as_str);
        let name = result
            .name
            .as_deref()
            .or_else(looked_up)
            .unwrap_or("unknown");
        let mut written = Map::new();
        set(&mut written, "id", id(&result.call, extra));
        written.insert("name".to_owned(), name.into());
        let (text, media) = split(&result.content, losses);
        let shape = extra.noted(GEMINI, notes::RESPONSE).and_then(Value::as_str);
        let shape = shape
            .and_then(Shape::named)
            .unwrap_or(match result.is_error {
                Some(true) => Shape::Error,
                Some(false) | None => Shape::Output,
            });
        set(&mut written, "response", results::write(&text, shape));
        if !media.is_empty() {
            written.insert("parts".to_owned(), media.into());
        }
        self.emit(json!({ "functionResponse": written }), extra);
    }

    fn foreign(&mut self, foreign: &Foreign, extra: &Extra, losses: &mut Losses) {
        if foreign.origin == GEMINI {
            self.emit(foreign.value.clone(), extra);
            return;
        }
        losses.dropped("parts[]", Weight::Notable);
        if let Some(gist) = &foreign.gist {
            self.emit(json!({ "text": gist }), &Extra::default());
        }
    }
}

/// Title and context of a document, one per line.
fn heading(words: [Option<&str>; 2]) -> Option<String> {
    let told: Vec<&str> = words
        .into_iter()
        .flatten()
        .filter(|word| !word.is_empty())
        .collect();
    (!told.is_empty()).then(|| told.join("\n"))
}

/// The id to write: the one that came, which may be none.
fn id(id: &str, extra: &Extra) -> Option<Value> {
    match extra.noted(GEMINI, notes::ID) {
        Some(Value::Null) => None,
        Some(told) => Some(told.clone()),
        None => Some(id.into()),
    }
}

/// The words of a result, and its media as parts.
fn split(content: &Parts, losses: &mut Losses) -> (String, Vec<Value>) {
    let names = HashMap::new();
    let mut writer = PartWriter::new(Side::Request, &names);
    let mut texts = Vec::new();
    for part in &content.list {
        match part.as_text() {
            Some(text) => texts.push(text.to_owned()),
            None => writer.write(part, losses),
        }
    }
    let mut media = Vec::new();
    for part in writer.finish().0 {
        // Documents of text and the words for what others have only are words.
        match part.get("text").and_then(Value::as_str) {
            Some(text) => texts.push(text.to_owned()),
            None => media.push(part),
        }
    }
    (texts.join("\n"), media)
}

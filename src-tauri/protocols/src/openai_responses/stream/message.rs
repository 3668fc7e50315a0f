//! A message on its way to the client: its parts follow each other until something else begins.

use bytes::BytesMut;
use serde_json::{Value, json};

use super::emitter::Emitter;
use crate::openai_responses::answer::items::{message, refusal_part, text_part};
use crate::openai_responses::items::content_write::annotation;
use crate::part::Citation;

/// A message that is being written.
#[derive(Debug)]
pub(crate) struct Message {
    id: String,
    index: usize,
    done: Vec<Value>,
    part: Option<OpenPart>,
}

/// The part of it that is being written.
#[derive(Debug)]
struct OpenPart {
    form: Form,
    text: String,
    annotations: Vec<Value>,
}

/// What a part of a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Words.
    Text,
    /// Words of refusal.
    Refusal,
}

impl Message {
    /// Begins a message.
    pub(crate) fn begin(
        id: String,
        index: usize,
        emitter: &mut Emitter,
        out: &mut BytesMut,
    ) -> Self {
        let item = message(&id, "in_progress", &[]);
        let added = json!({"output_index": index, "item": item});
        emitter.emit("output_item.added", &added, out);
        Self {
            id,
            index,
            done: Vec::new(),
            part: None,
        }
    }

    /// Begins its next part.
    pub(crate) fn open(&mut self, form: Form, emitter: &mut Emitter, out: &mut BytesMut) {
        self.close_part(emitter, out);
        let part = OpenPart {
            form,
            text: String::new(),
            annotations: Vec::new(),
        };
        let added = self.event(json!({"part": part.value()}));
        emitter.emit("content_part.added", &added, out);
        self.part = Some(part);
    }

    /// Whether a part is being written.
    pub(crate) fn is_open(&self) -> bool {
        self.part.is_some()
    }

    /// Adds words to the open part.
    pub(crate) fn text(&mut self, delta: &str, emitter: &mut Emitter, out: &mut BytesMut) {
        let Some(part) = &mut self.part else {
            return;
        };
        part.text.push_str(delta);
        match part.form {
            Form::Text => {
                let event = self.event(json!({"delta": delta, "logprobs": []}));
                emitter.emit("output_text.delta", &event, out);
            }
            Form::Refusal => {
                let event = self.event(json!({"delta": delta}));
                emitter.emit("refusal.delta", &event, out);
            }
        }
    }

    /// Adds a page that the open text rests on; without a place, all of it does.
    pub(crate) fn cite(&mut self, citation: &Citation, emitter: &mut Emitter, out: &mut BytesMut) {
        let Some(part) = self.part.as_mut().filter(|part| part.form == Form::Text) else {
            return;
        };
        let whole = (0, part.text.chars().count() as u64);
        let placed = Citation {
            span: citation.span.or(Some(whole)),
            ..citation.clone()
        };
        let number = part.annotations.len();
        let annotation = annotation(&placed);
        part.annotations.push(annotation.clone());
        let event = json!({"annotation_index": number, "annotation": annotation});
        emitter.emit("output_text.annotation.added", &self.event(event), out);
    }

    /// Ends the open part.
    pub(crate) fn close_part(&mut self, emitter: &mut Emitter, out: &mut BytesMut) {
        let Some(part) = self.part.take() else {
            return;
        };
        match part.form {
            Form::Text => {
                let event = self.event(json!({"text": part.text, "logprobs": []}));
                emitter.emit("output_text.done", &event, out);
            }
            Form::Refusal => {
                let event = self.event(json!({"refusal": part.text}));
                emitter.emit("refusal.done", &event, out);
            }
        }
        let value = part.value();
        let done = self.event(json!({"part": value}));
        emitter.emit("content_part.done", &done, out);
        self.done.push(value);
    }

    /// Ends the message and gives the whole of it.
    pub(crate) fn end(mut self, status: &str, emitter: &mut Emitter, out: &mut BytesMut) -> Value {
        self.close_part(emitter, out);
        let item = message(&self.id, status, &self.done);
        let done = json!({"output_index": self.index, "item": item});
        emitter.emit("output_item.done", &done, out);
        item
    }

    /// The fields of an event about the part that is or was open.
    fn event(&self, more: Value) -> Value {
        let mut event = json!({
            "item_id": self.id,
            "output_index": self.index,
            "content_index": self.done.len(),
        });
        if let (Value::Object(event), Value::Object(more)) = (&mut event, more) {
            event.extend(more);
        }
        event
    }
}

impl OpenPart {
    fn value(&self) -> Value {
        match self.form {
            Form::Text => text_part(&self.text, &self.annotations),
            Form::Refusal => refusal_part(&self.text),
        }
    }
}

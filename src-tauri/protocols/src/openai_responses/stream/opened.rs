//! Thoughts, calls and searches on their way to the client.

use bytes::BytesMut;
use serde_json::{Value, json};

use super::emitter::Emitter;
use crate::carrier::Carrier;
use crate::openai_responses::answer::items::{call, reasoning, search};
use crate::part::{Call, CallForm};

/// A thought that is being written.
#[derive(Debug)]
pub(crate) struct Thought {
    id: String,
    index: usize,
    text: String,
}

impl Thought {
    /// Begins a thought.
    pub(crate) fn begin(
        id: String,
        index: usize,
        emitter: &mut Emitter,
        out: &mut BytesMut,
    ) -> Self {
        added(index, &reasoning(&id, "", None), emitter, out);
        Self {
            id,
            index,
            text: String::new(),
        }
    }

    /// Adds words; the summary begins with the first of them.
    pub(crate) fn text(&mut self, delta: &str, emitter: &mut Emitter, out: &mut BytesMut) {
        if delta.is_empty() {
            return;
        }
        if self.text.is_empty() {
            let part = json!({"type": "summary_text", "text": ""});
            let event = self.event("part", part);
            emitter.emit("reasoning_summary_part.added", &event, out);
        }
        self.text.push_str(delta);
        let event = self.event("delta", delta);
        emitter.emit("reasoning_summary_text.delta", &event, out);
    }

    /// Ends the thought and gives the whole of it.
    pub(crate) fn end(
        self,
        carrier: Option<&Carrier>,
        emitter: &mut Emitter,
        out: &mut BytesMut,
    ) -> Value {
        if !self.text.is_empty() {
            let event = self.event("text", self.text.as_str());
            emitter.emit("reasoning_summary_text.done", &event, out);
            let part = json!({"type": "summary_text", "text": self.text});
            let event = self.event("part", part);
            emitter.emit("reasoning_summary_part.done", &event, out);
        }
        let item = reasoning(&self.id, &self.text, carrier);
        done(self.index, &item, emitter, out);
        item
    }

    fn event(&self, key: &str, value: impl Into<Value>) -> Value {
        json!({
            "item_id": self.id,
            "output_index": self.index,
            "summary_index": 0,
            (key): value.into(),
        })
    }
}

/// A call that is being written.
#[derive(Debug)]
pub(crate) struct OpenCall {
    id: String,
    index: usize,
    call: Call,
    arguments: String,
}

impl OpenCall {
    /// Begins a call.
    pub(crate) fn begin(
        id: String,
        index: usize,
        opening: Call,
        emitter: &mut Emitter,
        out: &mut BytesMut,
    ) -> Self {
        added(index, &call(&id, &opening, "", "in_progress"), emitter, out);
        Self {
            id,
            index,
            call: opening,
            arguments: String::new(),
        }
    }

    /// Adds to its arguments.
    pub(crate) fn arguments(&mut self, delta: &str, emitter: &mut Emitter, out: &mut BytesMut) {
        if delta.is_empty() {
            return;
        }
        self.arguments.push_str(delta);
        let kind = match self.call.form {
            CallForm::Function => "function_call_arguments.delta",
            CallForm::Custom => "custom_tool_call_input.delta",
        };
        let event = self.event(json!({"delta": delta}));
        emitter.emit(kind, &event, out);
    }

    /// Ends the call and gives the whole of it; a function without arguments is called with an empty object.
    pub(crate) fn end(mut self, emitter: &mut Emitter, out: &mut BytesMut) -> Value {
        if self.call.form == CallForm::Function && self.arguments.trim().is_empty() {
            self.arguments("{}", emitter, out);
        }
        let arguments = self.arguments.as_str();
        match self.call.form {
            CallForm::Function => {
                let event = self.event(json!({"name": self.call.name, "arguments": arguments}));
                emitter.emit("function_call_arguments.done", &event, out);
            }
            CallForm::Custom => {
                let event = self.event(json!({"input": arguments}));
                emitter.emit("custom_tool_call_input.done", &event, out);
            }
        }
        let item = call(&self.id, &self.call, arguments, "completed");
        done(self.index, &item, emitter, out);
        item
    }

    fn event(&self, more: Value) -> Value {
        let mut event = json!({"item_id": self.id, "output_index": self.index});
        if let (Value::Object(event), Value::Object(more)) = (&mut event, more) {
            event.extend(more);
        }
        event
    }
}

/// A search of the web that runs.
#[derive(Debug)]
pub(crate) struct Search {
    id: String,
    index: usize,
    query: String,
}

impl Search {
    /// Begins a search.
    pub(crate) fn begin(
        id: String,
        index: usize,
        query: String,
        emitter: &mut Emitter,
        out: &mut BytesMut,
    ) -> Self {
        added(
            index,
            &search(&id, "in_progress", &query, &[]),
            emitter,
            out,
        );
        let place = json!({"output_index": index, "item_id": id});
        emitter.emit("web_search_call.in_progress", &place, out);
        emitter.emit("web_search_call.searching", &place, out);
        Self { id, index, query }
    }

    /// Ends it with the pages it found.
    pub(crate) fn end(self, sources: &[Value], emitter: &mut Emitter, out: &mut BytesMut) -> Value {
        let place = json!({"output_index": self.index, "item_id": self.id});
        emitter.emit("web_search_call.completed", &place, out);
        let item = search(&self.id, "completed", &self.query, sources);
        done(self.index, &item, emitter, out);
        item
    }
}

/// Says that an item begins.
pub(crate) fn added(index: usize, item: &Value, emitter: &mut Emitter, out: &mut BytesMut) {
    let event = json!({"output_index": index, "item": item});
    emitter.emit("output_item.added", &event, out);
}

/// Says that an item is whole.
pub(crate) fn done(index: usize, item: &Value, emitter: &mut Emitter, out: &mut BytesMut) {
    let event = json!({"output_index": index, "item": item});
    emitter.emit("output_item.done", &event, out);
}

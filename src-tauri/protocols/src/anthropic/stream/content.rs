//! The parts of an answer, written as blocks.

use bytes::BytesMut;
use serde_json::json;

use super::frames::Blocks;
use crate::anthropic::parts::{
    answer_block, citation_value, object_text, reasoning_block, signature_of,
};
use crate::anthropic::response::is_search;
use crate::carrier::Carrier;
use crate::event::{Event, Opening};
use crate::part::{Call, CallForm, Citation, Kind, Part, Reasoning};

/// One block at a time, each begun only when there is something to say.
#[derive(Debug, Default)]
pub(super) struct Content {
    blocks: Blocks,
    open: Open,
    /// Whether the client has something to run.
    pub(super) has_call: bool,
    /// Whether the model refused.
    pub(super) has_refusal: bool,
    /// How often the web was searched.
    pub(super) searches: u64,
}

/// The part that is open.
#[derive(Debug, Default)]
enum Open {
    #[default]
    Nothing,
    /// Words; the block begins with the first of them. Whether it has, and the pages told before.
    Text(bool, Vec<Citation>),
    /// Thoughts; the block begins with the first of them. Whether it has.
    Thinking(bool),
    /// A call; `held` is what cannot be sent before it is known to be an object, if anything.
    Call {
        form: CallForm,
        held: Option<String>,
    },
    /// A call that nobody can run.
    Skipped,
}

impl Content {
    /// Adds what says this step.
    pub(super) fn write(&mut self, event: Event, out: &mut BytesMut) {
        match event {
            Event::Open(opening) => self.open(opening, out),
            Event::Text(text) => self.text(&text, out),
            Event::Citation(citation) => self.citation(citation, out),
            Event::Reasoning(text) => self.think(&text, out),
            Event::Arguments(text) => self.arguments(&text, out),
            Event::Close => self.close(out),
            Event::CloseWith(carrier) => self.close_with(carrier, out),
            Event::Whole(part) => self.whole(&part, out),
            Event::Start(_)
            | Event::Usage(_)
            | Event::Stop(_)
            | Event::Alive
            | Event::Failed(_)
            | Event::End => {}
        }
    }

    fn open(&mut self, opening: Opening, out: &mut BytesMut) {
        self.close(out);
        self.open = match opening {
            Opening::Text => Open::Text(false, Vec::new()),
            Opening::Refusal => {
                self.has_refusal = true;
                Open::Text(false, Vec::new())
            }
            Opening::Reasoning => Open::Thinking(false),
            Opening::Call(call) => self.call(&call, out),
        };
    }

    fn call(&mut self, call: &Call, out: &mut BytesMut) -> Open {
        if call.name.is_empty() {
            return Open::Skipped;
        }
        self.has_call = true;
        let name = match &call.namespace {
            Some(namespace) => format!("{namespace}__{}", call.name),
            None => call.name.clone(),
        };
        let block = json!({ "type": "tool_use", "id": call.id, "name": name, "input": {} });
        self.blocks.begin(block, out);
        Open::Call {
            form: call.form,
            held: Some(String::new()),
        }
    }

    fn text(&mut self, text: &str, out: &mut BytesMut) {
        if text.is_empty() {
            return;
        }
        let Open::Text(is_begun, citations) = &mut self.open else {
            return;
        };
        let is_first = !std::mem::replace(is_begun, true);
        let citations = std::mem::take(citations);
        if is_first {
            self.blocks
                .begin(json!({ "type": "text", "text": "" }), out);
        }
        self.blocks.add("text_delta", "text", text.into(), out);
        for citation in &citations {
            self.blocks
                .add("citations_delta", "citation", citation_value(citation), out);
        }
    }

    fn citation(&mut self, citation: Citation, out: &mut BytesMut) {
        let Open::Text(is_begun, citations) = &mut self.open else {
            return;
        };
        if *is_begun {
            self.blocks.add(
                "citations_delta",
                "citation",
                citation_value(&citation),
                out,
            );
        } else {
            citations.push(citation);
        }
    }

    fn think(&mut self, text: &str, out: &mut BytesMut) {
        let Open::Thinking(is_begun) = &mut self.open else {
            return;
        };
        if text.is_empty() {
            return;
        }
        if !std::mem::replace(is_begun, true) {
            self.blocks.begin(
                json!({ "type": "thinking", "thinking": "", "signature": "" }),
                out,
            );
        }
        self.blocks
            .add("thinking_delta", "thinking", text.into(), out);
    }

    /// More arguments. They go out as they come once it is certain that they are an object.
    fn arguments(&mut self, more: &str, out: &mut BytesMut) {
        let Open::Call { form, held } = &mut self.open else {
            return;
        };
        let ready = match held {
            None => more.to_owned(),
            Some(text) => {
                text.push_str(more);
                if *form == CallForm::Custom || !text.trim_start().starts_with('{') {
                    return;
                }
                held.take().unwrap_or_default()
            }
        };
        if !ready.is_empty() {
            self.blocks
                .add("input_json_delta", "partial_json", ready.into(), out);
        }
    }

    /// Ends the open part.
    pub(super) fn close(&mut self, out: &mut BytesMut) {
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Text(true, _) | Open::Thinking(true) => {
                self.blocks.end(out);
            }
            Open::Call { form, held } => {
                let text = held.unwrap_or_default();
                let rest = match form {
                    CallForm::Custom => json!({ "input": text }).to_string(),
                    CallForm::Function if text.trim().is_empty() => String::new(),
                    CallForm::Function => object_text(&text),
                };
                if !rest.is_empty() {
                    self.blocks
                        .add("input_json_delta", "partial_json", rest.into(), out);
                }
                self.blocks.end(out);
            }
            Open::Nothing | Open::Text(..) | Open::Thinking(_) | Open::Skipped => {}
        }
    }

    /// Ends a thought with what its provider wants back.
    fn close_with(&mut self, carrier: Carrier, out: &mut BytesMut) {
        if matches!(self.open, Open::Thinking(true)) {
            let signature = signature_of(&carrier);
            self.blocks
                .add("signature_delta", "signature", signature.into(), out);
            self.close(out);
            return;
        }
        self.close(out);
        let thought = Reasoning {
            text: String::new(),
            carrier: Some(carrier),
        };
        if let Some(block) = reasoning_block(&thought) {
            self.blocks.whole(block, out);
        }
    }

    fn whole(&mut self, part: &Part, out: &mut BytesMut) {
        self.close(out);
        self.has_call |= part.as_call().is_some();
        self.has_refusal |= matches!(part.kind, Kind::Refusal(_));
        self.searches += u64::from(is_search(part));
        if let Some(block) = answer_block(part) {
            self.blocks.whole(block, out);
        }
    }
}

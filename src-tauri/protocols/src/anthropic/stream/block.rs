//! One block of a provider's stream, as far as it has come.

use serde_json::{Map, Value};

use crate::anthropic::parts::{Side, arguments_of, block, neutral_citation};
use crate::carrier::{Carrier, Opaque};
use crate::event::{Event, Opening};
use crate::ids::Fingerprint;
use crate::part::{Call, CallForm, Citation, Part};

/// A block, and the events that it still has to send.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) index: Option<u64>,
    pub(super) is_closed: bool,
    pub(super) waiting: Vec<Event>,
    state: State,
}

#[derive(Debug)]
enum State {
    Text {
        is_open: bool,
        citations: Vec<Citation>,
    },
    Thinking {
        is_open: bool,
        signature: String,
    },
    Call {
        input: Option<Value>,
        has_arguments: bool,
    },
    /// A block that comes in one piece, as far as it has come; an input that comes bit by bit is joined.
    Whole {
        value: Map<String, Value>,
        input: String,
    },
    /// A block that says nothing that can be understood.
    Nothing,
}

impl Block {
    /// A block that begins; `place` tells its place from all others.
    pub(super) fn begun(index: Option<u64>, value: Value, place: Fingerprint) -> Self {
        let mut block = Self {
            index,
            is_closed: false,
            waiting: Vec::new(),
            state: State::Nothing,
        };
        block.begin(value, place);
        block
    }

    fn begin(&mut self, value: Value, place: Fingerprint) {
        let kind = value
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        match kind {
            "text" => {
                self.state = State::Text {
                    is_open: false,
                    citations: Vec::new(),
                };
                self.text(text("text"));
                let citations = value.get("citations").and_then(Value::as_array);
                for citation in citations.into_iter().flatten() {
                    self.citation(citation);
                }
            }
            "thinking" => {
                self.state = State::Thinking {
                    is_open: false,
                    signature: text("signature").to_owned(),
                };
                self.thinking(text("thinking"));
            }
            "tool_use" => self.call(&value, place),
            _ => {
                if let Value::Object(value) = value {
                    self.state = State::Whole {
                        value,
                        input: String::new(),
                    };
                }
            }
        }
    }

    /// A call. One without a name cannot be run by anybody; one without an id gets one.
    fn call(&mut self, value: &Value, place: Fingerprint) {
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        if text("name").is_empty() {
            return;
        }
        let id = match text("id") {
            "" => format!("toolu_{}", place.hex()),
            id => id.to_owned(),
        };
        let input = value
            .get("input")
            .filter(|input| *input != &Value::Object(Map::new()));
        self.state = State::Call {
            input: input.filter(|input| !input.is_null()).cloned(),
            has_arguments: false,
        };
        self.waiting.push(Event::Open(Opening::Call(Call {
            id,
            name: text("name").to_owned(),
            namespace: None,
            form: CallForm::Function,
            arguments: String::new(),
        })));
    }

    /// Adds a delta; one of an unknown type says nothing.
    pub(super) fn add(&mut self, delta: &Value) {
        let text = |key: &str| delta.get(key).and_then(Value::as_str).unwrap_or_default();
        match delta
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
        {
            "text_delta" => self.text(text("text")),
            "citations_delta" => {
                if let Some(citation) = delta.get("citation") {
                    self.citation(citation);
                }
            }
            "thinking_delta" => self.thinking(text("thinking")),
            "signature_delta" => {
                if let State::Thinking { signature, .. } = &mut self.state {
                    signature.push_str(text("signature"));
                }
            }
            "input_json_delta" => self.arguments(text("partial_json")),
            "compaction_delta" => self.compaction(delta),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let State::Text { is_open, citations } = &mut self.state else {
            return;
        };
        if text.is_empty() {
            return;
        }
        if !std::mem::replace(is_open, true) {
            self.waiting.push(Event::Open(Opening::Text));
        }
        self.waiting.push(Event::Text(text.to_owned()));
        self.waiting
            .extend(citations.drain(..).map(Event::Citation));
    }

    /// A page that the text rests on; it may be told before the text.
    fn citation(&mut self, location: &Value) {
        let State::Text { is_open, citations } = &mut self.state else {
            return;
        };
        let citation = neutral_citation(location);
        if *is_open {
            self.waiting.extend(citation.map(Event::Citation));
        } else {
            citations.extend(citation);
        }
    }

    fn thinking(&mut self, text: &str) {
        let State::Thinking { is_open, .. } = &mut self.state else {
            return;
        };
        if text.is_empty() {
            return;
        }
        if !std::mem::replace(is_open, true) {
            self.waiting.push(Event::Open(Opening::Reasoning));
        }
        self.waiting.push(Event::Reasoning(text.to_owned()));
    }

    fn arguments(&mut self, more: &str) {
        match &mut self.state {
            State::Call { has_arguments, .. } if !more.is_empty() => {
                *has_arguments = true;
                self.waiting.push(Event::Arguments(more.to_owned()));
            }
            State::Whole { input, .. } => input.push_str(more),
            State::Call { .. } | State::Text { .. } | State::Thinking { .. } | State::Nothing => {}
        }
    }

    fn compaction(&mut self, delta: &Value) {
        if let State::Whole { value, .. } = &mut self.state {
            let fields = delta.as_object().into_iter().flatten();
            let told = fields.filter(|(key, told)| *key != "type" && !told.is_null());
            value.extend(told.map(|(key, told)| (key.clone(), told.clone())));
        }
    }

    /// Ends it, once.
    pub(super) fn close(&mut self) {
        if std::mem::replace(&mut self.is_closed, true) {
            return;
        }
        match std::mem::replace(&mut self.state, State::Nothing) {
            State::Text { is_open, .. } => {
                self.waiting.extend(is_open.then_some(Event::Close));
            }
            State::Thinking { is_open, signature } => self.end_thought(is_open, signature),
            State::Call {
                input,
                has_arguments,
            } => {
                // Some providers tell the whole input at the start.
                if !has_arguments {
                    let arguments = arguments_of(input.as_ref());
                    self.waiting.push(Event::Arguments(arguments));
                }
                self.waiting.push(Event::Close);
            }
            State::Whole { value, input } => self.waiting.extend(whole(value, &input)),
            State::Nothing => {}
        }
    }

    fn end_thought(&mut self, is_open: bool, signature: String) {
        if signature.is_empty() {
            self.waiting.extend(is_open.then_some(Event::Close));
            return;
        }
        if !is_open {
            self.waiting.push(Event::Open(Opening::Reasoning));
        }
        let carrier = Carrier::genuine(Opaque::Signature(signature));
        self.waiting.push(Event::CloseWith(carrier));
    }
}

/// A block in one piece.
fn whole(mut value: Map<String, Value>, input: &str) -> Option<Event> {
    if let Ok(input) = serde_json::from_str(input) {
        value.insert("input".to_owned(), input);
    }
    let part: Part = block(Value::Object(value), Side::Provider).ok()?;
    Some(Event::Whole(part))
}

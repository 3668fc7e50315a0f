//! One item of the output as it comes, and the steps it has to say when its turn is there.

use serde_json::Value;

use super::calls::Calling;
use super::thoughts::{Telling, Thoughts};
use super::words::{Tone, Words};
use crate::event::Event;
use crate::openai_responses::fields::{kind_of, text_of};
use crate::openai_responses::items::foreign::kept;
use crate::openai_responses::items::read::arguments_key;
use crate::part::CallForm;

/// One item of the output.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Its place in the output.
    pub(crate) index: u64,
    /// Its id; empty if untold.
    pub(crate) id: String,
    /// What it has to say and has not said.
    pub(crate) waiting: Vec<Event>,
    /// Whether nothing more comes.
    pub(crate) done: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Nothing is known yet.
    Unknown,
    Message(Words),
    Reasoning(Thoughts),
    Call(Calling),
    /// Something that comes whole with its end.
    Other,
}

impl Slot {
    /// An item of which only the place is known.
    pub(crate) fn new(index: u64) -> Self {
        Self {
            index,
            id: String::new(),
            waiting: Vec::new(),
            done: false,
            state: State::Unknown,
        }
    }

    /// The item begins.
    pub(crate) fn added(&mut self, item: &Value) {
        self.know(item);
        if let State::Call(call) = &mut self.state {
            call.added(self.index, item, &mut self.waiting);
        }
    }

    /// More of the item; `kind` is the event's type without `response.`.
    pub(crate) fn more(&mut self, kind: &str, event: &Value) {
        let place = |key| event.get(key).and_then(Value::as_u64).unwrap_or(0);
        match kind.split_once('.') {
            Some(("output_text", "annotation.added")) => {
                let annotation = event.get("annotation").unwrap_or(&Value::Null);
                if let Some(words) = self.state.words() {
                    words.cite(place("content_index"), annotation, &mut self.waiting);
                }
            }
            Some((subject @ ("output_text" | "refusal"), step)) => {
                self.say(subject, step, place("content_index"), event);
            }
            Some(("reasoning_text", step)) => {
                self.think(Telling::Raw, step, place("content_index"), event);
            }
            Some(("reasoning_summary_text", step)) => {
                self.think(Telling::Summary, step, place("summary_index"), event);
            }
            Some(("function_call_arguments", step)) => self.call(CallForm::Function, step, event),
            Some(("custom_tool_call_input", step)) => self.call(CallForm::Custom, step, event),
            Some(_) | None => {}
        }
    }

    fn say(&mut self, subject: &str, step: &str, part: u64, event: &Value) {
        let (tone, whole) = match subject {
            "refusal" => (Tone::Refusal, "refusal"),
            _ => (Tone::Answer, "text"),
        };
        let Some(words) = self.state.words() else {
            return;
        };
        match step {
            "delta" => words.more(part, tone, text_of(event, "delta"), &mut self.waiting),
            "done" => words.whole(part, tone, text_of(event, whole), &mut self.waiting),
            _ => {}
        }
    }

    fn think(&mut self, telling: Telling, step: &str, part: u64, event: &Value) {
        let Some(thoughts) = self.state.thoughts() else {
            return;
        };
        match step {
            "delta" => thoughts.more(telling, part, text_of(event, "delta"), &mut self.waiting),
            "done" => thoughts.whole(telling, part, text_of(event, "text"), &mut self.waiting),
            _ => {}
        }
    }

    fn call(&mut self, form: CallForm, step: &str, event: &Value) {
        let Some(call) = self.state.call(form) else {
            return;
        };
        match step {
            "delta" => call.more(text_of(event, "delta"), &mut self.waiting),
            "done" => call.whole(text_of(event, arguments_key(form)), &mut self.waiting),
            _ => {}
        }
    }

    /// The item is whole.
    pub(crate) fn done(&mut self, item: &Value) {
        if std::mem::replace(&mut self.done, true) {
            return;
        }
        self.know(item);
        let out = &mut self.waiting;
        match &mut self.state {
            State::Message(words) => words.done(item, out),
            State::Reasoning(thoughts) => thoughts.done(item, out),
            State::Call(call) => call.done(self.index, item, out),
            State::Unknown | State::Other => out.push(Event::Whole(kept(item.clone()))),
        }
    }

    /// The answer is whole, and the finished item did not come.
    pub(crate) fn close(&mut self) {
        if std::mem::replace(&mut self.done, true) {
            return;
        }
        let out = &mut self.waiting;
        match &mut self.state {
            State::Message(words) => words.close(out),
            State::Reasoning(thoughts) => thoughts.close(out),
            State::Call(call) => call.close(self.index, out),
            State::Unknown | State::Other => {}
        }
    }

    fn know(&mut self, item: &Value) {
        if self.id.is_empty() {
            text_of(item, "id").clone_into(&mut self.id);
        }
        let is_known = match kind_of(item) {
            "message" => self.state.words().is_some(),
            "reasoning" => self.state.thoughts().is_some(),
            "function_call" => self.state.call(CallForm::Function).is_some(),
            "custom_tool_call" => self.state.call(CallForm::Custom).is_some(),
            _ => false,
        };
        if !is_known && matches!(self.state, State::Unknown) {
            self.state = State::Other;
        }
    }
}

/// What an item is shows in its beginning, or in its first piece; it stays what it is.
impl State {
    fn words(&mut self) -> Option<&mut Words> {
        if matches!(self, Self::Unknown) {
            *self = Self::Message(Words::default());
        }
        match self {
            Self::Message(words) => Some(words),
            Self::Unknown | Self::Reasoning(_) | Self::Call(_) | Self::Other => None,
        }
    }

    fn thoughts(&mut self) -> Option<&mut Thoughts> {
        if matches!(self, Self::Unknown) {
            *self = Self::Reasoning(Thoughts::default());
        }
        match self {
            Self::Reasoning(thoughts) => Some(thoughts),
            Self::Unknown | Self::Message(_) | Self::Call(_) | Self::Other => None,
        }
    }

    fn call(&mut self, form: CallForm) -> Option<&mut Calling> {
        if matches!(self, Self::Unknown) {
            *self = Self::Call(Calling::new(form));
        }
        match self {
            Self::Call(call) => Some(call),
            Self::Unknown | Self::Message(_) | Self::Reasoning(_) | Self::Other => None,
        }
    }
}

//! A call as it comes.

use serde_json::Value;

use super::remainder;
use crate::event::{Event, Opening};
use crate::openai_responses::fields::text_of;
use crate::openai_responses::items::read::arguments_key;
use crate::part::{Call, CallForm};

/// A call of which the arguments come in pieces.
#[derive(Debug)]
pub(crate) struct Calling {
    call: Call,
    told: String,
    /// The arguments that came with the beginning of the item; deltas tell them again, if there are any.
    first: String,
    open: bool,
}

impl Calling {
    /// A call of which nothing is known.
    pub(crate) fn new(form: CallForm) -> Self {
        Self {
            call: Call {
                form,
                ..Call::default()
            },
            told: String::new(),
            first: String::new(),
            open: false,
        }
    }

    /// Takes the item at its beginning; a call without a name waits for its end.
    pub(crate) fn added(&mut self, index: u64, item: &Value, out: &mut Vec<Event>) {
        self.name(index, item);
        self.first = self.arguments_of(item);
        if !self.call.name.is_empty() {
            self.open(out);
        }
    }

    /// Takes more of its arguments.
    pub(crate) fn more(&mut self, delta: &str, out: &mut Vec<Event>) {
        if delta.is_empty() {
            return;
        }
        self.told.push_str(delta);
        if self.open {
            out.push(Event::Arguments(delta.to_owned()));
        }
    }

    /// Takes all of its arguments, of which most were told.
    pub(crate) fn whole(&mut self, arguments: &str, out: &mut Vec<Event>) {
        let rest = remainder(&self.told, arguments).to_owned();
        self.more(&rest, out);
    }

    /// Takes the finished item.
    pub(crate) fn done(&mut self, index: u64, item: &Value, out: &mut Vec<Event>) {
        self.name(index, item);
        self.open(out);
        let arguments = self.arguments_of(item);
        self.whole(&arguments, out);
        self.close(index, out);
    }

    /// Ends it, with what is known of its arguments.
    pub(crate) fn close(&mut self, index: u64, out: &mut Vec<Event>) {
        self.name(index, &Value::Null);
        self.open(out);
        if self.told.is_empty() {
            let first = std::mem::take(&mut self.first);
            self.more(&first, out);
        }
        out.push(Event::Close);
    }

    fn open(&mut self, out: &mut Vec<Event>) {
        if self.open {
            return;
        }
        self.open = true;
        out.push(Event::Open(Opening::Call(self.call.clone())));
        if !self.told.is_empty() {
            out.push(Event::Arguments(self.told.clone()));
        }
    }

    /// Fills in what is not known yet; an id is made of the place if there is none.
    fn name(&mut self, index: u64, item: &Value) {
        if self.call.id.is_empty() {
            let told = [text_of(item, "call_id"), text_of(item, "id")];
            let told = told.into_iter().find(|id| !id.is_empty());
            self.call.id = told.map_or_else(|| format!("call_{index}"), str::to_owned);
        }
        if self.call.name.is_empty() {
            text_of(item, "name").clone_into(&mut self.call.name);
        }
        if self.call.namespace.is_none() {
            let namespace = item.get("namespace").and_then(Value::as_str);
            self.call.namespace = namespace.map(str::to_owned);
        }
    }

    fn arguments_of(&self, item: &Value) -> String {
        match item.get(arguments_key(self.call.form)) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }
    }
}

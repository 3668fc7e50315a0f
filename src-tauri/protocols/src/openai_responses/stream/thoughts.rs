//! A reasoning item as it comes: one thought, however many summaries it has.

use serde_json::Value;

use super::remainder;
use crate::carrier::{Carrier, Opaque};
use crate::event::{Event, Opening};
use crate::openai_responses::fields::text_of;
use crate::openai_responses::items::reasoning::{BETWEEN, thought_of};

/// A thought that comes in pieces.
#[derive(Debug, Default)]
pub(crate) struct Thoughts {
    telling: Option<Telling>,
    part: u64,
    begin: usize,
    text: String,
    open: bool,
}

/// In which way a thought is told: one that comes both ways is heard once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Telling {
    /// As a summary.
    Summary,
    /// As it was thought.
    Raw,
}

impl Thoughts {
    /// Takes more of one of its parts.
    pub(crate) fn more(&mut self, telling: Telling, part: u64, delta: &str, out: &mut Vec<Event>) {
        if delta.is_empty() || *self.telling.get_or_insert(telling) != telling {
            return;
        }
        if !self.open {
            self.open = true;
            out.push(Event::Open(Opening::Reasoning));
        }
        if part != self.part && !self.text.is_empty() {
            self.say(BETWEEN, out);
        }
        if part != self.part || self.text.is_empty() {
            self.part = part;
            self.begin = self.text.len();
        }
        self.say(delta, out);
    }

    /// Takes the whole text of a part, of which most was told.
    pub(crate) fn whole(&mut self, telling: Telling, part: u64, text: &str, out: &mut Vec<Event>) {
        let told = if part == self.part {
            &self.text[self.begin..]
        } else {
            ""
        };
        let rest = remainder(told, text).to_owned();
        // Parts come in order: one that is behind was told.
        if part >= self.part {
            self.more(telling, part, &rest, out);
        }
    }

    /// Takes the finished item, and with it what its provider wants back.
    pub(crate) fn done(&mut self, item: &Value, out: &mut Vec<Event>) {
        let whole = thought_of(item);
        let rest = remainder(&self.text, &whole);
        let carrier = match text_of(item, "encrypted_content") {
            "" => None,
            text => Some(Carrier::genuine(Opaque::Encrypted(text.to_owned()))),
        };
        if !self.open && (!rest.is_empty() || carrier.is_some()) {
            self.open = true;
            out.push(Event::Open(Opening::Reasoning));
        }
        if !rest.is_empty() {
            self.say(rest, out);
        }
        if self.open {
            self.open = false;
            out.push(carrier.map_or(Event::Close, Event::CloseWith));
        }
    }

    /// Ends it where the finished item does not come.
    pub(crate) fn close(&mut self, out: &mut Vec<Event>) {
        if self.open {
            self.open = false;
            out.push(Event::Close);
        }
    }

    fn say(&mut self, text: &str, out: &mut Vec<Event>) {
        self.text.push_str(text);
        out.push(Event::Reasoning(text.to_owned()));
    }
}

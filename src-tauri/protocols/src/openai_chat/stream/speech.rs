//! What a provider says, as parts that open and close one after the other.

use serde_json::Value;

use super::calls::Step;
use super::delta::{Said, join_details};
use super::think::{Piece, Splitter};
use crate::carrier::{Carrier, Opaque};
use crate::event::{Event, Opening};
use crate::part::Citation;
use crate::quirks::{Echo, Quirks};

/// The part that is open, and what belongs to it.
#[derive(Debug)]
pub(super) struct Speech {
    /// Whether the model wants its thoughts again.
    echoes: bool,
    /// Finds thoughts among the words, where the model puts them there.
    splitter: Option<Splitter>,
    open: Open,
    /// The open thought, if it is wanted again.
    thought: String,
    /// The entries of `reasoning_details` that no thought has yet.
    details: Vec<Value>,
    /// Whether the model refused in words.
    pub(super) has_refused: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Text,
    Refusal,
    Reasoning,
}

impl Speech {
    pub(super) fn new(quirks: &Quirks) -> Self {
        Self {
            echoes: quirks.reasoning_echo != Echo::Never,
            splitter: quirks.think_tags.then(Splitter::default),
            open: Open::Nothing,
            thought: String::new(),
            details: Vec::new(),
            has_refused: false,
        }
    }

    /// Takes entries of `reasoning_details`; they belong to the open thought, or to one without words.
    pub(super) fn take_details(&mut self, entries: &[Value]) {
        join_details(&mut self.details, entries);
    }

    pub(super) fn say(&mut self, piece: Said, out: &mut Vec<Event>) {
        match piece {
            Said::Text(text) => self.say_text(text, out),
            Said::Reasoning(text) => self.say_as(Open::Reasoning, text, out),
            Said::Refusal(text) => {
                self.has_refused = true;
                self.say_as(Open::Refusal, text, out);
            }
            Said::Media(part) => {
                self.close(out);
                out.push(Event::Whole(*part));
            }
        }
    }

    fn say_text(&mut self, text: String, out: &mut Vec<Event>) {
        let Some(splitter) = &mut self.splitter else {
            return self.say_as(Open::Text, text, out);
        };
        let mut pieces = Vec::new();
        splitter.push(&text, &mut pieces);
        self.say_pieces(pieces, out);
    }

    fn say_pieces(&mut self, pieces: Vec<Piece>, out: &mut Vec<Event>) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.say_as(Open::Text, text, out),
                Piece::Thought(text) => self.say_as(Open::Reasoning, text, out),
            }
        }
    }

    fn say_as(&mut self, kind: Open, text: String, out: &mut Vec<Event>) {
        if self.open != kind {
            self.close_part(out);
            self.open = kind;
            out.extend(kind.opening().map(Event::Open));
        }
        if kind != Open::Reasoning {
            out.push(Event::Text(text));
            return;
        }
        if self.echoes {
            self.thought.push_str(&text);
        }
        out.push(Event::Reasoning(text));
    }

    /// A page that the open text rests on.
    pub(super) fn cite(&mut self, citations: Vec<Citation>, out: &mut Vec<Event>) {
        if self.open == Open::Text {
            out.extend(citations.into_iter().map(Event::Citation));
        }
    }

    /// Says what became of the calls.
    pub(super) fn call(&mut self, steps: Vec<Step>, out: &mut Vec<Event>) {
        for step in steps {
            match step {
                Step::Open(call, signature) => {
                    self.close_before_call(signature, out);
                    out.push(Event::Open(Opening::Call(call)));
                }
                Step::Arguments(text) => out.push(Event::Arguments(text)),
                Step::Close => out.push(Event::Close),
            }
        }
    }

    /// A signature on a call belongs to the thought before it; without one it is a thought without words.
    fn close_before_call(&mut self, signature: Option<Carrier>, out: &mut Vec<Event>) {
        self.say_held(out);
        let Some(signature) = signature else {
            return self.close_part(out);
        };
        if self.open != Open::Reasoning || !self.details.is_empty() {
            self.close_part(out);
            out.push(Event::Open(Opening::Reasoning));
        }
        self.open = Open::Nothing;
        self.thought.clear();
        out.push(Event::CloseWith(signature));
    }

    /// Closes what is open.
    pub(super) fn close(&mut self, out: &mut Vec<Event>) {
        self.say_held(out);
        self.close_part(out);
    }

    /// Says what looked like the beginning of a tag.
    fn say_held(&mut self, out: &mut Vec<Event>) {
        let mut pieces = Vec::new();
        if let Some(splitter) = &mut self.splitter {
            splitter.finish(&mut pieces);
        }
        self.say_pieces(pieces, out);
    }

    /// Entries that no thought has yet get one of their own.
    fn close_part(&mut self, out: &mut Vec<Event>) {
        let open = std::mem::replace(&mut self.open, Open::Nothing);
        let thought = std::mem::take(&mut self.thought);
        if matches!(open, Open::Text | Open::Refusal) {
            out.push(Event::Close);
        }
        if !self.details.is_empty() {
            if open != Open::Reasoning {
                out.push(Event::Open(Opening::Reasoning));
            }
            let details = Value::Array(std::mem::take(&mut self.details));
            out.push(Event::CloseWith(Carrier::genuine(Opaque::Details(details))));
        } else if open == Open::Reasoning {
            out.push(if thought.is_empty() {
                Event::Close
            } else {
                Event::CloseWith(Carrier::genuine(Opaque::Plain(thought)))
            });
        }
    }
}

impl Open {
    fn opening(self) -> Option<Opening> {
        match self {
            Self::Nothing => None,
            Self::Text => Some(Opening::Text),
            Self::Refusal => Some(Opening::Refusal),
            Self::Reasoning => Some(Opening::Reasoning),
        }
    }
}

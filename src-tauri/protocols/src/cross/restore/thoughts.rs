//! Thoughts: whose they are, in which form the client takes them, and what the gateway remembers.

use super::Step;
use crate::Protocol;
use crate::carrier::{Carrier, Opaque};
use crate::cross::way_back::WayBack;
use crate::cross::{ReasoningForm, Thought};
use crate::event::{Event, Opening};
use crate::part::{Kind, Part, Reasoning};

/// Stamps carriers, notes the thoughts before each call, and brings thoughts into the client's form.
#[derive(Debug)]
pub(super) struct Thoughts {
    /// The thoughts before each call, by the call's id.
    pub(super) noted: Vec<(String, Thought)>,
    provider: String,
    form: ReasoningForm,
    /// Whether each thought is marked as its provider's: Anthropic refuses what it did not sign.
    marks: bool,
    /// The thought that is open, as far as it came.
    open: Option<String>,
    /// The thought that the next call belongs to.
    last: Option<Thought>,
}

impl Thoughts {
    pub(super) fn new(way: &WayBack) -> Self {
        Self {
            noted: Vec::new(),
            provider: way.provider.clone(),
            form: way.reasoning,
            marks: way.client == Protocol::Anthropic && way.target != Protocol::Anthropic,
            open: None,
            last: None,
        }
    }

    fn stamped(&self, carrier: Carrier) -> Carrier {
        let mut carrier = carrier;
        if carrier.provider.is_empty() {
            carrier.provider.clone_from(&self.provider);
        }
        carrier
    }

    /// What the client keeps with a thought: at least whose it is, where that has to be told.
    fn kept(&self, text_is_empty: bool, carrier: Option<Carrier>) -> Option<Carrier> {
        let is_marked = self.marks && !text_is_empty;
        carrier.or_else(|| {
            is_marked.then(|| self.stamped(Carrier::genuine(Opaque::Plain(String::new()))))
        })
    }

    /// A thought that its provider wants back is worth more than one that only says something.
    fn remember(&mut self, text: String, carrier: Option<Carrier>) {
        let last = self.last.take();
        let is_carried = |thought: &Thought| thought.carrier.is_some();
        self.last = match last {
            Some(last) if carrier.is_none() && (is_carried(&last) || text.is_empty()) => Some(last),
            // What a provider wants back may come behind what it says.
            Some(last) if text.is_empty() && !is_carried(&last) => {
                Some(Thought { carrier, ..last })
            }
            Some(_) | None if text.is_empty() && carrier.is_none() => None,
            Some(_) | None => Some(Thought { text, carrier }),
        };
    }

    fn more(&mut self, more: String, out: &mut Vec<Event>) {
        let Some(text) = &mut self.open else {
            return;
        };
        let is_first = text.is_empty();
        text.push_str(&more);
        match self.form {
            ReasoningForm::Native => out.push(Event::Reasoning(more)),
            ReasoningForm::Tags if is_first => {
                out.push(Event::Open(Opening::Text));
                out.push(Event::Text(format!("<think>{more}")));
            }
            ReasoningForm::Tags => out.push(Event::Text(more)),
            ReasoningForm::Drop => {}
        }
    }

    fn close(&mut self, text: String, carrier: Option<Carrier>, out: &mut Vec<Event>) {
        let carrier = carrier.map(|carrier| self.stamped(carrier));
        let is_empty = text.is_empty();
        self.remember(text, carrier.clone());
        match self.form {
            ReasoningForm::Native => out.push(match self.kept(is_empty, carrier) {
                Some(carrier) => Event::CloseWith(carrier),
                None => Event::Close,
            }),
            ReasoningForm::Tags if !is_empty => {
                out.push(Event::Text("</think>\n\n".to_owned()));
                out.push(Event::Close);
            }
            ReasoningForm::Tags | ReasoningForm::Drop => {}
        }
    }

    fn whole(&mut self, part: Part, out: &mut Vec<Event>) {
        let Kind::Reasoning(reasoning) = part.kind else {
            out.push(Event::Whole(part));
            return;
        };
        let carrier = reasoning.carrier.map(|carrier| self.stamped(carrier));
        self.remember(reasoning.text.clone(), carrier.clone());
        if self.form == ReasoningForm::Native {
            let text = reasoning.text;
            let carrier = self.kept(text.is_empty(), carrier);
            out.push(Event::Whole(Part {
                kind: Kind::Reasoning(Reasoning { text, carrier }),
                ..part
            }));
        }
    }
}

impl Step for Thoughts {
    fn take(&mut self, event: Event, out: &mut Vec<Event>) {
        match event {
            Event::Open(Opening::Reasoning) => {
                self.open = Some(String::new());
                if self.form == ReasoningForm::Native {
                    out.push(event);
                }
            }
            Event::Open(Opening::Call(ref call)) => {
                let thought = self.last.take();
                self.noted
                    .extend(thought.map(|thought| (call.id.clone(), thought)));
                out.push(event);
            }
            Event::Reasoning(more) => self.more(more, out),
            Event::Close => match self.open.take() {
                Some(text) => self.close(text, None, out),
                None => out.push(event),
            },
            Event::CloseWith(carrier) => match self.open.take() {
                Some(text) => self.close(text, Some(carrier), out),
                None => out.push(Event::Close),
            },
            Event::Whole(part) => self.whole(part, out),
            Event::Open(Opening::Text | Opening::Refusal)
            | Event::Start(_)
            | Event::Text(_)
            | Event::Citation(_)
            | Event::Arguments(_)
            | Event::Usage(_)
            | Event::Stop(_)
            | Event::Alive
            | Event::Failed(_)
            | Event::End => out.push(event),
        }
    }
}

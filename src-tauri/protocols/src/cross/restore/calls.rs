//! Calls: the client's names and forms of its tools, ids that tell calls apart, and arguments that it can read.

use std::collections::{HashMap, HashSet};

use super::Step;
use super::arguments;
use super::free_text::FreeText;
use crate::Protocol;
use crate::cross::way_back::{Names, WayBack};
use crate::event::{Event, Opening};
use crate::loss::{Losses, Weight};
use crate::part::{Call, CallForm};

/// Puts calls in the client's words.
#[derive(Debug)]
pub(super) struct Calls {
    pub(super) losses: Losses,
    client: Protocol,
    names: Names,
    /// The tools whose empty arguments are left out.
    trimmed: Vec<String>,
    /// What ids begin with that no provider gave.
    prefix: String,
    ids: HashSet<String>,
    /// How often each id came, so that none is numbered from the beginning again.
    repeats: HashMap<String, usize>,
    open: Open,
}

/// What is done with the arguments of the open call.
#[derive(Debug, Default)]
enum Open {
    /// No call is open.
    #[default]
    None,
    /// It has no name: it is left out.
    Nameless,
    /// They go on as they come.
    Passed,
    /// Nothing but blanks came, so it is not known what they are.
    Unknown,
    /// They wait for the end.
    Held { tool: String, text: String },
    /// Free text travels in them as one JSON string.
    Unwrapped(FreeText),
    /// They are free text for a client that reads JSON only.
    Wrapped { is_begun: bool },
}

impl Calls {
    pub(super) fn new(way: &WayBack) -> Self {
        Self {
            losses: Losses::default(),
            client: way.client,
            names: way.names.clone(),
            trimmed: way.quirks.drop_empty_arguments.clone(),
            prefix: way.reply.id.clone(),
            ids: HashSet::new(),
            repeats: HashMap::new(),
            open: Open::None,
        }
    }

    fn open(&mut self, call: Call, out: &mut Vec<Event>) {
        if call.name.trim().is_empty() {
            self.losses
                .dropped("answer[].call without a name", Weight::Notable);
            self.open = Open::Nameless;
            return;
        }
        let mut call = call;
        let wraps = self.rename(&mut call);
        let is_json_only = matches!(self.client, Protocol::Anthropic | Protocol::Gemini);
        self.open = if wraps {
            Open::Unwrapped(FreeText::default())
        } else if call.form == CallForm::Custom && is_json_only {
            call.form = CallForm::Function;
            Open::Wrapped { is_begun: false }
        } else if call.form == CallForm::Custom {
            Open::Passed
        } else if self.trimmed.contains(&call.name) {
            Open::Held {
                tool: call.name.clone(),
                text: String::new(),
            }
        } else {
            Open::Unknown
        };
        call.id = self.unique(std::mem::take(&mut call.id));
        out.push(Event::Open(Opening::Call(call)));
    }

    /// Gives the tool the name and the form that the client knows; whether its free text came as JSON.
    fn rename(&self, call: &mut Call) -> bool {
        let Some(known) = self.names.known(&call.name) else {
            return false;
        };
        call.name.clone_from(&known.tool.name);
        call.namespace.clone_from(&known.tool.namespace);
        let wraps = known.wraps && call.form == CallForm::Function;
        if known.tool.custom {
            call.form = CallForm::Custom;
        }
        wraps
    }

    fn unique(&mut self, id: String) -> String {
        let id = if id.is_empty() {
            format!("call_{}_{}", self.prefix, self.ids.len() + 1)
        } else {
            id
        };
        let mut free = id.clone();
        let count = self.repeats.entry(id.clone()).or_insert(1);
        while !self.ids.insert(free.clone()) {
            *count += 1;
            free = format!("{id}_{count}");
        }
        free
    }

    fn arguments(&mut self, more: String, out: &mut Vec<Event>) {
        if matches!(self.open, Open::Unknown) {
            self.open = self.judged(&more);
        }
        match &mut self.open {
            Open::None | Open::Nameless | Open::Unknown => {}
            Open::Passed => out.push(Event::Arguments(more)),
            Open::Held { text, .. } => text.push_str(&more),
            Open::Unwrapped(free) => out.extend(free.push(&more).map(Event::Arguments)),
            Open::Wrapped { is_begun } => {
                let quoted = crate::json::quoted(&more);
                let inner = &quoted[1..quoted.len() - 1];
                let start = if *is_begun { "" } else { "{\"input\":\"" };
                *is_begun = true;
                out.push(Event::Arguments(format!("{start}{inner}")));
            }
        }
    }

    /// What to do with arguments that begin like this.
    fn judged(&self, text: &str) -> Open {
        let is_object_expected = matches!(self.client, Protocol::Anthropic | Protocol::Gemini);
        match text.trim_start().bytes().next() {
            None => Open::Unknown,
            Some(b'{') => Open::Passed,
            // A string may be the arguments encoded twice; `null` is how some say that there are none.
            Some(first) if is_object_expected || matches!(first, b'"' | b'n') => Open::Held {
                tool: String::new(),
                text: String::new(),
            },
            Some(_) => Open::Passed,
        }
    }

    fn close(&mut self, out: &mut Vec<Event>) {
        let rest = match std::mem::take(&mut self.open) {
            Open::Nameless => return,
            Open::None | Open::Passed | Open::Unknown => None,
            Open::Held { tool, text } => {
                let text = arguments::readable(text, self.client);
                Some(if tool.is_empty() {
                    text
                } else {
                    arguments::without_empty(text)
                })
            }
            Open::Unwrapped(free) => Some(free.finish()),
            Open::Wrapped { is_begun: false } => Some("{\"input\":\"\"}".to_owned()),
            Open::Wrapped { is_begun: true } => Some("\"}".to_owned()),
        };
        out.extend(rest.filter(|rest| !rest.is_empty()).map(Event::Arguments));
        out.push(Event::Close);
    }
}

impl Step for Calls {
    fn take(&mut self, event: Event, out: &mut Vec<Event>) {
        match event {
            Event::Open(Opening::Call(call)) => self.open(call, out),
            Event::Arguments(more) => self.arguments(more, out),
            Event::Close if !matches!(self.open, Open::None) => self.close(out),
            Event::Open(Opening::Text | Opening::Refusal | Opening::Reasoning)
            | Event::Start(_)
            | Event::Text(_)
            | Event::Citation(_)
            | Event::Reasoning(_)
            | Event::Close
            | Event::CloseWith(_)
            | Event::Whole(_)
            | Event::Usage(_)
            | Event::Stop(_)
            | Event::Alive
            | Event::Failed(_)
            | Event::End => out.push(event),
        }
    }
}

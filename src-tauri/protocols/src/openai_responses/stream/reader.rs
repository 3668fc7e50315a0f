//! Reads a provider's events.
//!
//! Items may come interleaved: the first that began speaks, the others wait until it is whole.

use std::collections::{BTreeSet, VecDeque};

use serde_json::Value;

use super::slot::Slot;
use crate::codec::ReadStream;
use crate::error::{ErrorKind, UpstreamError, recognise_value};
use crate::event::{Event, Opening, Start};
use crate::openai_responses::OWN;
use crate::openai_responses::answer::ending::stop_told;
use crate::openai_responses::answer::read::created;
use crate::openai_responses::fields::{list_of, text_of};
use crate::quirks::Quirks;
use crate::usage::Usage;

/// Reads a provider's events.
#[derive(Debug, Default)]
pub(crate) struct StreamReader {
    started: bool,
    /// How often the provider said that it is at work.
    beats: u64,
    over: bool,
    slots: VecDeque<Slot>,
    /// The places and ids of the items that are whole.
    past: BTreeSet<u64>,
    past_ids: BTreeSet<String>,
    said: Said,
}

/// What of the answer decides why it stopped.
#[derive(Debug, Default)]
struct Said {
    called: bool,
    refused: bool,
}

impl ReadStream for StreamReader {
    fn read(&mut self, name: Option<&str>, data: &str, out: &mut Vec<Event>) {
        if self.over {
            return;
        }
        let Ok(event) = serde_json::from_str::<Value>(data) else {
            return;
        };
        let kind = match text_of(&event, "type") {
            "" => name.unwrap_or_default().to_owned(),
            kind => kind.to_owned(),
        };
        self.take(kind.strip_prefix("response.").unwrap_or(&kind), &event, out);
        self.drain(out);
    }

    /// An answer is whole when its last event says so, and that was said when it came.
    fn finish(&mut self, _out: &mut Vec<Event>) {}
}

impl StreamReader {
    /// A reader of any provider's events; they differ in what they leave out, not in what they say.
    pub(crate) fn new(_quirks: &Quirks) -> Self {
        Self::default()
    }

    fn take(&mut self, kind: &str, event: &Value, out: &mut Vec<Event>) {
        let response = event.get("response").unwrap_or(&Value::Null);
        let item = event.get("item").unwrap_or(&Value::Null);
        match kind {
            "created" | "queued" | "in_progress" | "keepalive" => self.beat(kind, response, out),
            "completed" | "incomplete" | "done" if text_of(response, "status") != "failed" => {
                self.start(response, out);
                self.end(kind, response, out);
            }
            "completed" | "done" | "failed" | "cancelled" | "error" => self.fail(event, out),
            "output_item.added" => {
                self.start(&Value::Null, out);
                if let Some(slot) = self.slot(event) {
                    slot.added(item);
                }
            }
            "output_item.done" => {
                self.start(&Value::Null, out);
                if let Some(slot) = self.slot(event) {
                    slot.done(item);
                }
            }
            "" if event.get("error").is_some() => self.fail(event, out),
            kind if kind.contains('.') && event.get("item_id").is_some() => {
                self.start(&Value::Null, out);
                if let Some(slot) = self.slot(event) {
                    slot.more(kind, event);
                }
            }
            _ => {}
        }
    }

    fn beat(&mut self, kind: &str, response: &Value, out: &mut Vec<Event>) {
        self.start(response, out);
        // The first two belong to every beginning.
        self.beats += 1;
        if self.beats > 2 || kind == "keepalive" {
            out.push(Event::Alive);
        }
    }

    fn start(&mut self, response: &Value, out: &mut Vec<Event>) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        out.push(Event::Start(Start {
            id: text_of(response, "id").to_owned(),
            model: text_of(response, "model").to_owned(),
            created: created(response.get("created_at")),
        }));
    }

    /// The item that an event is about; nothing if it was whole before.
    fn slot(&mut self, event: &Value) -> Option<&mut Slot> {
        let index = self.index_of(event);
        if self.past.contains(&index) {
            return None;
        }
        let at = self.slots.iter().position(|slot| slot.index == index);
        if at.is_none() {
            self.slots.push_back(Slot::new(index));
        }
        let at = at.unwrap_or(self.slots.len() - 1);
        self.slots.get_mut(at)
    }

    /// The place in the output; where it is not told, the item's id tells it, or it is the last one's.
    fn index_of(&self, event: &Value) -> u64 {
        if let Some(index) = event.get("output_index").and_then(Value::as_u64) {
            return index;
        }
        let id = match text_of(event, "item_id") {
            "" => text_of(event.get("item").unwrap_or(&Value::Null), "id"),
            id => id,
        };
        let named = self
            .slots
            .iter()
            .find(|slot| !id.is_empty() && slot.id == id);
        let is_beginning = text_of(event, "type").ends_with("output_item.added");
        let last = self.slots.back().filter(|_| !is_beginning);
        let next = || {
            self.past
                .iter()
                .chain(self.slots.iter().map(|slot| &slot.index))
                .max()
        };
        match named.or(last) {
            Some(slot) => slot.index,
            None => next().map_or(0, |index| index + 1),
        }
    }

    /// Tells what the item at the front has to say, and those behind it when it is whole.
    fn drain(&mut self, out: &mut Vec<Event>) {
        while let Some(slot) = self.slots.front_mut() {
            for event in slot.waiting.drain(..) {
                if let Event::Open(opening) = &event {
                    self.said.called |= matches!(opening, Opening::Call(_));
                    self.said.refused |= matches!(opening, Opening::Refusal);
                }
                out.push(event);
            }
            if !slot.done {
                return;
            }
            self.past.insert(slot.index);
            if !slot.id.is_empty() {
                self.past_ids.insert(std::mem::take(&mut slot.id));
            }
            self.slots.pop_front();
        }
    }

    fn end(&mut self, kind: &str, response: &Value, out: &mut Vec<Event>) {
        self.complete(list_of(response, "output"));
        self.drain(out);
        let usage = response.get("usage");
        out.extend(
            usage
                .and_then(|usage| Usage::read(OWN, usage))
                .map(Event::Usage),
        );
        let mut told = serde_json::json!({"status": kind});
        if let Some(details) = response.get("incomplete_details") {
            told["incomplete_details"] = details.clone();
        }
        out.push(Event::Stop(stop_told(
            &told,
            self.said.called,
            self.said.refused,
        )));
        out.push(Event::End);
        self.over = true;
    }

    /// Fills in from the whole output what did not come as events.
    fn complete(&mut self, output: &[Value]) {
        for slot in &mut self.slots {
            let at = usize::try_from(slot.index).ok();
            let same = |item: &&Value| slot.id.is_empty() || text_of(item, "id") == slot.id;
            match at.and_then(|at| output.get(at)).filter(same) {
                Some(item) => slot.done(item),
                None => slot.close(),
            }
        }
        let is_empty = self.past.is_empty() && self.slots.is_empty();
        for (index, item) in (0..).zip(output) {
            let is_known = self.past.contains(&index)
                || self.slots.iter().any(|slot| slot.index == index)
                || self.past_ids.contains(text_of(item, "id"));
            let is_told_apart = is_empty || !text_of(item, "id").is_empty();
            if !is_known && is_told_apart {
                let mut slot = Slot::new(index);
                slot.done(item);
                self.slots.push_back(slot);
            }
        }
    }

    fn fail(&mut self, event: &Value, out: &mut Vec<Event>) {
        let response = event.get("response").unwrap_or(event);
        let usage = response.get("usage");
        out.extend(
            usage
                .and_then(|usage| Usage::read(OWN, usage))
                .map(Event::Usage),
        );
        let error =
            recognise_value(OWN, 200, response).or_else(|| recognise_value(OWN, 200, event));
        out.push(Event::Failed(error.unwrap_or_else(|| UpstreamError {
            kind: ErrorKind::Upstream,
            code: None,
            message: "the provider gave up on the answer".to_owned(),
        })));
        self.over = true;
    }
}

//! The parts of a message as they come.

use std::collections::BTreeMap;

use serde_json::Value;

use super::remainder;
use crate::event::{Event, Opening};
use crate::openai_responses::fields::{kind_of, list_of, text_of};
use crate::openai_responses::items::content::read_citation;

/// A message of which parts come in pieces.
#[derive(Debug, Default)]
pub(crate) struct Words {
    open: Option<u64>,
    parts: BTreeMap<u64, Told>,
}

/// What was told of one part.
#[derive(Debug, Default)]
struct Told {
    text: String,
    citations: usize,
    closed: bool,
}

/// What kind of words a part holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// An answer.
    Answer,
    /// A refusal.
    Refusal,
}

impl Words {
    /// Takes more of a part.
    pub(crate) fn more(&mut self, part: u64, tone: Tone, delta: &str, out: &mut Vec<Event>) {
        if delta.is_empty() || !self.open(part, tone, out) {
            return;
        }
        self.parts.entry(part).or_default().text.push_str(delta);
        out.push(Event::Text(delta.to_owned()));
    }

    /// Takes the whole text of a part, of which most was told.
    pub(crate) fn whole(&mut self, part: u64, tone: Tone, text: &str, out: &mut Vec<Event>) {
        let told = self.parts.get(&part).map_or("", |told| &told.text);
        let rest = remainder(told, text).to_owned();
        self.more(part, tone, &rest, out);
    }

    /// Takes a page that a part rests on.
    pub(crate) fn cite(&mut self, part: u64, annotation: &Value, out: &mut Vec<Event>) {
        if self.open != Some(part) {
            // Its text has not begun; the finished item tells it again.
            return;
        }
        self.parts.entry(part).or_default().citations += 1;
        out.extend(read_citation(annotation).map(Event::Citation));
    }

    /// Takes the finished item: what of it was not told is told, and all parts end.
    pub(crate) fn done(&mut self, item: &Value, out: &mut Vec<Event>) {
        for (index, part) in (0..).zip(list_of(item, "content")) {
            match kind_of(part) {
                "output_text" | "text" => {
                    self.whole(index, Tone::Answer, text_of(part, "text"), out);
                }
                "refusal" => self.whole(index, Tone::Refusal, text_of(part, "refusal"), out),
                _ => continue,
            }
            let told = self.parts.get(&index).map_or(0, |told| told.citations);
            for annotation in list_of(part, "annotations").iter().skip(told) {
                self.cite(index, annotation, out);
            }
        }
        self.close(out);
    }

    /// Ends the open part.
    pub(crate) fn close(&mut self, out: &mut Vec<Event>) {
        if let Some(part) = self.open.take() {
            self.parts.entry(part).or_default().closed = true;
            out.push(Event::Close);
        }
    }

    /// Opens a part, unless it ended before.
    fn open(&mut self, part: u64, tone: Tone, out: &mut Vec<Event>) -> bool {
        if self.open == Some(part) {
            return true;
        }
        if self.parts.get(&part).is_some_and(|told| told.closed) {
            return false;
        }
        self.close(out);
        self.open = Some(part);
        out.push(Event::Open(match tone {
            Tone::Answer => Opening::Text,
            Tone::Refusal => Opening::Refusal,
        }));
        true
    }
}

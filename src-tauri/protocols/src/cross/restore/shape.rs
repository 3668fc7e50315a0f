//! One beginning, one end, and parts that hold something, one after the other.

use super::Step;
use crate::carrier::Carrier;
use crate::cross::replay;
use crate::event::{Event, Opening, Start};
use crate::part::{Kind, Part};

/// Keeps the grammar of events, whatever a reader says.
#[derive(Debug, Default)]
pub(super) struct Shape {
    has_begun: bool,
    is_over: bool,
    part: Open,
    has_words: bool,
    /// What the provider wants back with the part that follows, said behind words. When nothing follows it is left
    /// out: clients take the last part for the answer, and an empty thought would stand in its place.
    behind_words: Option<Carrier>,
}

/// The part that is open.
#[derive(Debug, Default)]
enum Open {
    #[default]
    None,
    /// It was announced and holds nothing yet; a part that stays empty is none.
    Announced(Opening),
    /// It was passed on.
    Passed,
}

impl Shape {
    pub(super) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Sets whether the answer is over, where its rounds and not its events say so.
    pub(super) fn set_over(&mut self, is_over: bool) {
        self.is_over = is_over;
    }

    fn begin(&mut self, start: Start, out: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.has_begun, true) {
            out.push(Event::Start(start));
        }
    }

    fn open(&mut self, opening: Opening, out: &mut Vec<Event>) {
        self.close(Event::Close, out);
        self.settle(out);
        self.part = match opening {
            Opening::Text | Opening::Refusal | Opening::Reasoning => Open::Announced(opening),
            Opening::Call(_) => {
                out.push(Event::Open(opening));
                Open::Passed
            }
        };
    }

    fn content(&mut self, event: Event, is_empty: bool, out: &mut Vec<Event>) {
        if is_empty {
            return;
        }
        match std::mem::replace(&mut self.part, Open::Passed) {
            Open::Announced(opening) => {
                self.has_words |= matches!(opening, Opening::Text | Opening::Refusal);
                out.push(Event::Open(opening));
            }
            Open::Passed => {}
            Open::None => {
                // What belongs to no part is no content.
                self.part = Open::None;
                return;
            }
        }
        out.push(event);
    }

    /// Words and calls have one form only: piece by piece.
    fn whole(&mut self, part: Part, out: &mut Vec<Event>) {
        match part.kind {
            Kind::Text(_) | Kind::Refusal(_) | Kind::Call(_) => {
                let mut pieces = Vec::new();
                replay::part(part, &mut pieces);
                for piece in pieces {
                    self.take(piece, out);
                }
            }
            Kind::Image(_)
            | Kind::Audio(_)
            | Kind::Document(_)
            | Kind::Reasoning(_)
            | Kind::Result(_)
            | Kind::Foreign(_) => out.push(Event::Whole(part)),
        }
    }

    fn close(&mut self, event: Event, out: &mut Vec<Event>) {
        match std::mem::take(&mut self.part) {
            Open::None => {}
            Open::Announced(opening) => {
                if let Event::CloseWith(carrier) = event {
                    if self.has_words {
                        self.behind_words = Some(carrier);
                    } else {
                        out.extend([Event::Open(opening), Event::CloseWith(carrier)]);
                    }
                }
            }
            Open::Passed => out.push(event),
        }
    }

    /// Says what was held back for the part that follows.
    fn settle(&mut self, out: &mut Vec<Event>) {
        if let Some(carrier) = self.behind_words.take() {
            out.extend([Event::Open(Opening::Reasoning), Event::CloseWith(carrier)]);
        }
    }
}

impl Step for Shape {
    fn take(&mut self, event: Event, out: &mut Vec<Event>) {
        if self.is_over {
            return;
        }
        // A provider that is alive or fails has not begun to answer.
        if !matches!(event, Event::Start(_) | Event::Alive | Event::Failed(_)) {
            self.begin(Start::default(), out);
        }
        match event {
            Event::Start(start) => self.begin(start, out),
            Event::Open(opening) => self.open(opening, out),
            Event::Text(ref text) | Event::Reasoning(ref text) | Event::Arguments(ref text) => {
                let is_empty = text.is_empty();
                self.content(event, is_empty, out);
            }
            Event::Citation(_) => self.content(event, false, out),
            Event::Close | Event::CloseWith(_) => self.close(event, out),
            Event::Whole(part) => {
                self.close(Event::Close, out);
                self.settle(out);
                self.whole(part, out);
            }
            Event::Failed(_) => {
                self.is_over = true;
                out.push(event);
            }
            Event::End => {
                self.close(Event::Close, out);
                self.is_over = true;
                out.push(event);
            }
            Event::Usage(_) | Event::Stop(_) | Event::Alive => out.push(event),
        }
    }
}

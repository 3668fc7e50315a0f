//! Gives an answer back what its request was changed in, and puts it in the shape that clients expect.
//!
//! Each concern is one step, a small machine that takes an event and says what becomes of it. All answers go
//! through them, those that came whole as well: a client cannot tell by the words how its answer came.

mod arguments;
mod blocks;
mod calls;
mod calls_in_text;
mod ending;
mod free_text;
mod shape;
#[cfg(test)]
mod tests;
mod thoughts;

use super::search::{Searched, Searches, Wanted};
use super::way_back::WayBack;
use super::{Thought, stop};
use crate::error::UpstreamError;
use crate::event::Event;
use crate::loss::Losses;
use crate::request::Turn;
use crate::usage::Usage;
use blocks::Blocks;
use calls::Calls;
use calls_in_text::CallsInText;
use ending::Ending;
pub(super) use ending::newest;
use shape::Shape;
use thoughts::Thoughts;

/// One concern of the way back.
pub(super) trait Step {
    /// Takes an event and adds what becomes of it to `out`.
    fn take(&mut self, event: Event, out: &mut Vec<Event>);
}

/// All steps, one behind the other.
#[derive(Debug)]
pub(super) struct Restore {
    shape: Shape,
    calls_in_text: Option<CallsInText>,
    calls: Calls,
    searches: Option<Searches>,
    thoughts: Thoughts,
    blocks: Blocks,
    ending: Ending,
    /// What lies between two steps; kept so that no event needs memory of its own.
    between: [Vec<Event>; 2],
}

/// What is known of an answer when it ended.
#[derive(Debug, Default)]
pub(super) struct Ended {
    pub(super) usage: Option<Usage>,
    pub(super) is_estimated: bool,
    pub(super) finish_reason: Option<String>,
    pub(super) is_whole: bool,
    pub(super) error: Option<UpstreamError>,
    pub(super) losses: Losses,
    pub(super) thoughts: Vec<(String, Thought)>,
}

impl Restore {
    pub(super) fn new(way: &WayBack) -> Self {
        Self {
            shape: Shape::default(),
            calls_in_text: way.quirks.calls_in_text.then(CallsInText::default),
            calls: Calls::new(way),
            searches: Searches::new(way),
            thoughts: Thoughts::new(way),
            blocks: Blocks::new(way.client),
            ending: Ending::new(way),
            between: [Vec::new(), Vec::new()],
        }
    }

    /// Takes the next event of the provider and adds those for the client to `out`.
    pub(super) fn take(&mut self, event: Event, out: &mut Vec<Event>) {
        let [here, there] = &mut self.between;
        self.shape.take(event, here);
        if let Some(in_text) = &mut self.calls_in_text {
            step(in_text, here, there);
        }
        step(&mut self.calls, here, there);
        if let Some(searches) = &mut self.searches {
            step(searches, here, there);
            if searches.wanted().is_some() {
                self.shape.set_over(false);
            }
        }
        self.finish(out);
    }

    /// The steps behind the searches.
    fn finish(&mut self, out: &mut Vec<Event>) {
        let [here, there] = &mut self.between;
        step(&mut self.thoughts, here, there);
        step(&mut self.blocks, here, there);
        for event in here.drain(..) {
            self.ending.take(event, out);
        }
    }

    /// The searches that the answer waits for, if it waits.
    pub(super) fn wanted(&self) -> Option<&[Wanted]> {
        self.searches.as_ref()?.wanted()
    }

    /// What was found; says whether the model is to be asked again.
    pub(super) fn found(&mut self, found: Vec<Searched>, out: &mut Vec<Event>) -> bool {
        let Some(searches) = &mut self.searches else {
            return false;
        };
        let goes_on = searches.found(found, &mut self.between[0]);
        self.shape.set_over(!goes_on);
        self.finish(out);
        goes_on
    }

    /// What was said and found so far, and whether the next round is the last one.
    pub(super) fn rounds(&self) -> (&[Turn], bool) {
        let searches = self.searches.as_ref();
        searches.map_or((&[], false), |searches| {
            (searches.turns(), searches.is_last())
        })
    }

    /// Whether the client was told that the answer begins.
    pub(super) fn has_begun(&self) -> bool {
        self.shape.has_begun()
    }

    /// The error that ended the answer, if one did.
    pub(super) fn error(&self) -> Option<&UpstreamError> {
        self.ending.error.as_ref()
    }

    /// What is known at the end.
    pub(super) fn ended(self) -> Ended {
        let mut losses = self.calls.losses;
        losses.absorb(self.blocks.losses);
        Ended {
            usage: self.ending.told_usage(),
            is_estimated: self.ending.is_estimated,
            finish_reason: (self.ending.told_stop())
                .map(|told| stop::word(told, self.ending.refuses, self.ending.client).to_owned()),
            is_whole: self.ending.is_whole,
            error: self.ending.error,
            losses,
            thoughts: self.thoughts.noted,
        }
    }
}

/// Takes all events one step on.
fn step(step: &mut dyn Step, here: &mut Vec<Event>, there: &mut Vec<Event>) {
    for event in here.drain(..) {
        step.take(event, there);
    }
    std::mem::swap(here, there);
}

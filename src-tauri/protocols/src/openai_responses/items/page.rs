//! What the writing of one request has at hand.

use crate::Protocol;
use crate::extra::{Extra, Place};
use crate::loss::{How, Losses, Weight};
use crate::openai_responses::OWN;
use crate::part::Part;
use crate::quirks::{CacheStyle, Quirks};

/// What the writing of one request has at hand.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    /// Whether the request came in this protocol: then nothing is added that the client did not say.
    pub(crate) own: bool,
    /// How the target differs from the book.
    pub(crate) quirks: &'a Quirks,
    /// What could not be said.
    pub(crate) losses: &'a mut Losses,
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The client, its instructions included.
    Client,
    /// The model.
    Model,
}

impl Side {
    /// The type of a text from this side.
    pub(crate) fn text_type(self) -> &'static str {
        match self {
            Self::Client => "input_text",
            Self::Model => "output_text",
        }
    }
}

impl Page<'_> {
    /// Whether marks of a prompt cache may be set.
    pub(crate) fn takes_marks(&self) -> bool {
        let is_asked = self.own || self.quirks.cache == CacheStyle::Breakpoint;
        is_asked && self.quirks.cache_hints
    }

    /// Notes that a field was left out.
    pub(crate) fn lose(&mut self, field: &str, weight: Weight) {
        self.losses.dropped(field, weight);
    }

    /// Notes that a part was left out, and why.
    pub(crate) fn lose_part(&mut self, part: &Part, why: &str) {
        let place = place_of(part.extra.origin());
        self.losses.add(place, How::Dropped, Weight::Notable, why);
    }

    /// Notes the fields that only another protocol has.
    pub(crate) fn lose_extra(&mut self, extra: &Extra, place: Place) {
        extra.note_lost(OWN, place, self.losses);
    }
}

/// Where parts stand in a protocol.
fn place_of(origin: Option<Protocol>) -> &'static str {
    match origin {
        None | Some(Protocol::Anthropic) => "messages[].content[]",
        Some(Protocol::OpenAi) => "messages[]",
        Some(Protocol::OpenAiResponses) => "input[]",
        Some(Protocol::Gemini) => "contents[].parts[]",
    }
}

//! Blocks that the client's protocol has no words for.

use super::Step;
use crate::Protocol;
use crate::cross::replay;
use crate::event::Event;
use crate::loss::{How, Losses, Weight};
use crate::part::{Foreign, Kind, Part, Source};

/// Says in words what the client could not read otherwise.
#[derive(Debug)]
pub(super) struct Blocks {
    pub(super) losses: Losses,
    client: Protocol,
}

impl Blocks {
    pub(super) fn new(client: Protocol) -> Self {
        Self {
            losses: Losses::default(),
            client,
        }
    }

    fn whole(&mut self, part: Part, out: &mut Vec<Event>) {
        match &part.kind {
            Kind::Foreign(foreign) => self.foreign(foreign),
            Kind::Image(media) if self.client != Protocol::Gemini => {
                return self.in_words("image", &media.source, out);
            }
            Kind::Audio(media) if self.client != Protocol::Gemini => {
                return self.in_words("audio", &media.source, out);
            }
            Kind::Document(document) if self.client != Protocol::Gemini => {
                return self.in_words("document", &document.source, out);
            }
            Kind::Text(_)
            | Kind::Refusal(_)
            | Kind::Image(_)
            | Kind::Audio(_)
            | Kind::Document(_)
            | Kind::Reasoning(_)
            | Kind::Call(_)
            | Kind::Result(_) => {}
        }
        let said = self.gist(&part);
        match said {
            Some(said) => replay::part(Part::text(said), out),
            None => out.push(Event::Whole(part)),
        }
    }

    /// The words of code that a Gemini model ran: it is part of what it says.
    fn gist(&self, part: &Part) -> Option<String> {
        match &part.kind {
            Kind::Foreign(foreign)
                if foreign.origin == Protocol::Gemini && self.client != Protocol::Gemini =>
            {
                foreign.gist.clone()
            }
            Kind::Text(_)
            | Kind::Refusal(_)
            | Kind::Image(_)
            | Kind::Audio(_)
            | Kind::Document(_)
            | Kind::Reasoning(_)
            | Kind::Call(_)
            | Kind::Result(_)
            | Kind::Foreign(_) => None,
        }
    }

    fn foreign(&mut self, foreign: &Foreign) {
        if foreign.origin == self.client {
            return;
        }
        let kind = foreign.value.get("type").and_then(|kind| kind.as_str());
        let field = format!("answer[].{}", kind.unwrap_or("part"));
        self.losses.dropped(field, Weight::Harmless);
    }

    fn in_words(&mut self, what: &str, source: &Source, out: &mut Vec<Event>) {
        let field = format!("answer[].{what}");
        self.losses
            .add(field, How::Replaced, Weight::Notable, "by a word");
        let words = match source {
            Source::Url { url, .. } => format!("[{what}: {url}]"),
            Source::Inline { mime, .. } if !mime.is_empty() => format!("[{what}: {mime}]"),
            Source::Text(text) => text.clone(),
            Source::Inline { .. } | Source::File(_) | Source::Parts(_) => format!("[{what}]"),
        };
        replay::part(Part::text(words), out);
    }
}

impl Step for Blocks {
    fn take(&mut self, event: Event, out: &mut Vec<Event>) {
        match event {
            Event::Whole(part) => self.whole(part, out),
            Event::Start(_)
            | Event::Open(_)
            | Event::Text(_)
            | Event::Citation(_)
            | Event::Reasoning(_)
            | Event::Arguments(_)
            | Event::Close
            | Event::CloseWith(_)
            | Event::Usage(_)
            | Event::Stop(_)
            | Event::Alive
            | Event::Failed(_)
            | Event::End => out.push(event),
        }
    }
}

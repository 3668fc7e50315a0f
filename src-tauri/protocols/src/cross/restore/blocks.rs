//! Blocks that the client's protocol has no words for.

use serde_json::Value;

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
    last: Last,
}

/// What was said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    /// The model's own words, which go on where they stopped.
    Words,
    /// A paragraph that stands for a block.
    Paragraph,
}

impl Blocks {
    pub(super) fn new(client: Protocol) -> Self {
        Self {
            losses: Losses::default(),
            client,
            last: Last::Nothing,
        }
    }

    fn whole(&mut self, part: Part, out: &mut Vec<Event>) {
        let mut part = part;
        let words = match &mut part.kind {
            Kind::Foreign(foreign) => self.foreign(foreign),
            Kind::Image(media) if !self.shows_images(&media.source) => {
                Some(self.in_words("image", &media.source))
            }
            Kind::Audio(media) if self.client != Protocol::Gemini => {
                Some(self.in_words("audio", &media.source))
            }
            Kind::Document(document) if self.client != Protocol::Gemini => {
                Some(self.in_words("document", &document.source))
            }
            Kind::Text(_)
            | Kind::Refusal(_)
            | Kind::Image(_)
            | Kind::Audio(_)
            | Kind::Document(_)
            | Kind::Reasoning(_)
            | Kind::Call(_)
            | Kind::Result(_) => None,
        };
        match words {
            Some(words) => replay::part(Part::text(words), out),
            None => out.push(Event::Whole(part)),
        }
    }

    /// Whether the client's protocol has a place for a picture in an answer.
    fn shows_images(&self, source: &Source) -> bool {
        match self.client {
            Protocol::Anthropic => false,
            Protocol::OpenAiResponses => matches!(source, Source::Inline { .. }),
            Protocol::OpenAi | Protocol::Gemini => true,
        }
    }

    /// The words of code that a Gemini model ran, for it is part of what it says. What else a provider's own tools
    /// did shows in the text that rests on it.
    fn foreign(&mut self, foreign: &mut Foreign) -> Option<String> {
        if foreign.origin == self.client {
            return None;
        }
        let kind = foreign.value.get("type").and_then(Value::as_str);
        let key = foreign
            .value
            .as_object()
            .and_then(|fields| fields.keys().next());
        let kind = kind.or(key.map(String::as_str)).unwrap_or("part");
        let field = format!("answer[].{kind}");
        if foreign.origin == Protocol::Gemini && foreign.gist.is_some() {
            self.losses
                .add(field, How::Replaced, Weight::Harmless, "by words");
        } else {
            self.losses.dropped(field, Weight::Harmless);
        }
        let gist = foreign.gist.take();
        let gist = gist.filter(|_| foreign.origin == Protocol::Gemini)?;
        let is_first = std::mem::replace(&mut self.last, Last::Paragraph) == Last::Nothing;
        Some(if is_first {
            gist
        } else {
            format!("\n\n{gist}")
        })
    }

    fn text(&mut self, text: String, out: &mut Vec<Event>) {
        let is_apart = !text.is_empty() && self.last == Last::Paragraph;
        if !text.is_empty() {
            self.last = Last::Words;
        }
        out.push(Event::Text(if is_apart {
            format!("\n\n{text}")
        } else {
            text
        }));
    }

    fn in_words(&mut self, what: &str, source: &Source) -> String {
        let field = format!("answer[].{what}");
        self.losses
            .add(field, How::Replaced, Weight::Notable, "by a word");
        match source {
            Source::Url { url, .. } => format!("[{what}: {url}]"),
            Source::Inline { mime, .. } if !mime.is_empty() => format!("[{what}: {mime}]"),
            Source::Text(text) => text.clone(),
            Source::Inline { .. } | Source::File(_) | Source::Parts(_) => format!("[{what}]"),
        }
    }
}

impl Step for Blocks {
    fn take(&mut self, event: Event, out: &mut Vec<Event>) {
        match event {
            Event::Whole(part) => self.whole(part, out),
            Event::Text(text) => self.text(text, out),
            Event::Start(_)
            | Event::Open(_)
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

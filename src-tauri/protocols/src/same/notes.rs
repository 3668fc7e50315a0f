//! What is read of an answer while it passes.

use std::ops::Range;

use serde_json::Value;

use crate::Protocol;
use crate::counts::Lean;
use crate::error::{UpstreamError, recognise_value};
use crate::json;
use crate::usage::{AnthropicUsage, Usage};

/// Longer beginnings than this are not worth comparing.
const PREFIX_ROOM: usize = 4096;

/// What an answer has told so far.
#[derive(Debug)]
pub(super) struct Notes {
    protocol: Protocol,
    pub(super) events: u64,
    pub(super) finish_reason: Option<String>,
    pub(super) is_terminal: bool,
    pub(super) is_closed: bool,
    pub(super) error: Option<UpstreamError>,
    anthropic: Option<AnthropicUsage>,
    /// The text of the last usage told; read at the end, for some providers repeat it in every event.
    usage: Vec<u8>,
    prefix: Vec<u8>,
    prefix_spot: Range<usize>,
}

impl Notes {
    pub(super) fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            events: 0,
            finish_reason: None,
            is_terminal: false,
            is_closed: false,
            error: None,
            anthropic: None,
            usage: Vec::new(),
            prefix: Vec::new(),
            prefix_spot: 0..0,
        }
    }

    /// Reads one event of a stream and tells where its data names the model.
    pub(super) fn read_event(&mut self, event: Option<&[u8]>, data: &[u8]) -> Option<Range<usize>> {
        self.events += 1;
        match self.protocol {
            Protocol::Anthropic => self.messages_event(event, data),
            Protocol::OpenAi => self.chat_event(event, data),
            Protocol::OpenAiResponses => self.responses_event(event, data),
            Protocol::Gemini => self.gemini_event(data),
        }
    }

    /// Reads a whole answer and tells where it names the model; nothing if it is not whole JSON.
    pub(super) fn read_body(&mut self, body: &[u8]) -> Option<Vec<Range<usize>>> {
        let start = json::whole(body)?;
        let spot = match self.protocol {
            Protocol::Anthropic => self.message(body, start),
            Protocol::OpenAi => self.completion(body, start),
            Protocol::OpenAiResponses => self.response(body, start),
            Protocol::Gemini if body[start] == b'[' => return Some(self.contents(body, start)),
            Protocol::Gemini => self.content(body, start),
        };
        Some(spot.into_iter().collect())
    }

    /// The usage of the whole answer.
    pub(super) fn usage(&self) -> Option<Usage> {
        match self.protocol {
            Protocol::Anthropic => self.anthropic.map(Usage::from),
            Protocol::OpenAi | Protocol::OpenAiResponses | Protocol::Gemini => {
                Usage::from_text(self.protocol, &self.usage)
            }
        }
    }

    /// Remembers the usage at `range`; the last one counts, but null or zeros never replace counts.
    pub(super) fn note_usage(&mut self, data: &[u8], range: Range<usize>) {
        let text = &data[range];
        let has_counts = text.iter().any(|byte| matches!(byte, b'1'..=b'9'));
        if self.protocol == Protocol::Anthropic {
            let merged = serde_json::from_slice(text)
                .ok()
                .and_then(|told: Lean<'_>| self.anthropic.unwrap_or_default().merged(&told));
            self.anthropic = merged.or(self.anthropic);
        } else if text.first() == Some(&b'{') && (has_counts || self.usage.is_empty()) {
            self.usage.clear();
            self.usage.extend_from_slice(text);
        }
    }

    /// Remembers that the closing event came, after which nothing does.
    pub(super) fn note_close(&mut self) {
        self.is_terminal = true;
        self.is_closed = true;
    }

    /// Remembers how the answer ended, if the string at `range` says so.
    pub(super) fn note_finish(&mut self, data: &[u8], range: Range<usize>) {
        let told = json::string_at(data, range).filter(|reason| !reason.is_empty());
        if told.is_some() {
            self.finish_reason = told;
            self.is_terminal = true;
        }
    }

    /// Remembers the first error that passed, if the value at `at` holds one.
    pub(super) fn note_error(&mut self, data: &[u8], at: usize) {
        self.note_recognised(data, at, 200);
    }

    /// Remembers the first error that passed, where the data is known to be one.
    pub(super) fn note_failure(&mut self, data: &[u8]) {
        self.note_recognised(data, json::skip_blank(data, 0), 500);
    }

    fn note_recognised(&mut self, data: &[u8], at: usize, status: u16) {
        if self.error.is_none() {
            let text = json::skip_value(data, at).map_or(&data[at..], |end| &data[at..end]);
            let value = serde_json::from_slice::<Value>(text).ok();
            self.error = value.and_then(|value| recognise_value(self.protocol, status, &value));
        }
    }

    /// Where the model is named, if the data begins as earlier data did up to that name.
    ///
    /// The events of a chat stream are the same up to there: one comparison saves the walk.
    pub(super) fn known_spot(&self, data: &[u8]) -> Option<Range<usize>> {
        let is_known = !self.prefix.is_empty() && data.starts_with(&self.prefix);
        is_known.then(|| self.prefix_spot.clone())
    }

    /// Remembers how data begins up to the model's name.
    pub(super) fn learn_spot(&mut self, data: &[u8], spot: &Range<usize>) {
        if spot.end <= PREFIX_ROOM {
            self.prefix.clear();
            self.prefix.extend_from_slice(&data[..spot.end]);
            self.prefix_spot = spot.clone();
        }
    }
}

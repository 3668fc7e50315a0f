//! Reads Gemini generateContent.

use std::ops::Range;

use super::notes::Notes;
use crate::json::{elements, is_present, members, skip_blank, value_of};

impl Notes {
    pub(super) fn gemini_event(&mut self, data: &[u8]) -> Option<Range<usize>> {
        let start = skip_blank(data, 0);
        // An error may come as a list of one.
        let start = elements(data, start)
            .next()
            .map_or(start, |first| first.start);
        self.content(data, start)
    }

    /// Reads a response or a chunk of one and tells where it names its model.
    pub(super) fn content(&mut self, data: &[u8], at: usize) -> Option<Range<usize>> {
        let mut model = None;
        for member in members(data, at) {
            match member.key {
                b"modelVersion" => model = Some(member.value),
                b"usageMetadata" => self.note_usage(data, member.value),
                b"candidates" => self.candidates(data, member.value.start),
                b"promptFeedback" => {
                    if let Some(reason) = value_of(data, member.value.start, "blockReason") {
                        self.note_finish(data, reason);
                    }
                }
                b"error" if is_present(data, member.value.clone()) => self.note_error(data, at),
                _ => {}
            }
        }
        model
    }

    /// Reads a streamed list of responses and tells where each names its model.
    pub(super) fn contents(&mut self, data: &[u8], at: usize) -> Vec<Range<usize>> {
        elements(data, at)
            .filter_map(|element| self.content(data, element.start))
            .collect()
    }

    fn candidates(&mut self, data: &[u8], at: usize) {
        for candidate in elements(data, at) {
            if let Some(reason) = value_of(data, candidate.start, "finishReason") {
                self.note_finish(data, reason);
            }
        }
    }
}

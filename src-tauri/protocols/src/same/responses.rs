//! Reads `OpenAI` Responses.

use std::ops::Range;

use super::notes::Notes;
use crate::json::{is_present, members, string_at, value_of};

impl Notes {
    pub(super) fn responses_event(
        &mut self,
        event: Option<&[u8]>,
        data: &[u8],
    ) -> Option<Range<usize>> {
        let kind = match value_of(data, 0, "type") {
            Some(range) => &data[range.start + 1..range.end.max(range.start + 2) - 1],
            None => event.unwrap_or_default(),
        };
        match kind {
            b"response.created" | b"response.queued" | b"response.in_progress" => {
                let response = value_of(data, 0, "response")?;
                value_of(data, response.start, "model")
            }
            b"response.completed" | b"response.incomplete" | b"response.failed" => {
                self.note_close();
                let response = value_of(data, 0, "response")?;
                self.response(data, response.start)
            }
            b"error" => {
                self.note_failure(data);
                None
            }
            _ => None,
        }
    }

    /// Reads a response object and tells where it names its model.
    pub(super) fn response(&mut self, data: &[u8], at: usize) -> Option<Range<usize>> {
        let (mut model, mut status, mut reason) = (None, None, None);
        for member in members(data, at) {
            match member.key {
                b"model" => model = Some(member.value),
                b"usage" => self.note_usage(data, member.value),
                b"status" => status = string_at(data, member.value),
                b"incomplete_details" => reason = value_of(data, member.value.start, "reason"),
                b"error" if is_present(data, member.value.clone()) => {
                    self.note_error(data, at);
                }
                _ => {}
            }
        }
        let reason = reason.and_then(|range| string_at(data, range));
        self.finish_reason = reason.or(status);
        model
    }
}

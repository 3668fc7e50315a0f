//! Reads Anthropic Messages.

use std::ops::Range;

use super::notes::Notes;
use crate::json::{members, string_at, value_of};

impl Notes {
    pub(super) fn messages_event(
        &mut self,
        event: Option<&[u8]>,
        data: &[u8],
    ) -> Option<Range<usize>> {
        // Some providers leave the event line out, others the type inside the data.
        let kind = match value_of(data, 0, "type") {
            Some(range) => &data[range.start + 1..range.end.max(range.start + 2) - 1],
            None => event.unwrap_or_default(),
        };
        match kind {
            b"message_start" => {
                let message = value_of(data, 0, "message")?;
                return self.message(data, message.start);
            }
            b"message_delta" => self.message_delta(data),
            b"message_stop" => self.note_close(),
            b"error" => self.note_failure(data),
            _ => {}
        }
        None
    }

    /// Reads a message object and tells where it names its model.
    pub(super) fn message(&mut self, data: &[u8], at: usize) -> Option<Range<usize>> {
        let mut model = None;
        for member in members(data, at) {
            match member.key {
                b"model" => model = Some(member.value),
                b"usage" => self.note_usage(data, member.value),
                b"stop_reason" => self.note_stop(data, member.value),
                b"error" => self.note_error(data, at),
                _ => {}
            }
        }
        model
    }

    fn message_delta(&mut self, data: &[u8]) {
        for member in members(data, 0) {
            match member.key {
                b"usage" => self.note_usage(data, member.value),
                b"delta" => {
                    if let Some(range) = value_of(data, member.value.start, "stop_reason") {
                        self.note_stop(data, range);
                    }
                }
                _ => {}
            }
        }
    }

    /// Here a stop reason does not end the stream: `message_stop` does.
    fn note_stop(&mut self, data: &[u8], range: Range<usize>) {
        self.finish_reason = string_at(data, range).or_else(|| self.finish_reason.take());
    }
}

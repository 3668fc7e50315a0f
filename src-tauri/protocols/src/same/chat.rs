//! Reads Chat Completions and what is compatible with them.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::notes::Notes;
use crate::json::{elements, is_present, members, skip_blank, value_of};

/// The keys that make a chunk worth reading.
static TELLING: LazyLock<[Finder<'static>; 4]> = LazyLock::new(|| {
    [
        Finder::new("\"finish_reason\""),
        Finder::new("\"usage\""),
        Finder::new("\"error\""),
        Finder::new("\"base_resp\""),
    ]
});

impl Notes {
    pub(super) fn chat_event(&mut self, event: Option<&[u8]>, data: &[u8]) -> Option<Range<usize>> {
        if data.starts_with(b"[DONE]") {
            self.note_close();
            return None;
        }
        if event == Some(b"error") {
            self.note_failure(data);
        }
        let known = self.known_spot(data);
        let unread = known.as_ref().map_or(0, |spot| spot.end);
        if tells(&data[unread..]) {
            self.completion(data, 0);
        }
        known.or_else(|| {
            let spot = value_of(data, 0, "model")?;
            self.learn_spot(data, &spot);
            Some(spot)
        })
    }

    /// Reads a completion or a chunk of one and tells where it names its model.
    pub(super) fn completion(&mut self, data: &[u8], at: usize) -> Option<Range<usize>> {
        let mut model = None;
        for member in members(data, at) {
            match member.key {
                b"model" => model = Some(member.value),
                b"usage" => self.note_usage(data, member.value),
                b"choices" => self.choices(data, member.value.start),
                b"x_groq" => {
                    if let Some(usage) = value_of(data, member.value.start, "usage") {
                        self.note_usage(data, usage);
                    }
                }
                b"error" if is_present(data, member.value.clone()) => self.note_error(data, at),
                b"object" if data[member.value.clone()] == *b"\"error\"" => {
                    self.note_error(data, at);
                }
                b"base_resp" if is_bad_base(data, member.value.start) => self.note_error(data, at),
                b"success" if data[member.value.clone()] == *b"false" => self.note_error(data, at),
                _ => {}
            }
        }
        model
    }

    fn choices(&mut self, data: &[u8], at: usize) {
        for choice in elements(data, at) {
            for member in members(data, choice.start) {
                match member.key {
                    b"finish_reason" => self.note_finish(data, member.value),
                    b"usage" => self.note_usage(data, member.value),
                    _ => {}
                }
            }
        }
    }
}

/// `MiniMax` tells of failures in an answer that is otherwise a success.
fn is_bad_base(data: &[u8], at: usize) -> bool {
    value_of(data, at, "status_code").is_some_and(|code| data[code] != *b"0")
}

/// Whether any telling key has a value other than null.
fn tells(data: &[u8]) -> bool {
    TELLING.iter().any(|key| {
        key.find_iter(data).any(|at| {
            let colon = skip_blank(data, at + key.needle().len());
            let value = skip_blank(data, colon + 1);
            !data.get(value..).unwrap_or_default().starts_with(b"null")
        })
    })
}

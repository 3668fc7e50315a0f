//! What a client must not read in the words of an error.

use std::fmt;

use crate::error::UpstreamError;
use crate::event::Event;

/// Shorter ones are the dummies that local servers want: no secrets, and they stand in many words.
const LEAST_CHARS: usize = 6;
/// What stands in their place.
const INSTEAD: &str = "…";

/// The provider's keys.
#[derive(Default)]
pub(super) struct Hidden(Vec<String>);

impl Hidden {
    pub(super) fn new(mut secrets: Vec<String>) -> Self {
        secrets.retain(|secret| secret.chars().count() >= LEAST_CHARS);
        // A key may be the beginning of another one.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(secrets)
    }

    /// The event with nothing of them in its words, if it is an error.
    pub(super) fn out_of_event(&self, event: Event) -> Event {
        let Event::Failed(error) = event else {
            return event;
        };
        Event::Failed(self.out_of(error))
    }

    fn out_of(&self, error: UpstreamError) -> UpstreamError {
        UpstreamError {
            kind: error.kind,
            code: error.code.map(|code| self.without(code)),
            message: self.without(error.message),
        }
    }

    fn without(&self, text: String) -> String {
        let found = self.0.iter().filter(|secret| text.contains(*secret));
        let found: Vec<&String> = found.collect();
        found
            .into_iter()
            .fold(text, |text, secret| text.replace(secret, INSTEAD))
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Hidden({})", self.0.len())
    }
}

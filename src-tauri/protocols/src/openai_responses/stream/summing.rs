//! An answer that sums a conversation up: its text becomes the one item that stands for the conversation.

use crate::error::{ErrorKind, UpstreamError};
use crate::event::Event;
use crate::openai_responses::compact;

/// The summary as far as it was heard.
#[derive(Debug, Default)]
pub(super) struct Summary {
    text: String,
}

impl Summary {
    /// Takes a step of the answer; gives what of it the client is told.
    ///
    /// Thoughts and calls are left out. The item is told with the stop, which comes once and right before the end.
    pub(super) fn hear(&mut self, event: Event) -> Option<Event> {
        match event {
            Event::Text(delta) => {
                self.text.push_str(&delta);
                None
            }
            Event::Whole(part) => {
                self.text.push_str(part.as_text().unwrap_or_default());
                None
            }
            Event::Stop(_) => Some(self.item()),
            Event::Open(_)
            | Event::Citation(_)
            | Event::Reasoning(_)
            | Event::Arguments(_)
            | Event::Close
            | Event::CloseWith(_) => None,
            Event::Start(_) | Event::Usage(_) | Event::Alive | Event::Failed(_) | Event::End => {
                Some(event)
            }
        }
    }

    /// The item; a model that said nothing did not sum anything up.
    fn item(&mut self) -> Event {
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return Event::Failed(UpstreamError {
                kind: ErrorKind::Upstream,
                code: None,
                message: "the model gave no summary of the conversation".to_owned(),
            });
        }
        Event::Whole(compact::summed_up(text.trim()))
    }
}

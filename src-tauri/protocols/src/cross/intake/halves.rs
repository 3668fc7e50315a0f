//! Characters that a provider cut in two.
//!
//! JSON escapes write a character beyond the first 65,536 as two halves, and some providers send one half in one
//! event and the other in the next. Alone they are no text, and no JSON reader takes them.

use std::borrow::Cow;

use crate::event::Event;
use crate::json;

/// The first half of all, and the mark that stands for it: the last 2,048 characters there are mean nothing.
const FIRST: u16 = 0xD800;
const FIRST_MARK: u32 = 0x10_F800;
/// How long an escape is: `\ud83d`.
const ESCAPE_LEN: usize = 6;
const LOST: char = '\u{FFFD}';

/// JSON text in which single halves became marks, which [`Halves::join`] knows.
pub(super) fn marked(text: &str) -> Cow<'_, str> {
    let lone = json::lone_halves(text.as_bytes());
    if lone.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    for at in lone {
        let end = at + ESCAPE_LEN;
        out.push_str(&text[kept..at]);
        out.push(mark(&text[end - 4..end]));
        kept = end;
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

/// The mark of the half with these digits.
fn mark(digits: &str) -> char {
    let half = u32::from_str_radix(digits, 16).unwrap_or_default();
    let offset = half.checked_sub(u32::from(FIRST));
    offset
        .and_then(|offset| char::from_u32(FIRST_MARK + offset))
        .unwrap_or(LOST)
}

/// The half that a mark stands for.
fn half(mark: char) -> Option<u16> {
    let offset = u32::from(mark).checked_sub(FIRST_MARK)?;
    Some(FIRST + u16::try_from(offset).ok()?)
}

/// What makes an event of a text.
type Kind = fn(String) -> Event;

/// Joins halves that came in two events.
#[derive(Debug, Default)]
pub(super) struct Halves {
    /// A first half, and the kind of event it was in.
    waiting: Option<(u16, Kind)>,
}

impl Halves {
    /// Puts events in order whose texts may hold marks.
    pub(super) fn join(&mut self, events: &mut Vec<Event>) {
        for event in std::mem::take(events) {
            match event {
                Event::Text(text) => self.text(&text, Event::Text, events),
                Event::Reasoning(text) => self.text(&text, Event::Reasoning, events),
                Event::Arguments(text) => self.text(&text, Event::Arguments, events),
                event @ (Event::Start(_) | Event::Usage(_) | Event::Stop(_) | Event::Alive) => {
                    events.push(event);
                }
                event @ (Event::Open(_)
                | Event::Citation(_)
                | Event::Close
                | Event::CloseWith(_)
                | Event::Whole(_)
                | Event::Failed(_)
                | Event::End) => {
                    self.give_up(events);
                    events.push(event);
                }
            }
        }
    }

    fn give_up(&mut self, events: &mut Vec<Event>) {
        events.extend(self.waiting.take().map(|(_, kind)| kind(LOST.to_string())));
    }

    fn text(&mut self, text: &str, kind: Kind, events: &mut Vec<Event>) {
        let mut out = String::with_capacity(text.len());
        for char in text.chars() {
            match (self.waiting.take(), half(char)) {
                (None, None) => out.push(char),
                (None, Some(half)) => self.half(half, kind, &mut out),
                (Some(_), None) => out.extend([LOST, char]),
                (Some((first, _)), Some(second)) if second >= 0xDC00 => {
                    out.extend(
                        char::decode_utf16([first, second]).map(|char| char.unwrap_or(LOST)),
                    );
                }
                (Some(_), Some(second)) => {
                    out.push(LOST);
                    self.half(second, kind, &mut out);
                }
            }
        }
        if !out.is_empty() {
            events.push(kind(out));
        }
    }

    fn half(&mut self, half: u16, kind: Kind, out: &mut String) {
        if half < 0xDC00 {
            self.waiting = Some((half, kind));
        } else {
            out.push(LOST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Halves, marked};
    use crate::event::Event;

    fn parsed(json: &str) -> String {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn p059_halves_in_two_deltas_become_one_character() {
        let texts = [r#""a\ud83d""#, r#""\ude00b""#, r#""c\ud83d""#];
        let mut halves = Halves::default();
        let mut out = String::new();
        for json in texts {
            let mut events = vec![Event::Text(parsed(&marked(json)))];
            halves.join(&mut events);
            for event in events {
                let Event::Text(text) = event else { panic!() };
                out.push_str(&text);
            }
        }
        assert!(halves.waiting.is_some());
        let mut events = vec![Event::Close];
        halves.join(&mut events);

        assert_eq!(out, "a😀bc");
        assert_eq!(events, [Event::Text("\u{FFFD}".into()), Event::Close]);
    }
}

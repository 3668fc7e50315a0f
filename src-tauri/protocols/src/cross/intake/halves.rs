//! Characters that a provider cut in two.
//!
//! JSON escapes write a character beyond the first 65,536 as two halves, and some providers send one half in one
//! event and the other in the next. Alone they are no text, and no JSON reader takes them.

use std::borrow::Cow;

use crate::event::Event;

/// The first half of all, and the mark that stands for it: the last 2,048 characters there are mean nothing.
const FIRST: u16 = 0xD800;
const FIRST_MARK: u32 = 0x10_F800;
const LOST: char = '\u{FFFD}';

/// JSON text in which single halves became replacement characters.
pub(in crate::cross) fn mended(text: &str) -> Cow<'_, str> {
    rewritten(text, |_| LOST)
}

/// JSON text in which single halves became marks, which [`Halves::join`] knows.
pub(super) fn marked(text: &str) -> Cow<'_, str> {
    rewritten(text, mark)
}

fn mark(half: u16) -> char {
    char::from_u32(FIRST_MARK + u32::from(half - FIRST)).unwrap_or(LOST)
}

/// The half that a mark stands for.
fn half(mark: char) -> Option<u16> {
    let offset = u32::from(mark).checked_sub(FIRST_MARK)?;
    Some(FIRST + u16::try_from(offset).ok()?)
}

fn rewritten(text: &str, char_for: impl Fn(u16) -> char) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let is_suspect = |with: &[u8]| memchr::memmem::find(bytes, with).is_some();
    if !is_suspect(b"\\ud") && !is_suspect(b"\\uD") {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
        let start = at + found;
        let (len, lone) = escape_at(&bytes[start..]);
        if let Some(half) = lone {
            out.push_str(&text[kept..start]);
            out.push(char_for(half));
            kept = start + len;
        }
        at = (start + len).min(bytes.len());
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

/// How many bytes the escape at the beginning takes, and the half it is, if it stands alone.
fn escape_at(bytes: &[u8]) -> (usize, Option<u16>) {
    let Some(first) = unit_at(bytes) else {
        return (2, None);
    };
    let pairs = || unit_at(&bytes[6..]).is_some_and(|second| (0xDC00..0xE000).contains(&second));
    match first {
        0xD800..0xDC00 if pairs() => (12, None),
        0xD800..0xE000 => (6, Some(first)),
        _ => (6, None),
    }
}

fn unit_at(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
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

    /// Whether a half waits for the next event.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.is_some()
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
    use super::{Halves, marked, mended};
    use crate::event::Event;

    fn parsed(json: &str) -> String {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn only_single_halves_are_mended() {
        for (json, expected) in [
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\ud83d""#, "\u{FFFD}"),
            (r#""\uDE00x""#, "\u{FFFD}x"),
            (r#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
            (r#""\\ud83d""#, "\\ud83d"),
            (r#""\\\ud83d\n""#, "\\\u{FFFD}\n"),
        ] {
            assert_eq!(parsed(&mended(json)), expected, "{json}");
        }
        for untouched in [r#""\ud8""#, r#""\"#, r#""\ud83d\u"#, r#""\ud83d\"#] {
            mended(untouched);
        }
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
        assert!(halves.is_waiting());
        let mut events = vec![Event::Close];
        halves.join(&mut events);

        assert_eq!(out, "a😀bc");
        assert_eq!(events, [Event::Text("\u{FFFD}".into()), Event::Close]);
    }
}

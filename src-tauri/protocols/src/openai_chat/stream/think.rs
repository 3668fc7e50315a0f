//! Thoughts that a model puts among its words, between tags.

/// The tags, opening and closing.
const TAGS: [(&str, &str); 2] = [("<think>", "</think>"), ("<mm:think>", "</mm:think>")];

/// A piece of what the model said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::openai_chat) enum Piece {
    /// Words.
    Text(String),
    /// A thought.
    Thought(String),
}

/// Tells thoughts from words, whatever pieces they come in.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    is_thinking: bool,
    /// What may be the beginning of a tag.
    held: String,
    /// Whether a tag was just read: the line ends behind it belong to neither side.
    is_after_tag: bool,
}

impl Splitter {
    /// Takes the next words.
    pub(super) fn push(&mut self, text: &str, out: &mut Vec<Piece>) {
        let held = std::mem::take(&mut self.held);
        let joined = held + text;
        let mut rest = joined.as_str();
        while let Some((at, tag, opens)) = next_tag(rest) {
            self.say(&rest[..at], out);
            self.is_thinking = opens;
            self.is_after_tag = true;
            rest = &rest[at + tag..];
        }
        let sure = rest.len() - begun_tag(rest);
        self.say(&rest[..sure], out);
        rest[sure..].clone_into(&mut self.held);
    }

    /// Nothing more comes: what looked like the beginning of a tag is none.
    pub(super) fn finish(&mut self, out: &mut Vec<Piece>) {
        let held = std::mem::take(&mut self.held);
        self.say(&held, out);
    }

    fn say(&mut self, text: &str, out: &mut Vec<Piece>) {
        let text = if self.is_after_tag {
            text.trim_start_matches(['\n', '\r'])
        } else {
            text
        };
        if text.is_empty() {
            return;
        }
        self.is_after_tag = false;
        out.push(if self.is_thinking {
            Piece::Thought(text.to_owned())
        } else {
            Piece::Text(text.to_owned())
        });
    }
}

/// The first tag: where it is, how long, and whether it opens.
fn next_tag(text: &str) -> Option<(usize, usize, bool)> {
    text.match_indices('<').find_map(|(at, _)| {
        let here = &text[at..];
        TAGS.iter().find_map(|(open, close)| {
            let opens = here.starts_with(open);
            let tag = if opens { open } else { close };
            here.starts_with(tag).then_some((at, tag.len(), opens))
        })
    })
}

/// How many bytes at the end may be the beginning of a tag.
fn begun_tag(text: &str) -> usize {
    let Some(at) = text.rfind('<') else {
        return 0;
    };
    let end = &text[at..];
    let begins = |tag: &str| tag.starts_with(end);
    let is_begun = TAGS
        .iter()
        .any(|(open, close)| begins(open) || begins(close));
    if is_begun { end.len() } else { 0 }
}

/// The thought in a whole answer, and its words; a closing tag alone ends a thought that began unsaid.
pub(in crate::openai_chat) fn split_whole(text: &str) -> (Option<String>, String) {
    let mut splitter = Splitter {
        is_thinking: matches!(next_tag(text), Some((_, _, false))),
        ..Splitter::default()
    };
    let mut pieces = Vec::new();
    splitter.push(text, &mut pieces);
    splitter.finish(&mut pieces);
    let (mut thought, mut words) = (None, String::new());
    for piece in pieces {
        match piece {
            Piece::Text(text) => words.push_str(&text),
            Piece::Thought(text) => thought.get_or_insert_with(String::new).push_str(&text),
        }
    }
    (thought, words)
}

#[cfg(test)]
mod tests {
    use super::{Piece, Splitter, split_whole};

    fn split(pieces: &[&str]) -> (String, String) {
        let (mut splitter, mut out) = (Splitter::default(), Vec::new());
        for piece in pieces {
            splitter.push(piece, &mut out);
        }
        splitter.finish(&mut out);
        let (mut thought, mut words) = (String::new(), String::new());
        for piece in out {
            match piece {
                Piece::Text(text) => words.push_str(&text),
                Piece::Thought(text) => thought.push_str(&text),
            }
        }
        (thought, words)
    }

    #[test]
    fn p195_tags_are_found_wherever_they_are_cut() {
        let wire = "<mm:think>\nhm <b>\n</mm:think>\n\na < b <think>x</think>y";
        let expected = ("hm <b>\nx".to_owned(), "a < b y".to_owned());
        assert_eq!(split(&[wire]), expected);
        for cut in 0..wire.len() {
            assert_eq!(
                split(&[&wire[..cut], &wire[cut..]]),
                expected,
                "cut at {cut}"
            );
        }
        let letters: Vec<&str> = wire.split("").collect();
        assert_eq!(split(&letters), expected);
    }

    #[test]
    fn p195_an_orphan_closing_tag_is_never_shown() {
        assert_eq!(split(&["hm</thi", "nk>ok"]), (String::new(), "hmok".into()));
        assert_eq!(
            split_whole("hm</think>\nok"),
            (Some("hm".into()), "ok".into())
        );
    }

    #[test]
    fn what_only_looks_like_a_tag_is_words() {
        let words = "if a <thin and b </ think> <";
        assert_eq!(split(&[words]), (String::new(), words.into()));
        assert_eq!(split_whole(words), (None, words.into()));
    }
}

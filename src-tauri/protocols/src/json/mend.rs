//! Halves of characters that stand alone.
//!
//! JavaScript cuts texts between the two halves of an emoji and writes `"\ud83d"`, which no strict parser reads.

use std::borrow::Cow;

use memchr::memmem;

/// What stands for a half without its other half; as long as the escape it replaces.
const REPLACEMENT: &[u8; 6] = b"\\ufffd";

/// The text with each escaped half that stands alone replaced by U+FFFD; the text itself if there is none.
pub(crate) fn mended(text: &[u8]) -> Cow<'_, [u8]> {
    let lone = lone_halves(text);
    if lone.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut mended = text.to_vec();
    for at in lone {
        mended[at..at + REPLACEMENT.len()].copy_from_slice(REPLACEMENT);
    }
    Cow::Owned(mended)
}

/// Where the escapes of lone halves begin.
pub(crate) fn lone_halves(text: &[u8]) -> Vec<usize> {
    let mut lone = Vec::new();
    let mut done = 0;
    for at in memmem::find_iter(text, b"\\u") {
        if at < done || is_escaped(text, at) {
            continue;
        }
        done = at + 2;
        match half(text, at) {
            Some(Half::High) if half(text, at + 6) == Some(Half::Low) => done = at + 12,
            Some(Half::High | Half::Low) => lone.push(at),
            None => {}
        }
    }
    lone
}

/// Which half of a character an escape says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    High,
    Low,
}

/// The half whose escape begins at `at`, if there is one.
fn half(text: &[u8], at: usize) -> Option<Half> {
    let escape = text.get(at..at + 6)?;
    let digits = std::str::from_utf8(escape.strip_prefix(b"\\u")?).ok()?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xD800..=0xDBFF => Some(Half::High),
        0xDC00..=0xDFFF => Some(Half::Low),
        _ => None,
    }
}

/// Whether the backslash at `at` is itself the escaped one of `\\`.
fn is_escaped(text: &[u8], at: usize) -> bool {
    let before = text[..at].iter().rev();
    before.take_while(|byte| **byte == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::mended;

    #[test]
    fn p058_lone_halves_become_the_replacement_character() {
        for (text, right) in [
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""a\uDE00b""#, r#""a\ufffdb""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#),
            (r#""\\\ud83d""#, r#""\\\ufffd""#),
        ] {
            let text = mended(text.as_bytes()).into_owned();
            assert_eq!(text, right.as_bytes());
            assert!(serde_json::from_slice::<serde_json::Value>(&text).is_ok());
        }
    }

    #[test]
    fn whole_characters_and_escaped_backslashes_are_left_alone() {
        for text in [
            r#""\ud83d\ude00""#,
            r#""\\ud83d""#,
            r#""\u00e9""#,
            r#""\u12""#,
        ] {
            assert!(matches!(
                mended(text.as_bytes()),
                std::borrow::Cow::Borrowed(_)
            ));
        }
    }
}

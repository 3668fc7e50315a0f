//! Walks JSON text without building a tree.
//!
//! The walk is lenient: it finds its way through what is balanced and leaves judging the rest to the parser
//! at the other end.

mod mend;
mod walk;

use memchr::memchr;

pub(crate) use mend::{lone_halves, mended};
pub(crate) use walk::{elements, is_present, members, string_at, value_of};

/// What a byte means outside of strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Blank,
    Quote,
    Open,
    Close,
    Comma,
    Colon,
    /// Part of a number, `true`, `false` or `null`.
    Word,
    /// Nothing that JSON knows.
    Alien,
}

/// The class of every byte.
pub(crate) const CLASS: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut table = [Class::Alien; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = match byte {
            b' ' | b'\t' | b'\n' | b'\r' => Class::Blank,
            b'"' => Class::Quote,
            b'{' | b'[' => Class::Open,
            b'}' | b']' => Class::Close,
            b',' => Class::Comma,
            b':' => Class::Colon,
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.' => Class::Word,
            _ => Class::Alien,
        };
        byte += 1;
    }
    table
}

/// The class of one byte.
pub(crate) fn class(byte: u8) -> Class {
    CLASS[usize::from(byte)]
}

/// Where a string that began earlier ends.
pub(crate) enum Quote {
    /// The position of the closing quote.
    At(usize),
    /// Not in these bytes; whether the first byte of the next ones is escaped.
    Beyond(bool),
}

/// Finds the quote that closes a string whose text goes on at `from`.
///
/// Looks for quotes only and counts the backslashes in front of each: texts hold far more `\n` than `\"`.
pub(crate) fn closing_quote(bytes: &[u8], from: usize, escaped: bool) -> Quote {
    let mut start = from;
    let mut escaped = escaped;
    while let Some(quote) = quote_from(bytes, start) {
        if !ends_escaped(&bytes[start..quote], escaped) {
            return Quote::At(quote);
        }
        start = quote + 1;
        escaped = false;
    }
    Quote::Beyond(ends_escaped(&bytes[start..], escaped))
}

/// The first quote at or after `start`.
///
/// Keys are short and quoted code is full of `\"`: most quotes are near, and a call of memchr costs more than
/// looking at two words.
fn quote_from(bytes: &[u8], start: usize) -> Option<usize> {
    const NEAR: usize = 2;
    const LOW: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    const QUOTES: u64 = u64::from_le_bytes([b'"'; 8]);
    let rest = &bytes[start..];
    let (words, _) = rest.as_chunks::<8>();
    let near = &words[..words.len().min(NEAR)];
    for (index, word) in near.iter().enumerate() {
        let zero_at_quote = u64::from_le_bytes(*word) ^ QUOTES;
        let marks = zero_at_quote.wrapping_sub(LOW) & !zero_at_quote & HIGH;
        if marks != 0 {
            return Some(start + 8 * index + marks.trailing_zeros() as usize / 8);
        }
    }
    let far = start + 8 * near.len();
    Some(far + memchr(b'"', &bytes[far..])?)
}

/// Whether what follows `text` is escaped, given whether the first byte of `text` is.
fn ends_escaped(text: &[u8], first_escaped: bool) -> bool {
    let run = text.iter().rev().take_while(|byte| **byte == b'\\').count();
    let reaches_back = run == text.len() && first_escaped;
    (run % 2 == 1) != reaches_back
}

/// The first position at or after `at` that is not white space.
pub(crate) fn skip_blank(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest
        .iter()
        .take_while(|byte| class(**byte) == Class::Blank)
        .count()
}

/// The position after the value that begins at `at`, unless the text ends first.
pub(crate) fn skip_value(bytes: &[u8], at: usize) -> Option<usize> {
    match class(*bytes.get(at)?) {
        Class::Quote => skip_string(bytes, at),
        Class::Open => skip_nested(bytes, at),
        Class::Word => {
            let word = bytes[at..]
                .iter()
                .take_while(|byte| class(**byte) == Class::Word);
            Some(at + word.count())
        }
        Class::Blank | Class::Close | Class::Comma | Class::Colon | Class::Alien => None,
    }
}

fn skip_string(bytes: &[u8], at: usize) -> Option<usize> {
    match closing_quote(bytes, at + 1, false) {
        Quote::At(quote) => Some(quote + 1),
        Quote::Beyond(_) => None,
    }
}

fn skip_nested(bytes: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = from;
    loop {
        match class(*bytes.get(at)?) {
            Class::Quote => {
                at = skip_string(bytes, at)?;
                continue;
            }
            Class::Open => depth += 1,
            Class::Close => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            Class::Blank | Class::Comma | Class::Colon | Class::Word | Class::Alien => {}
        }
        at += 1;
    }
}

/// Where the one array or object begins that is all of the text, unless it is something else or cut.
pub(crate) fn whole(bytes: &[u8]) -> Option<usize> {
    let start = skip_blank(bytes, 0);
    if class(*bytes.get(start)?) != Class::Open {
        return None;
    }
    let end = skip_value(bytes, start)?;
    (skip_blank(bytes, end) == bytes.len()).then_some(start)
}

/// The text as a JSON string, with its quotes.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

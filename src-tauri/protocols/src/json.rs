//! Walks JSON text without building a tree.
//!
//! The walk is lenient: it finds its way through what is balanced and leaves judging the rest to the parser
//! at the other end.

use std::ops::Range;

use memchr::memchr;

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

/// A key, as written between its quotes, and where its value lies.
pub(crate) struct Member<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) value: Range<usize>,
}

/// The members of the object that begins at `at`, in order; none if there is no object.
pub(crate) fn members(bytes: &[u8], at: usize) -> Members<'_> {
    let at = skip_blank(bytes, at);
    let is_object = bytes.get(at) == Some(&b'{');
    Members {
        bytes,
        at: if is_object { at + 1 } else { bytes.len() },
    }
}

/// Goes through the members of an object.
pub(crate) struct Members<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        let at = next_item(self.bytes, self.at);
        if self.bytes.get(at) == Some(&b'}') {
            self.at = self.bytes.len();
            return None;
        }
        let member = member(self.bytes, at);
        self.at = member
            .as_ref()
            .map_or(self.bytes.len(), |member| member.value.end);
        member
    }
}

fn member(bytes: &[u8], at: usize) -> Option<Member<'_>> {
    if *bytes.get(at)? != b'"' {
        return None;
    }
    let after_key = skip_string(bytes, at)?;
    let colon = skip_blank(bytes, after_key);
    if *bytes.get(colon)? != b':' {
        return None;
    }
    let start = skip_blank(bytes, colon + 1);
    let end = skip_value(bytes, start)?;
    Some(Member {
        key: &bytes[at + 1..after_key - 1],
        value: start..end,
    })
}

/// Where the elements of the array that begins at `at` lie; none if there is no array.
pub(crate) fn elements(bytes: &[u8], at: usize) -> Elements<'_> {
    let at = skip_blank(bytes, at);
    let is_array = bytes.get(at) == Some(&b'[');
    Elements {
        bytes,
        at: if is_array { at + 1 } else { bytes.len() },
    }
}

/// Goes through the elements of an array.
pub(crate) struct Elements<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Iterator for Elements<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let start = next_item(self.bytes, self.at);
        let end = skip_value(self.bytes, start);
        self.at = end.unwrap_or(self.bytes.len());
        Some(start..end?)
    }
}

fn next_item(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest
        .iter()
        .take_while(|byte| matches!(class(**byte), Class::Blank | Class::Comma))
        .count()
}

/// Where the value of `key` lies in the object that begins at `at`.
pub(crate) fn value_of(bytes: &[u8], at: usize, key: &str) -> Option<Range<usize>> {
    members(bytes, at)
        .find(|member| member.key == key.as_bytes())
        .map(|member| member.value)
}

/// Reads the string at `range`; nothing if there is another kind of value.
pub(crate) fn string_at(bytes: &[u8], range: Range<usize>) -> Option<String> {
    let text = bytes.get(range)?;
    if text.first() != Some(&b'"') {
        return None;
    }
    serde_json::from_slice(text).ok()
}

/// Whether the value at `range` is something other than `null`.
pub(crate) fn is_present(bytes: &[u8], range: Range<usize>) -> bool {
    bytes.get(range).is_some_and(|text| text != b"null")
}

/// The text as a JSON string, with its quotes.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::{elements, members, string_at, value_of};

    #[test]
    fn only_the_members_of_the_object_itself_are_found() {
        let text = br#" {"a" : {"model":"no"}, "b\"}":[1,"]"] ,"model":"yes"} "#;

        let found = value_of(text, 0, "model").unwrap();

        assert_eq!(string_at(text, found).as_deref(), Some("yes"));
        assert_eq!(members(text, 0).count(), 3);
    }

    #[test]
    fn a_cut_member_is_left_out() {
        assert_eq!(members(br#"{"a":1,"b":{"c":"#, 0).count(), 1);
    }

    #[test]
    fn the_elements_of_an_array_are_found() {
        let text = br#"[ {"a":[1,2]}, "x,]" ,3]"#;
        let found: Vec<_> = elements(text, 0).map(|range| &text[range]).collect();

        assert_eq!(found, [&br#"{"a":[1,2]}"#[..], &br#""x,]""#[..], &b"3"[..]]);
    }
}

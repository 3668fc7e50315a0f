//! Finds members and elements in JSON text.

use std::ops::Range;

use super::{Class, class, skip_blank, skip_string, skip_value};

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

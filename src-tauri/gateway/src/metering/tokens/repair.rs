//! Half characters in JSON strings.

const REPLACEMENT: &[u8] = br"\ufffd";

/// Replaces `\ud83d` and the like that lack their other half; none when there are none.
pub(super) fn lone_surrogates(json: &[u8]) -> Option<Vec<u8>> {
    let mut repaired = Vec::with_capacity(json.len());
    let mut found = false;
    let mut rest = json;
    while let Some(backslash) = memchr::memchr(b'\\', rest) {
        repaired.extend_from_slice(&rest[..backslash]);
        rest = &rest[backslash..];
        let keep = match (half(rest), rest.get(6..).and_then(half)) {
            (Some(Half::Leading), Some(Half::Trailing)) => 12,
            (Some(_), _) => {
                found = true;
                repaired.extend_from_slice(REPLACEMENT);
                rest = &rest[6..];
                continue;
            }
            (None, _) => rest.len().min(2),
        };
        repaired.extend_from_slice(&rest[..keep]);
        rest = &rest[keep..];
    }
    repaired.extend_from_slice(rest);
    found.then_some(repaired)
}

enum Half {
    Leading,
    Trailing,
}

fn half(escape: &[u8]) -> Option<Half> {
    let hex = escape.strip_prefix(b"\\u")?.get(..4)?;
    let unit = u16::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?;
    match unit {
        0xd800..=0xdbff => Some(Half::Leading),
        0xdc00..=0xdfff => Some(Half::Trailing),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::lone_surrogates;

    #[test]
    fn only_halves_without_their_other_half_are_replaced() {
        let cases: [(&str, Option<&str>); 5] = [
            (r#""a\ud83d""#, Some(r#""a\ufffd""#)),
            (r#""\udc00b""#, Some(r#""\ufffdb""#)),
            (r#""\ud83d\ude00\ud83dx""#, Some(r#""\ud83d\ude00\ufffdx""#)),
            (r#""\\ud83d \n \u00e9""#, None),
            (r#""\u"#, None),
        ];
        for (json, expected) in cases {
            let repaired = lone_surrogates(json.as_bytes());
            assert_eq!(repaired.as_deref(), expected.map(str::as_bytes), "{json}");
        }
    }
}

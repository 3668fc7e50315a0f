//! From the bytes of a body to its value, leniently.

use serde_json::Value;

use crate::codec::Unsayable;
use crate::json;

/// Reads a body: white space and a byte order mark in front are skipped, lone halves of characters are mended, and
/// of a key that comes twice the last counts.
pub(super) fn parsed(body: &[u8]) -> Result<Value, Unsayable> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let mended = json::mended(body);
    serde_json::from_slice(&mended).map_err(|error| {
        let message = format!("the request body is not valid JSON: {error}; correct it there");
        Unsayable::new("", message)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::parsed;

    #[test]
    fn p062_a_byte_order_mark_and_white_space_are_skipped() {
        let body = b"\xef\xbb\xbf \r\n\t{\"a\":1}";
        assert_eq!(parsed(body), Ok(json!({"a": 1})));
    }

    #[test]
    fn p058_lone_halves_do_not_spoil_a_body() {
        let body = br#"{"a":"cut \ud83d","b":"\ud83d\ude00"}"#;
        assert_eq!(parsed(body), Ok(json!({"a": "cut \u{fffd}", "b": "😀"})));
    }

    #[test]
    fn p060_of_a_key_that_comes_twice_the_last_counts() {
        let body = br#"{"model":"a","x":1,"model":"b"}"#;
        assert_eq!(parsed(body).unwrap()["model"], "b");
    }

    #[test]
    fn p056_p057_keys_keep_their_order_and_numbers_their_digits() {
        let body = r#"{"b":12345678901234567890,"a":1.0,"c":[0.10,-0,9007199254740993]}"#;
        assert_eq!(parsed(body.as_bytes()).unwrap().to_string(), body);
        // Only the sign of an exponent is added; the number stays beyond what a float holds.
        assert_eq!(parsed(b"1e400").unwrap().to_string(), "1e+400");
    }

    #[test]
    fn a_broken_body_is_refused_with_the_place() {
        let error = parsed(b"{\"a\":\n tru}").unwrap_err();
        assert!(error.message.contains("line 2 column 5"), "{error}");
    }
}

use bytes::Bytes;

use super::{Envelope, EnvelopeError, Scanner, splice};

fn scan(body: &[u8]) -> Result<Envelope, EnvelopeError> {
    let mut scanner = Scanner::default();
    scanner.push(body);
    let whole = scanner.finish();
    let mut scanner = Scanner::default();
    for byte in body {
        scanner.push(&[*byte]);
    }
    assert_eq!(scanner.finish(), whole, "cut at every byte");
    whole
}

fn model_of(body: &str) -> Option<String> {
    scan(body.as_bytes()).unwrap().model.map(|spot| spot.name)
}

#[test]
fn only_the_top_level_speaks() {
    let body = r#"{"messages":[{"model":"a","stream":true,"content":"\"model\":\"b\""}],
        "tools":{"max_tokens":1},"model" : "c","stream":false,"max_tokens": 10}"#;

    let envelope = scan(body.as_bytes()).unwrap();

    let spot = envelope.model.unwrap();
    assert_eq!(spot.name, "c");
    assert_eq!(&body[spot.start..spot.end], "\"c\"");
    assert_eq!(envelope.stream, Some(false));
    assert_eq!(envelope.max_tokens, Some(10));
    assert_eq!(envelope.len, body.len());
}

#[test]
fn escapes_hide_nothing() {
    assert_eq!(
        model_of(r#"{"mod\u0065l":"a\u002db\/c\\"}"#).unwrap(),
        "a-b/c\\"
    );
    assert_eq!(model_of(r#"{"x":"\\","model":"a"}"#).unwrap(), "a");
    assert_eq!(model_of(r#"{"x":"\\\"","model":"a"}"#).unwrap(), "a");
    assert_eq!(
        model_of(r#"{"a":[{"x":"]\\\"}"}],"model":"a"}"#).unwrap(),
        "a"
    );
    assert_eq!(model_of(r#"{"mod\ud800el":"a"}"#), None);
}

#[test]
fn a_byte_order_mark_and_white_space_are_skipped() {
    let body = "\u{feff} \r\n{ \"model\"\t:\n\"m\" } \n";
    let spot = scan(body.as_bytes()).unwrap().model.unwrap();

    assert_eq!(&body[spot.start..spot.end], "\"m\"");
}

#[test]
fn a_second_model_is_refused_however_it_is_written() {
    for second in ["model", "mod\\u0065l", "Model", "MODEL"] {
        let body = format!(r#"{{"model":"a","x":[],"{second}":"b"}}"#);
        assert_eq!(scan(body.as_bytes()), Err(EnvelopeError::DuplicateModel));
    }
}

#[test]
fn the_largest_limit_and_the_last_of_a_name_count() {
    let limits = |body: &str| scan(body.as_bytes()).unwrap().max_tokens;

    assert_eq!(
        limits(r#"{"max_tokens":5,"max_completion_tokens":7}"#),
        Some(7)
    );
    assert_eq!(
        limits(r#"{"max_output_tokens":9,"max_output_tokens":3}"#),
        Some(3)
    );
    assert_eq!(limits(r#"{"max_tokens":4e3}"#), Some(4000));
    assert_eq!(limits(r#"{"max_tokens":null}"#), None);
    assert_eq!(limits(r#"{"max_tokens":-1}"#), None);
    assert_eq!(limits(r#"{"max_tokens":"8"}"#), None);
}

#[test]
fn each_fault_has_its_own_name() {
    use EnvelopeError::*;
    let long = format!(r#"{{"model":"{}"}}"#, "m".repeat(5000));
    for (body, error) in [
        ("", Empty),
        (" \n", Empty),
        ("[1]", NotAnObject),
        ("hello", NotAnObject),
        ("\"model\"", NotAnObject),
        ("{", Truncated),
        (r#"{"model":"a""#, Truncated),
        (r#"{"model":"a"#, Truncated),
        (r#"{"a":[{"b":1}"#, Truncated),
        (r#"{"a":"\"}"#, Truncated),
        (r#"{"a":1} x"#, TrailingBytes { at: 8 }),
        (r#"{"a":1}{}"#, TrailingBytes { at: 7 }),
        (r#"{"a":1 "model":"x"}"#, Malformed { at: 7 }),
        (r#"{"a":[}]}"#, Malformed { at: 6 }),
        (r#"{"a":[1]],}"#, Malformed { at: 8 }),
        (r#"{"a":1,}"#, Malformed { at: 7 }),
        ("{a:1}", Malformed { at: 1 }),
        (r#"{"a":[1, /* "model" */ 2]}"#, Malformed { at: 9 }),
        (r#"{"model":null}"#, ModelNotAString),
        (r#"{"model":["a"]}"#, ModelNotAString),
        (r#"{"model":"\ud800"}"#, ModelNotText),
        (long.as_str(), ModelTooLong),
    ] {
        assert_eq!(scan(body.as_bytes()), Err(error), "{body}");
        assert!(!error.code().is_empty());
    }
    assert!(matches!(scan(br#"{"a":nul}"#), Err(Malformed { .. })));
}

#[test]
fn nesting_has_a_limit() {
    let nested = |depth: usize| {
        let body = format!(r#"{{"a":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        scan(body.as_bytes())
    };

    assert!(nested(511).is_ok());
    assert_eq!(nested(512), Err(EnvelopeError::TooDeep));
}

#[test]
fn a_failure_shows_before_the_end() {
    let mut scanner = Scanner::default();
    scanner.push(b"[");
    assert_eq!(scanner.failure(), Some(EnvelopeError::NotAnObject));
}

#[test]
fn splicing_shares_the_bytes_around_the_name() {
    let body = Bytes::from_static(br#"{"a":1,"model":"old","b":2}"#);
    let mut scanner = Scanner::default();
    scanner.push(&body);
    let spot = scanner.finish().unwrap().model.unwrap();

    for cut in 0..=body.len() {
        let frames = [body.slice(..cut), body.slice(cut..)];
        let spliced = splice(&frames, &spot, "a \"new\" one");

        assert_eq!(
            spliced.concat(),
            br#"{"a":1,"model":"a \"new\" one","b":2}"#
        );
        assert_eq!(spliced[0].as_ptr(), body.as_ptr());
        assert!(spliced.iter().all(|frame| !frame.is_empty()));
    }
}

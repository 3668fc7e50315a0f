//! What holds for every body and every stream, wherever the network cuts it.

use std::fmt::Write as _;

use bytes::Bytes;
use keyway_protocols::Protocol;
use keyway_protocols::envelope::{Envelope, EnvelopeError, ModelSpot, Scanner, splice};
use keyway_protocols::same::{SameStream, StreamEnd};
use keyway_protocols::sse::Frames;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value};

/// The pieces between the cuts, which are taken modulo the length.
fn pieces(bytes: &[u8], cuts: &[usize]) -> Vec<Bytes> {
    let whole = Bytes::copy_from_slice(bytes);
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    cuts.push(bytes.len());
    cuts.sort_unstable();
    let mut from = 0;
    cuts.into_iter()
        .map(|cut| whole.slice(std::mem::replace(&mut from, cut)..cut))
        .collect()
}

fn scan(frames: &[Bytes]) -> Result<Envelope, EnvelopeError> {
    let mut scanner = Scanner::default();
    for frame in frames {
        scanner.push(frame);
    }
    scanner.finish()
}

fn relay(protocol: Protocol, alias: Option<&str>, frames: &[Bytes]) -> (Vec<u8>, StreamEnd) {
    let mut stream = SameStream::new(protocol, alias.map(Into::into));
    let mut out = Vec::new();
    for frame in frames {
        stream
            .push(frame.clone(), &mut out)
            .expect("no event is too large");
    }
    let end = stream.finish(&mut out);
    (out.concat(), end)
}

/// Text with everything that could lead a scanner astray.
fn text() -> impl Strategy<Value = String> {
    let parts = [
        "model",
        "\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\n",
        "é",
        "😀",
        "\"model\":\"x\"",
        "data: ",
        " ",
    ];
    vec(select(parts.to_vec()), 0..6).prop_map(|parts| parts.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((key(), inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    let known = [
        "model",
        "stream",
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "messages",
    ];
    prop_oneof![select(known.to_vec()).prop_map(str::to_owned), text()]
}

fn request() -> impl Strategy<Value = Map<String, Value>> {
    (vec((key(), value()), 0..6), proptest::option::of(text())).prop_map(|(pairs, model)| {
        let mut fields: Map<String, Value> = pairs.into_iter().collect();
        fields.remove("model");
        fields.extend(model.map(|name| ("model".to_owned(), Value::from(name))));
        fields
    })
}

/// Writes JSON with blanks and escapes where `noise` says so.
fn write_json(value: &Value, noise: &mut impl Iterator<Item = u8>, out: &mut String) {
    blank(noise, out);
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_json(item, noise, out);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (key, item)) in fields.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                blank(noise, out);
                write_text(key, noise, out);
                blank(noise, out);
                out.push(':');
                write_json(item, noise, out);
            }
            out.push('}');
        }
        Value::String(text) => write_text(text, noise, out),
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_string()),
    }
    blank(noise, out);
}

fn blank(noise: &mut impl Iterator<Item = u8>, out: &mut String) {
    let choice = usize::from(noise.next().unwrap_or(0) % 16);
    out.push_str([" ", "\n", "\t", "\r\n  "].get(choice).unwrap_or(&""));
}

fn write_text(text: &str, noise: &mut impl Iterator<Item = u8>, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        if noise.next().unwrap_or(0).is_multiple_of(4) {
            let mut units = [0; 2];
            for unit in char.encode_utf16(&mut units) {
                write!(out, "\\u{unit:04x}").expect("a string takes any text");
            }
        } else {
            let quoted = Value::from(char.to_string()).to_string();
            out.push_str(&quoted[1..quoted.len() - 1]);
        }
    }
    out.push('"');
}

fn count(value: &Value) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "as the scanner does"
    )]
    let from_float = |number: f64| (number >= 0.0).then_some(number as u64);
    value
        .as_u64()
        .or_else(|| value.as_f64().and_then(from_float))
}

/// Pieces of streams, whole and broken, of all protocols.
fn wire() -> impl Strategy<Value = Vec<u8>> {
    let events = [
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"m\",\"usage\":{\"input_tokens\":2,\"output_tokens\":1}}}\n\n",
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":20}}\n\n",
        "data: {\"type\":\"message_stop\"}\n\n",
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"你好\"}}\n\n",
        "data: {\"id\":\"1\",\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"a\\\"model\\\"\"},\"finish_reason\":null}]}\n\n",
        "data: {\"id\":\"1\",\"model\":\"m\",\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n",
        "data: {\"choices\":[],\ndata:\"model\":\"m\"}\n\n",
        "data: [DONE]\n\n",
        "data: {\"type\":\"response.created\",\"response\":{\"model\":\"m\"}}\n\n",
        "data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"model\":\"m\",\"usage\":{\"input_tokens\":5}}}\n\n",
        "data: {\"candidates\":[{\"finishReason\":\"STOP\"}],\"modelVersion\":\"m\",\"usageMetadata\":{\"promptTokenCount\":9}}\n\n",
        "data: [{\"error\":{\"code\":503,\"message\":\"x\"}}]\n\n",
        ": comment\n\n",
        "\n",
        "data: {\"broken\":\n\n",
        "id: 1\nretry: 2\ndata\n\n",
        "[{\"modelVersion\":\"m\"}]",
        "\u{feff}",
    ];
    let newlines = select(vec!["\n", "\r\n", "\r"]);
    let whole = (
        vec(select(events.to_vec()), 0..8),
        newlines,
        any::<prop::sample::Index>(),
        any::<bool>(),
    );
    whole.prop_map(|(events, newline, cut, is_cut)| {
        let mut wire = events.concat().replace('\n', newline).into_bytes();
        if is_cut {
            wire.truncate(cut.index(wire.len() + 1));
        }
        wire
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_scanner_sees_what_a_parser_sees(fields in request(), noise in vec(any::<u8>(), 0..200), cuts in vec(any::<usize>(), 0..8)) {
        let mut body = String::new();
        write_json(&Value::Object(fields.clone()), &mut noise.into_iter().cycle().take(4000), &mut body);
        let parsed: Value = serde_json::from_str(&body).unwrap();
        prop_assert_eq!(&parsed, &Value::Object(fields.clone()));

        let twice = fields.keys().filter(|key| key.eq_ignore_ascii_case("model")).count() > 1;
        let envelope = scan(&pieces(body.as_bytes(), &cuts));
        prop_assume!(!twice);
        let envelope = envelope.unwrap();

        prop_assert_eq!(envelope.len, body.len());
        let spot = envelope.model;
        prop_assert_eq!(spot.as_ref().map(|spot| spot.name.as_str()), fields.get("model").and_then(Value::as_str));
        if let Some(ModelSpot { name, start, end }) = spot {
            prop_assert_eq!(serde_json::from_str::<String>(&body[start..end]).unwrap(), name);
        }
        prop_assert_eq!(envelope.stream, fields.get("stream").and_then(Value::as_bool));
        let limits = ["max_tokens", "max_completion_tokens", "max_output_tokens"];
        prop_assert_eq!(envelope.max_tokens, limits.iter().filter_map(|key| count(fields.get(*key)?)).max());
    }

    #[test]
    fn a_body_cut_short_never_passes(fields in request(), cut in any::<prop::sample::Index>()) {
        let body = Value::Object(fields).to_string();
        let cut = cut.index(body.len());

        let error = scan(&[Bytes::copy_from_slice(&body.as_bytes()[..cut])]).unwrap_err();

        prop_assert!(matches!(error, EnvelopeError::Truncated | EnvelopeError::Empty), "{}", error);
    }

    #[test]
    fn any_bytes_give_the_same_verdict_under_any_cuts(body in "[{}\\[\\]\",:\\\\a1 model]{0,40}", cuts in vec(any::<usize>(), 0..6)) {
        let whole = scan(&[Bytes::copy_from_slice(body.as_bytes())]);

        prop_assert_eq!(scan(&pieces(body.as_bytes(), &cuts)), whole.clone());
        if serde_json::from_str::<Map<String, Value>>(&body).is_ok() {
            let is_refused = matches!(whole, Err(EnvelopeError::Malformed { .. } | EnvelopeError::Truncated));
            prop_assert!(!is_refused);
        }
    }

    #[test]
    fn splicing_changes_the_model_and_nothing_else(fields in request(), model in text(), noise in vec(any::<u8>(), 0..50), cuts in vec(any::<usize>(), 0..8)) {
        let mut body = String::new();
        write_json(&Value::Object(fields.clone()), &mut noise.into_iter(), &mut body);
        let frames = pieces(body.as_bytes(), &cuts);
        let Some(spot) = scan(&frames).ok().and_then(|envelope| envelope.model) else { return Ok(()) };

        let spliced = String::from_utf8(splice(&frames, &spot, &model).concat()).unwrap();

        let mut expected = fields;
        expected.insert("model".to_owned(), Value::from(model.as_str()));
        prop_assert_eq!(serde_json::from_str::<Value>(&spliced).unwrap(), Value::Object(expected));
        prop_assert_eq!(&spliced[..spot.start], &body[..spot.start]);
        prop_assert!(spliced.ends_with(&body[spot.end..]));
        prop_assert_eq!(spliced.len(), body.len() - (spot.end - spot.start) + Value::from(model).to_string().len());
    }

    #[test]
    fn cuts_change_neither_the_stream_nor_its_end(wire in wire(), cuts in vec(any::<usize>(), 0..10), protocol in select(&Protocol::ALL[..]), alias in select(vec![None, Some("a"), Some("a \"longer\" name")])) {
        let whole = relay(protocol, alias, &[Bytes::copy_from_slice(&wire)]);
        let split = relay(protocol, alias, &pieces(&wire, &cuts));
        let bytewise: Vec<usize> = (0..wire.len()).collect();

        prop_assert_eq!(&split, &whole);
        prop_assert_eq!(relay(protocol, alias, &pieces(&wire, &bytewise)), whole);
    }

    #[test]
    fn a_complete_event_is_never_held_back(wire in wire(), protocol in select(&Protocol::ALL[..])) {
        let is_list = wire.trim_ascii_start().starts_with(b"[");
        prop_assume!(protocol != Protocol::Gemini || !is_list);
        let mut frames = Frames::default();
        frames.push(Bytes::copy_from_slice(&wire));
        let mut complete = 0;
        while let Some(frame) = frames.next_frame().unwrap() {
            complete += frame.raw().len();
        }
        let mut out = Vec::new();
        SameStream::new(protocol, None).push(Bytes::copy_from_slice(&wire), &mut out).unwrap();

        prop_assert_eq!(out.concat(), &wire[..complete]);
    }

    #[test]
    fn frames_do_not_depend_on_the_cuts(wire in wire(), cuts in vec(any::<usize>(), 0..10)) {
        prop_assert_eq!(frames_of(&pieces(&wire, &cuts)), frames_of(&[Bytes::copy_from_slice(&wire)]));
    }
}

type Seen = (Option<Vec<u8>>, Vec<u8>);

/// The events with data, the block left over included, and the bytes of all frames.
fn frames_of(pieces: &[Bytes]) -> (Vec<Seen>, Vec<u8>) {
    let mut frames = Frames::default();
    let mut all = Vec::new();
    for piece in pieces {
        frames.push(piece.clone());
        while let Some(frame) = frames.next_frame().expect("no event is too large") {
            all.push(frame);
        }
    }
    all.extend(frames.finish());
    let raw = all.iter().flat_map(|frame| frame.raw().to_vec()).collect();
    let seen = |frame: &keyway_protocols::sse::Frame| {
        Some((
            frame.event().map(<[u8]>::to_vec),
            frame.data()?.into_owned(),
        ))
    };
    (all.iter().filter_map(seen).collect(), raw)
}

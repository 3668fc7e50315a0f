//! How a provider's stream begins and ends.

use serde_json::json;

use super::provider::*;
use crate::anthropic::{StreamReader, read_response};
use crate::codec::ReadStream;
use crate::error::ErrorKind;
use crate::event::Event;
use crate::part::Part;
use crate::quirks::Quirks;
use crate::response::Stop;
use crate::usage::Usage;

#[test]
fn the_golden_stream_says_what_the_whole_answer_says() {
    let events = read(&golden());
    assert!(matches!(events.first(), Some(Event::Start(_))));
    assert_eq!(events.last(), Some(&Event::End));
    let whole = read_response(json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [
            {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
            {"type": "text", "text": "ok"},
            {"type": "tool_use", "id": "toolu_a", "name": "f", "input": {"x": 1}},
            {"type": "tool_use", "id": "toolu_b", "name": "g", "input": {}},
        ],
        "stop_reason": "tool_use", "stop_sequence": null,
        "usage": {"input_tokens": 12, "cache_read_input_tokens": 3, "output_tokens": 20},
    }))
    .unwrap();

    let streamed = gathered(events);

    assert_eq!(streamed.parts, whole.parts);
    assert_eq!((streamed.stop, streamed.usage), (whole.stop, whole.usage));
    assert_eq!((streamed.id, streamed.model), (whole.id, whole.model));
}

#[test]
fn p043_the_type_in_the_data_is_enough_and_so_is_the_name_of_the_event() {
    let named = |with_type: bool| {
        let mut reader = StreamReader::new(&Quirks::default());
        let mut out = Vec::new();
        for mut data in golden() {
            let name = data["type"].as_str().unwrap().to_owned();
            if !with_type {
                data.as_object_mut().unwrap().remove("type");
            }
            let name = (!with_type).then_some(name.as_str());
            reader.read(name, &data.to_string(), &mut out);
        }
        out
    };
    assert_eq!(named(true), named(false));
    assert_eq!(named(true).last(), Some(&Event::End));
}

#[test]
fn p045_an_answer_begins_once() {
    let events = read(&[
        start(),
        start(),
        begin(0, json!({"type": "text", "text": ""})),
        text(0, "a"),
        start(),
        over(),
    ]);
    let starts = events
        .iter()
        .filter(|event| matches!(event, Event::Start(_)));
    assert_eq!(starts.count(), 1);
    let late = read(&[text(0, "a"), over()]);
    assert!(matches!(late.first(), Some(Event::Start(_))), "{late:?}");
}

#[test]
fn p046_the_last_reason_counts_and_counts_are_merged() {
    let second = json!({"type": "message_delta", "delta": {"stop_reason": "max_tokens"},
        "usage": {"input_tokens": 5, "output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}}});
    let answer = gathered(read(&[start(), ended("end_turn"), second, over()]));
    assert_eq!(answer.stop, Stop::Length);
    let usage = Usage {
        input: 5,
        output: 9,
        reasoning: 4,
        ..Usage::default()
    };
    assert_eq!(answer.usage, Some(usage));
}

#[test]
fn p048_what_comes_after_the_reason_is_still_read() {
    let answer = gathered(read(&[start(), ended("end_turn"), text(0, "late"), over()]));
    assert_eq!(answer.parts, [Part::text("late")]);
}

#[test]
fn p037_nothing_is_read_after_the_end() {
    let events = read(&[
        start(),
        over(),
        text(0, "more"),
        json!({"type": "error", "error": {"message": "x"}}),
        over(),
    ]);
    assert_eq!(
        events.iter().filter(|event| **event == Event::End).count(),
        1
    );
    assert_eq!(events.last(), Some(&Event::End));
}

#[test]
fn p183_what_is_unknown_is_passed_over() {
    let answer = gathered(read(&[
        json!({"type": "ping"}),
        start(),
        json!({"type": "some_future_event", "x": 1}),
        json!(7),
        begin(0, json!({"type": "some_future_block"})),
        delta(0, json!({"type": "some_future_delta"})),
        stop(0),
        begin(1, json!({"type": "text", "text": ""})),
        delta(1, json!({"type": "some_future_delta"})),
        text(1, "ok"),
        stop(1),
        json!({"type": "content_block_start"}),
        json!({"type": "content_block_delta"}),
        ended("some_future_reason"),
        over(),
    ]));
    assert_eq!(answer.parts[1], Part::text("ok"));
    assert_eq!(answer.stop, Stop::End);
    let mut reader = StreamReader::new(&Quirks::default());
    let mut out = Vec::new();
    for data in ["", "[DONE]", "{", "null"] {
        reader.read(Some("message_delta"), data, &mut out);
    }
    assert!(!out.iter().any(|event| matches!(event, Event::Stop(_))));
}

#[test]
fn pings_say_that_the_provider_is_there() {
    let events = read(&[start(), json!({"type": "ping"}), over()]);
    assert!(events.contains(&Event::Alive));
}

#[test]
fn p052_an_answer_that_is_cut_has_no_end() {
    let cut = read(&[start(), begin(0, tool("a")), input(0, "{\"x\"")]);
    assert!(!cut.contains(&Event::End));
    assert_eq!(cut.last(), Some(&Event::Close), "what is open is closed");
    let told = read(&[start(), text(0, "a"), ended("end_turn")]);
    assert_eq!(
        told.last(),
        Some(&Event::End),
        "only the last event is missing"
    );
}

#[test]
fn p051_errors_are_failures() {
    for (data, kind) in [
        (
            json!({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}),
            ErrorKind::Overloaded,
        ),
        (
            json!({"error": {"message": "busy", "code": "rate_limit_exceeded"}}),
            ErrorKind::RateLimit,
        ),
        (json!({"type": "error"}), ErrorKind::Upstream),
    ] {
        let events = read(&[start(), text(0, "a"), data, text(0, "b"), over()]);
        let Some(Event::Failed(error)) = events.last() else {
            panic!("{events:?}")
        };
        assert_eq!(error.kind, kind);
    }
}

use serde_json::{Value, json};

use crate::anthropic::{StreamReader, read_response};
use crate::carrier::{Carrier, Opaque};
use crate::codec::ReadStream;
use crate::error::ErrorKind;
use crate::event::{Event, Opening};
use crate::part::{Call, Kind, Part, Reasoning};
use crate::quirks::Quirks;
use crate::response::{Response, Stop};
use crate::usage::Usage;

/// The events that are read from data, without their names.
fn read(data: &[Value]) -> Vec<Event> {
    let mut reader = StreamReader::new(&Quirks::default());
    let mut out = Vec::new();
    for data in data {
        reader.read(None, &data.to_string(), &mut out);
    }
    reader.finish(&mut out);
    out
}

fn golden() -> Vec<Value> {
    let text = include_str!("../../../../tests/golden/anthropic.sse");
    text.lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
        .collect()
}

/// The answer that events make, put together strictly.
fn gathered(events: Vec<Event>) -> Response {
    let mut answer = Response::default();
    let mut open: Option<Part> = None;
    for event in events {
        match event {
            Event::Start(start) => {
                answer.id = start.id;
                answer.model = start.model;
            }
            Event::Open(opening) => {
                assert!(open.is_none(), "one part at a time");
                open = Some(match opening {
                    Opening::Text => Part::text(""),
                    Opening::Refusal => Part::new(Kind::Refusal(String::new())),
                    Opening::Reasoning => Part::new(Kind::Reasoning(Reasoning::default())),
                    Opening::Call(call) => Part::new(Kind::Call(call)),
                });
            }
            Event::Text(_) | Event::Reasoning(_) | Event::Arguments(_) | Event::Citation(_) => {
                grow(open.as_mut().expect("an open part"), event);
            }
            Event::Close => answer.parts.extend(open.take()),
            Event::CloseWith(carrier) => {
                let mut part = open.take().expect("an open part");
                if let Kind::Reasoning(reasoning) = &mut part.kind {
                    reasoning.carrier = Some(carrier);
                }
                answer.parts.push(part);
            }
            Event::Whole(part) => answer.parts.push(part),
            Event::Usage(usage) => answer.usage = Some(usage),
            Event::Stop(stop) => answer.stop = stop,
            Event::Alive | Event::End => {}
            Event::Failed(error) => panic!("{error:?}"),
        }
    }
    assert!(open.is_none());
    answer
}

fn grow(part: &mut Part, event: Event) {
    match (&mut part.kind, event) {
        (Kind::Text(text), Event::Text(more)) => text.text.push_str(&more),
        (Kind::Text(text), Event::Citation(more)) => text.citations.push(more),
        (Kind::Reasoning(thought), Event::Reasoning(more)) => thought.text.push_str(&more),
        (Kind::Call(call), Event::Arguments(more)) => call.arguments.push_str(&more),
        (kind, event) => panic!("{event:?} for {kind:?}"),
    }
}

fn start() -> Value {
    json!({"type": "message_start", "message": {"id": "msg_1", "model": "m", "content": [],
        "usage": {"input_tokens": 1, "output_tokens": 0}}})
}

fn begin(index: u64, block: impl Into<Value>) -> Value {
    let block = block.into();
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn delta(index: u64, delta: impl Into<Value>) -> Value {
    let delta = delta.into();
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

fn text(index: u64, text: &str) -> Value {
    delta(index, json!({"type": "text_delta", "text": text}))
}

fn input(index: u64, text: &str) -> Value {
    delta(
        index,
        json!({"type": "input_json_delta", "partial_json": text}),
    )
}

fn stop(index: u64) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

fn ended(reason: &str) -> Value {
    json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null},
        "usage": {"output_tokens": 7}})
}

fn over() -> Value {
    json!({"type": "message_stop"})
}

fn tool(id: &str) -> Value {
    json!({"type": "tool_use", "id": id, "name": "f", "input": {}})
}

fn calls(answer: &Response) -> Vec<(&str, &str)> {
    let calls = answer.parts.iter().filter_map(Part::as_call);
    calls
        .map(|call| (call.id.as_str(), call.arguments.as_str()))
        .collect()
}

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
fn p054_texts_without_words_are_no_parts() {
    let answer = gathered(read(&[
        start(),
        begin(0, json!({"type": "text", "text": ""})),
        text(0, ""),
        stop(0),
        begin(
            1,
            json!({"type": "thinking", "thinking": "", "signature": ""}),
        ),
        stop(1),
        begin(2, tool("a")),
        stop(2),
        over(),
    ]));
    assert_eq!(calls(&answer), [("a", "{}")]);
    assert_eq!(answer.parts.len(), 1);
}

#[test]
fn p097_a_signature_without_thoughts_is_a_part() {
    let signature = delta(0, json!({"type": "signature_delta", "signature": "s"}));
    let thinking = json!({"type": "thinking", "thinking": "", "signature": ""});
    let estimate = delta(
        0,
        json!({"type": "thinking_delta", "thinking": "", "estimated_tokens": 9}),
    );
    let answer = gathered(read(&[
        start(),
        begin(0, thinking),
        estimate,
        signature,
        stop(0),
        over(),
    ]));
    let carrier = Some(Carrier::genuine(Opaque::Signature("s".into())));
    let thought = Reasoning {
        text: String::new(),
        carrier,
    };
    assert_eq!(answer.parts, [Part::new(Kind::Reasoning(thought))]);
}

#[test]
fn interleaved_calls_come_one_after_the_other_and_their_arguments_never_mix() {
    let data = [
        start(),
        begin(3, tool("a")),
        begin(1, tool("b")),
        input(1, "{\"b\":"),
        input(3, "{\"a\":"),
        begin(2, tool("c")),
        input(1, "1}"),
        stop(1),
        input(3, "2}"),
        input(2, "{}"),
        stop(3),
        stop(2),
        over(),
    ];
    let answer = gathered(read(&data));
    assert_eq!(
        calls(&answer),
        [("a", "{\"a\":2}"), ("b", "{\"b\":1}"), ("c", "{}")]
    );

    let mut reader = StreamReader::new(&Quirks::default());
    let mut out = Vec::new();
    for data in &data[..5] {
        reader.read(None, &data.to_string(), &mut out);
    }
    assert_eq!(
        out.last(),
        Some(&Event::Arguments("{\"a\":".into())),
        "the first streams live"
    );
}

#[test]
fn blocks_that_are_never_closed_and_indexes_that_are_used_again_lose_nothing() {
    let reused = [
        start(),
        begin(0, json!({"type": "text", "text": "he"})),
        text(0, "llo"),
        begin(0, tool("a")),
        input(0, "{}"),
        begin(0, tool("b")),
        ended("tool_use"),
        over(),
    ];
    let answer = gathered(read(&reused));
    assert_eq!(answer.parts[0], Part::text("hello"));
    assert_eq!(calls(&answer), [("a", "{}"), ("b", "{}")]);
}

#[test]
fn an_input_that_is_told_at_the_start_is_taken_if_nothing_follows() {
    let mut block = tool("a");
    block["input"] = json!({"x": 1.0});
    let alone = gathered(read(&[start(), begin(0, block.clone()), stop(0), over()]));
    assert_eq!(calls(&alone), [("a", "{\"x\":1.0}")]);
    let both = gathered(read(&[
        start(),
        begin(0, block),
        input(0, "{\"x\":2}"),
        stop(0),
        over(),
    ]));
    assert_eq!(calls(&both), [("a", "{\"x\":2}")]);
}

#[test]
fn p090_calls_without_a_name_are_none_and_calls_without_an_id_get_one() {
    let nameless = json!({"type": "tool_use", "id": "a", "input": {}});
    let no_id = json!({"type": "tool_use", "name": "f", "input": {}});
    let data = [
        start(),
        begin(0, nameless),
        input(0, "{}"),
        stop(0),
        begin(1, no_id),
        stop(1),
        over(),
    ];
    let answer = gathered(read(&data));
    let [call] = calls(&answer)[..] else {
        panic!("{answer:?}")
    };
    assert!(call.0.starts_with("toolu_") && call.0.len() > 10);
    assert_eq!(answer, gathered(read(&data)), "the same each time");
}

#[test]
fn p136_arguments_that_are_no_json_are_kept_as_they_are() {
    let data = [
        start(),
        begin(0, tool("a")),
        input(0, "{\"a\":"),
        stop(0),
        ended("tool_use"),
        over(),
    ];
    assert_eq!(calls(&gathered(read(&data))), [("a", "{\"a\":")]);
}

#[test]
fn p182_blocks_of_server_tools_come_whole() {
    let page = json!({"type": "web_search_result", "url": "https://a.example", "title": "A"});
    let found = json!({"type": "web_search_tool_result", "tool_use_id": "s", "content": [page]});
    let used = |input: Value| json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": input});
    let location = json!({"type": "web_search_result_location", "url": "https://a.example", "title": "A",
        "encrypted_index": "e", "cited_text": "w"});
    let cited = delta(2, json!({"type": "citations_delta", "citation": location}));
    let data = [
        start(),
        begin(0, used(json!({}))),
        input(0, "{\"query\":"),
        input(0, "\"q\"}"),
        stop(0),
        begin(1, found.clone()),
        stop(1),
        begin(2, json!({"type": "text", "text": "", "citations": []})),
        cited,
        text(2, "so"),
        stop(2),
        begin(3, json!({"type": "redacted_thinking", "data": "r"})),
        stop(3),
        begin(4, json!({"type": "compaction", "content": null})),
        delta(
            4,
            json!({"type": "compaction_delta", "content": "so far", "encrypted_content": null}),
        ),
        stop(4),
        over(),
    ];
    let answer = gathered(read(&data));
    let whole = read_response(json!({"type": "message", "content": [
        used(json!({"query": "q"})), found,
        {"type": "text", "text": "so"},
        {"type": "redacted_thinking", "data": "r"},
        {"type": "compaction", "content": "so far"},
    ]}))
    .unwrap();
    let gists: Vec<_> = answer.parts.iter().map(gist).collect();
    assert_eq!(
        gists,
        [
            Some("web_search: q"),
            Some("- A: https://a.example"),
            None,
            None,
            Some("so far")
        ]
    );
    let Kind::Text(cited) = &answer.parts[2].kind else {
        panic!()
    };
    assert_eq!(cited.citations[0].url, "https://a.example");
    for at in [0, 1, 3, 4] {
        assert_eq!(answer.parts[at], whole.parts[at]);
    }
}

fn gist(part: &Part) -> Option<&str> {
    if let Kind::Foreign(foreign) = &part.kind {
        foreign.gist.as_deref()
    } else {
        None
    }
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

#[test]
fn a_call_opens_before_its_arguments_are_known() {
    let mut reader = StreamReader::new(&Quirks::default());
    let mut out = Vec::new();
    reader.read(None, &begin(0, tool("a")).to_string(), &mut out);
    let call = Call {
        id: "a".into(),
        name: "f".into(),
        ..Call::default()
    };
    assert_eq!(out.last(), Some(&Event::Open(Opening::Call(call))));
}

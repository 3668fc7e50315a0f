//! What a provider's events are read into.

use serde_json::{Value, json};

use super::steps;
use crate::carrier::{Carrier, Opaque};
use crate::error::ErrorKind;
use crate::event::{Event, Opening, Start};
use crate::part::{Call, CallForm, Citation, Kind};
use crate::response::Stop;
use crate::usage::Usage;

const GOLDEN: &str = include_str!("../../../tests/golden/openai-responses.sse");

fn golden() -> Vec<Value> {
    let data = GOLDEN
        .lines()
        .filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

fn call(id: &str, name: &str) -> Event {
    Event::Open(Opening::Call(Call {
        id: id.into(),
        name: name.into(),
        ..Call::default()
    }))
}

fn arguments(text: &str) -> Event {
    Event::Arguments(text.into())
}

fn encrypted(text: &str) -> Event {
    Event::CloseWith(Carrier::genuine(Opaque::Encrypted(text.into())))
}

fn start() -> Event {
    Event::Start(Start::default())
}

fn added(index: u64, item: &Value) -> Value {
    json!({"type": "response.output_item.added", "output_index": index, "item": item})
}

fn done(index: u64, item: &Value) -> Value {
    json!({"type": "response.output_item.done", "output_index": index, "item": item})
}

fn piece(kind: &str, index: u64, delta: &str) -> Value {
    json!({"type": format!("response.{kind}.delta"), "item_id": format!("i{index}"), "output_index": index,
        "content_index": 0, "delta": delta})
}

fn function(id: &str, arguments: &str) -> Value {
    json!({"type": "function_call", "id": format!("fc_{id}"), "call_id": id, "name": "f", "arguments": arguments})
}

fn completed() -> Value {
    json!({"type": "response.completed", "response": {"status": "completed", "output": []}})
}

#[test]
fn the_golden_stream_is_read() {
    let expected = [
        Event::Start(Start {
            id: "resp_1".into(),
            model: "m".into(),
            created: Some(1),
        }),
        Event::Open(Opening::Reasoning),
        Event::Reasoning("hm".into()),
        encrypted("…"),
        Event::Open(Opening::Text),
        Event::Text("ok".into()),
        Event::Close,
        call("toolu_a", "f"),
        arguments("{\"x\":1}"),
        Event::Close,
        call("toolu_b", "g"),
        arguments("{}"),
        Event::Close,
        Event::Usage(Usage {
            input: 15,
            cached: 3,
            output: 20,
            ..Usage::default()
        }),
        Event::Stop(Stop::ToolUse),
        Event::End,
    ];

    assert_eq!(steps(&golden()), expected);
}

#[test]
fn a_stream_cut_anywhere_before_its_last_event_does_not_end() {
    let all = golden();
    for cut in 0..all.len() {
        let steps = steps(&all[..cut]);
        assert!(!steps.contains(&Event::End), "cut at {cut}");
        assert!(!steps.iter().any(|step| matches!(step, Event::Stop(_))));
    }
}

#[test]
fn an_answer_told_only_at_the_end_is_read_all_the_same() {
    let all = golden();
    let only_ends: Vec<Value> = all
        .iter()
        .filter(|event| {
            let kind = event["type"].as_str().unwrap();
            kind == "response.created"
                || kind.ends_with("item.done")
                || kind.ends_with(".completed")
        })
        .cloned()
        .collect();
    let only_last = [all[0].clone(), all[all.len() - 1].clone()];

    assert_eq!(steps(&only_ends), steps(&all));
    assert_eq!(steps(&only_last), steps(&all));
}

#[test]
fn p244_interleaved_calls_come_one_after_the_other() {
    let events = [
        added(0, &function("a", "")),
        added(1, &function("b", "")),
        piece("function_call_arguments", 0, "{\"a\""),
        piece("function_call_arguments", 1, "{\"b\""),
        piece("function_call_arguments", 0, ":1}"),
        piece("function_call_arguments", 1, ":2}"),
        done(1, &function("b", "{\"b\":2}")),
        done(0, &function("a", "{\"a\":1}")),
        completed(),
    ];

    let live = steps(&events[..5]);
    assert_eq!(
        live,
        [
            start(),
            call("a", "f"),
            arguments("{\"a\""),
            arguments(":1}")
        ]
    );
    assert_eq!(
        steps(&events)[3..],
        [
            arguments(":1}"),
            Event::Close,
            call("b", "f"),
            arguments("{\"b\""),
            arguments(":2}"),
            Event::Close,
            Event::Stop(Stop::ToolUse),
            Event::End
        ]
    );
}

#[test]
fn p245_arguments_that_come_only_at_the_end_are_not_lost() {
    let ended = json!({"type": "response.function_call_arguments.done", "item_id": "fc_a", "output_index": 0,
        "arguments": "{\"a\":1}"});
    let begin = added(0, &function("a", ""));
    let whole = done(0, &function("a", "{\"a\":1}"));
    let expected = [
        start(),
        call("a", "f"),
        arguments("{\"a\":1}"),
        Event::Close,
    ];

    assert_eq!(steps(&[begin.clone(), ended, whole.clone()]), expected);
    assert_eq!(steps(&[begin.clone(), whole.clone()]), expected);
    assert_eq!(steps(std::slice::from_ref(&whole)), expected);

    let half = piece("function_call_arguments", 0, "{\"a\"");
    let steps = steps(&[begin, half, whole]);
    assert_eq!(
        steps[2..],
        [arguments("{\"a\""), arguments(":1}"), Event::Close]
    );
}

#[test]
fn p126_the_encrypted_thought_of_the_finished_item_counts() {
    let item = |text: &str| json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": text});

    let steps = steps(&[added(0, &item("stale")), done(0, &item("fresh"))]);

    assert_eq!(
        steps,
        [start(), Event::Open(Opening::Reasoning), encrypted("fresh")]
    );
}

#[test]
fn p127_each_reasoning_item_is_a_thought_of_its_own() {
    let item = |id: &str| {
        json!({"type": "reasoning", "id": id, "encrypted_content": id,
            "summary": [{"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": "b"}]})
    };
    let part = |index: u64, delta: &str| {
        json!({"type": "response.reasoning_summary_text.delta", "item_id": "rs_1", "output_index": 0,
            "summary_index": index, "delta": delta})
    };

    let steps = steps(&[
        added(0, &item("rs_1")),
        part(0, "a"),
        part(1, "b"),
        done(0, &item("rs_1")),
        done(1, &item("rs_2")),
    ]);

    let thought = |text: &str| Event::Reasoning(text.into());
    assert_eq!(
        steps,
        [
            start(),
            Event::Open(Opening::Reasoning),
            thought("a"),
            thought("\n\n"),
            thought("b"),
            encrypted("rs_1"),
            Event::Open(Opening::Reasoning),
            thought("a\n\nb"),
            encrypted("rs_2"),
        ]
    );
}

#[test]
fn raw_thoughts_are_read_and_a_summary_besides_is_not_heard_twice() {
    let raw = json!({"type": "response.reasoning_text.delta", "item_id": "r", "output_index": 0, "content_index": 0,
        "delta": "raw"});
    let summary = json!({"type": "response.reasoning_summary_text.delta", "item_id": "r", "output_index": 0,
        "summary_index": 0, "delta": "sum"});
    let item = json!({"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "sum"}]});

    let steps = steps(&[raw, summary, done(0, &item)]);

    assert_eq!(steps[2..], [Event::Reasoning("raw".into()), Event::Close]);
}

#[test]
fn p243_an_incomplete_answer_keeps_its_text_and_stops_for_length() {
    let ending = |reason: &str| {
        json!({"type": "response.incomplete", "response": {"status": "incomplete",
            "incomplete_details": {"reason": reason}, "output": [],
            "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}}})
    };
    let text = piece("output_text", 0, "half");

    let steps = steps(&[text.clone(), ending("max_output_tokens")]);
    assert_eq!(steps[2], Event::Text("half".into()));
    assert_eq!(steps[3], Event::Close);
    assert!(matches!(&steps[4], Event::Usage(usage) if usage.total() == 3));
    assert_eq!(steps[5..], [Event::Stop(Stop::Length), Event::End]);

    let steps = super::steps(&[text, ending("content_filter")]);
    assert_eq!(
        steps[5],
        Event::Stop(Stop::Filtered("content_filter".into()))
    );
}

#[test]
fn p240_pages_that_a_text_rests_on_are_told_once() {
    let note = json!({"type": "url_citation", "url": "https://x.test", "title": "X", "start_index": 0, "end_index": 2});
    let told = json!({"type": "response.output_text.annotation.added", "item_id": "i0", "output_index": 0,
        "content_index": 0, "annotation_index": 0, "annotation": note});
    let item = json!({"type": "message", "id": "i0", "role": "assistant",
        "content": [{"type": "output_text", "text": "ok", "annotations": [note]}]});
    let expected = [
        start(),
        Event::Open(Opening::Text),
        Event::Text("ok".into()),
        Event::Citation(Citation {
            url: "https://x.test".into(),
            title: "X".into(),
            quote: None,
            span: Some((0, 2)),
        }),
        Event::Close,
    ];

    assert_eq!(
        steps(&[piece("output_text", 0, "ok"), told, done(0, &item)]),
        expected
    );
    assert_eq!(steps(&[done(0, &item)]), expected);
}

#[test]
fn refusals_and_several_parts_of_a_message_are_told_apart() {
    let item = json!({"type": "message", "id": "i0", "role": "assistant", "content": [
        {"type": "output_text", "text": "a", "annotations": []}, {"type": "refusal", "refusal": "no"}]});

    let steps = steps(&[piece("output_text", 0, "a"), done(0, &item), completed()]);

    assert_eq!(
        steps[3..],
        [
            Event::Close,
            Event::Open(Opening::Refusal),
            Event::Text("no".into()),
            Event::Close,
            Event::Stop(Stop::Refusal(None)),
            Event::End
        ]
    );
}

#[test]
fn custom_calls_and_namespaces_are_read() {
    let item = |input: &str| {
        json!({"type": "custom_tool_call", "id": "ctc_1", "call_id": "c", "name": "exec",
            "namespace": "functions", "input": input})
    };

    let steps = steps(&[
        added(0, &item("")),
        piece("custom_tool_call_input", 0, "text("),
        done(0, &item("text('x')")),
    ]);

    let Event::Open(Opening::Call(call)) = &steps[1] else {
        panic!("a call begins");
    };
    assert_eq!(call.form, CallForm::Custom);
    assert_eq!(call.namespace.as_deref(), Some("functions"));
    assert_eq!(steps[2..4], [arguments("text("), arguments("'x')")]);
}

#[test]
fn hosted_items_come_whole() {
    let item = json!({"type": "web_search_call", "id": "ws_1", "status": "completed",
        "action": {"type": "search", "query": "q"}});
    let working =
        json!({"type": "response.web_search_call.searching", "item_id": "ws_1", "output_index": 0});

    let steps = steps(&[added(0, &item), working, done(0, &item), completed()]);

    let Event::Whole(part) = &steps[1] else {
        panic!("it comes whole");
    };
    assert!(matches!(&part.kind, Kind::Foreign(foreign) if foreign.value == item));
    assert_eq!(steps[2..], [Event::Stop(Stop::End), Event::End]);
}

#[test]
fn failures_are_told_with_their_kind() {
    let failed = json!({"type": "response.failed", "response": {"status": "failed", "error":
        {"code": "rate_limit_exceeded", "message": "try again in 12.3s"}}});
    let flat =
        json!({"type": "error", "code": "server_is_overloaded", "message": "busy", "param": null});
    let nested = json!({"error": {"message": "too long", "code": "context_length_exceeded"}});
    let silent =
        json!({"type": "response.failed", "response": {"status": "failed", "error": null}});

    for (event, kind) in [
        (failed, ErrorKind::RateLimit),
        (flat, ErrorKind::Overloaded),
        (nested, ErrorKind::ContextTooLong),
        (silent, ErrorKind::Upstream),
    ] {
        let steps = steps(&[event, completed()]);
        assert!(
            matches!(&steps[..], [Event::Failed(error)] if error.kind == kind),
            "{steps:?}"
        );
    }
}

#[test]
fn what_means_nothing_is_passed_over_and_signs_of_life_are_heard() {
    let working = json!({"type": "response.in_progress", "response": {"id": "r"}});

    let steps = steps(&[
        json!("[DONE]"),
        json!({"type": "response.something_new.delta", "delta": "x"}),
        working.clone(),
        working.clone(),
        working,
        json!({"type": "keepalive", "sequence_number": 4}),
    ]);

    assert!(
        matches!(&steps[..], [Event::Start(_), Event::Alive, Event::Alive]),
        "{steps:?}"
    );
}

#[test]
fn places_that_are_not_told_are_found_by_id() {
    let without_place = |mut event: Value| {
        event.as_object_mut().unwrap().shift_remove("output_index");
        event
    };
    let all: Vec<Value> = golden().into_iter().map(without_place).collect();

    assert_eq!(steps(&all), steps(&golden()));
}

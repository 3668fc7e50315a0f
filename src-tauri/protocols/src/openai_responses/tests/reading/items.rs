//! One item or several.

use serde_json::json;

use super::super::steps;
use super::{added, arguments, call, completed, done, encrypted, function, piece, start};
use crate::event::{Event, Opening};
use crate::part::{CallForm, Citation, Kind};
use crate::response::Stop;

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

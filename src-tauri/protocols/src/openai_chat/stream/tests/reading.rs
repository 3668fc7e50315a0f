use serde_json::json;

use super::{chunk, data_of, events, finish, in_words, said};
use crate::error::ErrorKind;
use crate::event::{Event, Start};
use crate::quirks::Quirks;
use crate::usage::Usage;

const END: [&str; 2] = ["Stop(End)", "End"];

fn plain() -> Quirks {
    Quirks::default()
}

#[test]
fn the_golden_stream_is_read() {
    let data = data_of(include_str!("../../../../tests/golden/openai.sse"));
    let data: Vec<&str> = data.iter().map(String::as_str).collect();

    let events = events(&plain(), &data);

    let start = Start {
        id: "chatcmpl-1".into(),
        model: "m".into(),
        created: Some(1),
    };
    assert_eq!(events[0], Event::Start(start));
    let usage = Usage {
        input: 15,
        cached: 3,
        output: 20,
        ..Usage::default()
    };
    assert_eq!(
        in_words(&events),
        [
            "thought: hm".to_owned(),
            "text: ok".to_owned(),
            "call toolu_a f: {\"x\":1}".to_owned(),
            format!("{:?}", Event::Usage(usage)),
            "call toolu_b g: {}".to_owned(),
            "Stop(ToolUse)".to_owned(),
            "End".to_owned(),
        ]
    );
}

#[test]
fn p050_chunks_without_choices_or_deltas_do_no_harm() {
    let text = chunk(&json!({"content": "ok"}));
    let data = [
        r#"{"id":"","model":"","choices":[],"prompt_filter_results":[{}]}"#,
        r#"{"choices":null}"#,
        r#"{"choices":[{"index":0,"delta":null}]}"#,
        r#"{"choices":[null,{}]}"#,
        r#"{"x_groq":{"id":"r"}}"#,
        "no json",
        "7",
        &text,
        &finish("stop"),
    ];
    assert_eq!(
        in_words(&events(&plain(), &data)),
        ["text: ok", END[0], END[1]]
    );
}

#[test]
fn an_answer_is_whole_with_done_or_a_reason_and_not_without() {
    let text = chunk(&json!({"content": "ok"}));
    let (stop, done) = (finish("stop"), "[DONE]");
    let end = |data: &[&str]| in_words(&events(&plain(), data)).pop().unwrap();

    assert_eq!(end(&[&text, &stop, done]), "End");
    assert_eq!(end(&[&text, done]), "End");
    assert_eq!(end(&[&text, &stop]), "End");
    assert_eq!(end(&[&text]), "text: ok");
    assert_eq!(
        end(&[&text, &stop, done, &text, "{}"]),
        "End",
        "nothing follows the end"
    );
}

#[test]
fn a_call_that_was_cut_is_no_end() {
    let call = chunk(
        &json!({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\""}}]}),
    );
    assert_eq!(in_words(&events(&plain(), &[&call])), ["call a f: {\"x\""]);
}

#[test]
fn p206_nulls_and_empty_values_open_nothing() {
    let empty = json!({"role": "assistant", "content": "", "reasoning_content": null, "tool_calls": [], "refusal": "",
        "function_call": null, "reasoning_details": [], "annotations": []});
    let null = json!({"content": null, "tool_calls": null});
    let lines = said(
        &plain(),
        &[
            empty.clone(),
            json!({"content": "ok", "tool_calls": []}),
            null,
            empty,
        ],
    );
    assert_eq!(lines, ["text: ok", END[0], END[1]]);
}

#[test]
fn p207_an_empty_reason_is_none() {
    let text = chunk(&json!({"content": "ok"}));
    let (empty, eos) = (finish(""), finish("eos"));
    assert_eq!(
        in_words(&events(&plain(), &[&empty, &text, &empty])),
        ["text: ok"]
    );
    assert_eq!(
        in_words(&events(&plain(), &[&empty, &text, &eos])),
        ["text: ok", END[0], END[1]]
    );
}

#[test]
fn a_second_answer_is_not_mixed_into_the_first() {
    let two = json!({"choices": [{"index": 0, "delta": {"content": "a"}}, {"index": 1, "delta": {"content": "b"}}]}).to_string();
    assert_eq!(in_words(&events(&plain(), &[&two, "[DONE]"]))[0], "text: a");
}

#[test]
fn words_behind_a_call_that_is_not_done_come_after_it() {
    let call = |text: &str| json!({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": text}}]});
    let lines = said(
        &plain(),
        &[call("{"), json!({"content": "late"}), call("}")],
    );
    assert_eq!(lines[..2], ["call a f: {}", "text: late"]);

    let blank = said(&plain(), &[call("{"), json!({"content": "\n"}), call("}")]);
    assert_eq!(blank, ["call a f: {}", "Stop(ToolUse)", "End"]);
}

#[test]
fn errors_in_every_shape_fail_the_answer_and_end_it() {
    let text = chunk(&json!({"content": "ok"}));
    for (data, kind) in [
        (
            r#"{"error":{"message":"slow","code":"rate_limit_exceeded"}}"#,
            ErrorKind::RateLimit,
        ),
        (
            r#"{"object":"error","message":"bad","code":400}"#,
            ErrorKind::InvalidRequest,
        ),
        (
            r#"{"base_resp":{"status_code":1002,"status_msg":"limit"}}"#,
            ErrorKind::Upstream,
        ),
        (
            r#"{"id":"x","error":{"code":502,"message":"no"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}"#,
            ErrorKind::Upstream,
        ),
        (
            r#"{"choices":[{"index":0,"delta":{},"finish_reason":"insufficient_system_resource"}]}"#,
            ErrorKind::Overloaded,
        ),
    ] {
        let events = events(&plain(), &[&text, data, &text, "[DONE]"]);
        let failed = matches!(events.last(), Some(Event::Failed(error)) if error.kind == kind);
        assert!(failed, "{data}: {events:?}");
        assert!(!events.contains(&Event::End));
    }
}

#[test]
fn an_event_named_error_is_one_whatever_it_holds() {
    use crate::codec::ReadStream;
    for data in [r#"{"message":"boom"}"#, "boom", "{}"] {
        let mut reader = super::StreamReader::new(&plain());
        let mut out = Vec::new();
        reader.read(Some("error"), data, &mut out);
        assert!(matches!(&out[..], [Event::Failed(_)]), "{data}");
    }
}

#[test]
fn a_whole_message_in_a_stream_counts_only_if_nothing_came_before() {
    let whole = json!({"id": "x", "object": "chat.completion", "choices": [{"index": 0,
        "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}]})
    .to_string();
    let text = chunk(&json!({"content": "ok"}));
    for data in [vec![whole.as_str()], vec![&text, &whole]] {
        assert_eq!(
            in_words(&events(&plain(), &data)),
            ["text: ok", END[0], END[1]]
        );
    }
}

#[test]
fn words_that_waited_for_a_call_come_before_later_ones() {
    let call = |arguments: &str| json!({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": arguments}}]});
    let lines = said(
        &plain(),
        &[
            call("{\"a\":"),
            json!({"content": "first "}),
            call("1}"),
            json!({"content": "second"}),
        ],
    );
    assert_eq!(lines[..2], ["call c f: {\"a\":1}", "text: first second"]);
}

//! Calls, as clients are told of them.

use bytes::BytesMut;
use serde_json::json;

use super::client::*;
use super::grammar::{events, message};
use crate::anthropic::StreamWriter;
use crate::codec::WriteStream;
use crate::event::{Event, Opening};
use crate::part::{Call, CallForm, Kind, Part};
use crate::response::Stop;

#[test]
fn p088_an_input_comes_in_deltas_even_if_it_is_known_at_once() {
    let call = Call {
        id: "a".into(),
        name: "f".into(),
        arguments: "{\"x\":1}".into(),
        ..Call::default()
    };
    let wire = wire(started(vec![
        Event::Whole(Part::new(Kind::Call(call))),
        Event::End,
    ]));
    let all = events(&wire);
    assert_eq!(all[1]["content_block"]["input"], json!({}));
    assert_eq!(
        all[2]["delta"],
        json!({"type": "input_json_delta", "partial_json": "{\"x\":1}"})
    );
    assert_eq!(message(&wire)["content"][0]["input"], json!({"x": 1}));
    assert_eq!(message(&wire)["stop_reason"], "tool_use");
}

#[test]
fn p089_bits_of_an_input_are_strings() {
    for arguments in ["{\"x\":[1,2]}", "7", "[1]", "{"] {
        let wire = wire(started([args(arguments), vec![Event::End]].concat()));
        let deltas = events(&wire)
            .into_iter()
            .filter(|event| event["type"] == "content_block_delta");
        for event in deltas {
            assert!(event["delta"]["partial_json"].is_string(), "{event}");
        }
    }
}

#[test]
fn p063_arguments_that_are_no_object_become_one() {
    for (arguments, input) in [
        ("\"str\"", json!({"value": "str"})),
        ("[1]", json!({"value": [1]})),
        ("null", json!({})),
        ("", json!({})),
        ("  ", json!({})),
        (" {\"a\":1.0}", json!({"a": 1.0})),
    ] {
        assert_eq!(
            told(args(arguments))["content"][0]["input"],
            input,
            "{arguments:?}"
        );
    }
}

#[test]
fn p136_arguments_that_are_no_json_go_out_as_they_are() {
    for arguments in ["{\"a\":", "nonsense", "{\"a\":1}{\"b\":2}"] {
        let input = &told(args(arguments))["content"][0]["input"];
        assert_eq!(input["__unparsedToolInput"]["raw"], arguments);
    }
}

#[test]
fn arguments_stream_as_they_come() {
    let mut writer = StreamWriter::new(&reply());
    let mut out = BytesMut::new();
    for event in [
        call("a", CallForm::Function),
        Event::Arguments(" ".into()),
        Event::Arguments("{\"x".into()),
    ] {
        writer.write(event, &mut out);
    }
    let text = String::from_utf8(out.split().to_vec()).unwrap();
    assert!(
        text.ends_with("\"partial_json\":\" {\\\"x\"}}\n\n"),
        "{text}"
    );
    writer.write(Event::Arguments("\":1}".into()), &mut out);
    assert!(!out.is_empty());
}

#[test]
fn free_text_of_a_custom_tool_is_one_string_of_an_object() {
    let message = told(vec![
        call("a", CallForm::Custom),
        Event::Arguments("{\"*** Begin".into()),
        Event::Arguments("\n\" Patch".into()),
        Event::Close,
    ]);
    assert_eq!(
        message["content"][0]["input"],
        json!({"input": "{\"*** Begin\n\" Patch"})
    );
}

#[test]
fn p090_a_call_without_a_name_is_not_told() {
    let nameless = Event::Open(Opening::Call(Call {
        id: "a".into(),
        ..Call::default()
    }));
    let message = told(vec![
        nameless,
        Event::Arguments("{}".into()),
        Event::Close,
        Event::Stop(Stop::ToolUse),
    ]);
    assert_eq!(message["content"], json!([]));
}

#[test]
fn p092_an_answer_with_calls_waits_for_their_results() {
    let message = told([args("{}"), vec![Event::Stop(Stop::End)]].concat());
    assert_eq!(message["stop_reason"], "tool_use");
    let cut = told([args("{\"a"), vec![Event::Stop(Stop::Length)]].concat());
    assert_eq!(cut["stop_reason"], "max_tokens");
}

#[test]
fn p093_an_answer_without_calls_waits_for_nothing() {
    let message = told(vec![Event::Stop(Stop::ToolUse)]);
    assert_eq!(message["stop_reason"], "end_turn");
}

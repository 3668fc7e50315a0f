use serde_json::{Value, json};

use super::{read_response, write_response};
use crate::carrier::{Carrier, Opaque};
use crate::codec::Reply;
use crate::part::{Call, Citation, Kind, Part, Reasoning, Text};
use crate::quirks::{Echo, Quirks};
use crate::response::{Alternative, Response, Stop};
use crate::usage::Usage;

fn read(body: Value) -> Response {
    read_response(body, &Quirks::default()).expect("the body is an answer")
}

/// An answer with this message.
fn answer(message: &Value, reason: &str) -> Value {
    json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}]})
}

fn reply() -> Reply {
    Reply {
        model: "m".into(),
        id: "x1".into(),
        created: 7,
        ..Reply::default()
    }
}

fn is_written_as_it_came(body: &Value) {
    assert_eq!(write_response(&read(body.clone()), &reply()), *body);
}

#[test]
fn every_field_of_an_answer_is_written_as_it_came() {
    is_written_as_it_came(&serde_json::from_str(r#"{
        "id": "gen-1", "object": "chat.completion", "created": 1700000000, "model": "m", "service_tier": "default",
        "system_fingerprint": null, "provider": "x",
        "choices": [{"index": 0, "native_finish_reason": "eos", "logprobs": {"content": [{"token": "o", "logprob": -0.10}]},
            "finish_reason": "eos", "content_filter_results": {},
            "message": {"role": "assistant", "content": "ok", "refusal": null, "reasoning": "hm",
                "reasoning_details": [{"type": "reasoning.text", "text": "hm", "signature": "s"}], "audio": null,
                "annotations": [{"type": "url_citation", "url_citation": {"url": "https://a.example", "title": "A", "start_index": 0, "end_index": 2}}]}}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
            "completion_tokens_details": {"reasoning_tokens": 2, "audio_tokens": 0}}
    }"#).unwrap());
}

#[test]
fn every_kind_of_message_is_written_as_it_came() {
    for (message, reason) in [
        (
            json!({"role": "assistant", "content": null, "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"x\": 1}"}},
            {"id": "b", "type": "custom", "custom": {"name": "p", "input": "x"}}]}),
            "tool_calls",
        ),
        (
            json!({"role": "assistant", "content": "", "tool_calls": [], "reasoning_content": "hm"}),
            "stop",
        ),
        (
            json!({"role": "assistant", "content": null, "refusal": "no"}),
            "stop",
        ),
        (
            json!({"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}}),
            "function_call",
        ),
        (
            json!({"role": "assistant", "content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
            {"type": "text", "text": "ok"}]}),
            "stop",
        ),
        (
            json!({"role": "assistant", "content": "", "images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]}),
            "length",
        ),
        (
            json!({"role": "assistant", "content": "x"}),
            "content_filter",
        ),
    ] {
        is_written_as_it_came(&answer(&message, reason));
    }
}

#[test]
fn several_answers_are_written_as_they_came() {
    let mut body = answer(&json!({"role": "assistant", "content": "a"}), "stop");
    let second = json!({"index": 1, "message": {"role": "assistant", "content": "b", "x": 1}, "finish_reason": "length", "logprobs": null});
    body["choices"].as_array_mut().unwrap().push(second);

    assert_eq!(read(body.clone()).others[0].stop, Stop::Length);
    is_written_as_it_came(&body);
}

#[test]
fn p226_words_and_calls_in_two_choices_are_one_answer() {
    let mut body = answer(&json!({"role": "assistant", "content": "ok"}), "stop");
    let calls =
        json!([{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]);
    let second = json!({"index": 1, "message": {"role": "assistant", "content": null, "tool_calls": calls}, "finish_reason": "tool_calls"});
    body["choices"].as_array_mut().unwrap().push(second);

    let read = read(body);

    assert_eq!(
        (read.parts.len(), read.others.len(), read.stop),
        (2, 0, Stop::ToolUse)
    );
}

#[test]
fn p195_tags_hold_thoughts_where_they_are_known_to() {
    let body = answer(
        &json!({"role": "assistant", "content": "<think>hm</think>\nok"}),
        "stop",
    );
    let quirks = Quirks {
        think_tags: true,
        ..Quirks::default()
    };

    let tagged = read_response(body.clone(), &quirks).unwrap();
    assert!(matches!(&tagged.parts[0].kind, Kind::Reasoning(thought) if thought.text == "hm"));
    assert_eq!(tagged.parts[1].as_text(), Some("ok"));
    assert_eq!(read(body).parts[0].as_text(), Some("<think>hm</think>\nok"));
}

#[test]
fn p196_content_may_be_a_list_with_thoughts() {
    let parts = read(answer(&json!({"role": "assistant", "content": [
        {"type": "thinking", "thinking": [{"type": "text", "text": "h"}, {"type": "text", "text": "m"}]},
        {"type": "text", "text": "ok"}]}), "stop")).parts;
    assert!(matches!(&parts[0].kind, Kind::Reasoning(thought) if thought.text == "hm"));
    assert_eq!(parts[1].as_text(), Some("ok"));
}

#[test]
fn p203_and_p205_odd_calls_are_calls() {
    let parts = read(answer(&json!({"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": {"x": 1}}}]}), "stop")).parts;
    let call = parts[0].as_call().unwrap();
    assert!(call.id.starts_with("call_"));
    assert_eq!(call.arguments, "{\"x\":1}");
}

#[test]
fn p204_arguments_written_as_a_string_once_too_often() {
    let call = json!([{"id": "a", "type": "function", "function": {"name": "f", "arguments": "\"{\\\"x\\\":1}\""}}]);
    let parts = read(answer(
        &json!({"role": "assistant", "content": "", "tool_calls": call}),
        "stop",
    ))
    .parts;
    assert_eq!(parts.len(), 1, "an empty content is no text");
    assert_eq!(parts[0].as_call().unwrap().arguments, "{\"x\":1}");
}

#[test]
fn thoughts_that_the_model_wants_again_are_kept_whole() {
    let body = answer(
        &json!({"role": "assistant", "content": "ok", "reasoning_content": "hm"}),
        "stop",
    );
    let quirks = Quirks {
        reasoning_echo: Echo::ToolLoops,
        ..Quirks::default()
    };
    let parts = read_response(body, &quirks).unwrap().parts;
    let plain = Carrier::genuine(Opaque::Plain("hm".into()));
    assert!(
        matches!(&parts[0].kind, Kind::Reasoning(thought) if thought.carrier.as_ref() == Some(&plain))
    );
}

#[test]
fn what_has_no_choices_is_no_answer() {
    for body in [
        json!({"error": {"message": "x"}}),
        json!([]),
        json!({"choices": null}),
    ] {
        assert_eq!(read_response(body, &Quirks::default()), None);
    }
}

#[test]
fn an_answer_of_another_protocol_is_written_in_chats_words() {
    let carrier = Carrier {
        provider: "p".into(),
        opaque: Opaque::Signature("s".into()),
    };
    let citation = Citation {
        url: "https://a.example".into(),
        title: "A".into(),
        quote: None,
        span: Some((0, 2)),
    };
    let text = Text {
        text: "b".into(),
        citations: vec![citation],
    };
    let call = Call {
        id: "toolu_1".into(),
        name: "f".into(),
        arguments: "{\"x\":1}".into(),
        ..Call::default()
    };
    let response = Response {
        id: "msg_1".into(),
        parts: vec![
            Part::new(Kind::Reasoning(Reasoning {
                text: "hm".into(),
                carrier: Some(carrier),
            })),
            Part::text("a"),
            Part::new(Kind::Text(text)),
            Part::new(Kind::Call(call)),
        ],
        stop: Stop::ToolUse,
        usage: Some(Usage {
            input: 15,
            cached: 3,
            written: 2,
            output: 20,
            reasoning: 4,
        }),
        others: vec![Alternative {
            parts: vec![Part::text("other")],
            stop: Stop::End,
        }],
        ..Response::default()
    };

    let body = write_response(&response, &reply());

    insta::assert_snapshot!(serde_json::to_string_pretty(&body).unwrap());
}

#[test]
fn a_carrier_comes_back_as_the_client_got_it() {
    let carrier = Carrier {
        provider: "p".into(),
        opaque: Opaque::Redacted("r".into()),
    };
    let thought = Reasoning {
        text: String::new(),
        carrier: Some(carrier),
    };
    let response = Response {
        parts: vec![
            Part::new(Kind::Reasoning(thought.clone())),
            Part::text("ok"),
        ],
        ..Response::default()
    };

    let message = write_response(&response, &reply())["choices"][0]["message"].clone();
    let request = crate::codec::read_request(
        crate::Protocol::OpenAi,
        json!({"model": "m", "messages": [message]}),
    )
    .unwrap();

    assert_eq!(request.turns[0].parts()[0].kind, Kind::Reasoning(thought));
    assert_eq!(request.turns[0].parts()[1].as_text(), Some("ok"));
}

#[test]
fn only_calls_leave_the_content_null() {
    let call = Call {
        id: "a".into(),
        name: "f".into(),
        ..Call::default()
    };
    let response = Response {
        parts: vec![Part::new(Kind::Call(call))],
        ..Response::default()
    };
    let message = &write_response(&response, &reply())["choices"][0]["message"];
    assert_eq!(message["content"], Value::Null);
    assert_eq!(message["tool_calls"][0]["function"]["arguments"], "{}");
}

#[test]
fn old_clients_are_told_of_one_call_in_the_older_form() {
    let call = |id: &str| {
        Part::new(Kind::Call(Call {
            id: id.into(),
            name: "f".into(),
            arguments: "{}".into(),
            ..Call::default()
        }))
    };
    let response = Response {
        parts: vec![call("a"), call("b")],
        stop: Stop::ToolUse,
        ..Response::default()
    };
    let old = Reply {
        old_calls: true,
        ..reply()
    };

    let choice = &write_response(&response, &old)["choices"][0];

    assert_eq!(choice["finish_reason"], "function_call");
    assert_eq!(
        choice["message"]["function_call"],
        json!({"name": "f", "arguments": "{}"})
    );
    assert_eq!(choice["message"].get("tool_calls"), None);
}

#[test]
fn citations_count_from_the_beginning_of_the_content() {
    let citation = Citation {
        url: "https://a.example".into(),
        span: Some((0, 2)),
        ..Citation::default()
    };
    let text = Text {
        text: "ok".into(),
        citations: vec![citation],
    };
    let call = Part::new(Kind::Call(Call {
        id: "a".into(),
        name: "f".into(),
        ..Call::default()
    }));
    let response = Response {
        parts: vec![Part::text("öä"), call, Part::new(Kind::Text(text))],
        ..Response::default()
    };

    let message = &write_response(&response, &reply())["choices"][0]["message"];

    assert_eq!(message["content"], "öä\n\nok");
    assert_eq!(message["annotations"][0]["url_citation"]["start_index"], 4);
}

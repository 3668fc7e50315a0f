use keyway_protocols::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::cross::ReasoningForm;
use serde_json::{Value, json};

use super::{OTHERS, call, chunk, done, finish, fragment, told};
use crate::ways::way;

#[test]
fn p090_a_call_waits_for_its_name() {
    let events = [
        fragment(0, Some("c"), None, ""),
        fragment(0, None, None, "{\"x\":"),
        fragment(0, None, Some("f"), "1}"),
        finish("tool_calls"),
        done(),
    ];
    for client in OTHERS {
        assert_eq!(
            told(client, OpenAi, &events).heard.calls,
            [call("c", "f", json!({"x": 1}))]
        );
    }
}

#[test]
fn p091_calls_with_one_id_get_two() {
    let events = [
        fragment(0, Some("a"), Some("f"), "{}"),
        fragment(1, Some("a"), Some("g"), "{}"),
        finish("tool_calls"),
        done(),
    ];
    for client in OTHERS {
        let calls = told(client, OpenAi, &events).heard.calls;
        assert_eq!(
            calls,
            [call("a", "f", json!({})), call("a_2", "g", json!({}))]
        );
    }
}

#[test]
fn p092_calls_are_the_reason_to_stop_whatever_the_provider_says() {
    for reason in ["stop", "", "eos", "tool_calls"] {
        let events = [
            fragment(0, Some("c"), Some("f"), "{}"),
            finish(reason),
            done(),
        ];
        assert_eq!(
            told(Anthropic, OpenAi, &events).heard.stop,
            "tool_use",
            "{reason:?}"
        );
    }
}

#[test]
fn p093_a_call_that_was_left_out_is_no_reason_to_stop() {
    let events = [
        chunk(json!({"content": "x"})),
        fragment(0, Some("c"), None, "{}"),
        finish("tool_calls"),
        done(),
    ];
    let told = told(Anthropic, OpenAi, &events);

    assert_eq!(
        (told.heard.stop.as_str(), told.heard.calls.len()),
        ("end_turn", 0)
    );
}

#[test]
fn p136_arguments_that_are_no_json_are_never_replaced() {
    let events = [
        fragment(0, Some("c"), Some("f"), "{\"a\":"),
        finish("tool_calls"),
        done(),
    ];

    assert_eq!(
        told(Anthropic, OpenAi, &events).heard.calls,
        [call("c", "f", json!("{\"a\":"))]
    );
    assert_eq!(
        told(OpenAiResponses, OpenAi, &events).heard.calls,
        [call("c", "f", json!("{\"a\":"))]
    );
    let heard = told(Gemini, OpenAi, &events).heard;
    assert_eq!(
        (heard.stop.as_str(), heard.calls.len()),
        ("MALFORMED_FUNCTION_CALL", 0)
    );

    let whole = json!({"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [
        {"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": null,
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{\"a\":"}}]}}]});
    let way = way(Anthropic, OpenAi, ReasoningForm::Native);
    let body = way.whole(whole.to_string().as_bytes()).unwrap().body;
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        body["content"][0]["input"],
        json!({"__unparsedToolInput": {"raw": "{\"a\":", "len": 5}})
    );
}

#[test]
fn p147_arguments_in_fragments_are_one_part_for_gemini() {
    let arguments = ["{\"x", "\":", "[1,", "2", "]}"];
    let mut events = vec![fragment(0, Some("c"), Some("f"), "")];
    events.extend(arguments.map(|more| fragment(0, None, None, more)));
    events.extend([finish("tool_calls"), done()]);
    let told = told(Gemini, OpenAi, &events);

    assert_eq!(told.count("functionCall"), 1);
    assert_eq!(told.heard.calls, [call("c", "f", json!({"x": [1, 2]}))]);
}

#[test]
fn p201_calls_at_the_same_time_come_one_after_the_other() {
    let events = [
        fragment(0, Some("a"), Some("f"), ""),
        fragment(1, Some("b"), Some("g"), ""),
        fragment(1, None, None, "{\"y\":"),
        fragment(0, None, None, "{\"x\":"),
        fragment(1, None, None, "2}"),
        fragment(0, None, None, "1}"),
        finish("tool_calls"),
        done(),
    ];
    for client in OTHERS {
        let calls = told(client, OpenAi, &events).heard.calls;
        assert_eq!(
            calls,
            [
                call("a", "f", json!({"x": 1})),
                call("b", "g", json!({"y": 2}))
            ]
        );
    }
}

#[test]
fn p228_the_old_function_call_is_a_call() {
    let events = [
        chunk(json!({"function_call": {"name": "f", "arguments": ""}})),
        chunk(json!({"function_call": {"arguments": "{\"x\":1}"}})),
        finish("function_call"),
        done(),
    ];
    for client in OTHERS {
        let heard = told(client, OpenAi, &events).heard;
        assert_eq!(heard.calls.len(), 1);
        assert_eq!(
            (heard.calls[0].name.as_str(), &heard.calls[0].arguments),
            ("f", &json!({"x": 1}))
        );
    }
    assert_eq!(told(Anthropic, OpenAi, &events).heard.stop, "tool_use");
}

//! How a client is told that an answer begins and ends.

use serde_json::json;

use super::client::*;
use super::grammar::{events, message};
use crate::error::{ErrorKind, UpstreamError};
use crate::event::{Event, Opening};
use crate::response::Stop;
use crate::usage::Usage;

#[test]
fn p041_a_whole_answer_is_told_in_strict_order_with_named_events() {
    let mut all = vec![
        Event::Open(Opening::Reasoning),
        Event::Reasoning("h".into()),
        Event::Reasoning("m".into()),
        Event::CloseWith(signed("")),
    ];
    all.extend(text("ok"));
    all.extend(args("{\"x\":1}"));
    all.extend([
        Event::Usage(Usage {
            input: 15,
            cached: 3,
            written: 2,
            output: 20,
            reasoning: 8,
        }),
        Event::Stop(Stop::ToolUse),
    ]);

    let message = told(all);

    assert_eq!(
        message,
        json!({"id": "msg_9", "type": "message", "role": "assistant", "model": "alias",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "sig"},
                {"type": "text", "text": "ok"},
                {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}},
            ],
            "stop_reason": "tool_use", "stop_sequence": null,
            "usage": {"input_tokens": 10, "cache_creation_input_tokens": 2, "cache_read_input_tokens": 3,
                "output_tokens": 20, "output_tokens_details": {"thinking_tokens": 8}}})
    );
}

#[test]
fn p045_a_message_starts_once() {
    let wire = wire(started(started(vec![Event::End])));
    assert_eq!(wire.matches("event: message_start").count(), 1);
}

#[test]
fn p046_a_message_ends_once() {
    let wire = wire(started(vec![
        Event::Stop(Stop::End),
        Event::Stop(Stop::Length),
        Event::End,
        Event::End,
        Event::Text("late".into()),
    ]));
    assert_eq!(message(&wire)["stop_reason"], "max_tokens");
}

#[test]
fn p099_an_empty_answer_stays_empty() {
    let message = told(vec![Event::Stop(Stop::End)]);
    assert_eq!(
        (&message["content"], &message["stop_reason"]),
        (&json!([]), &json!("end_turn"))
    );
}

#[test]
fn p103_the_start_tells_about_how_much_was_read_and_the_end_exactly() {
    let usage = Usage {
        input: 100,
        cached: 80,
        output: 1,
        ..Usage::default()
    };
    let wire = wire(started(vec![Event::Usage(usage), Event::End]));
    let all = events(&wire);
    assert_eq!(all[0]["message"]["usage"]["input_tokens"], 50);
    assert_eq!(all[1]["usage"]["input_tokens"], 20);
    assert_eq!(all[1]["usage"]["cache_read_input_tokens"], 80);
}

#[test]
fn p104_cached_tokens_are_counted_once() {
    let usage = Usage {
        input: 100,
        cached: 80,
        written: 15,
        output: 1,
        reasoning: 0,
    };
    let message = told(vec![Event::Usage(usage)]);
    assert_eq!(message["usage"]["input_tokens"], 5);
    let odd = Usage {
        input: 10,
        cached: 80,
        ..Usage::default()
    };
    assert_eq!(told(vec![Event::Usage(odd)])["usage"]["input_tokens"], 0);
}

#[test]
fn p051_failures_are_the_last_event() {
    let error = UpstreamError {
        kind: ErrorKind::Overloaded,
        code: None,
        message: "busy".into(),
    };
    let failed = vec![
        Event::Open(Opening::Text),
        Event::Text("a".into()),
        Event::Failed(error.clone()),
        Event::End,
    ];
    for all in [started(failed), vec![Event::Failed(error)]] {
        let wire = wire(all);
        let last = events(&wire).pop().unwrap();
        assert_eq!(last["type"], "error");
        assert_eq!(last["error"]["type"], "overloaded_error");
        assert!(!wire.contains("message_stop"));
    }
}

#[test]
fn a_call_that_cannot_be_read_is_an_error() {
    let wire = wire(started(vec![
        Event::Stop(Stop::Malformed("MALFORMED_FUNCTION_CALL".into())),
        Event::End,
    ]));
    let last = events(&wire).pop().unwrap();
    assert_eq!(last["error"]["type"], "api_error");
}

#[test]
fn signs_of_life_are_pings_and_may_come_first() {
    let wire = wire([vec![Event::Alive], started(vec![Event::Alive, Event::End])].concat());
    let pings = events(&wire)
        .into_iter()
        .filter(|event| *event == json!({"type": "ping"}));
    assert_eq!(pings.count(), 2);
    message(&wire);
}

#[test]
fn a_provider_that_says_nothing_at_first_starts_with_its_first_words() {
    let message = message(&wire([text("a").to_vec(), vec![Event::End]].concat()));
    assert_eq!(message["id"], "msg_x1");
    assert_eq!(message["model"], "alias");
}

#[test]
fn p104_a_guess_never_stands_beside_tokens_that_were_all_cached() {
    let usage = Usage {
        input: 100,
        cached: 100,
        ..Usage::default()
    };
    let counts = &told(vec![Event::Usage(usage)])["usage"];
    assert_eq!(counts["input_tokens"], 1);
    assert_eq!(counts["cache_read_input_tokens"], 99);
}

//! The beginning and the end of an answer.

use serde_json::{Value, json};

use super::super::{events, kinds, reply};
use super::{answer, answer_to, check, text, thought};
use crate::codec::Reply;
use crate::error::{ErrorKind, UpstreamError};
use crate::event::{Event, Start};
use crate::response::Stop;

#[test]
fn p111_every_way_to_stop_has_its_last_event() {
    let incomplete = |reason: &str| json!({"reason": reason});
    for (stop, kind, details) in [
        (Stop::End, "completed", Value::Null),
        (Stop::ToolUse, "completed", Value::Null),
        (Stop::StopString(Some("x".into())), "completed", Value::Null),
        (Stop::Paused, "completed", Value::Null),
        (Stop::Length, "incomplete", incomplete("max_output_tokens")),
        (
            Stop::ContextFull,
            "incomplete",
            incomplete("max_output_tokens"),
        ),
        (
            Stop::Filtered("SAFETY".into()),
            "incomplete",
            incomplete("content_filter"),
        ),
        (
            Stop::Refusal(None),
            "incomplete",
            incomplete("content_filter"),
        ),
        (Stop::Refusal(Some("why".into())), "completed", Value::Null),
        (Stop::Malformed("MALFORMED".into()), "failed", Value::Null),
    ] {
        let events = answer(&[&text("a")], stop);
        let last = events.last().unwrap();
        assert_eq!(last["type"], format!("response.{kind}"));
        assert_eq!(last["response"]["status"], kind);
        assert_eq!(last["response"]["incomplete_details"], details);
        assert_eq!(last["response"]["error"].is_null(), kind != "failed");
    }
}

#[test]
fn p133_an_answer_at_its_limit_is_incomplete() {
    let events = answer(&[&text("half")], Stop::Length);
    let response = &events.last().unwrap()["response"];
    assert_eq!(
        response["incomplete_details"]["reason"],
        "max_output_tokens"
    );
    assert_eq!(response["output"][0]["status"], "incomplete");
}

#[test]
fn p112_counts_always_have_all_their_details() {
    let events = answer(&[&text("a")], Stop::End);
    assert_eq!(
        events.last().unwrap()["response"]["usage"],
        json!({"input_tokens": 15, "input_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 0},
            "output_tokens": 20, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 35})
    );
}

#[test]
fn p132_a_failure_is_a_failed_response_and_the_last_event() {
    let error = UpstreamError {
        kind: ErrorKind::RateLimit,
        code: None,
        message: "try again in 12.3s".into(),
    };
    let mut steps = vec![Event::Start(Start::default())];
    steps.extend(text("a"));
    steps.extend([Event::Failed(error.clone()), Event::End]);

    let all = events(&reply(), &steps);
    let last = all.last().unwrap();
    assert_eq!(last["type"], "response.failed");
    assert_eq!(last["sequence_number"], all.len() - 1);
    assert_eq!(last["response"]["status"], "failed");
    assert_eq!(
        last["response"]["error"],
        json!({"code": "rate_limit_exceeded", "message": "try again in 12.3s"})
    );

    let early = events(&reply(), &[Event::Failed(error)]);
    assert_eq!(early.last().unwrap()["type"], "response.failed");
}

#[test]
fn p138_nothing_is_stored_whatever_was_asked() {
    let asked = super::super::read(
        &json!({"model": "m", "input": "x", "store": true, "temperature": 0.5,
        "instructions": "be kind", "metadata": {"a": "b"}, "tools": [{"type": "function", "name": "f"}]}),
    );
    let reply = Reply {
        echo: crate::openai_responses::echo(&asked),
        ..reply()
    };

    let events = answer_to(&reply, &[&text("a")], Stop::End);

    for event in [&events[0], &events[1], events.last().unwrap()] {
        let response = &event["response"];
        assert_eq!(response["store"], false);
        assert_eq!(response["temperature"].to_string(), "0.5");
        assert_eq!(response["instructions"], "be kind");
        assert_eq!(response["metadata"], json!({"a": "b"}));
        assert_eq!(response["tools"][0]["name"], "f");
        assert_eq!(response["parallel_tool_calls"], true);
    }
}

#[test]
fn keeping_alive_is_an_event_that_counts() {
    let steps = [
        Event::Alive,
        Event::Start(Start::default()),
        Event::Alive,
        Event::Stop(Stop::End),
        Event::End,
    ];
    let events = events(&reply(), &steps);
    check(&events);
    assert_eq!(
        kinds(&events),
        ["created", "in_progress", "in_progress", "completed"]
    );
}

#[test]
fn ids_are_made_of_the_answers_own() {
    let events = answer(&[&thought(), &text("a")], Stop::End);
    let response = &events.last().unwrap()["response"];
    assert_eq!(response["id"], "resp_x");
    assert_eq!(response["output"][0]["id"], "rs_x_0");
    assert_eq!(response["output"][1]["id"], "msg_x_1");
    assert_eq!(
        (&response["model"], &response["created_at"]),
        (&json!("alias"), &json!(7))
    );
}

//! Ends and signs of life.

use serde_json::json;

use super::super::steps;
use super::{completed, piece};
use crate::error::ErrorKind;
use crate::event::Event;
use crate::response::Stop;

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

use std::time::Duration;

use keyway_protocols::{
    Protocol,
    error::{ErrorKind, recognise},
};
use serde_json::Value;

use super::{EchoReply, Form, Step, anthropic, ask, chat, gemini, play, responses};

fn told(protocol: Protocol, prompt: &str, form: Form) -> EchoReply {
    let body: Value = match protocol {
        Protocol::Anthropic => anthropic::body(prompt),
        Protocol::OpenAi => chat::body(prompt),
        Protocol::OpenAiResponses => responses::body(prompt),
        Protocol::Gemini => gemini::body(prompt),
    };
    ask(protocol, &body, form)
}

fn sent(reply: &EchoReply) -> usize {
    reply
        .steps
        .iter()
        .filter(|step| matches!(step, Step::Bytes(_)))
        .count()
}

#[test]
fn a_status_comes_in_the_shape_of_the_protocol() {
    let cases = [
        (529, None),
        (401, Some(ErrorKind::Authentication)),
        (500, Some(ErrorKind::Upstream)),
    ];
    for protocol in Protocol::ALL {
        for (status, kind) in cases {
            let reply = told(protocol, &format!("echo: status {status}"), Form::Events);
            assert_eq!(
                (reply.status, reply.content_type, reply.usage),
                (status, "application/json", None)
            );
            let (seen, message) = recognise(protocol, status, play(&reply).as_bytes()).unwrap();
            assert_eq!(
                message,
                format!("echo was told to fail with status {status}")
            );
            assert!(
                kind.is_none_or(|kind| kind == seen),
                "{protocol} {status}: {seen:?}"
            );
        }
    }
    let overloaded = play(&told(Protocol::Anthropic, "echo: status 529", Form::Events));
    assert!(
        overloaded.contains(r#""type":"overloaded_error""#),
        "{overloaded}"
    );
}

#[test]
fn too_many_requests_say_when_to_come_back() {
    for protocol in Protocol::ALL {
        assert_eq!(
            told(protocol, "echo: status 429", Form::Whole).headers["retry-after"],
            "1"
        );
        assert!(
            told(protocol, "echo: status 503", Form::Whole)
                .headers
                .get("retry-after")
                .is_none()
        );
    }
}

#[test]
fn an_error_of_an_array_stream_is_an_array() {
    let body = play(&told(Protocol::Gemini, "echo: status 503", Form::Array));
    let errors: Vec<Value> = serde_json::from_str(&body).unwrap();
    assert_eq!(errors[0]["error"]["status"], "UNAVAILABLE");
}

#[test]
fn a_delay_comes_before_the_status_and_a_pace_between_events() {
    for protocol in Protocol::ALL {
        let reply = told(
            protocol,
            "echo: delay 2s\necho: pace 50ms\nhello",
            Form::Events,
        );
        assert_eq!(reply.delay, Duration::from_secs(2));
        let waits = reply
            .steps
            .iter()
            .filter(|step| **step == Step::Wait(Duration::from_millis(50)));
        assert_eq!(waits.count(), sent(&reply) - 1);
        assert!(matches!(reply.steps.first(), Some(Step::Bytes(_))));
        assert!(matches!(reply.steps.last(), Some(Step::Bytes(_))));
    }
    let late = told(
        Protocol::OpenAi,
        "echo: delay 100ms\necho: status 500",
        Form::Whole,
    );
    assert_eq!((late.delay, late.status), (Duration::from_millis(100), 500));
}

#[test]
fn a_cut_stream_has_so_many_events_and_no_end() {
    for protocol in Protocol::ALL {
        let reply = told(
            protocol,
            "echo: cut after 5\nsome words to say back to me",
            Form::Events,
        );
        assert_eq!((sent(&reply), reply.steps.last()), (5, Some(&Step::Cut)));
        let none = told(protocol, "echo: cut after 0", Form::Events);
        assert_eq!(none.steps, [Step::Cut]);

        let all = sent(&told(protocol, "hello", Form::Events));
        let late = told(protocol, "echo: cut after 999\nhello", Form::Events);
        assert_eq!(
            (sent(&late), late.steps.last()),
            (all - 1, Some(&Step::Cut))
        );
    }
}

#[test]
fn a_cut_whole_is_half_an_answer() {
    for protocol in Protocol::ALL {
        let reply = told(
            protocol,
            "echo: cut after 5\n日本語 to say back",
            Form::Whole,
        );
        assert_eq!(reply.steps.last(), Some(&Step::Cut));
        let half = play(&reply);
        assert!(half.len() > 50);
        assert!(serde_json::from_str::<Value>(&half).is_err());
    }
}

#[test]
fn what_is_no_request_is_refused() {
    let now = jiff::Timestamp::UNIX_EPOCH;
    for protocol in Protocol::ALL {
        for (body, reason) in [("{oops", "the body is not JSON"), ("{}", "field required")] {
            let reply = super::answer(protocol, body.as_bytes(), "echo", Form::AsAsked, now);
            let (kind, message) =
                recognise(protocol, reply.status, play(&reply).as_bytes()).unwrap();
            assert_eq!((reply.status, kind), (400, ErrorKind::InvalidRequest));
            assert!(message.contains(reason), "{message}");
        }
    }
}

#[test]
fn ids_differ_from_moment_to_moment() {
    let at = |second| {
        let now = jiff::Timestamp::from_second(second).unwrap();
        let body = anthropic::body("hello").to_string();
        play(&super::answer(
            Protocol::Anthropic,
            body.as_bytes(),
            "echo",
            Form::Whole,
            now,
        ))
    };
    assert_ne!(at(1), at(2));
    assert_eq!(at(1), at(1), "and nothing else does");
}

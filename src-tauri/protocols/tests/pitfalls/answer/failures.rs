use bytes::Bytes;
use keyway_protocols::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::cross::ReasoningForm;
use keyway_protocols::error::ErrorKind;
use keyway_protocols::sse::{MAX_ANSWER_BYTES, StreamError};
use serde_json::{Value, json};

use super::{OTHERS, chunk, done, failed, finish, stream, told_by};
use crate::grammar::{Ended, check};
use crate::ways::{pairs, pieces, streamed, way};

/// An error as a provider sends it within a stream.
fn error(target: Protocol) -> Value {
    match target {
        Anthropic => {
            json!({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}})
        }
        OpenAi => {
            json!({"error": {"message": "busy", "type": "server_error", "code": "server_is_overloaded"}})
        }
        OpenAiResponses => {
            json!({"type": "response.failed", "sequence_number": 0, "response": {"id": "resp_1",
            "object": "response", "status": "failed", "error": {"code": "server_is_overloaded", "message": "busy"}}})
        }
        Gemini => json!({"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}),
    }
}

#[test]
fn p051_p132_an_error_in_a_stream_is_one_in_the_clients_words() {
    for (client, target) in pairs() {
        let told = failed(client, target, &[error(target)]);
        let error = told.end.error.clone().unwrap();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::Overloaded, "busy"),
            "{target} -> {client}"
        );
        let name = match client {
            Anthropic => "overloaded_error",
            OpenAi => "server_error",
            OpenAiResponses => "server_is_overloaded",
            Gemini => "UNAVAILABLE",
        };
        assert_eq!(told.count(name), 1, "{target} -> {client}");
    }
}

#[test]
fn p051_an_error_behind_words_ends_the_answer() {
    for client in OTHERS {
        let events = [
            chunk(json!({"content": "x"})),
            error(OpenAi),
            chunk(json!({"content": "y"})),
            done(),
        ];
        let told = failed(client, OpenAi, &events);
        assert_eq!(told.count("\"y\""), 0);
    }
}

#[test]
fn p100_too_long_a_conversation_is_said_in_a_stream_as_well() {
    let too_long = json!({"error": {"message": "This model's maximum context length is 8 tokens. However, your \
        messages resulted in 9 tokens.", "type": "invalid_request_error", "code": "context_length_exceeded"}});
    let told = failed(Anthropic, OpenAi, std::slice::from_ref(&too_long));
    assert_eq!(told.count("prompt is too long: 9 tokens > 8 maximum"), 1);

    let told = failed(OpenAiResponses, OpenAi, &[too_long]);
    assert_eq!(told.count("\"code\":\"context_length_exceeded\""), 1);
}

#[test]
fn p028_an_error_with_the_status_of_success_is_an_error() {
    let bodies = [
        (OpenAi, json!({"error": {"message": "x", "code": 429}})),
        (
            OpenAi,
            json!({"object": "error", "message": "x", "code": 400}),
        ),
        (
            OpenAi,
            json!({"base_resp": {"status_code": 1004, "status_msg": "x"}}),
        ),
        (
            Anthropic,
            json!({"type": "error", "error": {"type": "api_error", "message": "x"}}),
        ),
        (
            Gemini,
            json!([{"error": {"code": 429, "message": "x", "status": "RESOURCE_EXHAUSTED"}}]),
        ),
    ];
    for (target, body) in bodies {
        for client in Protocol::ALL.into_iter().filter(|client| *client != target) {
            let way = way(client, target, ReasoningForm::Native);
            let body = body.to_string();
            for told in [
                way.whole(body.as_bytes()),
                way.whole_as_events(body.as_bytes()),
            ] {
                let told = told.expect("an error");
                assert_eq!(
                    check(client.as_str(), &told.body),
                    Ok(Ended::Failed),
                    "{body}"
                );
                assert_eq!(told.end.error.unwrap().message, "x");
            }
            let (out, end) = streamed(&way, pieces(body.as_bytes(), 5));
            assert_eq!(check(client.as_str(), &out), Ok(Ended::Failed), "{body}");
            assert!(end.error.is_some() && !end.whole);
        }
    }
}

#[test]
fn p029_a_stream_of_nothing_is_an_error() {
    for (client, target) in pairs() {
        let way = way(client, target, ReasoningForm::Native);
        for nothing in ["", ": ka\n\n", "data: [DONE]\n\n"] {
            let (out, end) = streamed(&way, pieces(nothing.as_bytes(), 64));
            assert_eq!(check(client.as_str(), &out), Ok(Ended::Failed));
            assert_eq!(end.error.unwrap().kind, ErrorKind::Upstream);
        }
    }
}

#[test]
fn what_is_no_answer_is_none() {
    for (client, target) in pairs() {
        let way = way(client, target, ReasoningForm::Native);
        for body in ["<html>Bad gateway</html>", "", "true", "{\"cut\":"] {
            assert!(way.whole(body.as_bytes()).is_none(), "{body}");
            assert!(way.whole_as_events(body.as_bytes()).is_none(), "{body}");
        }
    }
}

#[test]
fn p035_signs_of_life_do_no_harm_and_can_be_given() {
    let words = stream(&[
        chunk(json!({"content": "x"})),
        super::finish("stop"),
        done(),
    ]);
    for client in OTHERS {
        let way = way(client, OpenAi, ReasoningForm::Native);
        let with_comments = format!(
            ": OPENROUTER PROCESSING\n\n{}",
            words.replace("data: [", ": ka\n\ndata: [")
        );
        assert_eq!(told_by(&way, client, &with_comments).heard.text, "x");

        let mut stream = way.stream();
        let mut out = vec![stream.keep_alive(), stream.keep_alive()];
        assert!(out.iter().all(|alive| !alive.is_empty()));
        stream.push(words.clone().into(), &mut out).unwrap();
        stream.finish(&mut out);
        assert_eq!(check(client.as_str(), &out.concat()), Ok(Ended::Whole));
    }
}

#[test]
fn an_answer_without_end_is_given_up() {
    const PIECE: usize = 1024 * 1024;
    let comment = Bytes::from(format!(":{}\n\n", "x".repeat(PIECE - 3)));
    for (client, target) in pairs() {
        let mut crossing = way(client, target, ReasoningForm::Native).stream();
        for _ in 0..MAX_ANSWER_BYTES / PIECE {
            assert_eq!(crossing.push(comment.clone(), &mut Vec::new()), Ok(()));
        }
        let error = crossing.push(comment.clone(), &mut Vec::new()).unwrap_err();
        let limit = MAX_ANSWER_BYTES;
        assert_eq!(error, StreamError::AnswerTooLarge { limit });
        assert_eq!(error.to_string(), "the answer is larger than 64 MiB");
    }
}

#[test]
fn an_answer_that_is_too_large_is_no_whole_one() {
    let events = stream(&[chunk(json!({"content": "x"})), finish("stop"), done()]);
    let whole = json!({"id": "c1", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}]});
    let way = way(Anthropic, OpenAi, ReasoningForm::Native);
    for body in [events, whole.to_string()] {
        assert!(way.whole(body.as_bytes()).is_some());
        let room = "\n".repeat(MAX_ANSWER_BYTES + 1 - body.len());
        let padded = format!("{body}{room}");
        assert!(way.whole(padded.as_bytes()).is_none());
        assert!(way.whole_as_events(padded.as_bytes()).is_none());
        assert!(way.events_as_whole(padded.as_bytes()).is_none());
    }
}

#[test]
fn a_key_that_a_provider_quotes_in_its_stream_does_not_reach_the_client() {
    const KEY: &str = "sk-live-0123456789";
    let secrets = || {
        vec![
            KEY.to_owned(),
            "busy".to_owned(),
            String::new(),
            KEY[..10].to_owned(),
        ]
    };
    for (client, target) in pairs() {
        let quoting = error(target)
            .to_string()
            .replace("busy", &format!("busy, {KEY} refused"));
        let mut crossing = way(client, target, ReasoningForm::Native)
            .stream()
            .hiding(secrets());
        assert!(!format!("{crossing:?}").contains(&KEY[..10]));
        let mut out = Vec::new();
        let events = Bytes::from(format!("data: {quoting}\n\n"));
        crossing.push(events, &mut out).unwrap();
        let end = crossing.finish(&mut out);
        let told = String::from_utf8(out.concat()).unwrap();
        assert!(!told.contains(&KEY[..10]), "{target} -> {client}: {told}");
        assert!(
            told.contains("busy, … refused"),
            "{target} -> {client}: {told}"
        );
        assert_eq!(end.error.unwrap().message, "busy, … refused");
    }
}

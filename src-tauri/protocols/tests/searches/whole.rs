//! Answers for clients that want them whole.

use bytes::Bytes;
use keyway_protocols::Protocol::{Gemini, OpenAi};
use keyway_protocols::cross::{Forgetful, Searched};
use serde_json::json;

use super::grammar::{Ended, check};
use super::kit::{Said, ask, drive, pages, parsed, sub_request};

#[test]
fn rounds_add_up_to_one_body_whatever_form_they_come_in() {
    for target in [OpenAi, Gemini] {
        let crossed = ask(&sub_request(false), target);
        let rounds = [Said::search("a", "x"), Said::text("Done.")];

        let outcome = drive(crossed.way_back.gathering(), target, &rounds, pages);

        assert_eq!(
            check("anthropic", outcome.told.as_bytes()),
            Ok(Ended::Whole)
        );
        let message = parsed(outcome.told.as_bytes());
        let content = message["content"].as_array().unwrap();
        let said: Vec<_> = content
            .iter()
            .filter(|block| block["type"] != "thinking")
            .collect();
        let kinds: Vec<_> = said.iter().map(|block| &block["type"]).collect();
        assert_eq!(kinds, ["server_tool_use", "web_search_tool_result", "text"]);
        assert_eq!(said[0]["input"], json!({"query": "x"}));
        assert_eq!(message["stop_reason"], "end_turn");
        assert_eq!(message["usage"]["input_tokens"], 20);
        assert_eq!(
            message["usage"]["server_tool_use"]["web_search_requests"],
            1
        );
        assert!(outcome.end.whole);
        assert!(outcome.asked[0]["stream"] != true);
    }
}

#[test]
fn bodies_in_one_piece_are_rounds_as_well() {
    let crossed = ask(&sub_request(false), OpenAi);
    let answer = |message: serde_json::Value, reason: &str| {
        let body = json!({"id": "c", "object": "chat.completion", "created": 1, "model": "model",
            "choices": [{"index": 0, "message": message, "finish_reason": reason}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}});
        Bytes::from(body.to_string())
    };
    let call = json!({"id": "a", "type": "function",
        "function": {"name": "web_search", "arguments": "{\"query\":\"x\"}"}});
    let searching = json!({"role": "assistant", "content": null, "tool_calls": [call]});
    let mut stream = crossed.way_back.gathering();
    let mut out = Vec::new();

    stream
        .push(answer(searching, "tool_calls"), &mut out)
        .unwrap();
    stream.end_of_stream(&mut out);
    assert_eq!(stream.wants().unwrap()[0].query, "x");
    let next = stream.found(vec![Searched::Pages(Vec::new())], &Forgetful, &mut out);
    assert!(next.unwrap().is_some());
    let done = json!({"role": "assistant", "content": "Nothing found."});
    stream.push(answer(done, "stop"), &mut out).unwrap();
    stream.end_of_stream(&mut out);
    assert!(stream.wants().is_none());
    let end = stream.finish(&mut out);

    assert!(end.whole);
    assert_eq!(out.len(), 1);
    assert_eq!(check("anthropic", &out[0]), Ok(Ended::Whole));
    let message = parsed(&out[0]);
    assert_eq!(message["content"][1]["content"], json!([]));
    assert_eq!(message["content"][2]["text"], "Nothing found.");
}

#[test]
fn a_provider_that_breaks_off_amid_a_later_round_is_an_error() {
    let crossed = ask(&sub_request(false), OpenAi);
    let mut stream = crossed.way_back.gathering();
    let mut out = Vec::new();
    let first = Said::search("a", "x").wire(OpenAi);
    stream.push(first.into(), &mut out).unwrap();
    stream.end_of_stream(&mut out);
    stream.found(Vec::new(), &Forgetful, &mut out).unwrap();
    let second = Said::text("Half an ans").wire(OpenAi);
    let half = second.split_once("finish_reason\":\"stop").unwrap().0;
    stream.push(Bytes::from(half.to_owned()), &mut out).unwrap();

    let end = stream.finish(&mut out);

    assert!(!end.whole);
    assert_eq!(parsed(&out.concat())["type"], "error");
    assert_eq!(end.usage.unwrap().input, 10, "the first round was used");
}

#[test]
fn a_provider_that_cannot_be_asked_again_leaves_no_error_of_its_own() {
    let crossed = ask(&sub_request(true), OpenAi);
    let mut stream = crossed.way_back.stream();
    let mut out = Vec::new();
    let first = Said::search("a", "x").wire(OpenAi);
    stream.push(first.into(), &mut out).unwrap();
    stream.found(Vec::new(), &Forgetful, &mut out).unwrap();

    let end = stream.finish(&mut out);

    assert!(!end.whole);
    assert_eq!(end.error, None, "whoever asks tells why");
}

#[test]
fn a_client_hears_that_somebody_is_there_while_searches_are_made() {
    let crossed = ask(&sub_request(true), OpenAi);
    let mut stream = crossed.way_back.stream();
    let first = Said::search("a", "x").wire(OpenAi);
    stream.push(first.into(), &mut Vec::new()).unwrap();

    assert!(stream.wants().is_some());
    assert!(stream.keep_alive().starts_with(b"event: ping"));
}

use keyway_protocols::Protocol::{Anthropic, OpenAi, OpenAiResponses};
use serde_json::json;

use super::{OTHERS, chunk, done, finish, fragment, stream, told};
use crate::grammar::{Ended, check};
use crate::ways::{broken, pieces, streamed, way};
use keyway_protocols::cross::ReasoningForm;

#[test]
fn p036_an_answer_is_whole_without_its_last_word() {
    for client in OTHERS {
        let told = told(
            client,
            OpenAi,
            &[chunk(json!({"content": "x"})), finish("stop")],
        );
        assert!(told.end.whole);
    }
}

#[test]
fn p037_what_comes_behind_the_last_word_is_ignored() {
    let events = [
        chunk(json!({"content": "x"})),
        finish("stop"),
        done(),
        chunk(json!({"content": "y"})),
        done(),
    ];
    for client in OTHERS {
        assert_eq!(told(client, OpenAi, &events).heard.text, "x");
    }
}

#[test]
fn p046_the_last_reason_to_stop_counts() {
    let events = [
        chunk(json!({"content": "x"})),
        finish("stop"),
        finish("length"),
        done(),
    ];
    let told = told(Anthropic, OpenAi, &events);

    assert_eq!(told.count("event: message_delta"), 1);
    assert_eq!(told.heard.stop, "max_tokens");
}

#[test]
fn p047_counts_behind_the_reason_to_stop_are_told() {
    let mut usage = chunk(json!({}));
    usage["choices"] = json!([]);
    usage["usage"] = json!({"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12});
    for client in OTHERS {
        let events = [
            chunk(json!({"content": "x"})),
            finish("stop"),
            usage.clone(),
            done(),
        ];
        let heard = told(client, OpenAi, &events).heard;
        assert_eq!((heard.input, heard.output), (7, 5));
    }
}

#[test]
fn p052_a_stream_that_breaks_off_is_not_told_as_whole() {
    let cut = [
        vec![chunk(json!({"content": "x"}))],
        vec![fragment(0, Some("c"), Some("f"), "{\"a\":")],
    ];
    for client in OTHERS {
        for events in &cut {
            let way = way(client, OpenAi, ReasoningForm::Native);
            let bytes = stream(events);
            let (out, end) = streamed(&way, pieces(bytes.as_bytes(), 64));
            assert!(!end.whole && end.error.is_none());
            assert!(check(client.as_str(), &out).is_err());

            let mut crossing = way.stream();
            let mut out = Vec::new();
            crossing.push(bytes.into(), &mut out).unwrap();
            let end = crossing.finish_or_fail(broken(), &mut out);
            assert_eq!(check(client.as_str(), &out.concat()), Ok(Ended::Failed));
            assert_eq!(end.error, Some(broken()));
        }
    }
}

#[test]
fn p111_p133_codex_is_told_how_it_ended_and_why() {
    let told = |reason: &str| {
        let events = [chunk(json!({"content": "x"})), finish(reason), done()];
        let events = told(OpenAiResponses, OpenAi, &events).events();
        events.last().unwrap().clone()
    };
    assert_eq!(told("stop")["type"], "response.completed");
    let cut = told("length");
    assert_eq!(cut["type"], "response.incomplete");
    assert_eq!(
        cut["response"]["incomplete_details"]["reason"],
        "max_output_tokens"
    );
}

#[test]
fn p112_p113_p114_codex_gets_every_step_and_every_count() {
    // The checker of the grammar asks for all of that: each item's ladder, and the details of the usage.
    let events = [
        chunk(json!({"reasoning_content": "hm"})),
        chunk(json!({"content": "ok"})),
        fragment(0, Some("c"), Some("f"), "{}"),
        finish("tool_calls"),
        done(),
    ];
    let told = told(OpenAiResponses, OpenAi, &events);

    assert_eq!(told.count("event: response.output_item.done"), 3);
    let events = told.events();
    let usage = &events.last().unwrap()["response"]["usage"];
    assert_eq!(usage["input_tokens_details"]["cached_tokens"], 0);
    assert_eq!(usage["output_tokens_details"]["reasoning_tokens"], 0);
}

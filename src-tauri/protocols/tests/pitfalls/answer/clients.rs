use std::collections::HashSet;

use keyway_protocols::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::cross::Asked;
use keyway_protocols::quirks::Quirks;
use serde_json::{Value, json};

use crate::grammar::{Ended, check};
use crate::ways::{asked, broken, crossed};

use super::{OTHERS, Told, chunk, done, finish, told, told_by};

fn said(words: &str) -> Vec<Value> {
    vec![
        json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "up",
            "content": [], "usage": {"input_tokens": 3, "output_tokens": 1}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": words}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null},
            "usage": {"output_tokens": 2}}),
        json!({"type": "message_stop"}),
    ]
}

fn told_chat(stream_options: &Value) -> Told {
    let body = json!({"model": "alias", "stream": true, "stream_options": stream_options,
        "messages": [{"role": "user", "content": "x"}]});
    let way = crossed(&asked(OpenAi), Anthropic, &Quirks::book(Anthropic), &body).way_back;
    told_by(&way, OpenAi, &super::stream(&said("x")))
}

#[test]
fn p041_p042_events_have_names_where_clients_read_them() {
    let x = said("x");
    for client in [OpenAiResponses, Gemini, OpenAi] {
        let told = told(client, Anthropic, &x);
        let names = told
            .bytes
            .lines()
            .filter(|line| line.starts_with("event:"))
            .count();
        assert_eq!(
            names,
            if client == OpenAiResponses {
                told.events().len()
            } else {
                0
            }
        );
    }
    let told = told(
        Anthropic,
        OpenAi,
        &[chunk(json!({"content": "x"})), finish("stop"), done()],
    );
    assert_eq!(told.count("event: "), told.count("data: "));
}

#[test]
fn p301_p302_chunks_have_one_id_and_the_first_has_the_role() {
    let events = told_chat(&Value::Null).events();
    let ids: HashSet<String> = events.iter().map(|chunk| chunk["id"].to_string()).collect();

    assert_eq!(ids.len(), 1);
    assert_eq!(events[0]["choices"][0]["delta"]["role"], "assistant");
}

#[test]
fn p303_usage_comes_only_if_asked_for() {
    assert_eq!(told_chat(&Value::Null).count("\"choices\":[]"), 0);
    assert_eq!(
        told_chat(&json!({"include_usage": false})).count("\"choices\":[]"),
        0
    );
    assert_eq!(
        told_chat(&json!({"include_usage": true})).count("\"choices\":[]"),
        1
    );
}

#[test]
fn p304_the_model_has_the_name_that_was_asked_for() {
    for client in OTHERS {
        let told = told(
            client,
            OpenAi,
            &[chunk(json!({"content": "x"})), finish("stop"), done()],
        );
        assert!(told.count("\"alias\"") > 0);
        assert_eq!(told.count("\"m\""), 0);
    }
    assert_eq!(told_chat(&Value::Null).count("\"up\""), 0);
}

#[test]
fn a_gemini_client_without_events_gets_a_list() {
    let asked = Asked {
        list: true,
        ..asked(Gemini)
    };
    let body = json!({"contents": [{"role": "user", "parts": [{"text": "x"}]}]});
    let way = crossed(&asked, Anthropic, &Quirks::book(Anthropic), &body).way_back;
    let bytes = super::stream(&said("x"));
    for (cut, ended) in [
        (bytes.len(), Ended::Whole),
        (bytes.len() / 2, Ended::Failed),
    ] {
        let mut stream = way.stream();
        let mut out = vec![stream.keep_alive()];
        for byte in &bytes.as_bytes()[..cut] {
            stream.push(vec![*byte].into(), &mut out).unwrap();
        }
        out.push(stream.keep_alive());
        stream.finish_or_fail(broken(), &mut out);
        assert_eq!(check("gemini", &out.concat()), Ok(ended));
    }
}

//! Conversations that are summed up.

use serde_json::{Value, json};

use super::{events, kinds, read, reply};
use crate::codec::Reply;
use crate::event::{Event, Opening, Start};
use crate::openai_responses::compact::{compact_answer, compact_request};
use crate::openai_responses::write_response;
use crate::part::Part;
use crate::request::Role;
use crate::response::{Response, Stop};
use crate::usage::Usage;

fn summing() -> Reply {
    Reply {
        sums_up: true,
        ..reply()
    }
}

fn answer() -> Vec<Event> {
    vec![
        Event::Start(Start::default()),
        Event::Open(Opening::Reasoning),
        Event::Reasoning("hm".into()),
        Event::Close,
        Event::Open(Opening::Text),
        Event::Text("we built ".into()),
        Event::Text("a house\n".into()),
        Event::Close,
        Event::Usage(Usage::default()),
        Event::Stop(Stop::End),
        Event::End,
    ]
}

#[test]
fn p117_a_summary_comes_as_one_item_that_the_next_turn_brings_back_as_words() {
    let events = events(&summing(), &answer());

    assert_eq!(
        kinds(&events),
        [
            "created",
            "in_progress",
            "output_item.added",
            "output_item.done",
            "completed"
        ]
    );
    let output = &events[4]["response"]["output"];
    assert_eq!(output.as_array().unwrap().len(), 1);
    assert_eq!(output[0]["type"], "compaction");
    assert_eq!(output[0]["id"], "cmp_x_0");

    let next =
        read(&json!({"model": "m", "input": [output[0], {"role": "user", "content": "go on"}]}));
    assert_eq!(next.turns[0].role, Role::User);
    let words = next.turns[0].parts()[0].as_text().unwrap();
    assert!(words.ends_with("\n\nwe built a house"), "{words}");
}

#[test]
fn p117_another_providers_compaction_stays_as_it_is() {
    let item = json!({"type": "compaction", "encrypted_content": "gAAAA"});
    let request = read(&json!({"model": "m", "input": [item]}));
    assert_eq!(request.turns[0].parts()[0].as_text(), None);
}

#[test]
fn a_model_that_says_nothing_did_not_sum_up() {
    let mut steps = answer();
    steps.drain(4..8);
    let events = events(&summing(), &steps);
    assert_eq!(kinds(&events).last(), Some(&"failed"));
    assert_eq!(
        events.last().unwrap()["response"]["error"]["code"],
        "server_error"
    );
}

#[test]
fn p117_the_endpoint_for_it_is_asked_like_the_item() {
    for (input, count) in [
        (json!([{"role": "user", "content": "hi"}]), 2),
        (
            json!([{"role": "user", "content": "hi"}, {"type": "compaction_trigger"}]),
            2,
        ),
        (json!("hi"), 2),
        (json!({"role": "user", "content": "hi"}), 2),
        (Value::Null, 1),
    ] {
        let body = json!({"model": "m", "input": input, "instructions": "i"}).to_string();
        let asked: Value =
            serde_json::from_slice(&compact_request(body.as_bytes()).unwrap()).unwrap();
        let items = asked["input"].as_array().unwrap();
        assert_eq!(items.len(), count);
        assert_eq!(items[count - 1], json!({"type": "compaction_trigger"}));
        assert_eq!(
            (&asked["stream"], &asked["instructions"]),
            (&json!(false), &json!("i"))
        );
    }
    for body in ["[]", "x", "{\"input\":1}"] {
        assert!(compact_request(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn p117_the_endpoint_answers_with_the_item() {
    let response = Response {
        parts: vec![Part::text("we built a house")],
        usage: Some(Usage::default()),
        ..Response::default()
    };
    let whole = write_response(&response, &summing());

    let answer: Value =
        serde_json::from_slice(&compact_answer(whole.to_string().as_bytes()).unwrap()).unwrap();

    let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "object", "created_at", "output", "usage"]);
    assert_eq!(answer["object"], "response.compaction");
    assert_eq!(answer["output"][0]["type"], "compaction");
    assert_eq!(answer["usage"]["total_tokens"], 0);

    let plain = write_response(&response, &reply()).to_string();
    assert_eq!(compact_answer(plain.as_bytes()), None);
}

#[test]
fn p058_lone_halves_do_not_spoil_a_request_to_sum_up() {
    let body = br#"{"model":"m","input":"cut \ud83d"}"#;
    let turned = compact_request(body).unwrap();
    let turned: Value = serde_json::from_slice(&turned).unwrap();
    assert_eq!(turned["input"][0]["content"], "cut \u{fffd}");
}

use serde_json::{Value, json};

use super::{data_of, events, in_words, wire};
use crate::carrier::{Carrier, Opaque};
use crate::codec::Reply;
use crate::error::{ErrorKind, UpstreamError};
use crate::event::{Event, Opening, Start};
use crate::part::{Call, CallForm, Citation};
use crate::quirks::Quirks;
use crate::response::Stop;
use crate::usage::Usage;

fn reply() -> Reply {
    Reply {
        model: "alias".into(),
        id: "x1".into(),
        created: 7,
        stream_usage: true,
        ..Reply::default()
    }
}

fn call(id: &str) -> Event {
    Event::Open(Opening::Call(Call {
        id: id.into(),
        name: "f".into(),
        ..Call::default()
    }))
}

/// An answer with all that is common.
fn answer() -> Vec<Event> {
    vec![
        Event::Start(Start {
            id: "msg_1".into(),
            ..Start::default()
        }),
        Event::Open(Opening::Reasoning),
        Event::Reasoning("hm".into()),
        Event::Close,
        Event::Open(Opening::Text),
        Event::Text("ok".into()),
        Event::Close,
        call("a"),
        Event::Arguments("{\"x\":".into()),
        Event::Alive,
        Event::Arguments("1}".into()),
        Event::Close,
        call("b"),
        Event::Close,
        Event::Usage(Usage {
            input: 15,
            cached: 3,
            output: 20,
            ..Usage::default()
        }),
        Event::Stop(Stop::ToolUse),
        Event::End,
    ]
}

/// The chunks of a stream, `[DONE]` apart.
fn chunks(reply: &Reply, events: Vec<Event>) -> Vec<Value> {
    let mut data = data_of(&wire(reply, events));
    assert_eq!(data.pop().as_deref(), Some("[DONE]"));
    data.iter()
        .map(|data| serde_json::from_str(data).expect("each chunk is JSON"))
        .collect()
}

fn deltas(reply: &Reply, events: Vec<Event>) -> Vec<Value> {
    let chunks = chunks(reply, events);
    let deltas = chunks
        .iter()
        .filter_map(|chunk| chunk.pointer("/choices/0/delta").cloned());
    deltas.collect()
}

#[test]
fn an_answer_is_written_as_chunks() {
    insta::assert_snapshot!(wire(&reply(), answer()));
}

#[test]
fn what_is_written_is_read_again() {
    let data = data_of(&wire(&reply(), answer()));
    let data: Vec<&str> = data.iter().map(String::as_str).collect();
    let read = events(&Quirks::default(), &data);

    let lines = in_words(&read);
    let parts: Vec<&String> = lines
        .iter()
        .filter(|line| !line.starts_with("Usage"))
        .collect();
    assert_eq!(
        parts,
        [
            "thought: hm",
            "text: ok",
            "call a f: {\"x\":1}",
            "call b f: {}",
            "Stop(ToolUse)",
            "End"
        ]
    );
}

#[test]
fn p301_every_chunk_has_the_same_id_time_and_model() {
    for chunk in chunks(&reply(), answer()) {
        assert_eq!(
            (&chunk["id"], &chunk["created"], &chunk["model"]),
            (&json!("chatcmpl-1"), &json!(7), &json!("alias"))
        );
        assert_eq!(chunk["object"], "chat.completion.chunk");
    }
}

#[test]
fn p302_the_first_chunk_says_whose_words_follow() {
    assert_eq!(
        deltas(&reply(), answer())[0],
        json!({"role": "assistant", "content": ""})
    );
    let unstarted = vec![
        Event::Open(Opening::Text),
        Event::Text("x".into()),
        Event::Close,
        Event::End,
    ];
    assert_eq!(deltas(&reply(), unstarted)[0]["role"], "assistant");
}

#[test]
fn p303_usage_comes_only_if_it_was_asked_for() {
    let asked = chunks(&reply(), answer());
    assert_eq!(asked.last().unwrap()["choices"], json!([]));
    assert_eq!(asked.last().unwrap()["usage"]["total_tokens"], 35);
    assert!(
        asked[..asked.len() - 1]
            .iter()
            .all(|chunk| chunk["usage"].is_null())
    );

    let unasked = Reply {
        stream_usage: false,
        ..reply()
    };
    let chunks = chunks(&unasked, answer());
    assert!(
        chunks
            .iter()
            .all(|chunk| chunk.get("usage").is_none() && chunk["choices"] != json!([]))
    );
}

#[test]
fn p304_the_model_is_the_one_that_was_asked_for() {
    let start = Event::Start(Start {
        model: "upstream".into(),
        ..Start::default()
    });
    assert_eq!(
        chunks(&reply(), vec![start, Event::End])[0]["model"],
        "alias"
    );
}

#[test]
fn p294_probabilities_are_null_and_the_reason_comes_once() {
    let chunks = chunks(&reply(), answer());
    let choices: Vec<&Value> = chunks
        .iter()
        .filter_map(|chunk| chunk.pointer("/choices/0"))
        .collect();
    assert!(choices.iter().all(|choice| choice["logprobs"].is_null()));
    let reasons = choices
        .iter()
        .filter(|choice| !choice["finish_reason"].is_null());
    assert_eq!(reasons.count(), 1);
}

#[test]
fn a_call_without_arguments_ends_with_an_empty_object() {
    let calls: Vec<Value> = deltas(&reply(), answer())
        .into_iter()
        .filter_map(|delta| delta.pointer("/tool_calls/0").cloned())
        .collect();
    assert_eq!(
        calls[0],
        json!({"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}})
    );
    assert_eq!(
        calls[3],
        json!({"index": 1, "id": "b", "type": "function", "function": {"name": "f", "arguments": ""}})
    );
    assert_eq!(
        calls[4],
        json!({"index": 1, "function": {"arguments": "{}"}})
    );
}

#[test]
fn free_text_calls_are_custom() {
    let call = Call {
        id: "a".into(),
        name: "patch".into(),
        form: CallForm::Custom,
        ..Call::default()
    };
    let calls = deltas(
        &reply(),
        vec![
            Event::Open(Opening::Call(call)),
            Event::Arguments("***".into()),
            Event::Close,
            Event::End,
        ],
    );
    assert_eq!(
        calls[1],
        json!({"tool_calls": [{"index": 0, "id": "a", "type": "custom", "custom": {"name": "patch", "input": ""}}]})
    );
    assert_eq!(
        calls[2],
        json!({"tool_calls": [{"index": 0, "custom": {"input": "***"}}]})
    );
}

#[test]
fn carriers_go_out_when_it_is_known_what_they_stand_before() {
    let carrier = |opaque: Opaque| Carrier {
        provider: "p".into(),
        opaque,
    };
    let first = carrier(Opaque::Signature("s".into()));
    let second = carrier(Opaque::Thought("t".into()));
    let deltas = deltas(
        &reply(),
        vec![
            Event::Open(Opening::Reasoning),
            Event::Reasoning("a".into()),
            Event::CloseWith(first.clone()),
            Event::Open(Opening::Text),
            Event::Text("ok".into()),
            Event::Close,
            Event::Open(Opening::Reasoning),
            Event::Reasoning("b".into()),
            Event::CloseWith(second.clone()),
            call("c"),
            Event::Close,
            Event::End,
        ],
    );

    assert_eq!(
        deltas[2],
        json!({"reasoning_details": [{"type": "reasoning.encrypted", "data": first.wrapped(), "format": "keyway", "index": 0}]})
    );
    assert_eq!(
        deltas[5],
        json!({"reasoning_details": [{"type": "reasoning.encrypted", "data": second.wrapped(), "format": "keyway", "index": 1, "id": "c", "text": "b"}]})
    );
    assert_eq!(
        deltas[6].pointer("/tool_calls/0/extra_content/google/thought_signature"),
        Some(&json!(second.wrapped()))
    );
}

#[test]
fn genuine_carriers_of_this_protocol_go_out_as_they_are() {
    let entries = json!([{"type": "reasoning.encrypted", "data": "gAAA"}]);
    let deltas = deltas(
        &reply(),
        vec![
            Event::Open(Opening::Reasoning),
            Event::CloseWith(Carrier::genuine(Opaque::Details(entries.clone()))),
            Event::End,
        ],
    );
    assert_eq!(deltas[1], json!({"reasoning_details": entries}));
}

#[test]
fn a_refusal_in_words_stops_and_one_without_is_a_filter() {
    let reason = |events: Vec<Event>| {
        let chunks = chunks(&Reply::default(), events);
        chunks.last().unwrap()["choices"][0]["finish_reason"].clone()
    };
    let refusal = || Event::Stop(Stop::Refusal(None));
    let told = vec![
        Event::Open(Opening::Refusal),
        Event::Text("no".into()),
        Event::Close,
        refusal(),
        Event::End,
    ];
    assert_eq!(
        deltas(&Reply::default(), told.clone())[1],
        json!({"refusal": "no"})
    );
    assert_eq!(reason(told), "stop");
    assert_eq!(reason(vec![refusal(), Event::End]), "content_filter");
}

#[test]
fn citations_count_from_the_beginning_of_the_message() {
    let page = |span| {
        Event::Citation(Citation {
            url: "https://a.example".into(),
            title: "A".into(),
            quote: None,
            span: Some(span),
        })
    };
    let deltas = deltas(
        &reply(),
        vec![
            Event::Open(Opening::Text),
            Event::Text("öäü".into()),
            Event::Close,
            Event::Open(Opening::Text),
            Event::Text("ok".into()),
            page((0, 2)),
            Event::Close,
            Event::End,
        ],
    );
    let told = &deltas[3]["annotations"][0]["url_citation"];
    assert_eq!(
        (&told["start_index"], &told["end_index"]),
        (&json!(3), &json!(5))
    );
}

#[test]
fn a_keep_alive_is_a_comment() {
    assert_eq!(wire(&reply(), vec![Event::Alive]), ": keep-alive\n\n");
}

#[test]
fn a_failure_is_an_error_and_no_end() {
    let error = UpstreamError {
        kind: ErrorKind::Overloaded,
        code: Some("busy".into()),
        message: "later".into(),
    };
    let wire = wire(
        &reply(),
        vec![Event::Start(Start::default()), Event::Failed(error)],
    );
    let data = data_of(&wire);
    let last: Value = serde_json::from_str(data.last().unwrap()).unwrap();
    assert_eq!(last["error"]["message"], "later");
    assert!(!wire.contains("[DONE]"));
}

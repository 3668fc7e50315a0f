//! Blocks of a provider's stream.

use serde_json::{Value, json};

use super::provider::*;
use crate::anthropic::{StreamReader, read_response};
use crate::carrier::{Carrier, Opaque};
use crate::codec::ReadStream;
use crate::event::{Event, Opening};
use crate::part::{Call, Kind, Part, Reasoning};
use crate::quirks::Quirks;

#[test]
fn p054_texts_without_words_are_no_parts() {
    let answer = gathered(read(&[
        start(),
        begin(0, json!({"type": "text", "text": ""})),
        text(0, ""),
        stop(0),
        begin(
            1,
            json!({"type": "thinking", "thinking": "", "signature": ""}),
        ),
        stop(1),
        begin(2, tool("a")),
        stop(2),
        over(),
    ]));
    assert_eq!(calls(&answer), [("a", "{}")]);
    assert_eq!(answer.parts.len(), 1);
}

#[test]
fn p097_a_signature_without_thoughts_is_a_part() {
    let signature = delta(0, json!({"type": "signature_delta", "signature": "s"}));
    let thinking = json!({"type": "thinking", "thinking": "", "signature": ""});
    let estimate = delta(
        0,
        json!({"type": "thinking_delta", "thinking": "", "estimated_tokens": 9}),
    );
    let answer = gathered(read(&[
        start(),
        begin(0, thinking),
        estimate,
        signature,
        stop(0),
        over(),
    ]));
    let carrier = Some(Carrier::genuine(Opaque::Signature("s".into())));
    let thought = Reasoning {
        text: String::new(),
        carrier,
    };
    assert_eq!(answer.parts, [Part::new(Kind::Reasoning(thought))]);
}

#[test]
fn interleaved_calls_come_one_after_the_other_and_their_arguments_never_mix() {
    let data = [
        start(),
        begin(3, tool("a")),
        begin(1, tool("b")),
        input(1, "{\"b\":"),
        input(3, "{\"a\":"),
        begin(2, tool("c")),
        input(1, "1}"),
        stop(1),
        input(3, "2}"),
        input(2, "{}"),
        stop(3),
        stop(2),
        over(),
    ];
    let answer = gathered(read(&data));
    assert_eq!(
        calls(&answer),
        [("a", "{\"a\":2}"), ("b", "{\"b\":1}"), ("c", "{}")]
    );

    let mut reader = StreamReader::new(&Quirks::default());
    let mut out = Vec::new();
    for data in &data[..5] {
        reader.read(None, &data.to_string(), &mut out);
    }
    assert_eq!(
        out.last(),
        Some(&Event::Arguments("{\"a\":".into())),
        "the first streams live"
    );
}

#[test]
fn blocks_that_are_never_closed_and_indexes_that_are_used_again_lose_nothing() {
    let reused = [
        start(),
        begin(0, json!({"type": "text", "text": "he"})),
        text(0, "llo"),
        begin(0, tool("a")),
        input(0, "{}"),
        begin(0, tool("b")),
        ended("tool_use"),
        over(),
    ];
    let answer = gathered(read(&reused));
    assert_eq!(answer.parts[0], Part::text("hello"));
    assert_eq!(calls(&answer), [("a", "{}"), ("b", "{}")]);
}

#[test]
fn an_input_that_is_told_at_the_start_is_taken_if_nothing_follows() {
    let mut block = tool("a");
    block["input"] = json!({"x": 1.0});
    let alone = gathered(read(&[start(), begin(0, block.clone()), stop(0), over()]));
    assert_eq!(calls(&alone), [("a", "{\"x\":1.0}")]);
    let both = gathered(read(&[
        start(),
        begin(0, block),
        input(0, "{\"x\":2}"),
        stop(0),
        over(),
    ]));
    assert_eq!(calls(&both), [("a", "{\"x\":2}")]);
}

#[test]
fn p090_calls_without_a_name_are_none_and_calls_without_an_id_get_one() {
    let nameless = json!({"type": "tool_use", "id": "a", "input": {}});
    let no_id = json!({"type": "tool_use", "name": "f", "input": {}});
    let data = [
        start(),
        begin(0, nameless),
        input(0, "{}"),
        stop(0),
        begin(1, no_id),
        stop(1),
        over(),
    ];
    let answer = gathered(read(&data));
    let [call] = calls(&answer)[..] else {
        panic!("{answer:?}")
    };
    assert!(call.0.starts_with("toolu_") && call.0.len() > 10);
    assert_eq!(answer, gathered(read(&data)), "the same each time");
}

#[test]
fn p136_arguments_that_are_no_json_are_kept_as_they_are() {
    let data = [
        start(),
        begin(0, tool("a")),
        input(0, "{\"a\":"),
        stop(0),
        ended("tool_use"),
        over(),
    ];
    assert_eq!(calls(&gathered(read(&data))), [("a", "{\"a\":")]);
}

#[test]
fn p182_blocks_of_server_tools_come_whole() {
    let page = json!({"type": "web_search_result", "url": "https://a.example", "title": "A"});
    let found = json!({"type": "web_search_tool_result", "tool_use_id": "s", "content": [page]});
    let used = |input: Value| json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": input});
    let location = json!({"type": "web_search_result_location", "url": "https://a.example", "title": "A",
        "encrypted_index": "e", "cited_text": "w"});
    let cited = delta(2, json!({"type": "citations_delta", "citation": location}));
    let data = [
        start(),
        begin(0, used(json!({}))),
        input(0, "{\"query\":"),
        input(0, "\"q\"}"),
        stop(0),
        begin(1, found.clone()),
        stop(1),
        begin(2, json!({"type": "text", "text": "", "citations": []})),
        cited,
        text(2, "so"),
        stop(2),
        begin(3, json!({"type": "redacted_thinking", "data": "r"})),
        stop(3),
        begin(4, json!({"type": "compaction", "content": null})),
        delta(
            4,
            json!({"type": "compaction_delta", "content": "so far", "encrypted_content": null}),
        ),
        stop(4),
        over(),
    ];
    let answer = gathered(read(&data));
    let whole = read_response(json!({"type": "message", "content": [
        used(json!({"query": "q"})), found,
        {"type": "text", "text": "so"},
        {"type": "redacted_thinking", "data": "r"},
        {"type": "compaction", "content": "so far"},
    ]}))
    .unwrap();
    let gists: Vec<_> = answer.parts.iter().map(gist).collect();
    assert_eq!(
        gists,
        [
            Some("web_search: q"),
            Some("- A: https://a.example"),
            None,
            None,
            Some("so far")
        ]
    );
    let Kind::Text(cited) = &answer.parts[2].kind else {
        panic!()
    };
    assert_eq!(cited.citations[0].url, "https://a.example");
    for at in [0, 1, 3, 4] {
        assert_eq!(answer.parts[at], whole.parts[at]);
    }
}

fn gist(part: &Part) -> Option<&str> {
    if let Kind::Foreign(foreign) = &part.kind {
        foreign.gist.as_deref()
    } else {
        None
    }
}

#[test]
fn a_call_opens_before_its_arguments_are_known() {
    let mut reader = StreamReader::new(&Quirks::default());
    let mut out = Vec::new();
    reader.read(None, &begin(0, tool("a")).to_string(), &mut out);
    let call = Call {
        id: "a".into(),
        name: "f".into(),
        ..Call::default()
    };
    assert_eq!(out.last(), Some(&Event::Open(Opening::Call(call))));
}

//! Streams say what whole answers say.

use bytes::BytesMut;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::grammar::{events, message};
use super::provider::gathered;
use crate::anthropic::{StreamReader, StreamWriter, write_response};
use crate::carrier::{Carrier, Opaque};
use crate::codec::{ReadStream, Reply, WriteStream};
use crate::event::{Event, Opening, Start};
use crate::part::{Call, CallForm, Citation, Kind, Part, Reasoning, Text};
use crate::quirks::Quirks;
use crate::response::{Response, Stop};
use crate::usage::Usage;

fn words() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z\"\\\\é😀 \n]{1,12}"]
}

fn carrier() -> impl Strategy<Value = Carrier> {
    let provider = prop_oneof![Just(String::new()), Just("p1".to_owned())];
    let opaque = prop_oneof![
        "[a-z]{1,8}".prop_map(Opaque::Signature),
        "[a-z]{1,8}".prop_map(Opaque::Encrypted),
        "[a-z]{1,8}".prop_map(Opaque::Thought),
    ];
    (provider, opaque).prop_map(|(provider, opaque)| Carrier { provider, opaque })
}

fn arguments() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "{}",
        "{\"a\":1.0,\"b\":[\"é\"]}",
        "7",
        "null",
        " {\"x\":2}",
    ])
    .prop_map(str::to_owned)
}

fn part() -> impl Strategy<Value = Part> {
    let page = "[a-z]{1,5}".prop_map(|url| Citation {
        url,
        ..Citation::default()
    });
    let text = (words(), prop::collection::vec(page, 0..2))
        .prop_map(|(text, citations)| Part::new(Kind::Text(Text { text, citations })));
    let thought = (words(), prop::option::of(carrier()))
        .prop_map(|(text, carrier)| Part::new(Kind::Reasoning(Reasoning { text, carrier })));
    let redacted = "[a-z]{1,8}".prop_map(|data| {
        let carrier = Some(Carrier::genuine(Opaque::Redacted(data)));
        let text = String::new();
        Part::new(Kind::Reasoning(Reasoning { text, carrier }))
    });
    let call = (arguments(), any::<bool>()).prop_map(|(arguments, is_custom)| {
        Part::new(Kind::Call(Call {
            id: "a".into(),
            name: "f".into(),
            namespace: None,
            form: if is_custom {
                CallForm::Custom
            } else {
                CallForm::Function
            },
            arguments,
        }))
    });
    prop_oneof![
        text,
        words().prop_map(|text| Part::new(Kind::Refusal(text))),
        thought,
        redacted,
        call
    ]
}

/// A text in pieces.
fn pieces(text: &str, size: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars
        .chunks(size)
        .map(|piece| piece.iter().collect())
        .collect()
}

/// The events that say a part bit by bit.
fn told(part: &Part, size: usize) -> Vec<Event> {
    let (opening, more, close): (_, Vec<Event>, _) = match &part.kind {
        Kind::Text(text) => {
            let mut more: Vec<Event> = pieces(&text.text, size)
                .into_iter()
                .map(Event::Text)
                .collect();
            more.extend(text.citations.iter().cloned().map(Event::Citation));
            (Opening::Text, more, Event::Close)
        }
        Kind::Refusal(text) => (
            Opening::Refusal,
            pieces(text, size).into_iter().map(Event::Text).collect(),
            Event::Close,
        ),
        Kind::Reasoning(thought) => {
            let more = pieces(&thought.text, size)
                .into_iter()
                .map(Event::Reasoning)
                .collect();
            let close = thought
                .carrier
                .clone()
                .map_or(Event::Close, Event::CloseWith);
            (Opening::Reasoning, more, close)
        }
        Kind::Call(call) => {
            let more = pieces(&call.arguments, size)
                .into_iter()
                .map(Event::Arguments)
                .collect();
            let start = Call {
                arguments: String::new(),
                ..call.clone()
            };
            (Opening::Call(start), more, Event::Close)
        }
        Kind::Image(_)
        | Kind::Audio(_)
        | Kind::Document(_)
        | Kind::Result(_)
        | Kind::Foreign(_) => {
            return vec![Event::Whole(part.clone())];
        }
    };
    std::iter::once(Event::Open(opening))
        .chain(more)
        .chain([close])
        .collect()
}

fn streamed(parts: &[Part], size: usize, reply: &Reply) -> String {
    let start = Start {
        id: "msg_1".into(),
        ..Start::default()
    };
    let told = parts.iter().flat_map(|part| told(part, size));
    let end = [
        Event::Usage(Usage::default()),
        Event::Stop(Stop::End),
        Event::End,
    ];
    let mut writer = StreamWriter::new(reply);
    let mut out = BytesMut::new();
    for event in std::iter::once(Event::Start(start)).chain(told).chain(end) {
        writer.write(event, &mut out);
    }
    String::from_utf8(out.to_vec()).unwrap()
}

proptest! {
    #[test]
    fn a_stream_makes_the_message_that_the_whole_answer_is(
        parts in prop::collection::vec(part(), 0..6),
        size in 1_usize..5,
    ) {
        let reply = Reply { model: "m".into(), ..Reply::default() };
        let wire = streamed(&parts, size, &reply);
        let whole = Response { id: "msg_1".into(), parts, usage: Some(Usage::default()), ..Response::default() };
        prop_assert_eq!(message(&wire), write_response(&whole, &reply));
    }

    #[test]
    fn a_stream_is_read_as_the_whole_answer_is(
        parts in prop::collection::vec(part(), 0..6),
        size in 1_usize..5,
    ) {
        let wire = streamed(&parts, size, &Reply { model: "m".into(), ..Reply::default() });
        let mut reader = StreamReader::new(&Quirks::default());
        let mut out = Vec::new();
        for event in events(&wire) {
            reader.read(None, &event.to_string(), &mut out);
        }
        reader.finish(&mut out);
        let whole = crate::anthropic::read_response(message(&wire)).unwrap();
        let mut streamed = gathered(out);
        // What only the whole answer spells out.
        streamed.extra = whole.extra.clone();
        for (one, other) in streamed.parts.iter_mut().zip(&whole.parts) {
            one.extra = other.extra.clone();
            same_arguments(one, other);
        }
        prop_assert_eq!(streamed, whole);
    }
}

/// Any event of a provider, in any order, with indexes that are used again, left out or never closed.
fn event() -> impl Strategy<Value = Value> {
    let index = prop_oneof![Just(json!(null)), (0_u64..3).prop_map(Value::from)];
    let block = prop::sample::select(vec![
        json!({"type": "text", "text": ""}),
        json!({"type": "text", "text": "t"}),
        json!({"type": "thinking", "thinking": "", "signature": ""}),
        json!({"type": "redacted_thinking", "data": "r"}),
        json!({"type": "tool_use", "id": "a", "name": "f", "input": {}}),
        json!({"type": "tool_use", "id": "", "name": "f", "input": {"x": 1}}),
        json!({"type": "tool_use", "id": "a", "name": ""}),
        json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}),
        json!({"type": "future"}),
        json!(7),
    ]);
    let delta = prop::sample::select(vec![
        json!({"type": "text_delta", "text": "x"}),
        json!({"type": "text_delta", "text": ""}),
        json!({"type": "thinking_delta", "thinking": "h"}),
        json!({"type": "signature_delta", "signature": "s"}),
        json!({"type": "input_json_delta", "partial_json": "{\"a\":"}),
        json!({"type": "input_json_delta", "partial_json": "1}"}),
        json!({"type": "future_delta"}),
        json!({}),
    ]);
    prop_oneof![
        Just(json!({"type": "message_start", "message": {"id": "msg_1"}})),
        (index.clone(), block)
            .prop_map(|(index, block)| json!({"type": "content_block_start", "index": index, "content_block": block})),
        (index.clone(), delta)
            .prop_map(|(index, delta)| json!({"type": "content_block_delta", "index": index, "delta": delta})),
        index.prop_map(|index| json!({"type": "content_block_stop", "index": index})),
        Just(json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}})),
        Just(json!({"type": "ping"})),
    ]
}

proptest! {
    #[test]
    fn whatever_a_provider_sends_is_read_in_order_and_told_in_order(all in prop::collection::vec(event(), 0..24)) {
        let mut reader = StreamReader::new(&Quirks::default());
        let mut read = Vec::new();
        for event in all.iter().chain([&json!({"type": "message_stop"})]) {
            reader.read(None, &event.to_string(), &mut read);
        }
        reader.finish(&mut read);
        prop_assert!(matches!(read.first(), Some(Event::Start(_))));
        prop_assert_eq!(read.last(), Some(&Event::End));
        let answer = gathered(read.clone());
        let is_empty = |part: &Part| part.as_text().is_some_and(str::is_empty);
        prop_assert!(!answer.parts.iter().any(is_empty));

        let mut writer = StreamWriter::new(&Reply::default());
        let mut out = BytesMut::new();
        for event in read {
            writer.write(event, &mut out);
        }
        message(std::str::from_utf8(&out).unwrap());
    }
}

/// Arguments are the same if they are the same JSON: a stream keeps their spaces.
fn same_arguments(one: &mut Part, other: &Part) {
    let json = |part: &Part| serde_json::from_str::<Value>(&part.as_call()?.arguments).ok();
    if json(one) == json(other)
        && let (Kind::Call(call), Some(other)) = (&mut one.kind, other.as_call())
    {
        call.arguments.clone_from(&other.arguments);
    }
}

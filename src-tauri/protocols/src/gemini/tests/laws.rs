//! Whatever can be said in this protocol is written as it was read, and streams say what whole answers say.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::super::{read_response, write_response};
use super::{events, read, write};
use crate::carrier::Carrier;
use crate::codec::Reply;
use crate::event::{Event, Opening};
use crate::part::{Kind, Part};

fn word() -> impl Strategy<Value = String> {
    select(vec!["", "a", "read", "ä\u{2028}", "x_y", "{", "null"]).prop_map(str::to_owned)
}

fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            object_of(inner).prop_map(Value::from),
        ]
    })
}

fn object_of(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    vec((word(), inner), 0..3).prop_map(|members| members.into_iter().collect())
}

/// An object with those of these members that there are.
fn told(members: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Value {
    members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect::<Map<_, _>>()
        .into()
}

fn id() -> impl Strategy<Value = Option<Value>> {
    of(select(vec!["a", "b", "c"]).prop_map(Value::from))
}

fn call() -> impl Strategy<Value = Value> {
    let args = of(object_of(data()).prop_map(Value::from));
    (id(), word(), args).prop_map(|(id, name, args)| {
        json!({"functionCall": told([("id", id), ("name", Some(name.into())), ("args", args)])})
    })
}

fn response() -> impl Strategy<Value = Value> {
    let name = select(vec!["read", "a"]);
    let said = prop_oneof![
        data().prop_map(|value| json!({ "output": value })),
        data().prop_map(|value| json!({ "error": value })),
        object_of(data()).prop_map(Value::from),
    ];
    let media = of(Just(
        json!([{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]),
    ));
    (id(), name, of(said), media).prop_map(|(id, name, said, media)| {
        json!({"functionResponse": told([
            ("id", id), ("name", Some(name.into())), ("response", said), ("parts", media)])})
    })
}

/// A part of a model's content, or of anybody's.
fn part() -> impl Strategy<Value = Value> {
    let bare = prop_oneof![
        3 => word().prop_map(|text| json!({ "text": text })),
        2 => word().prop_map(|text| json!({ "text": text, "thought": true })),
        3 => call(),
        3 => response(),
        1 => Just(json!({"inlineData": {"mimeType": "image/png", "data": "AAAA"}})),
        1 => Just(json!({"fileData": {"mimeType": "application/pdf", "fileUri": "https://x.y/z"}})),
        1 => Just(json!({"executableCode": {"language": "PYTHON", "code": "1"}})),
        1 => Just(json!({})),
    ];
    let signature = of(select(vec![
        "c2ln",
        "b3RoZXI=",
        "skip_thought_signature_validator",
    ]));
    (bare, signature).prop_map(|(mut part, signature)| {
        if let Some(signature) = signature {
            part["thoughtSignature"] = signature.into();
        }
        part
    })
}

fn body() -> impl Strategy<Value = Value> {
    let role = of(select(vec!["user", "model", "function"]).prop_map(Value::from));
    let content = (role, vec(part(), 0..5))
        .prop_map(|(role, parts)| told([("role", role), ("parts", Some(parts.into()))]));
    let function = (word(), of(data())).prop_map(|(name, schema)| {
        let schema = schema.filter(|schema| !schema.is_null());
        told([
            ("name", Some(name.into())),
            ("parametersJsonSchema", schema),
        ])
    });
    let entry = prop_oneof![
        vec(function, 1..3).prop_map(|list| json!({ "functionDeclarations": list })),
        Just(json!({"googleSearch": {}})),
        Just(json!({"urlContext": {}, "codeExecution": {}})),
    ];
    (vec(content, 0..4), of(vec(entry, 0..3))).prop_map(|(contents, tools)| {
        told([
            ("contents", Some(contents.into())),
            ("tools", tools.map(Value::from)),
        ])
    })
}

proptest! {
    #[test]
    fn a_request_is_written_as_it_was_read(body in body()) {
        prop_assert_eq!(write(&read(body.clone())), body);
    }

    #[test]
    fn an_answer_is_written_as_it_was_read(parts in vec(part(), 1..6), reason in word()) {
        let body = json!({"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": reason}],
            "responseId": "r"});
        let response = read_response(body.clone()).expect("it is an answer");
        prop_assert_eq!(write_response(&response, &Reply::default()), body);
    }

    #[test]
    fn a_stream_calls_what_the_whole_answer_calls(parts in vec(part(), 1..6)) {
        let whole = json!({"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}], "responseId": "r"});
        let chunks: Vec<Value> = parts.into_iter().map(|part| super::chunk(json!([part]))).collect();
        let response = read_response(whole).expect("it is an answer");
        let whole: Vec<_> = response.parts.iter().filter_map(Part::as_call).cloned().collect();
        let mut streamed = Vec::new();
        let mut carriers = Vec::new();
        for event in events(&chunks) {
            match event {
                Event::Open(Opening::Call(call)) => streamed.push(call),
                Event::Arguments(more) => streamed.last_mut().expect("a call is open").arguments.push_str(&more),
                Event::CloseWith(carrier) => carriers.push(carrier),
                Event::Open(_) | Event::Text(_) | Event::Reasoning(_) | Event::Close | Event::Whole(_) | Event::Start(_)
                | Event::Citation(_) | Event::Usage(_) | Event::Stop(_) | Event::Alive | Event::Failed(_) | Event::End => {}
            }
        }
        prop_assert_eq!(streamed, whole);
        let kept: Vec<_> = response.parts.iter().filter_map(carrier).collect();
        prop_assert_eq!(carriers, kept);
    }
}

fn carrier(part: &Part) -> Option<Carrier> {
    if let Kind::Reasoning(thought) = &part.kind {
        thought.carrier.clone()
    } else {
        None
    }
}

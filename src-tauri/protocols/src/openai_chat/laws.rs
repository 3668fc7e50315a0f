//! What holds for any JSON whatsoever, drawn from the words of the protocol.

use bytes::BytesMut;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::content::read_part;
use super::{
    CHAT, StreamReader, StreamWriter, read_request, read_response, write_request, write_response,
};
use crate::codec::{ReadStream, Reply, Target, WriteStream};
use crate::event::Event;
use crate::loss::Losses;
use crate::quirks::{Echo, Quirks};

const KEYS: &str = "role content type text image_url url detail input_audio data format file file_data file_id filename \
    refusal reasoning reasoning_content reasoning_details tool_calls id index function custom name arguments input \
    function_call tool_call_id extra_content google thought_signature cache_control ttl thinking signature summary images \
    annotations audio finish_reason delta message choices usage model created prompt_tokens completion_tokens x";
const WORDS: &str = "user assistant system developer tool function text image_url input_audio file refusal thinking custom \
    reasoning.text reasoning.encrypted stop tool_calls length kw1_x data:image/png;base64,AAAA {} {\"a\":1} {\"a\" hm a b";
const SETTINGS: &str = "stream stream_options include_usage max_tokens max_completion_tokens temperature top_p top_k stop seed \
    logprobs top_logprobs n user safety_identifier prompt_cache_key verbosity parallel_tool_calls tool_choice function_call \
    response_format json_schema schema strict reasoning_effort reasoning effort exclude enabled thinking type budget_tokens \
    enable_thinking thinking_budget tools functions function name parameters description custom format grammar allowed_tools \
    mode web_search_options x";

fn words(text: &'static str) -> impl Strategy<Value = String> {
    select(text.split_whitespace().collect::<Vec<_>>()).prop_map(str::to_owned)
}

fn value(keys: &'static str) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => (0..3_i64).prop_map(Value::from),
        1 => Just(json!("")),
        6 => words(WORDS).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, move |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 0..3).prop_map(Value::from),
            3 => object(keys, inner),
        ]
    })
}

fn object(keys: &'static str, inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    vec((words(keys), inner), 0..6).prop_map(|pairs| Value::Object(pairs.into_iter().collect()))
}

/// A part, a call or a message: an object whose type and role are words of the protocol.
fn message() -> impl Strategy<Value = Value> {
    let role = select(vec![
        "user",
        "assistant",
        "assistant",
        "system",
        "developer",
        "tool",
        "function",
        "x",
    ]);
    (role, object(KEYS, value(KEYS))).prop_map(|(role, mut message)| {
        message["role"] = role.into();
        message
    })
}

fn request() -> impl Strategy<Value = Value> {
    (vec(message(), 0..4), object(SETTINGS, value(SETTINGS))).prop_map(|(messages, mut body)| {
        body["model"] = "m".into();
        body["messages"] = messages.into();
        body
    })
}

fn target(quirks: &Quirks) -> Target<'_> {
    Target {
        protocol: CHAT,
        model: "m",
        provider: "p1",
        quirks,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_request_is_written_as_it_came(body in request()) {
        let request = read_request(body.clone()).expect("the messages have roles");
        let quirks = Quirks::default();
        let written = write_request(&request, &target(&quirks), &mut Losses::default());
        prop_assert_eq!(written.expect("it can be said"), body);
    }

    #[test]
    fn any_answer_is_written_as_it_came(message in message(), reason in words(WORDS)) {
        let mut message = message;
        message["role"] = "assistant".into();
        // An empty text in a list is none.
        let content = message.get("content").and_then(Value::as_array);
        let is_empty = |part: &Value| read_part(part.clone()).as_text() == Some("");
        prop_assume!(!content.is_some_and(|list| list.iter().any(is_empty)));
        let body = json!({"id": "x", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": reason}]});
        let read = read_response(body.clone(), &Quirks::default()).expect("it has choices");
        let reply = Reply { model: "m".into(), ..Reply::default() };
        prop_assert_eq!(write_response(&read, &reply), body);
    }

    #[test]
    fn any_chunks_are_parts_one_after_the_other(chunks in vec(value(KEYS), 0..6), deltas in vec(object(KEYS, value(KEYS)), 0..6), odd in any::<bool>()) {
        let quirks = Quirks { think_tags: odd, reasoning_echo: if odd { Echo::Always } else { Echo::Never }, ..Quirks::default() };
        let mut reader = StreamReader::new(&quirks);
        let mut events = Vec::new();
        let deltas = deltas.into_iter().map(|delta| json!({"choices": [{"index": 0, "delta": delta}]}));
        for chunk in chunks.into_iter().chain(deltas) {
            reader.read(None, &chunk.to_string(), &mut events);
        }
        reader.finish(&mut events);
        check(&events);

        let mut writer = StreamWriter::new(&Reply::default());
        let mut out = BytesMut::new();
        for event in events {
            writer.write(event, &mut out);
        }
    }
}

/// Parts open and close one after the other; the start comes first, and nothing follows the end.
fn check(events: &[Event]) {
    let mut is_open = false;
    for (at, event) in events.iter().enumerate() {
        let is_last = at + 1 == events.len();
        match event {
            Event::Start(_) => assert_eq!(at, 0),
            Event::Open(_) => assert!(!std::mem::replace(&mut is_open, true), "{events:?}"),
            Event::Close | Event::CloseWith(_) => {
                assert!(std::mem::replace(&mut is_open, false), "{events:?}");
            }
            Event::Text(text) | Event::Reasoning(text) | Event::Arguments(text) => {
                assert!(is_open && !text.is_empty(), "{events:?}");
            }
            Event::Citation(_) => assert!(is_open),
            Event::Whole(_) => assert!(!is_open),
            Event::Failed(_) | Event::End => assert!(is_last),
            Event::Usage(_) | Event::Stop(_) | Event::Alive => {}
        }
    }
    let has_failed = matches!(events.last(), Some(Event::Failed(_)));
    assert!(!is_open || has_failed, "{events:?}");
}

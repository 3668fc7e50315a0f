//! What is asked for is what is read back, from the stream and from the whole, by readers that know each
//! protocol's grammar and refuse anything else.

mod anthropic;
mod chat;
mod conversation;
mod faults;
mod gemini;
mod responses;

use jiff::Timestamp;
use keyway_protocols::{Protocol, usage::Usage};
use serde_json::{Value, json};

use super::{EchoReply, Form, Step, answer, text};

/// An answer as a client puts it together.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    thinking: String,
    text: String,
    calls: Vec<(String, Value)>,
    finish: String,
    usage: Option<Usage>,
}

/// What a prompt leads to, in words that hold for every protocol.
struct Case {
    prompt: &'static str,
    thinking: &'static str,
    text: &'static str,
    calls: Vec<(&'static str, Value)>,
}

/// All tools of these requests are called `f` and `g`.
fn cases() -> Vec<Case> {
    let case = |prompt, thinking, text, calls| Case {
        prompt,
        thinking,
        text,
        calls,
    };
    vec![
        case("hello there", "", "You said: hello there", vec![]),
        case("日本語 🎉", "", "You said: 日本語 🎉", vec![]),
        case(
            "echo: say exactly this\nand not that",
            "",
            "exactly this",
            vec![],
        ),
        case("echo: think hm, hm\necho: say ok", "hm, hm", "ok", vec![]),
        case(
            "echo: call f {\"x\":1,\"a\":[\"日\"]}\necho: call g",
            "",
            "",
            vec![("f", json!({"x": 1, "a": ["日"]})), ("g", json!({}))],
        ),
        case(
            "echo: think hm\necho: say first\necho: call g {\"y\":null}",
            "hm",
            "first",
            vec![("g", json!({"y": null}))],
        ),
        case(
            "echo: pace 1ms",
            "",
            "This is Echo, the provider inside Keyway: the way to it works.",
            vec![],
        ),
    ]
}

/// Runs every case through one protocol, streamed and whole.
fn check(
    protocol: Protocol,
    body: fn(&str) -> Value,
    from_whole: fn(&Value) -> Seen,
    from_stream: fn(&str) -> Seen,
    finishes: [&str; 2],
) {
    for case in cases() {
        let body = body(case.prompt);
        let whole = play(&ask(protocol, &body, Form::Whole));
        let seen = from_whole(&serde_json::from_str(&whole).unwrap());
        let reply = ask(protocol, &body, Form::Events);
        assert_eq!(from_stream(&play(&reply)), seen, "{}", case.prompt);

        let calls = case
            .calls
            .iter()
            .map(|(name, input)| ((*name).to_owned(), input.clone()))
            .collect();
        let finish = finishes[usize::from(!case.calls.is_empty())].to_owned();
        let expected = Seen {
            thinking: case.thinking.to_owned(),
            text: case.text.to_owned(),
            calls,
            finish,
            usage: reply.usage,
        };
        assert_eq!(seen, expected, "{}", case.prompt);
        let usage = reply.usage.unwrap();
        assert!(usage.input > 0 && usage.output > 0);
        assert_eq!(usage.reasoning, text::tokens(case.thinking));
    }
}

fn ask(protocol: Protocol, body: &Value, form: Form) -> EchoReply {
    let now = Timestamp::from_second(1_790_000_000).unwrap();
    answer(protocol, body.to_string().as_bytes(), "echo-1", form, now)
}

/// All bytes of a reply.
fn play(reply: &EchoReply) -> String {
    let bytes = reply.steps.iter().filter_map(|step| match step {
        Step::Bytes(bytes) => Some(bytes.to_vec()),
        Step::Wait(_) | Step::Cut => None,
    });
    String::from_utf8(bytes.flatten().collect()).unwrap()
}

/// The events of a stream: name and data; every event is one `data` line and ends with an empty line.
fn frames(stream: &str) -> Vec<(Option<String>, String)> {
    let blocks = stream.strip_suffix("\n\n").unwrap().split("\n\n");
    blocks
        .map(|block| match block.strip_prefix("event: ") {
            Some(named) => {
                let (name, data) = named.split_once("\ndata: ").unwrap();
                (Some(name.to_owned()), data.to_owned())
            }
            None => (None, block.strip_prefix("data: ").unwrap().to_owned()),
        })
        .inspect(|(_, data)| assert!(!data.contains('\n')))
        .collect()
}

/// Events that carry their name in their data as well.
fn named_events(stream: &str) -> Vec<Value> {
    let frames = frames(stream).into_iter();
    let events = frames.map(|(name, data)| {
        let event: Value = serde_json::from_str(&data).unwrap();
        assert_eq!(event["type"].as_str(), name.as_deref());
        event
    });
    events.collect()
}

fn texts(value: &Value) -> &str {
    value.as_str().unwrap()
}

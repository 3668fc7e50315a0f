use bytes::BytesMut;
use serde_json::{Value, json};

use super::grammar::{events, message};
use crate::Protocol::OpenAi;
use crate::anthropic::StreamWriter;
use crate::carrier::{Carrier, Opaque};
use crate::codec::{Reply, WriteStream};
use crate::error::{ErrorKind, UpstreamError};
use crate::event::{Event, Opening, Start};
use crate::part::{Call, CallForm, Citation, Foreign, Kind, Media, Part, Reasoning, Source};
use crate::response::Stop;
use crate::usage::Usage;

fn reply() -> Reply {
    Reply {
        model: "alias".into(),
        id: "x1".into(),
        input_estimate: 50,
        ..Reply::default()
    }
}

fn started(then: Vec<Event>) -> Vec<Event> {
    let start = Start {
        id: "chatcmpl-9".into(),
        model: "real".into(),
        created: None,
    };
    std::iter::once(Event::Start(start)).chain(then).collect()
}

fn wire(all: Vec<Event>) -> String {
    let mut writer = StreamWriter::new(&reply());
    let mut out = BytesMut::new();
    for event in all {
        writer.write(event, &mut out);
    }
    String::from_utf8(out.to_vec()).unwrap()
}

fn call(id: &str, form: CallForm) -> Event {
    Event::Open(Opening::Call(Call {
        id: id.into(),
        name: "f".into(),
        form,
        ..Call::default()
    }))
}

/// The message that a whole answer makes.
fn told(mut parts: Vec<Event>) -> Value {
    parts.push(Event::End);
    message(&wire(started(parts)))
}

fn text(text: &str) -> [Event; 3] {
    [
        Event::Open(Opening::Text),
        Event::Text(text.into()),
        Event::Close,
    ]
}

fn args(text: &str) -> Vec<Event> {
    vec![
        call("a", CallForm::Function),
        Event::Arguments(text.into()),
        Event::Close,
    ]
}

fn signed(provider: &str) -> Carrier {
    Carrier {
        provider: provider.into(),
        opaque: Opaque::Signature("sig".into()),
    }
}

#[test]
fn p041_a_whole_answer_is_told_in_strict_order_with_named_events() {
    let mut all = vec![
        Event::Open(Opening::Reasoning),
        Event::Reasoning("h".into()),
        Event::Reasoning("m".into()),
        Event::CloseWith(signed("")),
    ];
    all.extend(text("ok"));
    all.extend(args("{\"x\":1}"));
    all.extend([
        Event::Usage(Usage {
            input: 15,
            cached: 3,
            written: 2,
            output: 20,
            reasoning: 8,
        }),
        Event::Stop(Stop::ToolUse),
    ]);

    let message = told(all);

    assert_eq!(
        message,
        json!({"id": "msg_9", "type": "message", "role": "assistant", "model": "alias",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "sig"},
                {"type": "text", "text": "ok"},
                {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}},
            ],
            "stop_reason": "tool_use", "stop_sequence": null,
            "usage": {"input_tokens": 10, "cache_creation_input_tokens": 2, "cache_read_input_tokens": 3,
                "output_tokens": 20, "output_tokens_details": {"thinking_tokens": 8}}})
    );
}

#[test]
fn p045_a_message_starts_once() {
    let wire = wire(started(started(vec![Event::End])));
    assert_eq!(wire.matches("event: message_start").count(), 1);
}

#[test]
fn p046_a_message_ends_once() {
    let wire = wire(started(vec![
        Event::Stop(Stop::End),
        Event::Stop(Stop::Length),
        Event::End,
        Event::End,
        Event::Text("late".into()),
    ]));
    assert_eq!(message(&wire)["stop_reason"], "max_tokens");
}

#[test]
fn p049_blocks_are_numbered_without_gaps() {
    let thought = [
        Event::Open(Opening::Reasoning),
        Event::Reasoning("t".into()),
        Event::Close,
    ];
    let mut all = thought.to_vec();
    all.extend(text("a"));
    all.extend(text(""));
    all.extend(args("{}"));
    all.extend(text("b"));
    let message = told(all);
    let kinds: Vec<_> = message["content"]
        .as_array()
        .unwrap()
        .iter()
        .map(|block| &block["type"])
        .collect();
    assert_eq!(kinds, ["thinking", "text", "tool_use", "text"]);
}

#[test]
fn p054_nothing_is_opened_for_empty_words() {
    let message = told(vec![
        Event::Open(Opening::Text),
        Event::Text(String::new()),
        Event::Close,
        Event::Open(Opening::Reasoning),
        Event::Reasoning(String::new()),
        Event::Close,
        Event::Whole(Part::text("")),
    ]);
    assert_eq!(message["content"], json!([]));
}

#[test]
fn p088_an_input_comes_in_deltas_even_if_it_is_known_at_once() {
    let call = Call {
        id: "a".into(),
        name: "f".into(),
        arguments: "{\"x\":1}".into(),
        ..Call::default()
    };
    let wire = wire(started(vec![
        Event::Whole(Part::new(Kind::Call(call))),
        Event::End,
    ]));
    let all = events(&wire);
    assert_eq!(all[1]["content_block"]["input"], json!({}));
    assert_eq!(
        all[2]["delta"],
        json!({"type": "input_json_delta", "partial_json": "{\"x\":1}"})
    );
    assert_eq!(message(&wire)["content"][0]["input"], json!({"x": 1}));
    assert_eq!(message(&wire)["stop_reason"], "tool_use");
}

#[test]
fn p089_bits_of_an_input_are_strings() {
    for arguments in ["{\"x\":[1,2]}", "7", "[1]", "{"] {
        let wire = wire(started([args(arguments), vec![Event::End]].concat()));
        let deltas = events(&wire)
            .into_iter()
            .filter(|event| event["type"] == "content_block_delta");
        for event in deltas {
            assert!(event["delta"]["partial_json"].is_string(), "{event}");
        }
    }
}

#[test]
fn p063_arguments_that_are_no_object_become_one() {
    for (arguments, input) in [
        ("\"str\"", json!({"value": "str"})),
        ("[1]", json!({"value": [1]})),
        ("null", json!({})),
        ("", json!({})),
        ("  ", json!({})),
        (" {\"a\":1.0}", json!({"a": 1.0})),
    ] {
        assert_eq!(
            told(args(arguments))["content"][0]["input"],
            input,
            "{arguments:?}"
        );
    }
}

#[test]
fn p136_arguments_that_are_no_json_go_out_as_they_are() {
    for arguments in ["{\"a\":", "nonsense", "{\"a\":1}{\"b\":2}"] {
        let input = &told(args(arguments))["content"][0]["input"];
        assert_eq!(input["__unparsedToolInput"]["raw"], arguments);
    }
}

#[test]
fn arguments_stream_as_they_come() {
    let mut writer = StreamWriter::new(&reply());
    let mut out = BytesMut::new();
    for event in [
        call("a", CallForm::Function),
        Event::Arguments(" ".into()),
        Event::Arguments("{\"x".into()),
    ] {
        writer.write(event, &mut out);
    }
    let text = String::from_utf8(out.split().to_vec()).unwrap();
    assert!(
        text.ends_with("\"partial_json\":\" {\\\"x\"}}\n\n"),
        "{text}"
    );
    writer.write(Event::Arguments("\":1}".into()), &mut out);
    assert!(!out.is_empty());
}

#[test]
fn free_text_of_a_custom_tool_is_one_string_of_an_object() {
    let message = told(vec![
        call("a", CallForm::Custom),
        Event::Arguments("{\"*** Begin".into()),
        Event::Arguments("\n\" Patch".into()),
        Event::Close,
    ]);
    assert_eq!(
        message["content"][0]["input"],
        json!({"input": "{\"*** Begin\n\" Patch"})
    );
}

#[test]
fn p090_a_call_without_a_name_is_not_told() {
    let nameless = Event::Open(Opening::Call(Call {
        id: "a".into(),
        ..Call::default()
    }));
    let message = told(vec![
        nameless,
        Event::Arguments("{}".into()),
        Event::Close,
        Event::Stop(Stop::ToolUse),
    ]);
    assert_eq!(message["content"], json!([]));
}

#[test]
fn p092_an_answer_with_calls_waits_for_their_results() {
    let message = told([args("{}"), vec![Event::Stop(Stop::End)]].concat());
    assert_eq!(message["stop_reason"], "tool_use");
    let cut = told([args("{\"a"), vec![Event::Stop(Stop::Length)]].concat());
    assert_eq!(cut["stop_reason"], "max_tokens");
}

#[test]
fn p093_an_answer_without_calls_waits_for_nothing() {
    let message = told(vec![Event::Stop(Stop::ToolUse)]);
    assert_eq!(message["stop_reason"], "end_turn");
}

#[test]
fn p095_a_thought_after_words_is_a_block_of_its_own() {
    let thought = [
        Event::Open(Opening::Reasoning),
        Event::Reasoning("t".into()),
        Event::CloseWith(signed("p1")),
    ];
    let message = told([text("a").to_vec(), thought.to_vec(), args("{}")].concat());
    assert_eq!(message["content"][1]["type"], "thinking");
    assert_eq!(message["content"][1]["thinking"], "t");
}

#[test]
fn p098_thoughts_alone_are_an_answer_and_p099_so_is_nothing() {
    let thought = [
        Event::Open(Opening::Reasoning),
        Event::Reasoning("t".into()),
        Event::Close,
    ];
    let message = told(thought.to_vec());
    assert_eq!(message["content"].as_array().unwrap().len(), 1);
    assert_eq!(message["stop_reason"], "end_turn");
    assert_eq!(told(vec![])["content"], json!([]));
}

#[test]
fn p099_an_empty_answer_stays_empty() {
    let message = told(vec![Event::Stop(Stop::End)]);
    assert_eq!(
        (&message["content"], &message["stop_reason"]),
        (&json!([]), &json!("end_turn"))
    );
}

#[test]
fn p103_the_start_tells_about_how_much_was_read_and_the_end_exactly() {
    let usage = Usage {
        input: 100,
        cached: 80,
        output: 1,
        ..Usage::default()
    };
    let wire = wire(started(vec![Event::Usage(usage), Event::End]));
    let all = events(&wire);
    assert_eq!(all[0]["message"]["usage"]["input_tokens"], 50);
    assert_eq!(all[1]["usage"]["input_tokens"], 20);
    assert_eq!(all[1]["usage"]["cache_read_input_tokens"], 80);
}

#[test]
fn p104_cached_tokens_are_counted_once() {
    let usage = Usage {
        input: 100,
        cached: 80,
        written: 15,
        output: 1,
        reasoning: 0,
    };
    let message = told(vec![Event::Usage(usage)]);
    assert_eq!(message["usage"]["input_tokens"], 5);
    let odd = Usage {
        input: 10,
        cached: 80,
        ..Usage::default()
    };
    assert_eq!(told(vec![Event::Usage(odd)])["usage"]["input_tokens"], 0);
}

#[test]
fn what_a_provider_wants_back_is_wrapped_unless_it_is_genuine() {
    let foreign = Carrier {
        provider: "p2".into(),
        opaque: Opaque::Encrypted("enc".into()),
    };
    for (carrier, is_wrapped) in [(signed(""), false), (signed("p1"), true), (foreign, true)] {
        for text in ["", "t"] {
            let thought = [
                Event::Open(Opening::Reasoning),
                Event::Reasoning(text.into()),
                Event::CloseWith(carrier.clone()),
            ];
            let message = told(thought.to_vec());
            let signature = message["content"][0]["signature"].as_str().unwrap();
            assert_eq!(message["content"][0]["thinking"], text);
            if is_wrapped {
                assert_eq!(Carrier::unwrapped(signature).as_ref(), Some(&carrier));
            } else {
                assert_eq!(signature, "sig");
            }
        }
    }
}

#[test]
fn redacted_thoughts_come_in_one_piece() {
    let genuine = Carrier::genuine(Opaque::Redacted("r".into()));
    let part = Part::new(Kind::Reasoning(Reasoning {
        text: String::new(),
        carrier: Some(genuine.clone()),
    }));
    let message = told(vec![
        Event::Whole(part),
        Event::Open(Opening::Reasoning),
        Event::CloseWith(genuine),
    ]);
    let block = json!({"type": "redacted_thinking", "data": "r"});
    assert_eq!(message["content"], json!([block, block]));
}

#[test]
fn whole_parts_are_complete_blocks() {
    let search = json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}});
    let found = json!({"type": "web_search_tool_result", "tool_use_id": "s", "content": []});
    let own = |value: &Value| {
        Part::new(Kind::Foreign(Foreign {
            origin: crate::Protocol::Anthropic,
            value: value.clone(),
            gist: None,
        }))
    };
    let other = |gist: Option<&str>| {
        let gist = gist.map(str::to_owned);
        Part::new(Kind::Foreign(Foreign {
            origin: OpenAi,
            value: json!({}),
            gist,
        }))
    };
    let source = Source::Inline {
        mime: "image/png".into(),
        data: "aaaa".into(),
    };
    let image = Part::new(Kind::Image(Media {
        source,
        detail: None,
    }));
    let parts = [
        own(&search),
        own(&found),
        other(Some("ran code")),
        other(None),
        image,
    ];
    let message = told(parts.into_iter().map(Event::Whole).collect());
    assert_eq!(
        message["content"],
        json!([search, found, {"type": "text", "text": "ran code"}, {"type": "text", "text": "[image: image/png]"}])
    );
}

#[test]
fn citations_belong_to_their_text() {
    let page = |url: &str| Citation {
        url: url.into(),
        title: "T".into(),
        ..Citation::default()
    };
    let message = told(vec![
        Event::Open(Opening::Text),
        Event::Citation(page("https://a.example")),
        Event::Text("so".into()),
        Event::Citation(page("https://b.example")),
        Event::Close,
    ]);
    let citations = message["content"][0]["citations"].as_array().unwrap();
    let urls: Vec<_> = citations.iter().map(|citation| &citation["url"]).collect();
    assert_eq!(urls, ["https://a.example", "https://b.example"]);
    assert_eq!(citations[0]["encrypted_index"], "");
}

#[test]
fn refusals_are_words_and_a_reason() {
    let message = told(vec![
        Event::Open(Opening::Refusal),
        Event::Text("no".into()),
        Event::Close,
        Event::Stop(Stop::End),
    ]);
    assert_eq!(message["content"], json!([{"type": "text", "text": "no"}]));
    assert_eq!(message["stop_reason"], "refusal");
}

#[test]
fn p051_failures_are_the_last_event() {
    let error = UpstreamError {
        kind: ErrorKind::Overloaded,
        code: None,
        message: "busy".into(),
    };
    let failed = vec![
        Event::Open(Opening::Text),
        Event::Text("a".into()),
        Event::Failed(error.clone()),
        Event::End,
    ];
    for all in [started(failed), vec![Event::Failed(error)]] {
        let wire = wire(all);
        let last = events(&wire).pop().unwrap();
        assert_eq!(last["type"], "error");
        assert_eq!(last["error"]["type"], "overloaded_error");
        assert!(!wire.contains("message_stop"));
    }
}

#[test]
fn a_call_that_cannot_be_read_is_an_error() {
    let wire = wire(started(vec![
        Event::Stop(Stop::Malformed("MALFORMED_FUNCTION_CALL".into())),
        Event::End,
    ]));
    let last = events(&wire).pop().unwrap();
    assert_eq!(last["error"]["type"], "api_error");
}

#[test]
fn signs_of_life_are_pings_and_may_come_first() {
    let wire = wire([vec![Event::Alive], started(vec![Event::Alive, Event::End])].concat());
    let pings = events(&wire)
        .into_iter()
        .filter(|event| *event == json!({"type": "ping"}));
    assert_eq!(pings.count(), 2);
    message(&wire);
}

#[test]
fn a_provider_that_says_nothing_at_first_starts_with_its_first_words() {
    let message = message(&wire([text("a").to_vec(), vec![Event::End]].concat()));
    assert_eq!(message["id"], "msg_x1");
    assert_eq!(message["model"], "alias");
}

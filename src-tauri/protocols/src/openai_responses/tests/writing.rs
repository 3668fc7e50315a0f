//! What a client gets.

use serde_json::{Value, json};

use super::{events, kinds, reply};
use crate::Protocol;
use crate::carrier::{Carrier, Opaque};
use crate::codec::Reply;
use crate::error::{ErrorKind, UpstreamError};
use crate::event::{Event, Opening, Start};
use crate::part::{Call, CallForm, Citation, Foreign, Kind, Media, Part, Source};
use crate::response::Stop;
use crate::usage::Usage;

fn text(words: &str) -> [Event; 3] {
    [
        Event::Open(Opening::Text),
        Event::Text(words.into()),
        Event::Close,
    ]
}

fn call(form: CallForm, namespace: Option<&str>, arguments: &str) -> [Event; 3] {
    let call = Call {
        id: "call_1".into(),
        name: "f".into(),
        namespace: namespace.map(str::to_owned),
        form,
        arguments: String::new(),
    };
    [
        Event::Open(Opening::Call(call)),
        Event::Arguments(arguments.into()),
        Event::Close,
    ]
}

fn carrier() -> Carrier {
    Carrier {
        provider: "p1".into(),
        opaque: Opaque::Signature("c2ln".into()),
    }
}

fn thought() -> [Event; 4] {
    [
        Event::Open(Opening::Reasoning),
        Event::Reasoning("h".into()),
        Event::Reasoning("m".into()),
        Event::CloseWith(carrier()),
    ]
}

fn usage() -> Event {
    Event::Usage(Usage {
        input: 15,
        cached: 3,
        written: 0,
        output: 20,
        reasoning: 0,
    })
}

fn answer(parts: &[&[Event]], stop: Stop) -> Vec<Value> {
    answer_to(&reply(), parts, stop)
}

fn answer_to(reply: &Reply, parts: &[&[Event]], stop: Stop) -> Vec<Value> {
    let mut steps = vec![Event::Start(Start::default())];
    steps.extend(parts.iter().flat_map(|part| part.iter().cloned()));
    steps.extend([usage(), Event::Stop(stop), Event::End]);
    let events = events(reply, &steps);
    check(&events);
    events
}

/// The laws of every stream that a client gets.
fn check(events: &[Value]) {
    let mut done: Vec<&Value> = Vec::new();
    let mut begun = None;
    let mut told = String::new();
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number, "the numbers have no gaps");
        let kind = event["type"].as_str().unwrap();
        if kind.ends_with("output_item.added") {
            assert_eq!(begun, None, "one item at a time");
            assert_eq!(event["output_index"], done.len());
            begun = Some(event["item"]["id"].as_str().unwrap());
        } else if kind.ends_with("output_item.done") {
            assert_eq!(event["item"]["id"].as_str(), begun.take());
            done.push(&event["item"]);
        } else if let Some(id) = event["item_id"].as_str() {
            assert_eq!(begun, Some(id), "events stand within their item");
        }
        if let Some(delta) = event["delta"].as_str() {
            told.push_str(delta);
        } else if let Some(whole) = ["text", "refusal", "arguments", "input"]
            .iter()
            .find_map(|key| event[*key].as_str())
        {
            assert_eq!(
                std::mem::take(&mut told),
                whole,
                "the end says what the pieces said"
            );
        }
    }
    assert_eq!(begun, None, "every item ends");
    let last = events.last().unwrap();
    let output: Vec<&Value> = last["response"]["output"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert_eq!(output, done);
    let ends = [
        "response.completed",
        "response.incomplete",
        "response.failed",
    ];
    let terminal = events
        .iter()
        .filter(|event| ends.contains(&event["type"].as_str().unwrap()));
    assert_eq!(terminal.count(), 1);
}

#[test]
fn p113_p114_every_item_has_its_whole_ladder() {
    let parts: [&[Event]; 4] = [
        &thought(),
        &text("ok"),
        &call(CallForm::Function, None, "{\"x\":1}"),
        &call(CallForm::Custom, Some("functions"), "text('x')"),
    ];

    let events = answer(&parts, Stop::ToolUse);

    assert_eq!(
        kinds(&events),
        [
            "created",
            "in_progress",
            "output_item.added",
            "reasoning_summary_part.added",
            "reasoning_summary_text.delta",
            "reasoning_summary_text.delta",
            "reasoning_summary_text.done",
            "reasoning_summary_part.done",
            "output_item.done",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "output_item.added",
            "function_call_arguments.delta",
            "function_call_arguments.done",
            "output_item.done",
            "output_item.added",
            "custom_tool_call_input.delta",
            "custom_tool_call_input.done",
            "output_item.done",
            "completed",
        ]
    );
    let pretty: Vec<String> = events.iter().map(|event| format!("{event:#}")).collect();
    insta::assert_snapshot!(pretty.join("\n"));
}

#[test]
fn p113_items_are_told_when_they_are_done() {
    let events = answer(&[&text("a")], Stop::End);
    let done = events
        .iter()
        .find(|event| event["type"] == "response.output_item.done");
    assert_eq!(done.unwrap()["item"]["content"][0]["text"], "a");
}

#[test]
fn p114_words_stand_in_an_item_and_a_part() {
    // A provider's reader may leave out the opening of a text.
    let events = answer(&[&[Event::Text("a".into())]], Stop::End);
    assert_eq!(
        kinds(&events)[2..5],
        [
            "output_item.added",
            "content_part.added",
            "output_text.delta"
        ]
    );
}

#[test]
fn p111_every_way_to_stop_has_its_last_event() {
    let incomplete = |reason: &str| json!({"reason": reason});
    for (stop, kind, details) in [
        (Stop::End, "completed", Value::Null),
        (Stop::ToolUse, "completed", Value::Null),
        (Stop::StopString(Some("x".into())), "completed", Value::Null),
        (Stop::Paused, "completed", Value::Null),
        (Stop::Length, "incomplete", incomplete("max_output_tokens")),
        (
            Stop::ContextFull,
            "incomplete",
            incomplete("max_output_tokens"),
        ),
        (
            Stop::Filtered("SAFETY".into()),
            "incomplete",
            incomplete("content_filter"),
        ),
        (
            Stop::Refusal(None),
            "incomplete",
            incomplete("content_filter"),
        ),
        (Stop::Refusal(Some("why".into())), "completed", Value::Null),
        (Stop::Malformed("MALFORMED".into()), "failed", Value::Null),
    ] {
        let events = answer(&[&text("a")], stop);
        let last = events.last().unwrap();
        assert_eq!(last["type"], format!("response.{kind}"));
        assert_eq!(last["response"]["status"], kind);
        assert_eq!(last["response"]["incomplete_details"], details);
        assert_eq!(last["response"]["error"].is_null(), kind != "failed");
    }
}

#[test]
fn p133_an_answer_at_its_limit_is_incomplete() {
    let events = answer(&[&text("half")], Stop::Length);
    let response = &events.last().unwrap()["response"];
    assert_eq!(
        response["incomplete_details"]["reason"],
        "max_output_tokens"
    );
    assert_eq!(response["output"][0]["status"], "incomplete");
}

#[test]
fn p112_counts_always_have_all_their_details() {
    let events = answer(&[&text("a")], Stop::End);
    assert_eq!(
        events.last().unwrap()["response"]["usage"],
        json!({"input_tokens": 15, "input_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 0},
            "output_tokens": 20, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 35})
    );
}

#[test]
fn p115_p118_free_text_calls_come_back_as_such_with_their_namespace() {
    let events = answer(
        &[&call(CallForm::Custom, Some("functions"), "*** Begin")],
        Stop::ToolUse,
    );
    let item = &events.last().unwrap()["response"]["output"][0];
    assert_eq!(item["type"], "custom_tool_call");
    assert_eq!(item["input"], "*** Begin");
    assert_eq!(
        (&item["name"], &item["namespace"]),
        (&json!("f"), &json!("functions"))
    );
    assert!(item["id"].as_str().unwrap().starts_with("ctc_"));
}

#[test]
fn p118_names_come_back_bare_and_beside_their_namespace() {
    let events = answer(
        &[&call(CallForm::Function, Some("mcp__kwt"), "{}")],
        Stop::ToolUse,
    );
    let item = &events.last().unwrap()["response"]["output"][0];
    assert_eq!(
        (&item["name"], &item["namespace"]),
        (&json!("f"), &json!("mcp__kwt"))
    );
}

#[test]
fn p132_a_failure_is_a_failed_response_and_the_last_event() {
    let error = UpstreamError {
        kind: ErrorKind::RateLimit,
        code: None,
        message: "try again in 12.3s".into(),
    };
    let mut steps = vec![Event::Start(Start::default())];
    steps.extend(text("a"));
    steps.extend([Event::Failed(error.clone()), Event::End]);

    let all = events(&reply(), &steps);
    let last = all.last().unwrap();
    assert_eq!(last["type"], "response.failed");
    assert_eq!(last["sequence_number"], all.len() - 1);
    assert_eq!(last["response"]["status"], "failed");
    assert_eq!(
        last["response"]["error"],
        json!({"code": "rate_limit_exceeded", "message": "try again in 12.3s"})
    );

    let early = events(&reply(), &[Event::Failed(error)]);
    assert_eq!(early.last().unwrap()["type"], "response.failed");
}

#[test]
fn p136_arguments_that_are_no_json_go_out_as_they_are() {
    let events = answer(&[&call(CallForm::Function, None, "{\"a\":")], Stop::Length);
    assert_eq!(
        events.last().unwrap()["response"]["output"][0]["arguments"],
        "{\"a\":"
    );
}

#[test]
fn a_call_without_arguments_has_an_empty_object() {
    let events = answer(&[&call(CallForm::Function, None, "")], Stop::ToolUse);
    assert_eq!(
        events.last().unwrap()["response"]["output"][0]["arguments"],
        "{}"
    );
}

#[test]
fn p138_nothing_is_stored_whatever_was_asked() {
    let asked = super::read(
        &json!({"model": "m", "input": "x", "store": true, "temperature": 0.5,
        "instructions": "be kind", "metadata": {"a": "b"}, "tools": [{"type": "function", "name": "f"}]}),
    );
    let reply = Reply {
        echo: crate::openai_responses::echo(&asked),
        ..reply()
    };

    let events = answer_to(&reply, &[&text("a")], Stop::End);

    for event in [&events[0], &events[1], events.last().unwrap()] {
        let response = &event["response"];
        assert_eq!(response["store"], false);
        assert_eq!(response["temperature"].to_string(), "0.5");
        assert_eq!(response["instructions"], "be kind");
        assert_eq!(response["metadata"], json!({"a": "b"}));
        assert_eq!(response["tools"][0]["name"], "f");
        assert_eq!(response["parallel_tool_calls"], true);
    }
}

#[test]
fn keeping_alive_is_an_event_that_counts() {
    let steps = [
        Event::Alive,
        Event::Start(Start::default()),
        Event::Alive,
        Event::Stop(Stop::End),
        Event::End,
    ];
    let events = events(&reply(), &steps);
    check(&events);
    assert_eq!(
        kinds(&events),
        ["created", "in_progress", "in_progress", "completed"]
    );
}

#[test]
fn what_a_provider_wants_back_is_wrapped_unless_it_is_this_protocols_own() {
    let events = answer(&[&thought()], Stop::End);
    let text = events.last().unwrap()["response"]["output"][0]["encrypted_content"].clone();
    assert_eq!(Carrier::unwrapped(text.as_str().unwrap()), Some(carrier()));

    let own = Carrier::genuine(Opaque::Encrypted("gAAAA".into()));
    let events = answer(
        &[&[Event::Open(Opening::Reasoning), Event::CloseWith(own)]],
        Stop::End,
    );
    let item = &events.last().unwrap()["response"]["output"][0];
    assert_eq!(item["encrypted_content"], "gAAAA");
    assert_eq!(item["summary"], json!([]));
}

#[test]
fn texts_that_follow_each_other_are_one_message_with_their_pages() {
    let cited = [
        Event::Open(Opening::Text),
        Event::Text("né".into()),
        Event::Citation(Citation {
            url: "https://x.test".into(),
            title: "X".into(),
            quote: None,
            span: None,
        }),
        Event::Close,
    ];
    let refusal = [
        Event::Open(Opening::Refusal),
        Event::Text("no".into()),
        Event::Close,
    ];

    let events = answer(&[&text("a"), &cited, &refusal], Stop::Refusal(None));

    let output = events.last().unwrap()["response"]["output"]
        .as_array()
        .unwrap();
    assert_eq!(output.len(), 1);
    assert_eq!(
        output[0]["content"][1]["annotations"],
        json!([{"type": "url_citation", "start_index": 0, "end_index": 2, "url": "https://x.test", "title": "X"}])
    );
    assert_eq!(
        output[0]["content"][2],
        json!({"type": "refusal", "refusal": "no"})
    );
    let indexes: Vec<u64> = events
        .iter()
        .filter(|event| event["type"] == "response.content_part.added")
        .filter_map(|event| event["content_index"].as_u64())
        .collect();
    assert_eq!(indexes, [0, 1, 2]);
}

#[test]
fn searches_of_another_protocol_become_searches_here() {
    let block = |value: Value| {
        Event::Whole(Part::new(Kind::Foreign(Foreign {
            origin: Protocol::Anthropic,
            value,
            gist: None,
        })))
    };
    let asked = block(
        json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}}),
    );
    let found = block(
        json!({"type": "web_search_tool_result", "tool_use_id": "s", "content":
        [{"type": "web_search_result", "url": "https://x.test", "title": "X"}]}),
    );

    let events = answer(&[&[asked, found], &text("a")], Stop::End);

    assert_eq!(
        kinds(&events)[2..7],
        [
            "output_item.added",
            "web_search_call.in_progress",
            "web_search_call.searching",
            "web_search_call.completed",
            "output_item.done"
        ]
    );
    let item = &events.last().unwrap()["response"]["output"][0];
    assert_eq!(item["action"]["query"], "q");
    assert_eq!(
        item["action"]["sources"],
        json!([{"type": "url", "url": "https://x.test"}])
    );
}

#[test]
fn images_that_a_model_made_are_items() {
    let image = Event::Whole(Part::new(Kind::Image(Media {
        source: Source::Inline {
            mime: "image/png".into(),
            data: "aGk=".into(),
        },
        detail: None,
    })));
    let events = answer(&[&[image]], Stop::End);
    let item = &events.last().unwrap()["response"]["output"][0];
    assert_eq!(
        (&item["type"], &item["result"]),
        (&json!("image_generation_call"), &json!("aGk="))
    );
}

#[test]
fn ids_are_made_of_the_answers_own() {
    let events = answer(&[&thought(), &text("a")], Stop::End);
    let response = &events.last().unwrap()["response"];
    assert_eq!(response["id"], "resp_x");
    assert_eq!(response["output"][0]["id"], "rs_x_0");
    assert_eq!(response["output"][1]["id"], "msg_x_1");
    assert_eq!(
        (&response["model"], &response["created_at"]),
        (&json!("alias"), &json!(7))
    );
}

#[test]
fn texts_without_words_leave_no_trace() {
    let empty = [Event::Open(Opening::Text), Event::Close];
    let events = answer(&[&empty, &text(""), &thought(), &empty], Stop::End);
    let output = events.last().unwrap()["response"]["output"]
        .as_array()
        .unwrap();
    assert_eq!(output.len(), 1);
}

//! The steps of each item.

use serde_json::{Value, json};

use super::super::kinds;
use super::{answer, call, carrier, text, thought};
use crate::Protocol;
use crate::carrier::{Carrier, Opaque};
use crate::event::{Event, Opening};
use crate::part::{CallForm, Citation, Foreign, Kind, Media, Part, Source};
use crate::response::Stop;

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
fn texts_without_words_leave_no_trace() {
    let empty = [Event::Open(Opening::Text), Event::Close];
    let events = answer(&[&empty, &text(""), &thought(), &empty], Stop::End);
    let output = events.last().unwrap()["response"]["output"]
        .as_array()
        .unwrap();
    assert_eq!(output.len(), 1);
}

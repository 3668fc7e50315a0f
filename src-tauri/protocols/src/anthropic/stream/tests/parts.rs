//! What a client is told in blocks.

use serde_json::{Value, json};

use super::client::*;
use crate::Protocol::OpenAi;
use crate::carrier::{Carrier, Opaque};
use crate::event::{Event, Opening};
use crate::part::{Citation, Foreign, Kind, Media, Part, Reasoning, Source};
use crate::response::Stop;

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
fn p098_thoughts_alone_are_an_answer() {
    let thought = [
        Event::Open(Opening::Reasoning),
        Event::Reasoning("t".into()),
        Event::Close,
    ];
    let message = told(thought.to_vec());
    assert_eq!(message["content"].as_array().unwrap().len(), 1);
    assert_eq!(message["stop_reason"], "end_turn");
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

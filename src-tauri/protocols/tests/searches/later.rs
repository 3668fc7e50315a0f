//! The turns behind a search: the client brings the blocks back.

use keyway_protocols::Protocol::{Anthropic, OpenAi};
use keyway_protocols::carrier::Carrier;
use keyway_protocols::cross::{SearchFailure, Searched, Target, Wanted, cleaned};
use keyway_protocols::quirks::Quirks;
use serde_json::{Value, json};

use super::kit::{Said, ask, driven, pages, parsed, sub_request};

/// The conversation as the client knows it after a search.
fn next_turn(search: impl Fn(&Wanted) -> Searched) -> Value {
    let crossed = ask(&sub_request(true), OpenAi);
    let rounds = [Said::search("a", "rust 2027"), Said::text("It is out.")];
    let content = driven(&crossed, OpenAi, &rounds, search).blocks();
    let mut body = sub_request(true);
    body.as_object_mut()
        .expect("an object")
        .remove("tool_choice");
    let messages = body["messages"].as_array_mut().expect("a list");
    messages.push(json!({"role": "assistant", "content": content}));
    messages.push(json!({"role": "user", "content": "When exactly?"}));
    body
}

#[test]
fn another_protocol_gets_the_pages_as_text() {
    let body = parsed(&ask(&next_turn(pages), OpenAi).body);

    let said = body["messages"].to_string();
    assert!(said.contains("About rust 2027: https://example.com/rust-2027"));
    assert!(said.contains("All there is to know of rust 2027."));
    assert!(!said.contains("kw1_"), "{said}");
}

#[test]
fn anthropic_gets_no_block_that_it_has_not_made() {
    let failed = |_: &Wanted| Searched::Failed(SearchFailure::Unavailable);
    let nothing = |_: &Wanted| Searched::Pages(Vec::new());
    for body in [next_turn(pages), next_turn(failed), next_turn(nothing)] {
        let text = body.to_string();
        assert!(Carrier::is_in(text.as_bytes()), "the gateway looks at it");
        let quirks = Quirks::book(Anthropic);
        let target = Target {
            protocol: Anthropic,
            model: "model",
            provider: "other",
            quirks: &quirks,
        };

        let (clean, _) = cleaned(Anthropic, text.as_bytes(), &target)
            .unwrap()
            .expect("something has to go");

        let clean = parsed(&clean);
        let content = clean["messages"][1]["content"].as_array().unwrap();
        assert!(
            content.iter().all(|block| block["type"] == "text"),
            "{content:?}"
        );
        assert!(!clean.to_string().contains("kw1"), "{clean}");
        assert_eq!(clean["tools"], body["tools"]);
        assert_eq!(clean["messages"][2], body["messages"][2]);
    }
}

#[test]
fn anthropics_own_searches_stay_as_they_are() {
    let mut body = sub_request(true);
    let messages = body["messages"].as_array_mut().unwrap();
    messages.push(json!({"role": "assistant", "content": [
        {"type": "server_tool_use", "id": "srvtoolu_01", "name": "web_search", "input": {"query": "x"}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_01", "content": [
            {"type": "web_search_result", "url": "https://a", "title": "A", "encrypted_content": "Eqgf", "page_age": null}]},
    ]}));
    messages.push(json!({"role": "user", "content": "And?"}));

    let sent = parsed(&ask(&body, Anthropic).body);

    assert_eq!(sent["messages"], body["messages"]);
}

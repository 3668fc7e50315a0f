//! The turn behind a search: the client brings the blocks back, perhaps to another provider.

use keyway_tests::Protocol;
use serde_json::{Value, json};

use super::searching;
use super::stage::{Stage, message, sub_request, via};

/// The conversation behind a search, for another target.
async fn next_turn(stage: &Stage, target: Protocol) -> Value {
    let reply = stage.ask(sub_request(Protocol::OpenAi, true)).await;
    let said = message(&reply)["content"].clone();
    let mut body = sub_request(target, false);
    body["tool_choice"] = json!({"type": "auto"});
    let messages = body["messages"].as_array_mut().expect("a list");
    messages.push(json!({"role": "assistant", "content": said}));
    messages.push(json!({"role": "user", "content": "When exactly?"}));
    body["model"] = via(target).into();
    body
}

#[tokio::test]
async fn another_protocol_reads_the_pages_as_text() {
    let stage = Stage::with(searching()).await;
    let body = next_turn(&stage, Protocol::OpenAi).await;

    let reply = stage.ask(body).await;

    message(&reply);
    let asked = stage.asked();
    let said = asked[2]["messages"].to_string();
    assert!(
        said.contains("Rust 2027: https://example.com/rust"),
        "{said}"
    );
    assert!(said.contains("It came in May."), "{said}");
    assert!(!said.contains("kw1"), "{said}");
}

#[tokio::test]
async fn anthropic_itself_gets_no_block_that_it_has_not_made() {
    let stage = Stage::with(searching()).await;
    let place = Protocol::ALL
        .iter()
        .position(|one| *one == Protocol::Anthropic);
    let path = format!(
        "/admin/llm/providers/p{}?group_id=default",
        place.unwrap() + 1
    );
    let searches = json!({"quirks": {"web_search": true}});
    stage.keyway.admin().patch(&path, searches).await;
    let body = next_turn(&stage, Protocol::Anthropic).await;
    let tools = body["tools"].clone();

    stage.ask(body).await;

    let asked = stage.model.last().json();
    assert_eq!(asked["tools"], tools, "it searches by itself");
    assert!(!asked.to_string().contains("kw1"), "{asked}");
    let content = asked["messages"][1]["content"].as_array().unwrap();
    assert!(
        content.iter().all(|block| block["type"] == "text"),
        "{asked}"
    );
    assert!(asked.to_string().contains("It came in May."));
}

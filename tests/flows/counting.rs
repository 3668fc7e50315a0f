//! Counting tokens: by the upstream where it counts, else by a tokenizer.

use keyway_tests::{Answer, Protocol, ScriptedUpstream, TestKeyway, eventually};
use serde_json::json;

const COUNT: &str = "/v1/messages/count_tokens?beta=true";

async fn stage() -> (ScriptedUpstream, TestKeyway) {
    let upstream = ScriptedUpstream::greeting();
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
    (upstream, keyway)
}

fn question() -> String {
    let text = "The quick brown fox jumps over the lazy dog. ".repeat(100);
    json!({"model": "m", "messages": [{"role": "user", "content": text}]}).to_string()
}

#[tokio::test]
async fn the_upstreams_own_count_is_passed_on() {
    let (upstream, keyway) = stage().await;
    upstream.counting(4321);

    let anthropic = keyway.anthropic().post(COUNT, question()).await;
    let gemini = keyway
        .gemini()
        .post("/v1beta/models/m:countTokens", r#"{"contents":[]}"#)
        .await;

    assert_eq!(anthropic.json()["input_tokens"], 4321);
    assert_eq!(gemini.json()["totalTokens"], 4321);
    let received = upstream.received();
    assert_eq!(received[0].target, COUNT);
    assert_eq!(received[0].model(), "m-upstream");
    assert_eq!(received[1].path(), "/v1beta/models/m-upstream:countTokens");
}

#[tokio::test]
async fn an_upstream_that_cannot_count_is_asked_once() {
    let (upstream, keyway) = stage().await;
    for _ in 0..3 {
        let reply = keyway.anthropic().post(COUNT, question()).await;

        assert_eq!(reply.status, 200, "{}", reply.wire());
        let count = reply.json()["input_tokens"].as_u64().unwrap_or_default();
        assert!(
            (950..1300).contains(&count),
            "{count} tokens for 1,000 words and points"
        );
    }
    assert_eq!(upstream.calls(), 1);
}

#[tokio::test]
async fn an_upstream_that_fails_is_asked_again_next_time() {
    let (upstream, keyway) = stage().await;
    upstream.at_path("/v1/messages/count_tokens", Answer::status(500));
    for _ in 0..2 {
        let reply = keyway.anthropic().post(COUNT, question()).await;
        assert_eq!(reply.status, 200, "{}", reply.wire());
    }
    assert_eq!(upstream.calls(), 2);
}

#[tokio::test]
async fn an_edited_provider_gets_another_chance() {
    let (upstream, keyway) = stage().await;
    keyway.anthropic().post(COUNT, question()).await;
    upstream.counting(7);
    let path = "/admin/llm/providers/p1?group_id=default";
    keyway
        .admin()
        .patch(path, json!({"note": "now it counts"}))
        .await;

    let reply = keyway.anthropic().post(COUNT, question()).await;

    assert_eq!(reply.json()["input_tokens"], 7);
}

#[tokio::test]
async fn counts_have_the_shape_of_the_protocol() {
    let (_upstream, keyway) = stage().await;
    let responses = keyway
        .responses()
        .post(
            "/v1/responses/input_tokens",
            r#"{"model":"m","input":"Hello there"}"#,
        )
        .await;
    let gemini = keyway
        .gemini()
        .post(
            "/v1beta/models/m:countTokens",
            r#"{"contents":[{"parts":[{"text":"Hello there"}]}]}"#,
        )
        .await;

    assert_eq!(responses.json()["object"], "response.input_tokens");
    assert!(responses.json()["input_tokens"].as_u64() > Some(1));
    assert!(gemini.json()["totalTokens"].as_u64() > Some(1));
}

#[tokio::test]
async fn counting_costs_nothing_and_fills_no_log() {
    let (upstream, keyway) = stage().await;
    upstream.counting(5);
    let key = keyway.key_with("default", json!({"max_requests": 1})).await;
    let caller = keyway.caller_with(Protocol::Anthropic, &key);
    for _ in 0..3 {
        assert_eq!(caller.post(COUNT, question()).await.status, 200);
    }

    assert_eq!(caller.say("m", "hi").await.status, 200);

    eventually!(!keyway.logs().await.is_empty());
    assert_eq!(keyway.logs().await.len(), 1);
}

#[tokio::test]
async fn an_unknown_model_cannot_be_counted() {
    let (_upstream, keyway) = stage().await;

    let reply = keyway
        .anthropic()
        .post(COUNT, r#"{"model":"x","messages":[]}"#)
        .await;

    assert_eq!(reply.status, 404, "{}", reply.wire());
    assert_eq!(reply.json()["error"]["type"], "not_found_error");
}

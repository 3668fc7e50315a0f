//! What clients send, and what of it reaches the provider.

use bytes::Bytes;
use keyway_tests::{Protocol, ScriptedUpstream, TestKeyway, Wire, sample, wire};
use serde_json::json;

use super::{same, via};

const MB: usize = 1 << 20;

/// A question of about this many bytes.
fn question(size: usize) -> Bytes {
    let text = "x".repeat(size);
    sample::ask(Protocol::Anthropic, "m", &text)
        .to_string()
        .into()
}

/// Asks over a connection of plain bytes, with these headers besides the usual.
async fn ask(keyway: &TestKeyway, headers: &[(&str, &str)]) -> u16 {
    let mut client = Wire::to(keyway.address()).await;
    let mut all = vec![
        ("x-api-key", keyway.key()),
        ("content-type", "application/json"),
    ];
    all.extend(headers);
    client.ask("POST /v1/messages", &all, &question(2)).await;
    client.reply().await.status
}

#[tokio::test]
async fn p001_a_query_goes_along_and_makes_no_other_path() {
    let upstream = ScriptedUpstream::greeting();
    for (keyway, target) in [
        (same(&upstream).await, "/v1/messages?beta=true"),
        (
            via(Protocol::OpenAi, &upstream).await,
            "/v1/chat/completions",
        ),
    ] {
        let reply = keyway
            .anthropic()
            .post("/v1/messages?beta=true", question(2))
            .await;

        assert_eq!(reply.status, 200, "{target}: {}", reply.wire());
        assert_eq!(upstream.last().target, target);
    }
}

#[tokio::test]
async fn p006_headers_of_one_connection_stay_on_it() {
    let upstream = ScriptedUpstream::greeting();
    for keyway in [
        same(&upstream).await,
        via(Protocol::OpenAi, &upstream).await,
    ] {
        let status = ask(
            &keyway,
            &[
                ("connection", "keep-alive, X-Foo"),
                ("x-foo", "1"),
                ("keep-alive", "timeout=5"),
                ("te", "trailers"),
            ],
        )
        .await;

        assert_eq!(status, 200);
        let received = upstream.last();
        for name in ["x-foo", "connection", "keep-alive", "te"] {
            assert_eq!(received.header(name), None, "{name}");
        }
        let length = received.body.len().to_string();
        assert_eq!(received.header("content-length"), Some(length));
        let host = upstream.address().to_string();
        assert_eq!(received.header("host"), Some(host));
    }
}

#[tokio::test]
async fn p011_33_mb_are_said_in_another_protocol() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = via(Protocol::OpenAi, &upstream).await;

    let reply = keyway
        .anthropic()
        .post("/v1/messages", question(33 * MB))
        .await;

    assert_eq!(reply.status, 200, "{}", reply.wire());
    let received = upstream.last();
    assert_eq!(received.path(), "/v1/chat/completions");
    assert!(received.body.len() > 33 * MB);
}

#[tokio::test]
async fn p021_whoever_asks_before_sending_is_told_to_go_on_and_nobody_else_is_asked() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = same(&upstream).await;
    let body = question(2 * MB);
    let headers = [
        ("x-api-key", keyway.key()),
        ("content-type", "application/json"),
        ("expect", "100-continue"),
    ];
    let mut client = Wire::to(keyway.address()).await;
    client
        .send(wire::head("POST /v1/messages", &headers, body.len()))
        .await;
    assert_eq!(client.reply_head().await.0, 100);
    client.send(&body).await;

    assert_eq!(client.reply().await.status, 200);
    assert_eq!(upstream.last().header("expect"), None);
}

#[tokio::test]
async fn p023_the_body_says_whether_events_are_wanted() {
    let upstream = ScriptedUpstream::greeting();
    for keyway in [
        same(&upstream).await,
        via(Protocol::OpenAi, &upstream).await,
    ] {
        let caller = keyway.anthropic().with_header("accept", "application/json");

        let streamed = caller.stream("m", "hi").await;
        let whole = caller
            .with_header("accept", "text/event-stream")
            .say("m", "hi")
            .await;

        let last = streamed.events().pop().expect("there are events");
        assert_eq!(last.event.as_deref(), Some("message_stop"));
        assert_eq!(whole.json()["type"], "message", "{}", whole.wire());
    }
}

#[tokio::test]
async fn p075_a_provider_gets_the_betas_that_its_owner_lists_and_other_protocols_none() {
    let asked = "context-1m-2025-08-07,oauth-2025-04-20";
    let upstream = ScriptedUpstream::greeting();
    let listed = json!({"headers": {"anthropic-beta": "context-1m-2025-08-07"}});
    let cloud = TestKeyway::with_provider("m", &upstream, listed).await;
    let chat = via(Protocol::OpenAi, &upstream).await;
    for (keyway, got) in [(cloud, Some("context-1m-2025-08-07")), (chat, None)] {
        let caller = keyway.anthropic().with_header("anthropic-beta", asked);
        assert_eq!(caller.say("m", "hi").await.status, 200);
        let received = upstream.last().header("anthropic-beta");
        assert_eq!(received.as_deref(), got);
    }
}

#[tokio::test]
async fn p076_betas_that_nobody_knows_yet_go_along() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = via(Protocol::Anthropic, &upstream).await;
    let betas = "oauth-2025-04-20, something-new-2031-01-01";

    let caller = keyway.anthropic().with_header("anthropic-beta", betas);
    caller.say("m", "hi").await;

    let received = upstream.last().header("anthropic-beta");
    assert_eq!(received.as_deref(), Some(betas));
}

#[tokio::test]
async fn p080_the_window_behind_a_models_name_is_no_part_of_it() {
    let upstream = ScriptedUpstream::greeting();
    for keyway in [
        same(&upstream).await,
        via(Protocol::OpenAi, &upstream).await,
    ] {
        let reply = keyway.anthropic().say("m[1m]", "hi").await;

        assert_eq!(reply.status, 200, "{}", reply.wire());
        assert_eq!(upstream.last().model(), "m-upstream");
        assert_eq!(reply.json()["model"], "m[1m]");
    }
}

#[tokio::test]
async fn p289_what_is_not_served_is_told_in_the_callers_shape() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = same(&upstream).await;
    for (path, shape) in [
        ("/v1/messages/batches", "/error/type"),
        ("/v1/responses/r1/cancel", "/error/code"),
        ("/v1beta/models/m:batchEmbedContents", "/error/status"),
    ] {
        let reply = keyway.openai().post(path, "{bad").await;

        assert_eq!(reply.status, 404, "{path}: {}", reply.wire());
        let told = reply.json();
        assert!(
            told.pointer(shape)
                .is_some_and(serde_json::Value::is_string),
            "{told}"
        );
    }
    assert_eq!(upstream.calls(), 0);
}

#[tokio::test]
async fn p307_a_header_in_two_lines_and_any_case_goes_along_whole() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = via(Protocol::Anthropic, &upstream).await;

    let status = ask(
        &keyway,
        &[
            ("Anthropic-Beta", "context-1m-2025-08-07"),
            ("ANTHROPIC-BETA", "files-api-2025-04-14"),
        ],
    )
    .await;

    assert_eq!(status, 200);
    let received = upstream.last().header("anthropic-beta");
    let both = "context-1m-2025-08-07, files-api-2025-04-14";
    assert_eq!(received.as_deref(), Some(both));
}

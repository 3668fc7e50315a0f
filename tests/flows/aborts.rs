//! Clients that hang up, in every phase of a request: the upstream notices at once, the log knows.

use std::time::Duration;

use keyway_tests::{
    Answer, Protocol, ScriptedUpstream, TestKeyway, Wire, eventually, sample, wire, within,
};
use serde_json::{Value, json};

/// So soon an upstream is told.
const AT_ONCE: Duration = Duration::from_secs(1);

struct Stage {
    upstream: ScriptedUpstream,
    keyway: TestKeyway,
}

impl Stage {
    async fn with(answer: Answer) -> Self {
        let upstream = ScriptedUpstream::giving(answer);
        let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
        Self { upstream, keyway }
    }

    /// A client that has asked and waits.
    async fn client(&self, protocol: Protocol, body: &Value) -> Wire {
        let mut client = Wire::to(self.keyway.address()).await;
        let key = format!("Bearer {}", self.keyway.key());
        let headers = [
            ("authorization", key.as_str()),
            ("content-type", "application/json"),
        ];
        let line = format!("POST {}", path(protocol));
        client
            .ask(&line, &headers, body.to_string().as_bytes())
            .await;
        client
    }

    /// Hangs up, waits until the upstream knows, and returns the log entry.
    async fn hang_up(&self, fault: &str, client: Wire) -> Value {
        let before = self.keyway.own_kb();
        drop(client);
        within(
            AT_ONCE,
            "the upstream's being told",
            self.upstream.closed_early(),
        )
        .await;
        let entry = self.keyway.newest_log(1).await;
        let row = format!("all: (gone) | {}", crate::outcome::logged(&entry));
        crate::table::record(fault, &[row], before, self.keyway.own_kb());
        entry
    }
}

fn path(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Anthropic => "/v1/messages",
        Protocol::OpenAi => "/v1/chat/completions",
        Protocol::Responses => "/v1/responses",
        Protocol::Gemini => "/v1beta/models/m:streamGenerateContent?alt=sse",
    }
}

#[tokio::test]
async fn before_the_request_is_whole() {
    let stage = Stage::with(Answer::saying("never asked")).await;
    let mut client = Wire::to(stage.keyway.address()).await;
    let key = format!("Bearer {}", stage.keyway.key());
    let headers = [
        ("authorization", key.as_str()),
        ("content-type", "application/json"),
    ];
    client
        .send(wire::head("POST /v1/messages", &headers, 1000))
        .await;
    client.send(r#"{"model":"m","messages":["#).await;
    drop(client);

    let entry = stage.keyway.newest_log(1).await;

    assert_eq!(entry["status_code"], 499, "{entry}");
    assert_eq!(stage.upstream.calls(), 0);
}

#[tokio::test]
async fn p012_before_the_upstream_answers() {
    for protocol in Protocol::ALL {
        let stage = Stage::with(Answer::silence()).await;
        let body = sample::stream(protocol, "m", "hi");
        let client = stage.client(protocol, &body).await;
        stage.upstream.until_called(1).await;

        let entry = stage.hang_up("client abort before headers", client).await;

        assert_eq!(entry["status_code"], 499, "{entry}");
        assert_eq!(entry["error_code"], "client_left");
        assert_eq!(entry["usage"], Value::Null);
    }
}

#[tokio::test]
async fn p012_inside_an_answer_in_one_piece() {
    let stage = Stage::with(Answer::saying("hello").byte_by_byte().hanging_after(50)).await;
    let body = sample::ask(Protocol::Anthropic, "m", "hi");
    let client = stage.client(Protocol::Anthropic, &body).await;
    stage.upstream.until_called(1).await;

    let entry = stage
        .hang_up("client abort inside a whole answer", client)
        .await;

    assert_eq!(entry["status_code"], 499, "{entry}");
}

#[tokio::test]
async fn behind_the_closing_event_nothing_is_missing() {
    for (protocol, closing) in [
        (Protocol::Anthropic, "\"type\":\"message_stop\"}\n\n"),
        (Protocol::OpenAi, "[DONE]\n\n"),
        (Protocol::Responses, "\"sequence_number\":9}\n\n"),
    ] {
        let stage = Stage::with(Answer::saying("one two").hanging_after(99)).await;
        let body = sample::stream(protocol, "m", "hi");
        let mut client = stage.client(protocol, &body).await;
        assert_eq!(client.reply_head().await.0, 200);
        client.until(closing).await;

        let entry = stage
            .hang_up("client abort behind the closing event", client)
            .await;

        assert_eq!(entry["status_code"], 200, "{protocol}: {entry}");
        assert_eq!(entry["error_code"], Value::Null, "{protocol}: {entry}");
    }
}

#[tokio::test]
async fn p012_inside_a_stream() {
    for protocol in Protocol::ALL {
        let stage = Stage::with(Answer::saying("one two three four").hanging_after(5)).await;
        let body = sample::stream(protocol, "m", "hi");
        let mut client = stage.client(protocol, &body).await;
        assert_eq!(client.reply_head().await.0, 200);
        client.until("one").await;

        let entry = stage.hang_up("client abort inside a stream", client).await;

        assert_eq!(entry["status_code"], 499, "{protocol}: {entry}");
        assert_eq!(entry["error_code"], "client_left");
        // Chat and Responses tell their usage at the end only.
        let told = match protocol {
            Protocol::Anthropic | Protocol::Gemini => json!(25),
            Protocol::OpenAi | Protocol::Responses => Value::Null,
        };
        assert_eq!(entry["usage"]["input"], told, "{protocol}: {entry}");
        assert_eq!(entry["streamed"], true);
    }
}

#[tokio::test]
async fn while_the_client_reads_nothing() {
    let event = format!("data: {{\"x\":\"{}\"}}\n\n", "y".repeat(64 << 10));
    let stage = Stage::with(Answer::streaming(vec![event; 800])).await;
    let body = sample::stream(Protocol::OpenAi, "m", "hi");
    let client = stage.client(Protocol::OpenAi, &body).await;
    eventually!(stage.upstream.bytes_sent() > 1 << 20);

    let entry = stage
        .hang_up("client abort while it reads nothing", client)
        .await;

    assert_eq!(entry["status_code"], 499, "{entry}");
}

#[tokio::test]
async fn an_abandoned_request_frees_its_place() {
    let stage = Stage::with(Answer::silence()).await;
    let key = stage
        .keyway
        .key_with("default", json!({"concurrency_limit": 1}))
        .await;
    let mut client = Wire::to(stage.keyway.address()).await;
    let headers = [
        ("x-api-key", key.text.as_str()),
        ("content-type", "application/json"),
    ];
    let body = sample::ask(Protocol::Anthropic, "m", "hi").to_string();
    client
        .ask("POST /v1/messages", &headers, body.as_bytes())
        .await;
    stage.upstream.until_called(1).await;
    drop(client);
    stage.upstream.closed_early().await;
    stage.upstream.always(Answer::saying("hello"));

    let caller = stage.keyway.caller_with(Protocol::Anthropic, &key);

    eventually!(caller.say("m", "hi").await.status == 200);
}

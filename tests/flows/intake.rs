//! Requests that are too large, broken, slow or many.

use bytes::{Bytes, BytesMut};
use keyway_tests::{
    Launch, Protocol, Reply, ScriptedUpstream, TestKeyway, Wire, eventually, wire, within,
};
use serde_json::json;
use std::time::Duration;

use crate::outcome::{logged, seen};
use crate::table;

const MB: usize = 1 << 20;

async fn stage() -> (ScriptedUpstream, TestKeyway) {
    let upstream = ScriptedUpstream::greeting();
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
    (upstream, keyway)
}

fn path(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Anthropic => "/v1/messages",
        Protocol::OpenAi => "/v1/chat/completions",
        Protocol::Responses => "/v1/responses",
        Protocol::Gemini => "/v1beta/models/m:generateContent",
    }
}

/// A request body of exactly this size.
fn body(size: usize) -> Bytes {
    let (begin, end) = (
        br#"{"model":"m","messages":[{"role":"user","content":""#,
        br#""}]}"#,
    );
    let mut body = BytesMut::with_capacity(size);
    body.extend_from_slice(begin);
    body.resize(size - end.len(), b'x');
    body.extend_from_slice(end);
    body.freeze()
}

async fn record(
    fault: &str,
    keyway: &TestKeyway,
    protocol: Protocol,
    reply: &Reply,
    before: u64,
) -> String {
    let entry = keyway.log_of(reply).await;
    let line = format!("{} | {}", seen(protocol, reply), logged(&entry));
    table::record(
        fault,
        &[format!("{protocol}: {line}")],
        before,
        keyway.own_kb(),
    );
    line
}

#[tokio::test]
async fn a_body_of_63_mb_passes() {
    let (upstream, keyway) = stage().await;
    let (before, body) = (keyway.own_kb(), body(63 * MB));

    let reply = keyway.anthropic().post("/v1/messages", body.clone()).await;

    let line = record("63 MB body", &keyway, Protocol::Anthropic, &reply, before).await;
    assert_eq!(line, "200 | 200");
    let received = upstream.last();
    assert_eq!(received.body.len(), body.len() + "-upstream".len());
    assert!(received.body.ends_with(&body[body.len() - MB..]));
    assert_eq!(keyway.log_of(&reply).await["request_bytes"], 63 * MB);
    eventually!(keyway.own_kb() < before + 80_000);
}

#[tokio::test]
async fn p011_a_body_of_65_mb_is_refused_in_the_callers_shape() {
    let (upstream, keyway) = stage().await;
    let before = keyway.own_kb();
    let expected = [
        (Protocol::Anthropic, "413 request_too_large body_too_large"),
        (Protocol::OpenAi, "413 invalid_request_error body_too_large"),
        (
            Protocol::Responses,
            "413 invalid_request_error body_too_large",
        ),
        (Protocol::Gemini, "413 INVALID_ARGUMENT body_too_large"),
    ];
    let body = body(65 * MB);
    for (protocol, expected) in expected {
        let reply = keyway
            .caller(protocol)
            .post(path(protocol), body.clone())
            .await;

        let fault = format!("65 MB body {protocol}");
        let line = record(&fault, &keyway, protocol, &reply, before).await;
        assert_eq!(line, format!("{expected} | 413 body_too_large"));
    }
    assert_eq!(upstream.calls(), 0);
    assert!(keyway.own_kb() < before + 24_000, "nothing of it is kept");
}

#[tokio::test]
async fn a_body_without_a_length_is_cut_at_the_same_size() {
    let (upstream, keyway) = stage().await;
    let mut client = Wire::to(keyway.address()).await;
    let key = keyway.key();
    let head = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    client.send(head).await;
    client.send(format!("{:x}\r\n", 65 * MB)).await;
    client.send(body(65 * MB)).await;
    client.send("\r\n0\r\n\r\n").await;

    let reply = client.reply().await;

    assert_eq!(
        seen(Protocol::Anthropic, &reply),
        "413 request_too_large body_too_large"
    );
    assert_eq!(upstream.calls(), 0);
}

#[tokio::test]
async fn p289_broken_bodies_are_explained() {
    let (upstream, keyway) = stage().await;
    let bodies = [
        (
            r#"{"model":"m","model":"n","messages":[]}"#,
            "model_duplicate",
        ),
        (r#"{"model":"m","a":1,"mod\u0065l":"n"}"#, "model_duplicate"),
        ("", "body_empty"),
        ("hello", "body_not_an_object"),
        ("[1]", "body_not_an_object"),
        (r#"{"model":"m","messages":["#, "body_truncated"),
        (r#"{"model":"m"} {}"#, "body_trailing_bytes"),
        (r#"{"model":7}"#, "model_not_a_string"),
        (r#"{"messages":[]}"#, "missing_model"),
        (r#"{"model":" "}"#, "missing_model"),
    ];
    for (body, code) in bodies {
        for protocol in [Protocol::Anthropic, Protocol::OpenAi, Protocol::Responses] {
            let reply = keyway.caller(protocol).post(path(protocol), body).await;

            let expected = format!("400 invalid_request_error {code}");
            assert_eq!(seen(protocol, &reply), expected, "{protocol} {body}");
            assert_eq!(logged(&keyway.log_of(&reply).await), format!("400 {code}"));
        }
    }
    let reply = keyway.gemini().post(path(Protocol::Gemini), "hello").await;
    assert_eq!(
        seen(Protocol::Gemini, &reply),
        "400 INVALID_ARGUMENT body_not_an_object"
    );
    assert_eq!(upstream.calls(), 0);
}

#[tokio::test]
async fn only_json_is_read_where_json_is_due() {
    let (upstream, keyway) = stage().await;
    let body = r#"{"model":"m","messages":[],"contents":[]}"#;
    for kind in [
        "text/plain",
        "text/plain;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        for protocol in Protocol::ALL {
            let caller = keyway.caller(protocol).with_header("content-type", kind);
            let reply = caller.post(path(protocol), body).await;
            assert_eq!(reply.status, 415, "{protocol} {kind}: {}", reply.wire());
            assert_eq!(logged(&keyway.log_of(&reply).await), "415 not_json");
        }
    }
    assert_eq!(upstream.calls(), 0);
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/vnd.x+json",
    ] {
        let caller = keyway.openai().with_header("content-type", kind);
        assert_eq!(
            caller.post(path(Protocol::OpenAi), body).await.status,
            200,
            "{kind}"
        );
    }
    let silent = keyway.openai().without_header("content-type");
    assert_eq!(silent.post(path(Protocol::OpenAi), body).await.status, 200);
}

#[tokio::test]
async fn a_thousand_idle_connections_are_no_burden() {
    const COUNT: u64 = 1000;
    let (_upstream, keyway) = stage().await;
    assert_eq!(keyway.openai().say("m", "hi").await.status, 200);
    let before = keyway.own_kb();
    let mut idle = Vec::new();
    for number in 0..COUNT {
        let mut client = Wire::to(keyway.address()).await;
        // Half of them have begun a request.
        if number % 2 == 0 {
            client.send("POST /v1/messages HTTP/1.1\r\n").await;
        }
        idle.push(client);
    }

    let reply = within(
        Duration::from_secs(5),
        "an answer",
        keyway.anthropic().stream("m", "hi"),
    )
    .await;

    assert_eq!(reply.status, 200, "{}", reply.wire());
    let after = keyway.own_kb();
    let each = after.saturating_sub(before) / COUNT;
    let line = format!("all: {COUNT} idle, others are served | 200, {each} KB each");
    table::record("1,000 idle connections", &[line], before, after);
    assert!(each < 40, "{each} KB for each idle connection");
    drop(idle);
    assert_eq!(keyway.openai().say("m", "hi").await.status, 200);
}

/// The one slow test: the limit is 15 s of real time, and a client is cut off however often it sends.
#[tokio::test]
async fn a_request_head_that_trickles_is_cut_off() {
    let keyway = Launch::new()
        .with_env("KEYWAY_HEAD_SECONDS", "1")
        .start()
        .await;
    let before = keyway.own_kb();
    let mut client = Wire::to(keyway.address()).await;
    let began = tokio::time::Instant::now();
    client
        .send("POST /v1/messages HTTP/1.1\r\nhost: localhost\r\n")
        .await;
    let mut trickle = tokio::time::interval(Duration::from_millis(50));
    while client.try_send("x-a: b\r\n").await.is_ok() {
        trickle.tick().await;
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "it is never cut off"
        );
    }

    let took = began.elapsed();

    assert!(took > Duration::from_millis(900), "cut off after {took:?}");
    let line = "all: cut off after KEYWAY_HEAD_SECONDS (90 unless told) | (no request came about)"
        .to_owned();
    table::record("request head trickles", &[line], before, keyway.own_kb());
}

#[tokio::test]
async fn an_unfinished_body_holds_up_nobody_else() {
    let (upstream, keyway) = stage().await;
    let headers = [
        ("x-api-key", keyway.key()),
        ("content-type", "application/json"),
    ];
    let (begin, end) = (r#"{"model":"m","#, r#""messages":[],"max_tokens":1}"#);
    let mut slow = Wire::to(keyway.address()).await;
    let length = begin.len() + end.len();
    slow.send(wire::head("POST /v1/messages", &headers, length))
        .await;
    slow.send(begin).await;

    assert_eq!(keyway.anthropic().say("m", "hi").await.status, 200);

    slow.send(end).await;
    assert_eq!(slow.reply().await.status, 200);
    assert_eq!(upstream.calls(), 2);
}

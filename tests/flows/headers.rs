//! What goes along beside the body, there and back; keys never do.

use keyway_tests::{Answer, Caller, Protocol, ScriptedUpstream, TestKeyway};
use serde_json::json;

#[tokio::test]
async fn headers_that_matter_go_along_and_the_key_never_does() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
    let passed = [
        (
            "anthropic-beta",
            "context-1m-2025-08-07,files-api-2025-04-14",
        ),
        ("anthropic-version", "2026-10-21"),
        ("openai-beta", "assistants=v2"),
        ("openai-organization", "org-1"),
        ("openai-project", "proj-1"),
        ("idempotency-key", "once"),
        (
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ),
        ("x-stainless-retry-count", "1"),
        ("x-client-request-id", "7"),
        ("x-goog-api-client", "genai/1"),
        ("user-agent", "agent/1.0"),
    ];
    for protocol in Protocol::ALL {
        let caller = passed
            .iter()
            .fold(keyway.caller(protocol), |caller, (name, value)| {
                caller.with_header(name, value)
            });
        let caller = caller
            .with_header("cookie", "keyway_admin_session=1")
            .with_header("x-forwarded-for", "10.0.0.1")
            .with_header("x-hop", "1")
            .with_header("connection", "keep-alive, x-hop");

        assert_eq!(caller.say("m", "hi").await.status, 200);

        let received = upstream.last();
        for (name, value) in passed {
            assert_eq!(
                received.header(name).as_deref(),
                Some(value),
                "{protocol}: {name}"
            );
        }
        for name in ["cookie", "x-forwarded-for", "x-hop"] {
            assert_eq!(received.header(name), None, "{protocol}: {name}");
        }
        assert!(!format!("{received:?}").contains(keyway.key()));
    }
}

#[tokio::test]
async fn p004_p005_the_key_is_taken_wherever_it_stands_and_goes_nowhere() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
    let key = keyway.key();
    let bearer = format!("Bearer {key}");
    let places = [
        ("authorization", bearer.as_str()),
        ("authorization", key),
        ("x-api-key", key),
        ("x-goog-api-key", key),
        ("api-key", key),
    ];
    let body = r#"{"model":"m","contents":[],"messages":[],"max_tokens":1}"#;
    for (header, value) in places {
        let caller = Caller::new(keyway.address(), Protocol::OpenAi).with_header(header, value);
        for path in [
            "/v1/messages",
            "/v1/chat/completions",
            "/v1beta/models/m:generateContent",
        ] {
            assert_eq!(caller.post(path, body).await.status, 200, "{header} {path}");
            let received = upstream.last();
            assert_eq!(received.key().as_deref(), Some("upstream-key"), "{path}");
        }
    }
    let caller = Caller::new(keyway.address(), Protocol::Gemini);
    let path = format!("/v1beta/models/m:streamGenerateContent?key={key}&alt=sse");
    assert_eq!(caller.post(&path, body).await.status, 200);
    assert_eq!(upstream.last().query(), Some("alt=sse"));
    assert!(!format!("{:?}", upstream.received()).contains(key));
    assert!(!keyway.output().contains(key));
}

#[tokio::test]
async fn p022_what_the_upstream_says_beside_the_body_comes_back() {
    let answer = Answer::saying("hello")
        .header("anthropic-ratelimit-tokens-remaining", "9")
        .header("x-ratelimit-remaining-requests", "8")
        .header("openai-processing-ms", "7")
        .header("retry-after", "6")
        .header("set-cookie", "tracking=1")
        .header("x-keyway-request-id", "forged");
    let upstream = ScriptedUpstream::giving(answer);
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
    for protocol in [Protocol::Anthropic, Protocol::OpenAi] {
        for reply in [
            keyway.caller(protocol).say("m", "hi").await,
            keyway.caller(protocol).stream("m", "hi").await,
        ] {
            assert_eq!(
                reply.header("anthropic-ratelimit-tokens-remaining"),
                Some("9")
            );
            assert_eq!(reply.header("x-ratelimit-remaining-requests"), Some("8"));
            assert_eq!(reply.header("openai-processing-ms"), Some("7"));
            assert_eq!(reply.header("retry-after"), Some("6"));
            assert_eq!(reply.header("set-cookie"), None);
            let usual = match protocol {
                Protocol::Anthropic => "request-id",
                Protocol::OpenAi | Protocol::Responses | Protocol::Gemini => "x-request-id",
            };
            assert_eq!(
                reply.header(usual),
                Some("req_scripted"),
                "the upstream's own id"
            );
            let id = reply
                .header("x-keyway-request-id")
                .expect("ours is there, too");
            assert_ne!(id, "forged");
            assert_eq!(keyway.log_of(&reply).await["request_id"], id);
        }
    }
}

#[tokio::test]
async fn a_vendors_own_headers_and_query_are_added() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = TestKeyway::start().await;
    let base = format!(
        "{}?api-version=2026-01-01",
        upstream.base_url(Protocol::OpenAi)
    );
    let fields = json!({"base_url": base, "headers": {"x-tenant": "t1", "user-agent": "ours"}});
    let provider = keyway.provider_of_all(&upstream, fields).await;
    keyway.route("m", &provider, "m-1").await;

    let caller = keyway.openai().with_header("user-agent", "theirs");
    let reply = caller
        .post(
            "/v1/chat/completions?trace=1",
            r#"{"model":"m","messages":[]}"#,
        )
        .await;

    assert_eq!(reply.status, 200, "{}", reply.wire());
    let received = upstream.last();
    assert_eq!(received.query(), Some("api-version=2026-01-01&trace=1"));
    assert_eq!(received.header("x-tenant").as_deref(), Some("t1"));
    assert_eq!(received.header("user-agent").as_deref(), Some("ours"));
}

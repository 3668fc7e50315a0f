use super::*;

fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect()
}

#[test]
fn what_the_upstream_needs_goes_along_and_credentials_do_not() {
    let client = map(&[
        ("authorization", "Bearer db_sk_x"),
        ("x-api-key", "db_sk_x"),
        ("x-admin-token", "secret"),
        ("cookie", "keyway_admin_session=x"),
        ("anthropic-beta", "context-1m-2025-08-07"),
        ("anthropic-version", "2023-06-01"),
        ("idempotency-key", "7"),
        ("traceparent", "00-1-1-01"),
        ("x-something-new", "kept"),
        ("connection", "keep-alive, x-hop"),
        ("x-hop", "1"),
        ("sec-fetch-mode", "cors"),
        ("accept-encoding", "gzip, br"),
    ]);
    let sent = forwarded(&client, "api.anthropic.com");
    let mut names: Vec<_> = sent.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept-encoding",
            "anthropic-beta",
            "anthropic-version",
            "idempotency-key",
            "traceparent",
            "x-keyway-hops",
            "x-something-new"
        ]
    );
    assert_eq!(sent[header::ACCEPT_ENCODING], "identity");
}

#[test]
fn a_provider_of_another_protocol_gets_no_header_that_was_not_meant_for_it() {
    let client = map(&[
        ("anthropic-beta", "context-1m-2025-08-07"),
        ("anthropic-version", "2023-06-01"),
        ("x-stainless-lang", "js"),
        ("x-claude-code-session-id", "s"),
        ("x-codex-window-id", "w"),
        ("x-goog-api-client", "genai"),
        ("openai-organization", "o"),
        ("x-auth-token", "secret"),
        ("cf-access-jwt-assertion", "secret"),
        ("x-amz-security-token", "secret"),
        ("x-user-email", "someone@example.com"),
        ("http-referer", "https://intranet.example.com"),
        ("x-title", "an app"),
        ("x-session-affinity", "s"),
        ("x-something-new", "anything"),
        ("accept", "*/*"),
        ("accept-language", "de"),
        ("content-type", "application/json; charset=utf-8"),
        ("idempotency-key", "7"),
        ("traceparent", "00-1-1-01"),
        ("tracestate", "a=1"),
        ("user-agent", "agent/1"),
    ]);
    let sent = forwarded_across(&client, "api.deepseek.com", true);
    let mut names: Vec<_> = sent.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    let kept = [
        "accept",
        "accept-encoding",
        "content-type",
        "idempotency-key",
        "traceparent",
        "tracestate",
        "user-agent",
        "x-keyway-hops",
    ];
    assert_eq!(names, kept);
    assert_eq!(sent[header::ACCEPT], "text/event-stream");
    assert_eq!(sent[header::ACCEPT_ENCODING], "identity");
    assert_eq!(sent[header::CONTENT_TYPE], "application/json");
}

#[test]
fn p292_limits_of_another_vendor_do_not_come_back_but_when_to_come_again_does() {
    let upstream = map(&[
        ("retry-after-ms", "1200"),
        ("x-ratelimit-reset-tokens", "6m0s"),
        ("x-request-id", "req_1"),
        ("openai-version", "2020-10-01"),
    ]);
    let now = jiff::Timestamp::UNIX_EPOCH;
    let back = returned_across(&upstream, Protocol::Anthropic, now);
    assert_eq!(back.len(), 2, "{back:?}");
    assert_eq!(back[header::RETRY_AFTER], "2");
    assert_eq!(back["request-id"], "req_1");
}

#[test]
fn workspace_paths_go_to_openai_only() {
    let client = map(&[("x-codex-turn-metadata", "{}")]);
    assert!(forwarded(&client, "api.openai.com").contains_key("x-codex-turn-metadata"));
    assert!(!forwarded(&client, "api.deepseek.com").contains_key("x-codex-turn-metadata"));
    assert!(!forwarded(&client, "notopenai.com").contains_key("x-codex-turn-metadata"));
}

#[test]
fn a_request_that_goes_round_is_recognised() {
    let mut headers = HeaderMap::new();
    for _ in 0..MOST_HOPS {
        assert!(!is_loop(&headers));
        headers = forwarded(&headers, "127.0.0.1");
    }
    assert!(is_loop(&headers));
}

#[test]
fn rate_limit_headers_come_back_and_cookies_do_not() {
    let upstream = map(&[
        ("retry-after", "3"),
        ("anthropic-ratelimit-tokens-remaining", "9"),
        ("x-ratelimit-reset-tokens", "6m0s"),
        ("set-cookie", "a=b"),
        ("transfer-encoding", "chunked"),
    ]);
    let back = returned(upstream);
    assert_eq!(back.len(), 3);
    assert_eq!(back[header::RETRY_AFTER], "3");
}

#[test]
fn p283_limits_that_are_used_up_say_when_to_come_back() {
    let upstream = map(&[
        ("x-ratelimit-remaining-requests", "0"),
        ("x-ratelimit-reset-requests", "1m30s"),
    ]);
    let now = "2026-11-20T10:00:00Z".parse().unwrap();
    let back = |client| returned_across(&upstream, client, now);
    assert_eq!(back(Protocol::Anthropic)[header::RETRY_AFTER], "90");
    assert_eq!(
        back(Protocol::OpenAi)[header::RETRY_AFTER],
        "60",
        "its SDKs obey no longer wait"
    );
}

#[test]
fn p030_agents_name_their_conversation() {
    let codex = map(&[("session-id", "s-1")]);
    let claude = map(&[("x-claude-code-session-id", "s-2"), ("session-id", "")]);
    assert_eq!(session(&codex), Some("s-1"));
    assert_eq!(session(&claude), Some("s-2"));
    assert_eq!(session(&map(&[("session-id", "")])), None);
}

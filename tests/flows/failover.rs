//! Who stands in for a credential or a target that fails, and when nobody may.

use keyway_tests::{Answer, Protocol, Received, ScriptedUpstream, TestKeyway};
use serde_json::{Value, json};

use crate::outcome::{logged, seen};

async fn two(first: &ScriptedUpstream, second: &ScriptedUpstream) -> TestKeyway {
    TestKeyway::with_route("m", Protocol::Anthropic, [first, second]).await
}

async fn add_credential(keyway: &TestKeyway, key: &str, priority: i64) {
    let path = "/admin/llm/providers/p1/credentials?group_id=default";
    let body = json!({"api_key": key, "label": key, "priority": priority});
    keyway.admin().post(path, body).await;
}

#[tokio::test]
async fn the_next_credential_is_used_when_one_is_refused() {
    let upstream = ScriptedUpstream::greeting();
    upstream.wanting_key("good");
    let keyway = TestKeyway::with_route("m", Protocol::Anthropic, [&upstream]).await;
    add_credential(&keyway, "good", 9).await;
    let caller = keyway.anthropic();

    let first = caller.say("m", "hi").await;
    let second = caller.stream("m", "hi").await;

    assert_eq!(first.status, 200, "{}", first.wire());
    assert_eq!(second.status, 200, "{}", second.wire());
    let keys: Vec<_> = upstream
        .received()
        .iter()
        .filter_map(Received::key)
        .collect();
    assert_eq!(
        keys,
        ["upstream-key", "good", "good"],
        "a refused key rests"
    );
    let entry = keyway.log_of(&first).await;
    assert_eq!(logged(&entry), "200, tried: 401, 200");
    assert_eq!(entry["credential"], "good");
    let path = "/admin/llm/providers/p1/credentials?group_id=default";
    let listed = keyway.admin().get(path).await;
    let resting = listed["credentials"].as_array().into_iter().flatten();
    let resting: Vec<_> = resting.filter(|one| one["circuit_open"] == true).collect();
    assert_eq!(resting.len(), 1, "{listed}");
}

#[tokio::test]
async fn a_refused_only_credential_gives_the_upstreams_own_words() {
    let upstream = ScriptedUpstream::greeting();
    upstream.wanting_key("another");
    let keyway = TestKeyway::with_route("m", Protocol::Anthropic, [&upstream]).await;
    for _ in 0..2 {
        let reply = keyway.anthropic().say("m", "hi").await;

        assert_eq!(reply.status, 401);
        assert_eq!(reply.json()["error"]["message"], "scripted status 401");
    }
    assert_eq!(
        upstream.calls(),
        2,
        "a credential without another is asked again"
    );
}

#[tokio::test]
async fn the_second_target_answers_when_the_first_fails() {
    let failures = [
        (Answer::status(500), "500"),
        (Answer::status(503), "503"),
        (Answer::overloaded(), "529"),
        (Answer::rate_limited(1), "429"),
        (Answer::bad_gateway_page(), "502"),
        (Answer::hang_up(), "upstream_unreachable"),
    ];
    for (failure, tried) in failures {
        let (first, second) = (
            ScriptedUpstream::giving(failure),
            ScriptedUpstream::greeting(),
        );
        let keyway = two(&first, &second).await;

        let reply = keyway.anthropic().stream("m", "hi").await;

        let saw = seen(Protocol::Anthropic, &reply);
        assert!(
            saw.starts_with("200,") && saw.ends_with("message_stop"),
            "{tried}: {saw}"
        );
        assert_eq!((first.calls(), second.calls()), (1, 1), "{tried}");
        let entry = keyway.log_of(&reply).await;
        assert_eq!(logged(&entry), format!("200, tried: {tried}, 200"));
        assert_eq!(entry["provider_id"], "p2");
    }
}

#[tokio::test]
async fn the_second_target_answers_when_the_first_cannot_be_reached() {
    let (first, second) = (ScriptedUpstream::refusing(), ScriptedUpstream::greeting());
    let keyway = two(&first, &second).await;

    let reply = keyway.anthropic().say("m", "hi").await;

    assert_eq!(reply.status, 200, "{}", reply.wire());
    let entry = keyway.log_of(&reply).await;
    assert_eq!(logged(&entry), "200, tried: upstream_unreachable, 200");
}

#[tokio::test]
async fn a_request_that_is_wrong_is_wrong_everywhere() {
    for status in [400, 404, 413, 422] {
        let (first, second) = (
            ScriptedUpstream::answering(status),
            ScriptedUpstream::greeting(),
        );
        let keyway = two(&first, &second).await;

        let reply = keyway.anthropic().say("m", "hi").await;

        assert_eq!(reply.status, status);
        let words = format!("scripted status {status}");
        assert_eq!(reply.json()["error"]["message"], words);
        assert_eq!(second.calls(), 0, "{status}");
    }
}

#[tokio::test]
async fn p020_nobody_stands_in_after_the_first_byte() {
    let (first, second) = (ScriptedUpstream::greeting(), ScriptedUpstream::greeting());
    first.always(Answer::saying("one two three").reset_after(3));
    let keyway = two(&first, &second).await;

    let reply = keyway.anthropic().stream("m", "hi").await;

    let saw = seen(Protocol::Anthropic, &reply);
    assert_eq!(saw, "200, 4 events, then api_error upstream_cut");
    assert_eq!(second.calls(), 0);
}

#[tokio::test]
async fn when_all_fail_the_last_word_of_an_upstream_is_passed_on() {
    let first = ScriptedUpstream::giving(Answer::rate_limited(33));
    let second = ScriptedUpstream::refusing();
    let keyway = two(&first, &second).await;

    let reply = keyway.anthropic().say("m", "hi").await;

    assert_eq!(reply.status, 502, "{}", reply.wire());
    let entry = keyway.log_of(&reply).await;
    let tried = "502 upstream_unreachable, tried: 429, upstream_unreachable";
    assert_eq!(logged(&entry), tried);
}

#[tokio::test]
async fn a_failing_target_rests_and_is_asked_no_more() {
    let (first, second) = (
        ScriptedUpstream::answering(500),
        ScriptedUpstream::greeting(),
    );
    let keyway = two(&first, &second).await;
    for _ in 0..8 {
        assert_eq!(keyway.anthropic().say("m", "hi").await.status, 200);
    }
    assert_eq!((first.calls(), second.calls()), (3, 8));

    let reset = "/admin/llm/health/p1/reset?group_id=default";
    keyway.admin().post(reset, json!({})).await;
    assert_eq!(keyway.anthropic().say("m", "hi").await.status, 200);
    assert_eq!(first.calls(), 4, "a reset gives it another chance");
}

#[tokio::test]
async fn all_resting_targets_are_told_with_a_time() {
    let first = ScriptedUpstream::giving(Answer::rate_limited(40));
    let second = ScriptedUpstream::giving(Answer::rate_limited(50));
    let keyway = two(&first, &second).await;
    keyway.anthropic().say("m", "hi").await;

    let reply = keyway.anthropic().say("m", "hi").await;

    assert_eq!(reply.status, 529, "{}", reply.wire());
    let error = &reply.json()["error"];
    assert_eq!(error["details"]["error_code"], "all_resting");
    let wait: u64 = reply
        .header("retry-after")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    assert!((30..=40).contains(&wait), "{wait}");
    assert_eq!((first.calls(), second.calls()), (1, 1));
}

#[tokio::test]
async fn a_direct_route_has_one_target_whatever_else_is_listed() {
    let (first, second) = (
        ScriptedUpstream::answering(500),
        ScriptedUpstream::greeting(),
    );
    let keyway = TestKeyway::start().await;
    let one = keyway.provider(Protocol::Anthropic, &first).await;
    let two = keyway.provider(Protocol::Anthropic, &second).await;
    let route = keyway.route("m", &one, "m-1").await;
    keyway.target(&route, &two, "m-2", 1).await;

    let reply = keyway.anthropic().say("m", "hi").await;

    assert_eq!(reply.status, 500);
    assert_eq!(reply.json()["error"]["message"], "scripted status 500");
    assert_eq!(second.calls(), 0);
}

#[tokio::test]
async fn disabled_targets_and_credentials_are_passed_over() {
    let (first, second) = (ScriptedUpstream::greeting(), ScriptedUpstream::greeting());
    let keyway = two(&first, &second).await;
    let path = "/admin/llm/providers/p1?group_id=default";
    keyway.admin().patch(path, json!({"enabled": false})).await;

    let reply = keyway.anthropic().say("m", "hi").await;

    assert_eq!(reply.status, 200);
    assert_eq!((first.calls(), second.calls()), (0, 1));
    assert_eq!(
        keyway.log_of(&reply).await["attempts"],
        Value::Array(Vec::new())
    );
}

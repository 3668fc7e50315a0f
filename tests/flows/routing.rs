//! Which target answers, and who stands in for one that fails.

use http::Method;
use keyway_tests::{
    Answer, Caller, Gate, NewKey, Protocol, Reply, ScriptedUpstream, TestKeyway, Wire, sample,
};
use serde_json::{Value, json};

use crate::outcome::{logged, message};

async fn stage() -> (ScriptedUpstream, TestKeyway) {
    let upstream = ScriptedUpstream::greeting();
    let keyway = TestKeyway::start().await;
    let provider = keyway.provider_of_all(&upstream, json!({})).await;
    for alias in ["Big", "small", "other"] {
        let model = format!("{}-upstream", alias.to_lowercase());
        keyway.route(alias, &provider, &model).await;
    }
    (upstream, keyway)
}

/// Asks for a model and tells which one the upstream was asked for.
async fn reached(upstream: &ScriptedUpstream, caller: &Caller, model: &str) -> String {
    let reply = caller.say(model, "hi").await;
    assert_eq!(reply.status, 200, "{model}: {}", reply.wire());
    upstream.last().model()
}

async fn change_key(keyway: &TestKeyway, key: &NewKey, change: Value) {
    let path = format!("/admin/llm/keys/{}", key.id);
    keyway.admin().patch(&path, change).await;
}

fn code(reply: &Reply) -> (u16, String) {
    let code = reply.json()["error"]["code"].clone();
    (reply.status, code.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn an_alias_is_found_in_any_case() {
    let (upstream, keyway) = stage().await;
    let caller = keyway.openai();
    for asked in ["Big", "big", "BIG", "big[1m]"] {
        assert_eq!(reached(&upstream, &caller, asked).await, "big-upstream");
    }
    let reply = caller.say("bIG", "hi").await;
    assert_eq!(
        reply.json()["model"],
        "bIG",
        "the client gets the name it asked for"
    );
}

#[tokio::test]
async fn a_provider_can_be_asked_by_name() {
    let (upstream, keyway) = stage().await;
    let caller = keyway.anthropic();

    assert_eq!(
        reached(&upstream, &caller, "p1/vendor/model-9").await,
        "vendor/model-9"
    );
    let reply = caller.say("p2/model", "hi").await;
    assert_eq!(reply.status, 404, "{}", reply.wire());
}

#[tokio::test]
async fn p286_an_unknown_model_is_told_what_there_is() {
    let (upstream, keyway) = stage().await;
    for protocol in Protocol::ALL {
        let reply = keyway.caller(protocol).say("nothing", "hi").await;

        assert_eq!(reply.status, 404, "{protocol}: {}", reply.wire());
        let body = reply.json();
        assert!(
            message(&body).ends_with("use one of: Big, other, small"),
            "{body}"
        );
        assert_eq!(logged(&keyway.log_of(&reply).await), "404 model_not_found");
    }
    assert_eq!(upstream.calls(), 0);
}

#[tokio::test]
async fn p081_a_keys_routes_answer_for_names_that_are_no_alias() {
    let (upstream, keyway) = stage().await;
    let fields = json!({"current_route": "Big", "fast_route": "small"});
    let key = keyway.key_with("default", fields).await;
    let caller = keyway.caller_with(Protocol::Anthropic, &key);
    for (asked, expected) in [
        ("claude-sonnet-5", "big-upstream"),
        ("claude-haiku-4-5", "small-upstream"),
        ("gpt-6-mini", "small-upstream"),
        ("gemini-3-flash", "small-upstream"),
        ("other", "other-upstream"),
        ("unknown/model", "big-upstream"),
    ] {
        assert_eq!(
            reached(&upstream, &caller, asked).await,
            expected,
            "{asked}"
        );
    }
    change_key(&keyway, &key, json!({"fast_route": null})).await;
    assert_eq!(
        reached(&upstream, &caller, "claude-haiku-4-5").await,
        "big-upstream"
    );
}

#[tokio::test]
async fn a_groups_defaults_come_last() {
    let (upstream, keyway) = stage().await;
    let caller = keyway.openai();
    let group = "/admin/llm/groups/default";

    keyway
        .admin()
        .patch(group, json!({"default_provider": "p1"}))
        .await;
    assert_eq!(reached(&upstream, &caller, "as-it-is").await, "as-it-is");

    keyway
        .admin()
        .patch(group, json!({"default_route": "other"}))
        .await;
    assert_eq!(
        reached(&upstream, &caller, "as-it-is").await,
        "other-upstream"
    );
}

#[tokio::test]
async fn a_switch_holds_from_the_next_request_on_one_connection() {
    let (upstream, keyway) = stage().await;
    let key = keyway
        .key_with("default", json!({"current_route": "Big"}))
        .await;
    let gate = Gate::closed();
    upstream.next(Answer::saying("one two three").each_piece_at(&gate));
    gate.let_pass(2);
    let caller = keyway.caller_with(Protocol::Anthropic, &key);
    let body = sample::stream(Protocol::Anthropic, "claude", "hi");
    let mut live = caller.open(body.clone()).await;
    live.next_event().await.expect("the stream has begun");
    let mut wire = Wire::to(keyway.address()).await;
    let headers = [
        ("x-api-key", key.text.as_str()),
        ("content-type", "application/json"),
    ];
    let body = sample::ask(Protocol::Anthropic, "claude", "hi").to_string();

    let mut asked = Vec::new();
    for route in ["Big", "other", "small"] {
        change_key(&keyway, &key, json!({"current_route": route})).await;
        wire.ask("POST /v1/messages", &headers, body.as_bytes())
            .await;
        assert_eq!(wire.reply().await.status, 200);
        asked.push(upstream.last().model());
    }

    assert_eq!(asked, ["big-upstream", "other-upstream", "small-upstream"]);
    gate.open();
    let rest = live.rest().await;
    assert_eq!(rest.broken, None);
    assert!(rest.text().contains("message_stop"), "{}", rest.text());
    assert_eq!(upstream.received_for("big-upstream").len(), 2);
}

#[tokio::test]
async fn a_key_that_may_not_ask_is_told_why() {
    let (upstream, keyway) = stage().await;
    let long_ago = json!({"expires_at": "2020-01-01T00:00:00Z"});
    for (fields, expected) in [
        (json!({"enabled": false}), (401, "disabled_key")),
        (long_ago, (401, "expired_key")),
        (json!({"allowed_aliases": ["other"]}), (403, "not_allowed")),
        (json!({"allowed_providers": ["p9"]}), (403, "not_allowed")),
    ] {
        let key = keyway.key_with("default", fields).await;
        let reply = keyway
            .caller_with(Protocol::OpenAi, &key)
            .say("Big", "hi")
            .await;
        assert_eq!(code(&reply), (expected.0, expected.1.to_owned()));
    }
    let unknown = Caller::new(keyway.address(), Protocol::OpenAi).with_key("db_sk_wrong");
    assert_eq!(
        code(&unknown.say("Big", "hi").await),
        (401, "unknown_key".to_owned())
    );

    keyway
        .admin()
        .patch("/admin/llm/groups/default", json!({"enabled": false}))
        .await;
    let reply = keyway.openai().say("Big", "hi").await;
    assert_eq!(code(&reply), (403, "group_disabled".to_owned()));
    assert_eq!(upstream.calls(), 0);
}

#[tokio::test]
async fn groups_do_not_see_each_other() {
    let (upstream, keyway) = stage().await;
    let group = json!({"group_id": "b", "name": "B"});
    keyway.admin().post("/admin/llm/groups", group).await;
    let key = keyway.key_with("b", json!({})).await;
    let caller = keyway.caller_with(Protocol::OpenAi, &key);
    for asked in ["Big", "p1/model", "small"] {
        let reply = caller.say(asked, "hi").await;
        assert_eq!(reply.status, 404, "{asked}: {}", reply.wire());
        assert!(!reply.text().contains("small,"), "{}", reply.text());
    }
    let list = caller.get("/v1/models").await.json();
    assert_eq!(
        list["data"].as_array().map(Vec::len),
        Some(1),
        "echo alone: {list}"
    );
    let path = format!("/admin/llm/keys/{}", key.id);
    let foreign = keyway
        .admin()
        .send(Method::PATCH, &path, &json!({"current_route": "Big"}))
        .await;
    assert!((400..500).contains(&foreign.status), "{}", foreign.wire());
    assert_eq!(upstream.calls(), 0);
}

#[tokio::test]
async fn a_route_without_an_enabled_provider_says_so() {
    let (upstream, keyway) = stage().await;
    let path = "/admin/llm/providers/p1?group_id=default";
    keyway.admin().patch(path, json!({"enabled": false})).await;

    let reply = keyway.openai().say("Big", "hi").await;

    assert_eq!(code(&reply), (503, "no_target".to_owned()));
    assert_eq!(upstream.calls(), 0);
}

//! Which provider is asked, with what, and what becomes of the next one.

use std::collections::BTreeSet;

use keyway_tests::{Answer, NewKey, Protocol, Received, ScriptedUpstream, TestKeyway};
use serde_json::{Value, json};

use super::via;

/// Keys of the provider that a client's key was served with in five turns.
async fn used(upstream: &ScriptedUpstream, keyway: &TestKeyway, key: &NewKey) -> BTreeSet<String> {
    let before = upstream.calls();
    for _ in 0..5 {
        let caller = keyway.caller_with(Protocol::Anthropic, key);
        assert_eq!(caller.say("m", "hi").await.status, 200);
    }
    let received = upstream.received();
    received[before..]
        .iter()
        .filter_map(Received::key)
        .collect()
}

#[tokio::test]
async fn p030_a_clients_turns_go_to_one_key_of_the_provider_and_clients_spread() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = via(Protocol::Anthropic, &upstream).await;
    let path = "/admin/llm/providers/p1/credentials?group_id=default";
    for key in ["second", "third"] {
        keyway.admin().post(path, json!({"api_key": key})).await;
    }
    let mut all = BTreeSet::new();
    for _ in 0..12 {
        let key = keyway.key_with("default", json!({})).await;
        let used = used(&upstream, &keyway, &key).await;
        assert_eq!(used.len(), 1, "{used:?}");
        all.extend(used);
    }
    assert!(all.len() > 1, "twelve clients share {all:?}");
}

#[tokio::test]
async fn p270_googles_key_stands_in_a_header_and_in_no_address() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = via(Protocol::Gemini, &upstream).await;
    for caller in [keyway.anthropic(), keyway.gemini()] {
        assert_eq!(caller.stream("m", "hi").await.status, 200);

        let received = upstream.last();
        assert!(!received.target.contains("key"), "{}", received.target);
        let key = received.header("x-goog-api-key");
        assert_eq!(key.as_deref(), Some("upstream-key"));
    }
}

/// A conversation that another provider has begun, with all that is this provider's own.
fn begun() -> Value {
    json!({"model": "m", "max_tokens": 2000, "metadata": {"user_id": "somebody"},
    "tools": [{"name": "mcp.files:read", "input_schema": {"type": "object"}}],
    "messages": [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "hm", "signature": "EqQBCgIYAhIM"},
            {"type": "tool_use", "id": "functions.read:0", "name": "mcp.files:read", "input": {"b": 1, "a": 2}},
        ]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "functions.read:0", "content": "read"},
        ]},
    ]})
}

#[tokio::test]
async fn p310_who_stands_in_is_asked_with_the_clients_own_words() {
    for first in [Protocol::OpenAi, Protocol::Gemini, Protocol::Anthropic] {
        let overloaded = ScriptedUpstream::giving(Answer::overloaded());
        let (stands_in, alone) = (ScriptedUpstream::greeting(), ScriptedUpstream::greeting());
        let keyway = TestKeyway::start().await;
        let one = keyway.provider(first, &overloaded).await;
        let two = keyway.provider(Protocol::Responses, &stands_in).await;
        let other = keyway.provider(Protocol::Responses, &alone).await;
        keyway.failover("m", &[&one, &two], "model").await;
        keyway.route("alone", &other, "model").await;
        let asked = begun();

        let reply = keyway.anthropic().ask(asked.clone()).await;
        let mut same = asked;
        same["model"] = json!("alone");
        keyway.anthropic().ask(same).await;

        assert_eq!(reply.status, 200, "{first}: {}", reply.wire());
        assert_eq!(overloaded.calls(), 1);
        assert_eq!(
            stands_in.last().json(),
            alone.last().json(),
            "after {first}"
        );
    }
}

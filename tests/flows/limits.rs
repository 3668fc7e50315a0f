//! Limits of keys: exactly what is allowed gets in, however many come at once; what was used is counted.

use std::collections::HashMap;

use futures_util::future::join_all;
use keyway_tests::{
    Answer, Gate, NewKey, PATIENCE, Protocol, Reply, ScriptedUpstream, Talk, TestKeyway, Usage,
    eventually, poll_until,
};
use serde_json::{Value, json};

/// So many come at once.
const CROWD: usize = 50;

const USAGE: Usage = Usage {
    input: 30,
    cached: 0,
    output: 12,
    thinking: 0,
};

struct Stage {
    upstream: ScriptedUpstream,
    keyway: TestKeyway,
    key: NewKey,
}

impl Stage {
    async fn with(limits: Value) -> Self {
        let upstream = ScriptedUpstream::talking(Talk::saying("hello").using(USAGE));
        let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
        let key = keyway.key_with("default", limits).await;
        Self {
            upstream,
            keyway,
            key,
        }
    }

    async fn say(&self, protocol: Protocol) -> Reply {
        let caller = self.keyway.caller_with(protocol, &self.key);
        caller.say("m", "hi").await
    }

    /// Many requests at once, in all protocols, streaming and not.
    async fn crowd(&self) -> Vec<Reply> {
        let ask = async |index: usize| {
            let protocol = Protocol::ALL[index % 4];
            let caller = self.keyway.caller_with(protocol, &self.key);
            if index.is_multiple_of(3) {
                caller.stream("m", "hi").await
            } else {
                caller.say("m", "hi").await
            }
        };
        join_all((0..CROWD).map(ask)).await
    }

    async fn shown(&self) -> Value {
        let path = format!("/admin/llm/keys/{}", self.key.id);
        self.keyway.admin().get(&path).await["key"].clone()
    }

    async fn settled(&self) -> Value {
        let mut shown = Value::Null;
        let calm = poll_until(PATIENCE, async || {
            shown = self.shown().await;
            shown["usage"]["in_flight"] == 0
        })
        .await;
        assert!(calm, "requests stay under way: {shown}");
        shown
    }
}

fn by_status(replies: &[Reply]) -> HashMap<u16, usize> {
    let mut counts = HashMap::new();
    for reply in replies {
        *counts.entry(reply.status).or_default() += 1;
    }
    counts
}

fn refused(replies: &[Reply]) -> &Reply {
    let refused = replies.iter().find(|reply| reply.status == 429);
    refused.expect("some are refused")
}

#[tokio::test]
async fn requests_in_a_life() {
    let stage = Stage::with(json!({"max_requests": 7})).await;

    let replies = stage.crowd().await;

    assert_eq!(
        by_status(&replies),
        HashMap::from([(200, 7), (429, CROWD - 7)])
    );
    assert_eq!(stage.upstream.calls(), 7);
    let refusal = refused(&replies);
    assert!(
        refusal.text().contains("max_requests"),
        "{}",
        refusal.wire()
    );
    assert_eq!(refusal.header("retry-after"), None, "waiting does not help");
    let shown = stage.settled().await;
    assert_eq!(shown["used_requests"], 7);
    assert_eq!(shown["used_tokens"], 7 * 42);
}

#[tokio::test]
async fn requests_in_a_minute() {
    let stage = Stage::with(json!({"rpm_limit": 9})).await;

    let replies = stage.crowd().await;

    assert_eq!(
        by_status(&replies),
        HashMap::from([(200, 9), (429, CROWD - 9)])
    );
    assert_eq!(stage.upstream.calls(), 9);
    let refusal = refused(&replies);
    assert!(
        refusal.text().contains("requests_per_minute"),
        "{}",
        refusal.wire()
    );
    let wait: u64 = refusal
        .header("retry-after")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(stage.settled().await["usage"]["requests_last_minute"], 9);
}

#[tokio::test]
async fn requests_at_once() {
    let stage = Stage::with(json!({"concurrency_limit": 4})).await;
    let gate = Gate::closed();
    let waiting = Answer::talking(Talk::saying("hello").using(USAGE)).beginning_at(&gate);
    stage.upstream.always(waiting);
    let all_refused = async {
        eventually!(stage.keyway.logs().await.len() == CROWD - 4);
        assert_eq!(stage.shown().await["usage"]["in_flight"], 4);
        gate.open();
    };

    let (replies, ()) = tokio::join!(stage.crowd(), all_refused);

    assert_eq!(
        by_status(&replies),
        HashMap::from([(200, 4), (429, CROWD - 4)])
    );
    let refusal = refused(&replies);
    assert!(refusal.text().contains("concurrency"), "{}", refusal.wire());
    assert_eq!(refusal.header("retry-after"), Some("1"));
    stage.settled().await;
    assert_eq!(
        stage.say(Protocol::Gemini).await.status,
        200,
        "places are free again"
    );
}

#[tokio::test]
async fn tokens_in_a_life() {
    let stage = Stage::with(json!({"max_tokens": 100})).await;
    let mut served = 0;
    let refusal = loop {
        let reply = stage.say(Protocol::Anthropic).await;
        if reply.status != 200 {
            break reply;
        }
        served += 1;
        assert!(served < 10, "nothing stops it");
    };

    assert_eq!(served, 3, "42 tokens each: the third goes over");
    assert_eq!(refusal.status, 429);
    assert!(refusal.text().contains("max_tokens"), "{}", refusal.wire());
    assert_eq!(stage.settled().await["used_tokens"], 126);
    assert_eq!(stage.upstream.calls(), 3);
}

#[tokio::test]
async fn tokens_in_a_life_with_a_crowd() {
    let stage = Stage::with(json!({"max_tokens": 200})).await;

    let replies = stage.crowd().await;

    let shown = stage.settled().await;
    let served = by_status(&replies)[&200];
    assert_eq!(stage.upstream.calls(), served);
    assert_eq!(shown["used_tokens"], served * 42);
    // Those under way at once may go over by what their estimates fall short, not by their number: the
    // estimates of the 21 shortest bodies are more than 200 tokens.
    assert!(
        served <= 21,
        "{served} of {CROWD} were served on 200 tokens"
    );
    assert_eq!(shown["usage"]["held_tokens"], 0);
}

#[tokio::test]
async fn tokens_in_a_minute() {
    let stage = Stage::with(json!({"tokens_per_minute": 60})).await;

    let first = stage.say(Protocol::OpenAi).await;
    let second = stage.say(Protocol::OpenAi).await;
    let third = stage.say(Protocol::OpenAi).await;

    assert_eq!(first.status, 200);
    let statuses = [second.status, third.status];
    assert_eq!(third.status, 429, "{statuses:?}: {}", third.wire());
    assert!(
        third.text().contains("tokens_per_minute"),
        "{}",
        third.wire()
    );
    let wait: u64 = third
        .header("retry-after")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    assert!((1..=60).contains(&wait), "{wait}");
}

#[tokio::test]
async fn every_protocol_and_form_is_counted_as_the_upstream_counts() {
    let stage = Stage::with(json!({"max_tokens": 1_000_000})).await;
    let usage = Usage {
        input: 100,
        cached: 40,
        output: 20,
        thinking: 5,
    };
    let talk = Talk::saying("hello").thinking("hm").using(usage);
    stage.upstream.always(Answer::talking(talk));
    for protocol in Protocol::ALL {
        let caller = stage.keyway.caller_with(protocol, &stage.key);
        for reply in [caller.say("m", "hi").await, caller.stream("m", "hi").await] {
            let entry = stage.keyway.log_of(&reply).await;
            let told = [
                &entry["usage"]["input"],
                &entry["usage"]["cached"],
                &entry["usage"]["output"],
            ];
            assert_eq!(
                told,
                [&json!(100), &json!(40), &json!(20)],
                "{protocol}: {entry}"
            );
        }
    }

    let shown = stage.settled().await;
    assert_eq!(shown["used_requests"], 8);
    assert_eq!(shown["used_tokens"], 8 * 120);
}

#[tokio::test]
async fn what_was_never_served_uses_up_nothing() {
    let stage = Stage::with(json!({"max_requests": 2, "max_tokens": 1000})).await;
    let caller = stage.keyway.caller_with(Protocol::OpenAi, &stage.key);
    for body in ["{", "[]", r#"{"model":"unknown","messages":[]}"#] {
        let reply = caller.post("/v1/chat/completions", body).await;
        assert!((400..500).contains(&reply.status), "{}", reply.wire());
    }

    let shown = stage.settled().await;
    assert_eq!(shown["used_requests"], 0);
    assert_eq!(shown["used_tokens"], 0);
}

#[tokio::test]
async fn an_abandoned_stream_counts_what_it_used() {
    let stage = Stage::with(json!({"max_tokens": 100_000})).await;
    stage
        .upstream
        .always(Answer::saying("one two three").hanging_after(4));
    let caller = stage.keyway.caller_with(Protocol::Anthropic, &stage.key);
    let body = keyway_tests::sample::stream(Protocol::Anthropic, "m", "hi");
    let mut live = caller.open(body).await;
    live.next_event().await.expect("it has begun");
    drop(live);
    stage.upstream.closed_early().await;

    let shown = stage.settled().await;

    assert_eq!(shown["used_requests"], 1);
    assert_eq!(shown["usage"]["held_tokens"], 0);
    let used = shown["used_tokens"].as_u64().unwrap_or(0);
    assert!((25..100).contains(&used), "{used}");
}

#[tokio::test]
async fn counters_outlive_a_restart_and_can_be_reset() {
    let mut stage = Stage::with(json!({"max_requests": 2})).await;
    for status in [200, 200, 429] {
        assert_eq!(stage.say(Protocol::OpenAi).await.status, status);
    }
    stage.keyway.restart().await;
    assert_eq!(
        stage.say(Protocol::OpenAi).await.status,
        429,
        "the count is kept"
    );

    let path = format!("/admin/llm/keys/{}", stage.key.id);
    stage
        .keyway
        .admin()
        .patch(&path, json!({"reset_usage": true}))
        .await;

    assert_eq!(stage.say(Protocol::OpenAi).await.status, 200);
    assert_eq!(stage.settled().await["used_requests"], 1);
}

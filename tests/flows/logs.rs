//! The log: one entry for each exchange, found again by page and by filter.

use std::collections::BTreeSet;

use keyway_tests::{
    Answer, Caller, PATIENCE, Protocol, ScriptedUpstream, Talk, TestKeyway, Usage, eventually,
    poll_until,
};
use serde_json::{Value, json};

const PAGE: &str = "/admin/llm/logs";

async fn stage() -> (ScriptedUpstream, TestKeyway) {
    let upstream = ScriptedUpstream::greeting();
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
    (upstream, keyway)
}

/// The statuses of the entries that a filter finds, sorted.
async fn found(keyway: &TestKeyway, filter: &str) -> Vec<u64> {
    let page = keyway.admin().get(&format!("{PAGE}?{filter}")).await;
    let entries = page["logs"].as_array().cloned().unwrap_or_default();
    assert_eq!(page["total"], entries.len(), "{filter}");
    let mut statuses: Vec<_> = entries
        .iter()
        .filter_map(|entry| entry["status_code"].as_u64())
        .collect();
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn an_entry_tells_the_whole_exchange() {
    let usage = Usage {
        input: 100,
        cached: 40,
        output: 20,
        thinking: 5,
    };
    let talk = Talk::saying("hello").thinking("hm").using(usage);
    let upstream = ScriptedUpstream::talking(talk);
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
    let caller = keyway.openai().with_header("user-agent", "agent/1.0");

    let reply = caller.stream("M", "hi").await;

    let entry = keyway.log_of(&reply).await;
    for (field, expected) in [
        ("asked_model", json!("M")),
        ("route_alias", json!("m")),
        ("provider_id", json!("p1")),
        ("upstream_model", json!("m-upstream")),
        ("group_id", json!("default")),
        ("status_code", json!(200)),
        ("protocol_in", json!("openai")),
        ("protocol_out", json!("openai")),
        ("streamed", json!(true)),
        ("request_tokens", json!(100)),
        ("response_tokens", json!(20)),
        (
            "usage",
            json!({"input": 100, "cached": 40, "written": 0, "output": 20, "reasoning": 5}),
        ),
        ("finish_reason", json!("stop")),
        ("client", json!("agent/1.0")),
        ("error", Value::Null),
        ("error_code", Value::Null),
        ("attempts", json!([])),
        ("response_bytes", json!(reply.body.len())),
        (
            "request_bytes",
            json!(upstream.last().body.len() - "-upstream".len()),
        ),
    ] {
        assert_eq!(entry[field], expected, "{field} of {entry}");
    }
    let (first, total) = (entry["first_byte_ms"].as_f64(), entry["total_ms"].as_f64());
    assert!(first > Some(0.0) && first <= total, "{entry}");
    assert_eq!(entry["key_name"], "kit", "{entry}");
    assert!(entry["credential"].is_string(), "{entry}");
    assert!(entry["created_at"].is_string(), "{entry}");
}

#[tokio::test]
async fn every_exchange_has_one_entry() {
    let (upstream, keyway) = stage().await;
    upstream.always_for("m-upstream", Answer::saying("hello"));
    for protocol in Protocol::ALL {
        let caller = keyway.caller(protocol);
        caller.say("m", "hi").await;
        caller.stream("m", "hi").await;
        caller.say("unknown", "hi").await;
        Caller::new(keyway.address(), protocol).say("m", "hi").await;
    }
    let mut entries = Vec::new();
    let enough = poll_until(PATIENCE, async || {
        entries = keyway.logs().await;
        entries.len() >= 16
    })
    .await;
    assert!(enough, "{} entries", entries.len());

    let ids: BTreeSet<_> = entries
        .iter()
        .map(|entry| entry["log_id"].to_string())
        .collect();
    assert_eq!((ids.len(), entries.len()), (16, 16));
    assert_eq!(found(&keyway, "outcome=ok").await, [200; 8]);
    assert_eq!(
        found(&keyway, "outcome=client_error").await,
        [[401; 4], [404; 4]]
            .concat()
            .into_iter()
            .collect::<Vec<u64>>()
    );
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended() {
    let (_upstream, keyway) = stage().await;
    for _ in 0..7 {
        keyway.openai().say("m", "hi").await;
    }
    eventually!(keyway.logs().await.len() == 7);
    let (mut seen, mut cursor, mut sizes) = (Vec::new(), String::new(), Vec::new());
    loop {
        let page = keyway.admin().get(&format!("{PAGE}?limit=3{cursor}")).await;
        let entries = page["logs"].as_array().cloned().unwrap_or_default();
        sizes.push(entries.len());
        seen.extend(entries.iter().map(|entry| entry["log_id"].to_string()));
        // What comes in meanwhile does not shift the pages.
        if sizes.len() == 1 {
            assert_eq!(page["total"], 7);
            keyway.openai().say("m", "hi").await;
            eventually!(keyway.logs().await.len() == 8);
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
        if sizes.len() > 5 {
            break;
        }
    }
    assert_eq!(sizes, [3, 3, 1]);
    let all: Vec<_> = keyway
        .logs()
        .await
        .iter()
        .skip(1)
        .map(|entry| entry["log_id"].to_string())
        .collect();
    assert_eq!(seen, all, "newest first, none twice, none left out");
}

#[tokio::test]
async fn filters_find_what_is_asked_for() {
    let (upstream, keyway) = stage().await;
    let other = keyway.key_with("default", json!({"name": "other"})).await;
    keyway.route("second", "p1", "second-model").await;
    upstream.always_for("second-model", Answer::status(500));
    keyway.openai().say("m", "hi").await;
    keyway.openai().say("second", "hi").await;
    keyway
        .caller_with(Protocol::Anthropic, &other)
        .say("m", "hi")
        .await;
    keyway.anthropic().say("nowhere", "hi").await;
    eventually!(keyway.logs().await.len() == 4);

    for (filter, expected) in [
        ("route=m".to_owned(), vec![200, 200]),
        ("route=second".to_owned(), vec![500]),
        ("provider_id=p1".to_owned(), vec![200, 200, 500]),
        ("model=second-model".to_owned(), vec![500]),
        ("model=nowhere".to_owned(), vec![404]),
        (format!("api_key_id={}", other.id), vec![200]),
        ("outcome=error".to_owned(), vec![404, 500]),
        ("outcome=server_error".to_owned(), vec![500]),
        ("outcome=client_left".to_owned(), vec![]),
        ("q=scripted%20status".to_owned(), vec![500]),
        (
            "group_id=default&route=m&outcome=ok".to_owned(),
            vec![200, 200],
        ),
        (
            "since=2020-01-01T00:00:00Z".to_owned(),
            vec![200, 200, 404, 500],
        ),
        ("until=2020-01-01T00:00:00Z".to_owned(), vec![]),
    ] {
        assert_eq!(found(&keyway, &filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn sums_agree_with_the_entries() {
    let (_upstream, keyway) = stage().await;
    let key = keyway.key_with("default", json!({})).await;
    let caller = keyway.caller_with(Protocol::Gemini, &key);
    for _ in 0..3 {
        caller.say("m", "hi").await;
    }
    caller.say("nowhere", "hi").await;
    eventually!(keyway.logs().await.len() == 4);

    let stats = keyway
        .admin()
        .get(&format!("/admin/llm/stats?api_key_id={}", key.id))
        .await;

    let stats = &stats["stats"];
    let sums = [
        &stats["total"],
        &stats["ok"],
        &stats["req_t"],
        &stats["resp_t"],
    ];
    assert_eq!(
        sums,
        [&json!(4), &json!(3), &json!(75), &json!(33)],
        "{stats}"
    );
}

#[tokio::test]
async fn neither_keys_nor_words_stand_in_the_log_or_on_the_screen() {
    let (upstream, keyway) = stage().await;
    upstream.next(Answer::status(500));
    for _ in 0..2 {
        keyway.openai().say("m", "a very private sentence").await;
    }
    eventually!(keyway.logs().await.len() == 2);

    let all = format!("{:?}{}", keyway.logs().await, keyway.output());

    for secret in [keyway.key(), "upstream-key", "a very private sentence"] {
        assert!(!all.contains(secret), "{secret:?} is told");
    }
}

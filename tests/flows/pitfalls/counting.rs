//! Counting tokens, lists of models, and the small questions that agents ask often.

use std::time::Duration;

use futures_util::future::join_all;
use keyway_tests::{Answer, Protocol, ScriptedUpstream, TestKeyway};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::via;

const COUNT: &str = "/v1/messages/count_tokens?beta=true";

/// The tokens of a turn in which a tool was called and gave a result of so many lines.
async fn counted(keyway: &TestKeyway, lines: usize) -> u64 {
    let result = "src/main.rs: fn main() { run(); }\n".repeat(lines);
    let body = json!({"model": "m", "messages": [
        {"role": "user", "content": "Where is main?"},
        {"role": "assistant", "content": [
            {"type": "tool_use", "id": "toolu_1", "name": "Grep", "input": {"pattern": "fn main"}},
        ]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "toolu_1", "content": result},
        ]},
    ]});
    let reply = keyway.anthropic().post(COUNT, body.to_string()).await;
    assert_eq!(reply.status, 200, "{}", reply.wire());
    reply.json()["input_tokens"].as_u64().unwrap_or_default()
}

#[tokio::test]
async fn p083_calls_and_results_are_counted_whoever_answers() {
    let upstream = ScriptedUpstream::greeting();
    for protocol in [Protocol::OpenAi, Protocol::Anthropic] {
        let keyway = via(protocol, &upstream).await;

        let (few, many) = (counted(&keyway, 10).await, counted(&keyway, 100).await);

        let each = (many - few) / 90;
        assert!((8..20).contains(&each), "{each} tokens for each line");
        assert!(few > 100, "{few} tokens for ten lines and a call");
    }
}

#[tokio::test]
async fn p084_a_burst_of_counts_reaches_nobody() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = via(Protocol::OpenAi, &upstream).await;

    let counts = join_all((0..27).map(|_| counted(&keyway, 3))).await;

    assert!(counts.iter().all(|count| *count == counts[0]), "{counts:?}");
    assert_eq!(upstream.calls(), 0);
}

#[tokio::test]
async fn p109_the_list_of_models_comes_at_once_and_asks_nobody() {
    let upstream = ScriptedUpstream::giving(Answer::silence());
    let keyway = via(Protocol::Anthropic, &upstream).await;
    let mut quickest = Duration::MAX;
    for _ in 0..10 {
        let began = Instant::now();
        let list = keyway.anthropic().get("/v1/models?limit=1000").await;
        quickest = quickest.min(began.elapsed());
        assert_eq!(list.status, 200, "{}", list.wire());
        assert_eq!(list.json()["data"][0]["id"], "m");
    }
    assert!(quickest < Duration::from_millis(100), "{quickest:?}");
    assert_eq!(upstream.calls(), 0);
}

#[tokio::test]
async fn p135_codex_finds_nothing_in_the_list_that_it_would_read_wrongly() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = via(Protocol::Responses, &upstream).await;

    let list = keyway
        .responses()
        .get("/models?client_version=0.169.0")
        .await;

    assert_eq!(list.status, 200, "{}", list.wire());
    assert_eq!(list.json()["data"][0]["id"], "m");
    // Half a ModelInfo spoils its whole catalog, a missing list does no harm.
    assert_eq!(list.json().get("models"), None::<&Value>);
}

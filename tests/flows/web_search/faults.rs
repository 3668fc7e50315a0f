//! What goes wrong amid an answer with searches.

use keyway_tests::{Answer, Gate, Launch, Protocol, ScriptedUpstream, eventually};
use serde_json::json;

use super::calling;
use super::grammar::{Ended, check};
use super::searching;
use super::stage::{Stage, blocks, kinds, message, sub_request};

#[tokio::test]
async fn a_search_that_fails_is_told_and_the_model_answers_without_it() {
    for (status, code) in [
        (500, "unavailable"),
        (401, "unavailable"),
        (429, "too_many_requests"),
    ] {
        for stream in [true, false] {
            let stage = Stage::with(searching()).await;
            stage.tavily.at_path("/search", Answer::status(status));

            let reply = stage.ask(sub_request(Protocol::OpenAi, stream)).await;

            let message = message(&reply);
            let content = &blocks(&message)[1]["content"];
            assert_eq!(
                *content,
                json!({"type": "web_search_tool_result_error", "error_code": code})
            );
            assert_eq!(kinds(&message).last(), Some(&"text"));
            let next = &stage.asked()[1];
            assert!(next.to_string().contains("The search failed"), "{next}");
            let entry = stage.keyway.log_of(&reply).await;
            let searched = entry["attempts"]
                .as_array()
                .and_then(|all| all.iter().find(|one| one["upstream_model"] == "web_search"))
                .cloned()
                .unwrap_or_default();
            assert_eq!(searched["status_code"], status, "{entry}");
            assert!(!entry.to_string().contains("tvly-secret"), "{entry}");
        }
    }
}

#[tokio::test]
async fn a_query_that_is_too_long_is_not_sent() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    let query = "word ".repeat(100);
    let calls = [("web_search", json!({ "query": query }))];
    stage.model.next(calling(1, &calls));

    let reply = stage.ask(sub_request(Protocol::OpenAi, true)).await;

    let message = message(&reply);
    assert_eq!(
        blocks(&message)[1]["content"]["error_code"],
        "query_too_long"
    );
    assert_eq!(stage.tavily.calls(), 0);
}

#[tokio::test]
async fn a_provider_that_does_not_go_on_ends_the_answer_with_its_error() {
    let half = Answer::saying("Half of it");
    let broken = [
        (Answer::status(500), Answer::status(500)),
        (Answer::hang_up(), Answer::hang_up()),
        (half.clone().closed_after(2), half.closed_after(0)),
    ];
    for (in_events, in_one) in broken {
        let stage = Stage::with(ScriptedUpstream::greeting()).await;
        let line_up = |answer: Answer| {
            let calls = [("web_search", json!({"query": "x"}))];
            stage.model.next(calling(1, &calls));
            stage.model.always(answer);
        };

        line_up(in_events);
        let streamed = stage.ask(sub_request(Protocol::OpenAi, true)).await;
        assert_eq!(streamed.status, 200);
        assert_eq!(
            check("anthropic", &streamed.body),
            Ok(Ended::Failed),
            "{}",
            streamed.text()
        );
        assert!(streamed.text().contains("web_search_tool_result"));
        let entry = stage.keyway.log_of(&streamed).await;
        assert!(entry["error_code"].is_string(), "{entry}");
        assert_eq!(entry["usage"]["input"], 25, "the first round counts");

        line_up(in_one);
        let whole = stage.ask(sub_request(Protocol::OpenAi, false)).await;
        assert!(whole.status >= 500, "{}", whole.wire());
        assert_eq!(whole.json()["type"], "error");
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_ends_the_search() {
    let stage = Stage::with(searching()).await;
    let gate = Gate::closed();
    stage
        .tavily
        .at_path("/search", super::stage::found().beginning_at(&gate));

    let live = stage
        .keyway
        .anthropic()
        .open(sub_request(Protocol::OpenAi, true))
        .await;
    stage.tavily.until_called(1).await;
    drop(live);

    stage.tavily.closed_early().await;
    let entry = stage.keyway.newest_log(1).await;
    assert_eq!(entry["status_code"], 499, "{entry}");
    assert_eq!(stage.model.calls(), 1);
}

#[tokio::test]
async fn a_client_that_waits_for_a_search_hears_that_somebody_is_there() {
    let launch = Launch::new().with_env("KEYWAY_KEEP_ALIVE_SECONDS", "1");
    let stage = Stage::without_search(launch, searching()).await;
    stage.add_search().await;
    let gate = Gate::closed();
    stage
        .tavily
        .at_path("/search", super::stage::found().beginning_at(&gate));
    let mut live = stage
        .keyway
        .anthropic()
        .open(sub_request(Protocol::OpenAi, true))
        .await;

    let mut names = Vec::new();
    while names.last().is_none_or(|name| name != "ping") {
        let event = live.next_event().await.expect("more events");
        names.push(event.event.unwrap_or_default());
    }
    gate.open();
    let rest = live.rest().await.text();

    assert!(names.contains(&"content_block_start".to_owned()));
    assert!(rest.contains("web_search_tool_result"), "{rest}");
    assert!(rest.contains("message_stop"), "{rest}");
}

#[tokio::test]
async fn the_sum_of_all_rounds_counts_against_limits() {
    let stage = Stage::with(searching()).await;
    let key = stage
        .keyway
        .key_with("default", json!({"max_tokens": 100_000}))
        .await;
    let caller = stage.keyway.caller_with(Protocol::Anthropic, &key);

    let reply = caller.ask(sub_request(Protocol::OpenAi, true)).await;

    message(&reply);
    let path = format!("/admin/llm/keys/{}", key.id);
    eventually!(stage.keyway.admin().get(&path).await["key"]["used_tokens"] == 72);
}

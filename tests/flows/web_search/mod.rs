//! Anthropic's web search with targets that do not search: the gateway does, through the group's search service.

mod faults;
#[path = "../../../src-tauri/protocols/tests/grammar/mod.rs"]
mod grammar;
mod history;
mod stage;

use keyway_tests::{Answer, Protocol, ScriptedUpstream, Talk, ToolCall, Turn, sample};
use serde_json::{Value, json};

use self::stage::{Stage, TARGETS, blocks, kinds, message, sub_request, via};

/// A model that searches once and then answers.
fn searching() -> ScriptedUpstream {
    let talk = Talk::calling("web_search", json!({"query": "rust 2027"}));
    ScriptedUpstream::talking(talk.then_saying("It came in May."))
}

/// A turn that calls these tools.
fn calling(number: usize, calls: &[(&str, Value)]) -> Answer {
    let call = |(index, (name, arguments)): (usize, &(&str, Value))| ToolCall {
        id: format!("call_{number}_{index}"),
        name: (*name).to_owned(),
        namespace: None,
        arguments: arguments.clone(),
    };
    Answer::turn(Turn {
        number,
        calls: calls.iter().enumerate().map(call).collect(),
        ..Turn::default()
    })
}

#[tokio::test]
async fn a_search_is_made_and_answered_from_whatever_the_target_speaks() {
    for target in TARGETS {
        for stream in [true, false] {
            let stage = Stage::with(searching()).await;

            let reply = stage.ask(sub_request(target, stream)).await;

            let message = message(&reply);
            let what = format!("{target}, streamed: {stream}: {message}");
            assert_eq!(
                kinds(&message),
                ["server_tool_use", "web_search_tool_result", "text"],
                "{what}"
            );
            let [asked, result, text] = blocks(&message)[..] else {
                panic!("{what}");
            };
            assert_eq!(asked["input"], json!({"query": "rust 2027"}), "{what}");
            assert_eq!(result["tool_use_id"], asked["id"], "{what}");
            assert_eq!(result["content"][0]["url"], "https://example.com/rust");
            assert_eq!(result["content"][0]["title"], "Rust 2027");
            assert_eq!(result["content"][1]["page_age"], "2027-05-04");
            assert_eq!(text["text"], "It came in May.");
            assert_eq!(message["stop_reason"], "end_turn");
            let usage = &message["usage"];
            let input = ["input_tokens", "cache_read_input_tokens"].map(|key| usage[key].as_u64());
            assert_eq!(input, [Some(42), Some(8)], "the sum of both rounds: {what}");
            assert_eq!(usage["output_tokens"], 22);
            assert_eq!(usage["server_tool_use"]["web_search_requests"], 1, "{what}");
        }
    }
}

#[tokio::test]
async fn the_search_service_and_the_provider_get_what_they_need() {
    let stage = Stage::with(searching()).await;

    let reply = stage.ask(sub_request(Protocol::OpenAi, true)).await;

    let search = stage.tavily.last();
    assert_eq!(search.key().as_deref(), Some("tvly-secret-of-the-test"));
    assert_eq!(search.json()["query"], "rust 2027");
    let [first, next] = &stage.asked()[..] else {
        panic!("two requests: {:?}", stage.asked());
    };
    assert_eq!(first["tool_choice"]["function"]["name"], "web_search");
    assert_eq!(next["tool_choice"], "auto");
    let result = next["messages"].as_array().unwrap().last().unwrap();
    assert_eq!(result["role"], "tool");
    assert!(
        result["content"]
            .as_str()
            .unwrap()
            .contains("It came in May.")
    );
    for request in stage.model.received() {
        assert_eq!(request.key().as_deref(), Some("upstream-key"));
    }
    let entry = stage.keyway.log_of(&reply).await;
    assert_eq!(entry["usage"]["input"], 50);
    assert_eq!(entry["usage"]["output"], 22);
    let attempts = entry["attempts"].as_array().unwrap();
    let models: Vec<_> = attempts
        .iter()
        .map(|attempt| &attempt["upstream_model"])
        .collect();
    assert_eq!(models, ["model-up", "web_search", "model-up"], "{entry}");
    assert_eq!(attempts[1]["provider_id"], "tavily");
}

#[tokio::test]
async fn searches_follow_one_another_and_run_side_by_side() {
    for target in [Protocol::OpenAi, Protocol::Gemini] {
        for stream in [true, false] {
            let stage = Stage::with(ScriptedUpstream::greeting()).await;
            let search = |query: &str| ("web_search", json!({"query": query}));
            stage.model.next(calling(1, &[search("a"), search("b")]));
            stage.model.next(calling(2, &[search("c")]));

            let reply = stage.ask(sub_request(target, stream)).await;

            let message = message(&reply);
            assert_eq!(
                kinds(&message),
                [
                    "server_tool_use",
                    "server_tool_use",
                    "web_search_tool_result",
                    "web_search_tool_result",
                    "server_tool_use",
                    "web_search_tool_result",
                    "text"
                ],
                "{target}, streamed: {stream}"
            );
            let mut queries: Vec<Value> = stage.searches();
            queries.sort_by_key(|search| search["query"].to_string());
            let queries: Vec<&Value> = queries.iter().map(|search| &search["query"]).collect();
            assert_eq!(queries, ["a", "b", "c"]);
            assert_eq!(
                message["usage"]["server_tool_use"]["web_search_requests"],
                3
            );
            assert_eq!(stage.model.calls(), 3);
        }
    }
}

#[tokio::test]
async fn calls_of_the_clients_own_tools_are_the_clients() {
    for target in [Protocol::OpenAi, Protocol::Gemini] {
        for stream in [true, false] {
            let stage = Stage::with(ScriptedUpstream::greeting()).await;
            let calls = [
                ("web_search", json!({"query": "x"})),
                ("look_up", json!({"city": "Oslo"})),
            ];
            stage.model.next(calling(1, &calls));
            let mut body = sample::with_tool(
                Protocol::Anthropic,
                sample::ask(Protocol::Anthropic, &via(target), "hi"),
                "look_up",
            );
            body["stream"] = stream.into();
            let search = json!({"type": "web_search_20250305", "name": "web_search",
                "allowed_domains": ["example.com"]});
            body["tools"].as_array_mut().unwrap().push(search);

            let reply = stage.ask(body).await;

            let message = message(&reply);
            assert_eq!(
                kinds(&message),
                ["server_tool_use", "web_search_tool_result", "tool_use"],
                "{target}, streamed: {stream}"
            );
            assert_eq!(message["stop_reason"], "tool_use");
            assert_eq!(stage.model.calls(), 1, "the client's turn");
            assert_eq!(
                stage.searches()[0]["include_domains"],
                json!(["example.com"])
            );
        }
    }
}

#[tokio::test]
async fn without_a_search_service_the_client_is_told_what_to_do() {
    let stage = Stage::without_search(keyway_tests::Launch::new(), searching()).await;

    let forced = stage.ask(sub_request(Protocol::OpenAi, true)).await;

    assert_eq!(forced.status, 400, "{}", forced.wire());
    let said = forced.json()["error"]["message"].to_string();
    assert!(said.contains("add a web search tool provider"), "{said}");
    assert_eq!(stage.model.calls(), 0);
    let mut body = sample::with_tool(
        Protocol::Anthropic,
        sample::ask(Protocol::Anthropic, &via(Protocol::OpenAi), "hi"),
        "look_up",
    );
    let search = json!({"type": "web_search_20250305", "name": "web_search"});
    body["tools"].as_array_mut().unwrap().push(search);
    let beside = stage.ask(body).await;
    assert_eq!(beside.status, 200);
    assert_eq!(stage.asked()[0]["tools"].as_array().map(Vec::len), Some(1));
}

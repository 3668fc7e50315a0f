//! What owners and clients can ask of a translation.

use keyway_tests::{Protocol, ScriptedUpstream, Talk, sample};
use serde_json::{Value, json};

use super::heard::heard;
use super::stage::{Stage, directions, via};

/// A Chat request with something that Anthropic has no word for.
fn lossy() -> Value {
    let mut body = sample::ask(Protocol::OpenAi, &via(Protocol::Anthropic), "hi");
    body["seed"] = json!(7);
    body
}

#[tokio::test]
async fn losses_are_in_the_log_and_in_a_header_for_who_asks() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    let asking = stage
        .caller(Protocol::OpenAi)
        .with_header("x-keyway-loss", "1");
    let mut streamed = lossy();
    streamed["stream"] = json!(true);

    let told = asking.ask(lossy()).await;
    let told_streamed = asking.ask(streamed).await;
    let untold = stage.caller(Protocol::OpenAi).ask(lossy()).await;

    for reply in [&told, &told_streamed] {
        let header = reply.header("x-keyway-loss").unwrap_or_default();
        assert!(header.contains("dropped seed"), "{header:?}");
    }
    assert_eq!(untold.header("x-keyway-loss"), None);
    assert_eq!(stage.upstream.last().header("x-keyway-loss"), None);
    assert_eq!(stage.upstream.last().json()["seed"], Value::Null);
    for reply in [&told, &told_streamed, &untold] {
        let entry = stage.keyway.log_of(reply).await;
        let losses = entry["losses"].as_array().cloned().unwrap_or_default();
        let seed = losses.iter().find(|loss| loss["field"] == "seed");
        assert_eq!(
            seed.map(|loss| &loss["how"]),
            Some(&json!("dropped")),
            "{entry}"
        );
    }
    let same = sample::ask(Protocol::Anthropic, &via(Protocol::Anthropic), "hi");
    let same = stage.caller(Protocol::Anthropic).ask(same).await;
    assert_eq!(stage.keyway.log_of(&same).await["losses"], json!([]));
}

#[tokio::test]
async fn an_owner_knows_better_what_a_provider_takes() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    let path = format!(
        "/admin/llm/providers/{}?group_id=default",
        Stage::provider(Protocol::OpenAi)
    );
    let client = Protocol::Anthropic;
    let body = sample::ask(client, &via(Protocol::OpenAi), "hi");
    stage.caller(client).ask(body.clone()).await;
    let before = stage.upstream.last().json();
    let quirks = json!({
        "max_tokens_field": "max_completion_tokens", "max_output": 100, "refuses": ["seed"],
    });
    stage
        .keyway
        .admin()
        .patch(&path, json!({"quirks": quirks}))
        .await;

    stage.caller(client).ask(body).await;
    let after = stage.upstream.last().json();
    let mut same = sample::ask(Protocol::OpenAi, &via(Protocol::OpenAi), "hi");
    same["seed"] = json!(1);
    stage.caller(Protocol::OpenAi).ask(same).await;
    let cleaned = stage.upstream.last().json();

    assert_eq!(before["max_tokens"], 256, "{before}");
    assert_eq!(after["max_completion_tokens"], 100, "{after}");
    assert_eq!(after["max_tokens"], Value::Null);
    assert_eq!(cleaned["seed"], Value::Null, "also in its own protocol");
    assert_eq!(cleaned["model"], "model-up");
}

#[tokio::test]
async fn p246_a_basic_responses_provider_gets_functions_for_free_text_tools() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    let client = Protocol::Responses;
    let path = format!(
        "/admin/llm/providers/{}?group_id=default",
        Stage::provider(client)
    );
    let mut body = sample::ask(client, &via(client), "hi");
    body["tools"] = json!([{"type": "custom", "name": "apply_patch", "description": "d"}]);
    stage.caller(client).ask(body.clone()).await;
    let full = stage.upstream.last().json();
    let basic = json!({"quirks": {"custom_tools": false, "tool_namespaces": false}});
    stage.keyway.admin().patch(&path, basic).await;

    stage.caller(client).ask(body).await;
    let down = stage.upstream.last().json();

    assert_eq!(full["tools"][0]["type"], "custom", "{full}");
    assert_eq!(down["tools"][0]["type"], "function", "{down}");
    assert_eq!(down["tools"][0]["name"], "apply_patch");
}

#[tokio::test]
async fn thoughts_come_in_tags_or_not_at_all_where_the_route_or_the_key_says_so() {
    let talk = Talk::saying("Four.").thinking("Two and two.");
    let stage = Stage::with(ScriptedUpstream::talking(talk)).await;
    let routes = stage
        .keyway
        .admin()
        .get("/admin/llm/groups/default/routes")
        .await;
    let set = async |form: Value| {
        for route in routes["routes"].as_array().into_iter().flatten() {
            let path = format!("/admin/llm/routes/{}", route["route_id"].as_str().unwrap());
            let change = json!({"reasoning": form});
            stage.keyway.admin().patch(&path, change).await;
        }
    };
    let cursor = stage
        .keyway
        .key_with("default", json!({"purpose": "cursor"}))
        .await;
    let client = Protocol::OpenAi;
    for provider in Protocol::ALL {
        for stream in [false, true] {
            let ask = async |caller: keyway_tests::Caller| {
                let body = if stream { sample::stream } else { sample::ask };
                heard(
                    client,
                    &caller.ask(body(client, &via(provider), "hi")).await,
                )
            };
            set(json!(null)).await;
            let by_key = ask(stage.keyway.caller_with(client, &cursor)).await;
            set(json!("native")).await;
            let native = ask(stage.keyway.caller_with(client, &cursor)).await;
            set(json!("think_tags")).await;
            let tags = ask(stage.caller(client)).await;
            set(json!("drop")).await;
            let none = ask(stage.caller(client)).await;

            let what = format!("{provider}, streamed: {stream}");
            for heard in [by_key, tags] {
                assert_eq!(heard.thoughts, "", "{what}");
                let plain: String = heard.text.split_whitespace().collect();
                assert_eq!(plain, "<think>Twoandtwo.</think>Four.", "{what}");
            }
            let (thoughts, text) = (native.thoughts.as_str(), native.text.as_str());
            assert_eq!((thoughts, text), ("Two and two.", "Four."), "{what}");
            assert_eq!(
                (none.thoughts.as_str(), none.text.as_str()),
                ("", "Four."),
                "{what}"
            );
        }
    }
}

#[tokio::test]
async fn tokens_are_counted_whatever_the_provider_speaks() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    for (client, provider) in directions() {
        let mut body = sample::ask(client, &via(provider), &"many words ".repeat(100));
        let (path, field) = match client {
            Protocol::Anthropic => ("/v1/messages/count_tokens".to_owned(), "input_tokens"),
            Protocol::Responses => ("/v1/responses/input_tokens".to_owned(), "input_tokens"),
            Protocol::Gemini => {
                body.as_object_mut().unwrap().remove("model");
                let path = format!("/v1beta/models/{}:countTokens", via(provider));
                (path, "totalTokens")
            }
            Protocol::OpenAi => continue,
        };
        let reply = stage.caller(client).post(&path, body.to_string()).await;
        let count = reply.json()[field].as_u64().unwrap_or_default();
        assert!(
            (200..400).contains(&count),
            "{client} to {provider}: {}",
            reply.wire()
        );
    }
    assert_eq!(stage.upstream.calls(), 0, "nobody else is asked");
}

#[tokio::test]
async fn headers_of_one_protocol_do_not_reach_another() {
    let stage = Stage::with(ScriptedUpstream::greeting()).await;
    for (client, provider) in directions() {
        let mut caller = stage.caller(client).with_header("traceparent", "00-1-1-01");
        let foreign = [
            "anthropic-beta",
            "openai-organization",
            "x-goog-api-client",
            "x-codex-turn-metadata",
            "x-stainless-lang",
        ];
        for name in foreign {
            caller = caller.with_header(name, "x");
        }
        caller.say(&via(provider), "hi").await;

        let asked = stage.upstream.last();
        for name in foreign {
            assert_eq!(asked.header(name), None, "{client} to {provider}: {name}");
        }
        assert_eq!(asked.header("traceparent").as_deref(), Some("00-1-1-01"));
        let version = asked.header("anthropic-version");
        let wanted = (provider == Protocol::Anthropic).then_some("2023-06-01");
        assert_eq!(version.as_deref(), wanted, "{client} to {provider}");
    }
}

//! The list of models, in the shape of whoever asks.

use http::Method;
use keyway_tests::{Caller, Protocol, ScriptedUpstream, TestKeyway};
use serde_json::{Value, json};

async fn stage() -> TestKeyway {
    let upstream = ScriptedUpstream::greeting();
    let keyway = TestKeyway::with_provider("claude-x", &upstream, json!({})).await;
    keyway.route("gpt-x", "p1", "gpt-1").await;
    keyway
}

fn ids(list: &Value, key: &str) -> Vec<String> {
    let all = list.as_array().expect("it is a list");
    all.iter()
        .filter_map(|model| model[key].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn openai_clients_get_their_shape() {
    let keyway = stage().await;
    for path in [
        "/v1/models",
        "/openai/models",
        "/openai/v1/models",
        "/models",
    ] {
        let list = keyway.openai().get(path).await.json();

        assert_eq!(list["object"], "list", "{path}");
        assert_eq!(ids(&list["data"], "id"), ["claude-x", "gpt-x"]);
        let model = &list["data"][0];
        assert_eq!(model["object"], "model");
        assert!(model["created"].is_i64(), "{model}");
        assert!(model["owned_by"].is_string(), "{model}");
    }
}

#[tokio::test]
async fn anthropic_clients_get_theirs() {
    let keyway = stage().await;

    let list = keyway.anthropic().get("/v1/models?limit=1000").await.json();

    assert_eq!(ids(&list["data"], "id"), ["claude-x", "gpt-x"]);
    assert_eq!(list["has_more"], false);
    assert_eq!(list["first_id"], "claude-x");
    assert_eq!(list["last_id"], "gpt-x");
    let model = &list["data"][0];
    assert_eq!(model["type"], "model");
    assert_eq!(model["display_name"], "claude-x");
    let made = model["created_at"].as_str().unwrap_or_default();
    assert!(made.ends_with('Z') && made.contains('T'), "{made}");
}

#[tokio::test]
async fn gemini_clients_get_theirs_by_key_header_or_path() {
    let keyway = stage().await;
    let bearer = keyway.openai().get("/v1beta/models").await.json();
    let header = keyway.gemini().get("/v1/models").await.json();
    for list in [bearer, header] {
        assert_eq!(
            ids(&list["models"], "name"),
            ["models/claude-x", "models/gpt-x"]
        );
        let methods = &list["models"][0]["supportedGenerationMethods"];
        assert_eq!(methods[0], "generateContent");
    }
}

#[tokio::test]
async fn one_model_is_shown_or_not_found() {
    let keyway = stage().await;

    let openai = keyway.openai().get("/v1/models/GPT-x").await;
    let gemini = keyway.gemini().get("/v1beta/models/gpt-x").await;
    let none = keyway.anthropic().get("/v1/models/gpt-9").await;

    assert_eq!(openai.json()["id"], "gpt-x");
    assert_eq!(gemini.json()["name"], "models/gpt-x");
    assert_eq!(none.status, 404);
    assert!(none.text().contains("claude-x, gpt-x"), "{}", none.text());
}

#[tokio::test]
async fn a_key_sees_only_what_it_may_ask_for() {
    let keyway = stage().await;
    let key = keyway
        .key_with("default", json!({"allowed_aliases": ["GPT-X"]}))
        .await;

    let list = keyway
        .caller_with(Protocol::OpenAi, &key)
        .get("/v1/models")
        .await;

    assert_eq!(ids(&list.json()["data"], "id"), ["gpt-x"]);
}

#[tokio::test]
async fn without_a_route_there_is_echo() {
    let keyway = TestKeyway::start().await;

    let list = keyway.openai().get("/v1/models").await.json();

    assert_eq!(ids(&list["data"], "id"), ["echo"]);
    assert_eq!(keyway.openai().say("echo", "hi").await.status, 200);
}

#[tokio::test]
async fn nobody_sees_a_list_without_a_key() {
    let keyway = stage().await;

    let reply = Caller::new(keyway.address(), Protocol::OpenAi)
        .get("/v1/models")
        .await;

    assert_eq!(reply.status, 401);
    assert_eq!(reply.json()["error"]["code"], "missing_key");
}

#[tokio::test]
async fn p003_probes_need_no_key() {
    let keyway = stage().await;
    let caller = Caller::new(keyway.address(), Protocol::OpenAi);

    assert_eq!(caller.get("/health").await.json()["ok"], true);
    assert_eq!(caller.get("/api/hello").await.status, 200);
    for path in ["/", "/api/hello"] {
        let head = caller.send(Method::HEAD, path, bytes::Bytes::new()).await;
        assert_eq!(head.status, 200, "HEAD {path}");
        assert!(head.body.is_empty(), "HEAD {path}");
    }
}

//! Jobs (images, video): submitted to the route's own path, polled below the provider's base URL.

use keyway_tests::{Answer, ScriptedUpstream, TestKeyway, Wire};
use serde_json::json;

async fn stage(upstream_path: &str) -> (ScriptedUpstream, TestKeyway) {
    let upstream = ScriptedUpstream::greeting();
    upstream.at_path("/v1/video/tasks", Answer::json(&json!({"id": "t7"})));
    upstream.at_path(
        "/v1/video/tasks/t7",
        Answer::json(&json!({"status": "done"})),
    );
    let keyway = TestKeyway::start().await;
    let provider = keyway.provider_of_all(&upstream, json!({})).await;
    let route = json!({
        "alias": "clip", "provider_id": provider, "upstream_model": "clip-1",
        "upstream_path": upstream_path,
    });
    keyway
        .admin()
        .post("/admin/llm/groups/default/routes", route)
        .await;
    (upstream, keyway)
}

#[tokio::test]
async fn a_job_is_submitted_and_polled() {
    let (upstream, keyway) = stage("/video/tasks").await;
    let body = r#"{"prompt":"a cat", "model":"clip","size":"1:1"}"#;

    let made = keyway.openai().post("/v1/generations", body).await;
    let named = keyway
        .openai()
        .get("/v1/generations/video/tasks/t7?model=clip&full=1")
        .await;
    let alone = keyway.openai().get("/v1/generations/video/tasks/t7").await;

    assert_eq!(made.json()["id"], "t7", "{}", made.wire());
    assert_eq!(named.json()["status"], "done", "{}", named.wire());
    assert_eq!(alone.json()["status"], "done", "{}", alone.wire());
    let received = upstream.received();
    assert_eq!(received[0].method, "POST");
    assert_eq!(received[0].target, "/v1/video/tasks");
    assert_eq!(
        received[0].body,
        body.replace("\"clip\"", "\"clip-1\"").as_bytes()
    );
    assert_eq!(received[1].method, "GET");
    assert_eq!(received[1].target, "/v1/video/tasks/t7?full=1");
    assert!(
        received
            .iter()
            .all(|request| request.key().as_deref() == Some("upstream-key"))
    );
    assert_eq!(keyway.log_of(&made).await["route_alias"], "clip");
}

#[tokio::test]
async fn a_path_of_another_host_may_be_set() {
    let upstream = ScriptedUpstream::greeting();
    upstream.at_path("/elsewhere", Answer::json(&json!({"id": "far"})));
    let (_own, keyway) = stage(&format!("http://{}/elsewhere", upstream.address())).await;

    let made = keyway
        .openai()
        .post("/v1/generations", r#"{"model":"clip"}"#)
        .await;

    assert_eq!(made.json()["id"], "far", "{}", made.wire());
}

#[tokio::test]
async fn no_path_leaves_the_base_url() {
    let (upstream, keyway) = stage("/video/tasks").await;
    let key = format!("Bearer {}", keyway.key());
    for path in [
        "/v1/generations/../admin",
        "/v1/generations/%2e%2e/admin",
        "/v1/generations/a/..%2f..%2fadmin",
        "/v1/generations/..%5cadmin",
        "/v1/generations/./admin",
    ] {
        let mut wire = Wire::to(keyway.address()).await;
        wire.ask(&format!("GET {path}"), &[("authorization", &key)], b"")
            .await;
        let reply = wire.reply().await;
        assert!(reply.status >= 400, "{path}: {}", reply.wire());
    }
    assert_eq!(upstream.calls(), 0);
}

#[tokio::test]
async fn the_address_of_another_host_is_no_path() {
    let (upstream, keyway) = stage("/video/tasks").await;
    let thief = ScriptedUpstream::greeting();
    let path = format!("/v1/generations/http://{}/job", thief.address());

    keyway.openai().get(&path).await;

    assert_eq!(
        thief.calls(),
        0,
        "the provider's key stays with the provider"
    );
    assert!(
        upstream.last().target.contains("/http:"),
        "{}",
        upstream.last().target
    );
}

#[tokio::test]
async fn what_cannot_be_a_job_says_why() {
    let (_upstream, keyway) = stage("").await;
    let openai = keyway.openai();
    for (reply, status, code) in [
        (
            openai.post("/v1/generations", r#"{"model":"clip"}"#).await,
            400,
            "no_upstream_path",
        ),
        (
            openai.post("/v1/generations", r#"{"model":"x"}"#).await,
            404,
            "model_not_found",
        ),
        (
            openai.post("/v1/generations", r#"{"prompt":"x"}"#).await,
            400,
            "missing_model",
        ),
        (openai.get("/v1/generations/t7").await, 400, "unknown_job"),
    ] {
        assert_eq!(reply.status, status, "{}", reply.wire());
        assert_eq!(reply.json()["error"]["code"], code);
    }
}

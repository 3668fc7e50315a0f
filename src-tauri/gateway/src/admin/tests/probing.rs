//! Tests of providers and routes against scripted upstreams on loopback.

use axum::http::{HeaderMap, StatusCode};
use axum::{
    Json, Router,
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::admin::testing::{TestAdmin, provider};

/// An upstream that knows one key; gives its base URL.
async fn upstream(admin: &TestAdmin) -> String {
    async fn chat(headers: HeaderMap, Json(body): Json<Value>) -> (StatusCode, Json<Value>) {
        if headers["authorization"] != "Bearer sk-1234567890abcdef" {
            let message = format!("wrong key {}", headers["authorization"].to_str().unwrap());
            return (
                StatusCode::UNAUTHORIZED,
                Json(json!({"error": {"message": message}})),
            );
        }
        assert_eq!(body["messages"][0]["content"], "Reply with OK.");
        if body["model"] == "newer" && body["max_completion_tokens"].is_null() {
            let message = "use max_completion_tokens";
            return (
                StatusCode::BAD_REQUEST,
                Json(json!({"error": {"message": message}})),
            );
        }
        (
            StatusCode::OK,
            Json(json!({"choices": [{"message": {"content": "OK"}}]})),
        )
    }
    let models = get(|| async { Json(json!({"data": [{"id": "m-1"}, {"id": "m-2"}]})) });
    let router = Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/v1/models", models);
    serve(admin, router).await
}

async fn serve(admin: &TestAdmin, router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    admin.app().tasks.spawn(|stop| async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(stop.cancelled_owned())
            .await
            .unwrap();
    });
    url
}

async fn add(admin: &TestAdmin, id: &str, base_url: &str, model: Option<&str>) {
    let mut body = provider(id);
    body["base_url"] = json!(base_url);
    admin
        .post("/admin/llm/groups/default/providers", body)
        .await
        .ok();
    if let Some(model) = model {
        let route =
            json!({"alias": format!("to-{id}"), "provider_id": id, "upstream_model": model});
        admin
            .post("/admin/llm/groups/default/routes", route)
            .await
            .ok();
    }
}

async fn test(admin: &TestAdmin, order: Value) -> Value {
    admin.post("/admin/llm/test", order).await.ok()["test"].clone()
}

/// Nothing listens there: the port was free a moment ago.
async fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/v1", listener.local_addr().unwrap())
}

#[tokio::test]
async fn a_provider_that_works_lists_its_models_and_answers() {
    let admin = TestAdmin::open().await;
    let url = upstream(&admin).await;
    add(&admin, "p1", &url, None).await;
    let listed = test(&admin, json!({"provider_id": "p1"})).await;
    assert_eq!(
        (&listed["ok"], &listed["message"]),
        (&json!(true), &json!("GET /models OK (200)"))
    );
    assert_eq!(listed["models"], json!(["m-1", "m-2"]));
    let spoken = test(
        &admin,
        json!({"provider_id": "p1", "upstream_model": "newer"}),
    )
    .await;
    assert_eq!(spoken["message"], "chat OK (2 chars); GET /models OK (200)");
    add(&admin, "p2", &url, Some("m-1")).await;
    let by_alias = test(&admin, json!({"alias": "to-p2"})).await;
    assert_eq!(
        (&by_alias["ok"], &by_alias["alias"]),
        (&json!(true), &json!("to-p2"))
    );
    assert_eq!(
        (&by_alias["upstream_model"], &by_alias["status"]),
        (&json!("m-1"), &json!(200))
    );
}

#[tokio::test]
async fn a_refused_key_is_a_failure_told_without_the_key() {
    let admin = TestAdmin::open().await;
    let url = upstream(&admin).await;
    add(&admin, "p1", &url, Some("m-1")).await;
    admin
        .patch(
            "/admin/llm/providers/p1",
            json!({"api_key": "sk-wrong-secret-key"}),
        )
        .await
        .ok();
    let found = test(&admin, json!({"provider_id": "p1"})).await;
    assert_eq!(
        (&found["ok"], &found["status"]),
        (&json!(false), &json!(401))
    );
    let message = found["message"].as_str().unwrap();
    assert!(
        message.starts_with("the key was refused (401): wrong key Bearer …"),
        "{message}"
    );
    assert!(!found.to_string().contains("sk-wrong"));
}

#[tokio::test]
async fn an_upstream_that_is_not_there_is_a_finding_and_not_an_error() {
    let admin = TestAdmin::open().await;
    add(&admin, "p1", &nowhere().await, Some("m-1")).await;
    let found = test(&admin, json!({"alias": "to-p1", "group_id": "default"})).await;
    assert_eq!(
        (&found["ok"], &found["status"]),
        (&json!(false), &json!(502))
    );
    assert!(
        found["message"]
            .as_str()
            .unwrap()
            .starts_with("no connection"),
        "{found}"
    );
}

#[tokio::test]
async fn a_web_page_is_no_answer() {
    let admin = TestAdmin::open().await;
    let url = serve(
        &admin,
        Router::new().fallback(|| async { "<html>hello</html>" }),
    )
    .await;
    add(&admin, "p1", &url, Some("m-1")).await;
    let found = test(&admin, json!({"alias": "to-p1"})).await;
    assert_eq!(
        (&found["ok"], &found["status"]),
        (&json!(false), &json!(200))
    );
    assert!(
        found["message"]
            .as_str()
            .unwrap()
            .contains("check the base URL"),
        "{found}"
    );
}

#[tokio::test]
async fn what_cannot_be_tested_is_named() {
    let admin = TestAdmin::open().await;
    admin
        .post("/admin/llm/test", json!({}))
        .await
        .refused(400, "invalid_field", "provider_id");
    admin
        .post("/admin/llm/test", json!({"provider_id": "none"}))
        .await
        .refused(404, "not_found", "");
    admin
        .post("/admin/llm/test", json!({"alias": "none"}))
        .await
        .refused(404, "not_found", "");
    assert_eq!(test(&admin, json!({"alias": "echo"})).await["ok"], true);
}

#[tokio::test]
async fn the_test_of_everything_sums_up_and_survives_dead_upstreams() {
    let admin = TestAdmin::open().await;
    let url = upstream(&admin).await;
    add(&admin, "live", &url, Some("m-1")).await;
    add(&admin, "dead", &nowhere().await, Some("m-1")).await;
    add(&admin, "unused", &url, None).await;
    let all = admin.post("/admin/llm/e2e", json!({})).await.ok();
    assert_eq!(all["summary"], "FAIL (1/2)");
    let group = &all["group_results"][0];
    assert_eq!(
        (&group["group_id"], &group["passed"], &group["total"]),
        (&json!("default"), &json!(1), &json!(2))
    );
    assert_eq!(
        (&group["providers_passed"], &group["providers_total"]),
        (&json!(1), &json!(2))
    );
    let aliases: Vec<_> = group["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["alias"])
        .collect();
    assert_eq!(aliases, ["to-dead", "to-live"]);
    assert_eq!(group["results"][1]["protocol"], "openai");
    admin.delete("/admin/llm/providers/dead").await.ok();
    assert_eq!(
        admin.post("/admin/llm/e2e", Value::Null).await.ok()["summary"],
        "PASS (1/1)"
    );
}

//! Tool providers, users, settings, audit, secrets, presets, events, the OpenAPI document.

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::admin::testing::{TOKEN, TestAdmin, provider};

const TOOLS: &str = "/admin/llm/groups/default/tool-providers";

#[tokio::test]
async fn tool_providers_know_what_they_do_by_id_or_kind() {
    let admin = TestAdmin::open().await;
    let tavily = json!({"tool_id": "tavily", "name": "Search", "api_key": "tvly-1234567890"});
    let made = admin.post(TOOLS, tavily.clone()).await.ok()["tool_provider"].clone();
    assert_eq!(
        (&made["kind"], &made["api_key_set"]),
        (&json!("tavily"), &json!(true))
    );
    admin
        .post(TOOLS, tavily)
        .await
        .refused(409, "duplicate", "tool_id");
    admin
        .post(TOOLS, json!({"tool_id": "search", "name": "S"}))
        .await
        .refused(422, "invalid_field", "kind");
    let keyless = json!({"tool_id": "search", "name": "S", "kind": "tavily"});
    admin
        .post(TOOLS, keyless)
        .await
        .refused(422, "invalid_field", "api_key");
    admin
        .post(
            TOOLS,
            json!({"tool_id": "clock", "name": "C", "kind": "datetime_now"}),
        )
        .await
        .ok();
    let off = admin
        .patch(
            "/admin/llm/tool-providers/tavily",
            json!({"enabled": false}),
        )
        .await
        .ok();
    assert_eq!(off["tool_provider"]["enabled"], 0);
    admin
        .patch("/admin/llm/tool-providers/tavily", json!({"config": "{"}))
        .await
        .refused(422, "invalid_field", "config");
    assert_eq!(admin.get(TOOLS).await.ok()["total"], 2);
    admin.delete("/admin/llm/tool-providers/tavily").await.ok();
    admin
        .delete("/admin/llm/tool-providers/tavily")
        .await
        .refused(404, "not_found", "");
}

#[tokio::test]
async fn disabling_a_user_disables_the_keys() {
    let admin = TestAdmin::open().await;
    admin
        .post("/admin/llm/users", json!({"user_id": "bob"}))
        .await
        .ok();
    admin
        .post("/admin/llm/users", json!({"user_id": "bob"}))
        .await
        .refused(409, "duplicate", "user_id");
    admin
        .post("/admin/llm/users", json!({"user_id": "a\nb"}))
        .await
        .refused(422, "invalid_field", "user_id");
    let key = admin
        .post(
            "/admin/llm/groups/default/keys",
            json!({"name": "k", "owner_user_id": "bob"}),
        )
        .await
        .ok();
    let id = key["key"]["key_id"].as_str().unwrap().into();
    let is_live = || admin.app().live.now().key_by_id(&id).unwrap().enabled;
    admin
        .patch("/admin/llm/users/bob", json!({"enabled": false}))
        .await
        .ok();
    assert!(!is_live());
    let renamed = admin
        .patch(
            "/admin/llm/users/bob",
            json!({"user_id": "rob", "enabled": true}),
        )
        .await
        .ok();
    assert_eq!(
        (&renamed["user"]["user_id"], &renamed["user"]["key_count"]),
        (&json!("rob"), &json!(1))
    );
    assert!(is_live());
    admin
        .delete("/admin/llm/users/rob")
        .await
        .refused(409, "conflict", "");
    admin
        .get("/admin/llm/users/bob")
        .await
        .refused(404, "not_found", "");
    assert_eq!(admin.get("/admin/llm/users").await.ok()["total"], 1);
}

#[tokio::test]
async fn settings_are_changed_and_checked() {
    let admin = TestAdmin::open().await;
    let changed = admin
        .patch(
            "/admin/settings",
            json!({"language": "zh", "retention_days": 7}),
        )
        .await
        .ok();
    assert_eq!(
        (
            &changed["settings"]["language"],
            &changed["settings"]["retention_days"]
        ),
        (&json!("zh"), &json!(7))
    );
    assert_eq!(
        admin.get("/admin/settings").await.ok()["settings"],
        changed["settings"]
    );
    assert_eq!(admin.get("/admin/ui-locale").await.ok()["language"], "zh");
    admin
        .patch("/admin/settings", json!({"language": "xx"}))
        .await
        .refused(400, "invalid_field", "language");
    admin
        .patch("/admin/settings", json!({"retention_days": 0}))
        .await
        .refused(422, "invalid_field", "retention_days");
    admin
        .patch("/admin/settings", json!({"log_max_bytes": 1}))
        .await
        .refused(422, "invalid_field", "log_max_bytes");
}

#[tokio::test]
async fn every_change_is_in_the_audit_log_without_secrets() {
    let admin = TestAdmin::open().await;
    admin.with_route().await;
    admin
        .patch(
            "/admin/llm/providers/p1",
            json!({"api_key": "sk-very-secret-0000"}),
        )
        .await
        .ok();
    admin
        .post("/admin/llm/groups/default/providers", provider("p1"))
        .await
        .refused(409, "duplicate", "provider_id");
    let audit = admin.get("/admin/audit").await.ok();
    let actions: Vec<_> = audit["audit"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["action"])
        .collect();
    assert_eq!(
        actions,
        ["provider.update", "route.create", "provider.create"],
        "what failed left no trace"
    );
    assert_eq!(audit["audit"][0]["actor"], "token");
    assert!(!audit.to_string().contains("secret"));
    let page = admin.get("/admin/audit?limit=2").await.ok();
    let next = format!(
        "/admin/audit?limit=2&cursor={}",
        page["next_cursor"].as_str().unwrap()
    );
    assert_eq!(
        admin.get(&next).await.ok()["audit"][0]["action"],
        "provider.create"
    );
}

#[tokio::test]
async fn a_new_master_key_opens_what_the_old_one_sealed() {
    let admin = TestAdmin::open().await;
    admin
        .post("/admin/llm/groups/default/providers", provider("p1"))
        .await
        .ok();
    let before = admin.get("/admin/secrets").await.ok()["secrets"].clone();
    assert_eq!(
        (
            &before["master_key"]["source"],
            &before["credentials"]["sealed"]
        ),
        (&json!("file"), &json!(1))
    );
    let after = admin.post("/admin/secrets/rotate", Value::Null).await.ok()["secrets"].clone();
    assert_eq!(after["credentials"], json!({"sealed": 1, "unreadable": []}));
    let revealed = admin.get("/admin/llm/providers/p1?reveal=true").await.ok();
    assert_eq!(revealed["provider"]["api_key"], "sk-1234567890abcdef");
    let late = admin
        .post("/admin/llm/groups/default/providers", provider("p2"))
        .await
        .ok();
    assert_eq!(
        late["provider"]["api_key"], "sk-1…cdef",
        "what comes later is sealed with the new key"
    );
    let view = admin
        .app()
        .live
        .now()
        .group(&"default".into())
        .unwrap()
        .provider_by_id("p1")
        .unwrap()
        .clone();
    assert_eq!(
        view.credentials[0].secret.as_ref().unwrap().expose_secret(),
        "sk-1234567890abcdef"
    );
}

#[tokio::test]
async fn a_master_key_from_the_environment_is_not_rotated_from_here() {
    let admin = TestAdmin::with(|options| options.secret = Some("x".into())).await;
    admin
        .post("/admin/secrets/rotate", Value::Null)
        .await
        .refused(409, "master_key_from_environment", "");
    assert_eq!(
        admin.get("/admin/secrets").await.ok()["secrets"]["master_key"]["advice"],
        Value::Null
    );
}

#[tokio::test]
async fn presets_are_listed() {
    let admin = TestAdmin::open().await;
    let presets = admin.get("/admin/llm/presets").await.ok();
    let deepseek = presets["presets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == "deepseek")
        .unwrap();
    assert_eq!(
        deepseek["base_urls"]["anthropic"],
        "https://api.deepseek.com/anthropic"
    );
}

#[tokio::test]
async fn events_tell_of_changes_as_they_happen() {
    let admin = TestAdmin::open().await;
    let request = Request::get("/admin/events")
        .header("x-admin-token", TOKEN)
        .body(Body::empty())
        .unwrap();
    let response = admin.gateway.admin().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let mut next = async || {
        let frame = body.frame().await.unwrap().unwrap();
        String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
    };
    assert_eq!(next().await, ": listening\n\n");
    admin
        .post("/admin/llm/users", json!({"user_id": "bob"}))
        .await
        .ok();
    assert_eq!(
        next().await,
        "data: {\"type\":\"config\",\"what\":\"users\"}\n\n"
    );
}

#[test]
fn the_document_names_every_operation_once_and_every_shape_it_points_to() {
    let document = serde_json::to_value(crate::admin::openapi()).unwrap();
    let text = document.to_string();
    let mut ids = std::collections::HashSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{method} {path} repeats {id}");
            assert!(
                operation["summary"]
                    .as_str()
                    .is_some_and(|words| !words.is_empty()),
                "{method} {path}"
            );
            assert!(
                !operation["responses"]["default"].is_null(),
                "{method} {path} tells its errors"
            );
        }
    }
    // Two shapes of one name would hide each other.
    let schemas = &document["components"]["schemas"];
    assert!(schemas["IssuedKey"]["properties"]["plaintext_note"].is_object());
    assert!(schemas["CopiedKey"]["properties"]["key_prefix"].is_object());
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(
            document.pointer(pointer).is_some(),
            "{pointer} is not there"
        );
    }
}

/// Scripts and the UI's typed client are written against it: a change shows up here first.
#[test]
fn the_document_is_the_one_that_was_agreed() {
    let mut document = serde_json::to_value(crate::admin::openapi()).unwrap();
    document["info"]["version"] = json!("[version]");
    let text = serde_json::to_string_pretty(&document).unwrap();
    insta::assert_snapshot!("openapi", text);
}

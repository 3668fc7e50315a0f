use serde_json::{Value, json};

use crate::{
    admin::testing::TestAdmin,
    config::{KeyHash, Role},
};

const KEYS: &str = "/admin/llm/groups/default/keys";

async fn made(admin: &TestAdmin, body: Value) -> (Value, String) {
    let made = admin.post(KEYS, body).await.ok();
    let path = format!(
        "/admin/llm/keys/{}",
        made["key"]["key_id"].as_str().unwrap()
    );
    (made, path)
}

#[tokio::test]
async fn a_key_is_issued_and_its_text_can_be_read_again() {
    let admin = TestAdmin::open().await;
    let body = json!({"name": "k1", "max_requests": 5, "owner_user_id": "bob", "expires_at": "2031-01-01T00:00:00"});
    let (made, path) = made(&admin, body).await;
    let text = made["plaintext"].as_str().unwrap();
    assert_eq!((text.len(), &text[..6]), (49, "db_sk_"));
    assert_eq!(made["key"]["key_prefix"], format!("{}...", &text[..12]));
    assert_eq!(made["key"]["expires_at"], "2031-01-01T00:00:00+00:00");
    assert_eq!(
        (&made["key"]["owner_user_id"], &made["key"]["hash_only"]),
        (&json!("bob"), &json!(false))
    );
    assert!(
        made["plaintext_note"]
            .as_str()
            .unwrap()
            .contains("re-retrieve")
    );
    let again = admin.get(&format!("{path}/plaintext")).await.ok();
    assert_eq!(
        (&again["plaintext"], &again["key_id"]),
        (&made["plaintext"], &made["key"]["key_id"])
    );
    assert!(
        admin.app().live.now().key(&KeyHash::of(text)).is_some(),
        "it is in force"
    );
    assert!(!admin.get(KEYS).await.ok().to_string().contains(text));
    assert_eq!(
        admin.get("/admin/llm/users/bob").await.ok()["user"]["key_count"],
        1
    );
}

#[tokio::test]
async fn of_a_hash_only_key_nobody_reads_the_text_again() {
    let admin = TestAdmin::open().await;
    let (key, path) = made(&admin, json!({"name": "k", "hash_only": true})).await;
    assert_eq!(key["key"]["hash_only"], true);
    admin
        .get(&format!("{path}/plaintext"))
        .await
        .refused(409, "hash_only_key", "");
    admin
        .patch("/admin/settings", json!({"hash_only_keys": true}))
        .await
        .ok();
    assert_eq!(
        made(&admin, json!({"name": "k2"})).await.0["key"]["hash_only"],
        true
    );
    assert_eq!(
        made(&admin, json!({"name": "k3", "hash_only": false}))
            .await
            .0["key"]["hash_only"],
        false
    );
}

#[tokio::test]
async fn limits_are_set_and_cleared_in_both_styles() {
    let admin = TestAdmin::open().await;
    let body = json!({"name": "k", "rpm_limit": 3, "max_requests": 5, "max_tokens": 7, "concurrency_limit": 2,
        "tokens_per_minute": 9, "requests_per_day": 11});
    let (key, path) = made(&admin, body).await;
    for (field, value) in [
        ("rpm_limit", 3),
        ("max_tokens", 7),
        ("tokens_per_minute", 9),
        ("requests_per_day", 11),
    ] {
        assert_eq!(key["key"][field], value, "{field}");
    }
    let change = json!({"clear_rpm_limit": true, "max_tokens": null, "requests_per_minute": 8, "concurrency": 4});
    let changed = admin.patch(&path, change).await.ok()["key"].clone();
    assert_eq!(changed["rpm_limit"], Value::Null, "clearing wins");
    assert_eq!(
        (&changed["max_tokens"], &changed["max_requests"]),
        (&Value::Null, &json!(5))
    );
    assert_eq!(
        changed["concurrency_limit"], 4,
        "the newer name is understood"
    );
    for field in [
        "max_requests",
        "max_tokens",
        "rpm_limit",
        "concurrency_limit",
        "tokens_per_minute",
        "requests_per_day",
    ] {
        let mut body = json!({"name": "k"});
        body[field] = json!(0);
        admin
            .post(KEYS, body.clone())
            .await
            .refused(422, "invalid_field", field);
        admin
            .patch(&path, body)
            .await
            .refused(422, "invalid_field", field);
    }
}

#[tokio::test]
async fn bad_keys_are_refused_by_their_field() {
    let admin = TestAdmin::open().await;
    let (_, path) = made(&admin, json!({"name": "k"})).await;
    for (field, value, status) in [
        ("name", json!(""), 422),
        ("max_requests", json!("many"), 422),
        ("max_requests", json!(-1), 422),
        ("expires_at", json!("soon"), 400),
        ("role", json!("root"), 422),
        ("purpose", json!("x"), 422),
        ("current_route", json!("none"), 400),
        ("allowed_aliases", json!([""]), 422),
        ("owner_user_id", json!("x".repeat(65)), 422),
    ] {
        let mut body = json!({"name": "k"});
        body[field] = value;
        admin
            .post(KEYS, body.clone())
            .await
            .refused(status, "invalid_field", field);
        admin
            .patch(&path, body)
            .await
            .refused(status, "invalid_field", field);
    }
    admin
        .post(KEYS, json!({}))
        .await
        .refused(422, "invalid_field", "name");
    admin
        .get("/admin/llm/keys/none")
        .await
        .refused(404, "not_found", "");
    admin
        .delete("/admin/llm/keys/none")
        .await
        .refused(404, "not_found", "");
}

#[tokio::test]
async fn a_switch_of_the_current_route_is_in_force_for_the_next_request() {
    let admin = TestAdmin::open().await;
    let route = admin.with_route().await;
    let (key, path) = made(&admin, json!({"name": "k"})).await;
    let mut events = admin.app().events.listen();
    let changed = admin
        .patch(
            &path,
            json!({"current_route": "fast", "fast_route": route, "role": "admin"}),
        )
        .await
        .ok();
    assert_eq!(
        (
            &changed["key"]["current_route"],
            &changed["key"]["current_route_id"]
        ),
        (&json!("fast"), &json!(route))
    );
    assert_eq!(changed["key"]["fast_route"], "fast");
    let snapshot = admin.app().live.now();
    let live = snapshot
        .key(&KeyHash::of(key["plaintext"].as_str().unwrap()))
        .unwrap();
    assert_eq!(live.current_route.as_ref().unwrap().as_str(), route);
    assert_eq!(live.role, Role::Admin);
    assert_eq!(
        serde_json::to_value(events.try_recv().unwrap()).unwrap(),
        json!({"type": "config", "what": "keys"})
    );
    let cleared = admin
        .patch(&path, json!({"current_route": null}))
        .await
        .ok();
    assert_eq!(
        (
            &cleared["key"]["current_route"],
            &cleared["key"]["fast_route"]
        ),
        (&Value::Null, &json!("fast"))
    );
}

#[tokio::test]
async fn usage_is_shown_live_and_reset_on_request() {
    let admin = TestAdmin::open().await;
    let (key, path) = made(&admin, json!({"name": "k", "rpm_limit": 10})).await;
    let live = admin
        .app()
        .live
        .now()
        .key(&KeyHash::of(key["plaintext"].as_str().unwrap()))
        .unwrap()
        .clone();
    let now = admin.app().clock.now();
    admin
        .app()
        .meters
        .reserve(&live, 10, now)
        .unwrap()
        .settle(40, now);
    let used = admin.get(&path).await.ok()["key"].clone();
    assert_eq!(
        (&used["used_requests"], &used["used_tokens"]),
        (&json!(1), &json!(40))
    );
    assert_eq!(used["usage"]["requests_last_minute"], 1);
    let reset = admin.patch(&path, json!({"reset_usage": true})).await.ok()["key"].clone();
    assert_eq!(
        (&reset["used_requests"], &reset["used_tokens"]),
        (&json!(0), &json!(0))
    );
}

#[tokio::test]
async fn a_deleted_key_opens_nothing() {
    let admin = TestAdmin::open().await;
    let (key, path) = made(&admin, json!({"name": "k"})).await;
    assert!(
        admin.delete(&path).await.ok()["message"]
            .as_str()
            .unwrap()
            .starts_with("key deleted: ")
    );
    assert!(
        admin
            .app()
            .live
            .now()
            .key(&KeyHash::of(key["plaintext"].as_str().unwrap()))
            .is_none()
    );
}

#[tokio::test]
async fn a_key_can_be_switched_to_the_built_in_route() {
    let admin = TestAdmin::open().await;
    let (_, path) = made(&admin, json!({"name": "k"})).await;
    let changed = admin
        .patch(&path, json!({"current_route": "echo"}))
        .await
        .ok();
    assert_eq!(changed["key"]["current_route"], "echo");
    assert_eq!(changed["key"]["current_route_id"], "echo");
}

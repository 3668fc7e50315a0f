use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    admin::testing::{TestAdmin, provider},
    upstream::health::{Circuit, Outcome},
};

const PROVIDERS: &str = "/admin/llm/groups/default/providers";
const P1: &str = "/admin/llm/providers/p1";

fn with(field: &str, value: Value) -> Value {
    let mut body = provider("p1");
    body[field] = value;
    body
}

#[tokio::test]
async fn a_provider_is_made_with_its_key_sealed_and_masked() {
    let admin = TestAdmin::open().await;
    let made = admin.post(PROVIDERS, provider("p1")).await.ok()["provider"].clone();
    assert_eq!(made["api_key"], "sk-1…cdef");
    assert_eq!(
        (&made["api_key_set"], &made["credential_count"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(
        (&made["protocol"], &made["enabled"]),
        (&json!("openai"), &json!(1))
    );
    assert_eq!(
        made["timeouts"],
        json!({"connect_ms": 10_000, "first_byte_ms": 600_000, "idle_ms": 300_000})
    );
    let shown = admin.get(P1).await.ok();
    assert_eq!(shown["provider"], made);
    let listed = admin.get(PROVIDERS).await.ok();
    assert_eq!(listed["providers"][0], made);
    assert!(!listed.to_string().contains("1234567890"));
}

#[tokio::test]
async fn the_key_is_shown_only_when_asked_for_and_that_is_noted() {
    let admin = TestAdmin::open().await;
    admin.post(PROVIDERS, provider("p1")).await.ok();
    let revealed = admin.get("/admin/llm/providers/p1?reveal=true").await.ok();
    assert_eq!(revealed["provider"]["api_key"], "sk-1234567890abcdef");
    let audit = admin.get("/admin/audit").await.ok();
    assert_eq!(audit["audit"][0]["action"], "provider.reveal");
    assert!(!audit.to_string().contains("sk-"));
}

#[tokio::test]
async fn bad_providers_are_refused_by_their_field() {
    let admin = TestAdmin::open().await;
    let too_long = format!("https://{}.example", "a".repeat(512));
    for (field, value) in [
        ("provider_id", json!("a/b")),
        ("provider_id", json!("")),
        ("name", json!(" ")),
        ("base_url", json!("api.example.com")),
        ("base_url", json!("ftp://api.example.com")),
        ("base_url", json!("https://user:pass@api.example.com")),
        ("base_url", json!(too_long)),
        ("api_key", json!("a\nb")),
        ("api_key", json!("x".repeat(4097))),
        ("note", json!("x".repeat(513))),
        ("proxy", json!("nowhere")),
        ("max_concurrency", json!(0)),
        ("enabled", json!("yes")),
    ] {
        admin
            .post(PROVIDERS, with(field, value))
            .await
            .refused(422, "invalid_field", field);
    }
    admin
        .post(PROVIDERS, with("protocol", json!("grpc")))
        .await
        .refused(422, "unknown_protocol", "protocol");
    let headers = with("headers", json!({"Authorization": "x"}));
    admin
        .post(PROVIDERS, headers)
        .await
        .refused(422, "invalid_field", "headers.Authorization");
    let timeouts = with("timeouts", json!({"idle_ms": 1}));
    admin
        .post(PROVIDERS, timeouts)
        .await
        .refused(422, "invalid_field", "timeouts.idle_ms");
    let endpoints = with("endpoints", json!({"gemini": "x"}));
    admin
        .post(PROVIDERS, endpoints)
        .await
        .refused(422, "invalid_field", "endpoints.gemini");
    assert_eq!(
        admin.get(PROVIDERS).await.ok()["total"],
        0,
        "nothing of it was kept"
    );
}

#[tokio::test]
async fn the_gateway_itself_is_no_provider() {
    let admin = TestAdmin::open().await;
    for url in [
        "http://127.0.0.1:9233/v1",
        "http://localhost:9233",
        "http://LocalHost.:9233",
        "http://[::1]:9233/v1",
        "http://127.8.8.8:9233",
        "http://0.0.0.0:9233",
        "https://keyway.example/v1",
    ] {
        admin
            .post(PROVIDERS, with("base_url", json!(url)))
            .await
            .refused(422, "base_url_is_keyway", "base_url");
    }
    admin
        .post(
            PROVIDERS,
            with("base_url", json!("http://127.0.0.1:11434/v1")),
        )
        .await
        .ok();
    let change = json!({"base_url": "http://localhost:9233"});
    admin
        .patch(P1, change)
        .await
        .refused(422, "base_url_is_keyway", "base_url");
}

#[tokio::test]
async fn a_duplicate_and_a_missing_provider_are_told() {
    let admin = TestAdmin::open().await;
    admin.post(PROVIDERS, provider("p1")).await.ok();
    admin
        .post(PROVIDERS, provider("p1"))
        .await
        .refused(409, "duplicate", "provider_id");
    admin
        .get("/admin/llm/providers/p2")
        .await
        .refused(404, "not_found", "");
    admin
        .patch("/admin/llm/providers/p2", json!({}))
        .await
        .refused(404, "not_found", "");
    admin
        .post("/admin/llm/groups/none/providers", provider("p1"))
        .await
        .refused(404, "not_found", "");
}

#[tokio::test]
async fn changes_touch_what_is_named_and_are_in_force_at_once() {
    let admin = TestAdmin::open().await;
    let mut body = provider("p1");
    body["proxy"] = json!("http://u:secret@proxy:3128");
    body["headers"] = json!({"x-team": "a"});
    let made = admin.post(PROVIDERS, body).await.ok();
    assert_eq!(made["provider"]["proxy"], "http://u:***@proxy:3128");
    let change = json!({
        "protocol": "anthropic", "api_key": "sk-another-key-0000", "proxy": "http://u:***@proxy:3128",
        "endpoints": {"openai": "https://api.example.com/v1"}, "timeouts": {"idle_ms": 5000}, "max_concurrency": 4,
    });
    let changed = admin.patch(P1, change).await.ok()["provider"].clone();
    assert_eq!(changed["api_key"], "sk-a…0000");
    assert_eq!(
        changed["credential_count"], 1,
        "the key took the place of the old one"
    );
    assert_eq!(
        changed["endpoints"],
        json!({"openai": "https://api.example.com/v1"})
    );
    assert_eq!(changed["timeouts"]["connect_ms"], 10_000);
    assert_eq!(changed["headers"], json!({"x-team": "a"}));

    let snapshot = admin.app().live.now();
    let view = snapshot
        .group(&"default".into())
        .unwrap()
        .provider_by_id("p1")
        .unwrap()
        .clone();
    assert_eq!(
        view.provider.proxy.as_deref(),
        Some("http://u:secret@proxy:3128"),
        "what was hidden came back unharmed"
    );
    assert_eq!(view.provider.timeouts.idle.as_millis(), 5000);
    let cleared = admin
        .patch(P1, json!({"max_concurrency": null, "proxy": null}))
        .await
        .ok();
    assert_eq!(
        (
            &cleared["provider"]["max_concurrency"],
            &cleared["provider"]["proxy"]
        ),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn deleting_a_provider_takes_its_routes_along() {
    let admin = TestAdmin::open().await;
    admin.with_route().await;
    assert_eq!(
        admin.delete(P1).await.ok()["message"],
        "provider deleted: p1"
    );
    assert_eq!(
        admin.get("/admin/llm/groups/default/routes").await.ok()["total"],
        0
    );
}

#[tokio::test]
async fn credentials_form_a_pool() {
    let admin = TestAdmin::open().await;
    admin.post(PROVIDERS, provider("p1")).await.ok();
    let pool = "/admin/llm/providers/p1/credentials";
    let second = json!({"api_key": "sk-second-000000", "label": "two", "priority": 1, "weight": 3});
    let made = admin.post(pool, second).await.ok();
    let path = format!(
        "/admin/llm/credentials/{}",
        made["credential"]["credential_id"].as_str().unwrap()
    );
    let changed = admin
        .patch(&path, json!({"label": "deux", "enabled": 0}))
        .await
        .ok();
    assert_eq!(
        (
            &changed["credential"]["label"],
            &changed["credential"]["weight"]
        ),
        (&json!("deux"), &json!(3))
    );
    let listed = admin.get(pool).await.ok();
    let labels: Vec<_> = listed["credentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["label"])
        .collect();
    assert_eq!(labels, ["primary", "deux"]);
    assert_eq!(
        admin.get(P1).await.ok()["provider"]["credential_healthy"],
        1
    );
    admin
        .post(pool, json!({"api_key": ""}))
        .await
        .refused(422, "invalid_field", "api_key");
    admin
        .post(pool, json!({"api_key": "k", "weight": 0}))
        .await
        .refused(422, "invalid_field", "weight");
    admin.delete(&path).await.ok();
    admin.delete(&path).await.refused(404, "not_found", "");
}

#[tokio::test]
async fn a_resting_credential_is_shown_with_the_reason_and_can_be_woken() {
    let admin = TestAdmin::open().await;
    admin.post(PROVIDERS, provider("p1")).await.ok();
    let now: Timestamp = admin.app().clock.now();
    let snapshot = admin.app().live.now();
    let view = snapshot
        .group(&"default".into())
        .unwrap()
        .provider_by_id("p1")
        .unwrap()
        .clone();
    let id = view.credentials[0].id.clone();
    let circuit = Circuit {
        provider: view.provider.uid.clone(),
        credential: Some(id.clone()),
        model: Some("m".to_owned()),
    };
    admin.app().health.note(&circuit, Outcome::Refused, now);

    let health = admin.get("/admin/llm/health?group_id=default").await.ok()["health"][0].clone();
    assert_eq!(
        (&health["provider_id"], &health["circuit_open"]),
        (&json!("p1"), &json!(1))
    );
    assert_eq!(health["credential_label"], "primary");
    assert!(health["explanation"].as_str().unwrap().contains("401"));
    assert_eq!(
        admin.get("/admin/llm/health?group_id=other").await.ok()["health"],
        json!([])
    );
    assert_eq!(
        admin.get(P1).await.ok()["provider"]["credential_healthy"],
        0
    );
    assert_eq!(
        admin.get("/admin/llm/overview").await.ok()["overview"]["circuit_providers"],
        json!(["p1"])
    );

    let reset = admin
        .post("/admin/llm/health/p1/reset", Value::Null)
        .await
        .ok();
    assert_eq!(
        (&reset["reset"], &reset["health"]["circuit_open"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(
        admin.get("/admin/llm/health").await.ok()["health"],
        json!([])
    );
    admin.app().health.note(&circuit, Outcome::Refused, now);
    admin
        .post(
            &format!("/admin/llm/credentials/{id}/health/reset"),
            Value::Null,
        )
        .await
        .ok();
    assert_eq!(
        admin.get("/admin/llm/health").await.ok()["health"],
        json!([])
    );
    admin
        .post("/admin/llm/health/none/reset", Value::Null)
        .await
        .refused(404, "not_found", "");
}

#[tokio::test]
async fn quirks_are_set_shown_and_worked_out_for_a_model() {
    let admin = TestAdmin::open().await;
    let quirks = json!({"images": false, "max_output": 4096});
    let made = admin
        .post(PROVIDERS, with("quirks", quirks.clone()))
        .await
        .ok();
    assert_eq!(made["provider"]["quirks"], quirks);
    let renamed = admin.patch(P1, json!({"name": "Other"})).await.ok();
    assert_eq!(renamed["provider"]["quirks"], quirks);

    let path = format!("{P1}/quirks?model=m-1");
    let shown = admin.get(&path).await.ok();
    assert_eq!(
        (&shown["model"], &shown["protocol"]),
        (&json!("m-1"), &json!("openai"))
    );
    assert_eq!(shown["quirks"]["images"], false);
    assert_eq!(shown["quirks"]["max_output"], 4096);
    let gemini = admin.get(&format!("{path}&protocol=gemini")).await.ok();
    assert_eq!(gemini["quirks"]["most_stops"], 5);
    assert_eq!(gemini["quirks"]["images"], false);
    let odd = admin.get(&format!("{path}&protocol=soap")).await;
    odd.refused(422, "unknown_protocol", "protocol");

    admin.patch(P1, json!({"quirks": {}})).await.ok();
    let shown = admin.get(&path).await.ok();
    assert_eq!(shown["quirks"]["images"], true);
}

#[tokio::test]
async fn quirks_that_cannot_be_are_refused_by_their_name() {
    let admin = TestAdmin::open().await;
    for (quirks, field) in [
        (json!({"images": true, "imagse": false}), "quirks.imagse"),
        (json!({"images": "no"}), "quirks.images"),
        (json!({"reasoning": "loud"}), "quirks.reasoning"),
        (json!([]), "quirks"),
    ] {
        let answer = admin.post(PROVIDERS, with("quirks", quirks)).await;
        answer.refused(422, "invalid_field", field);
    }
}

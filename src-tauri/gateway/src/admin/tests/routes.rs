use serde_json::{Value, json};

use crate::admin::testing::{TestAdmin, provider};

const ROUTES: &str = "/admin/llm/groups/default/routes";

fn route(alias: &str) -> Value {
    json!({"alias": alias, "provider_id": "p1", "upstream_model": "m-1"})
}

fn with(field: &str, value: Value) -> Value {
    let mut body = route("fast");
    body[field] = value;
    body
}

async fn admin() -> TestAdmin {
    let admin = TestAdmin::open().await;
    for id in ["p1", "p2"] {
        admin
            .post("/admin/llm/groups/default/providers", provider(id))
            .await
            .ok();
    }
    admin
}

#[tokio::test]
async fn a_route_is_made_shown_changed_and_deleted() {
    let admin = admin().await;
    let made = admin.post(ROUTES, route("fast")).await.ok()["route"].clone();
    assert_eq!(
        (&made["mode"], &made["enabled"]),
        (&json!("direct"), &json!(1))
    );
    assert_eq!(
        (&made["adapter_config"], &made["targets"]),
        (&json!("{}"), &json!([]))
    );
    let path = format!("/admin/llm/routes/{}", made["route_id"].as_str().unwrap());
    let change = json!({"alias": "quick", "provider_id": "p2", "enabled": false});
    let changed = admin.patch(&path, change).await.ok()["route"].clone();
    assert_eq!(
        (&changed["alias"], &changed["provider_id"]),
        (&json!("quick"), &json!("p2"))
    );
    assert_eq!(changed["upstream_model"], "m-1");
    assert_eq!(admin.get(&path).await.ok()["route"], changed);
    assert_eq!(admin.get(ROUTES).await.ok()["routes"], json!([changed]));
    admin.delete(&path).await.ok();
    admin.get(&path).await.refused(404, "not_found", "");
}

#[tokio::test]
async fn a_route_to_a_provider_that_is_not_there_tells_which_are() {
    let admin = admin().await;
    let answer = admin
        .post(ROUTES, with("provider_id", json!("nosuch")))
        .await;
    assert_eq!(
        answer.body["detail"],
        "group default has no provider \"nosuch\"; it has p1, p2"
    );
    answer.refused(400, "invalid_field", "provider_id");
}

#[tokio::test]
async fn how_a_route_gives_thoughts_is_set_changed_and_left_to_the_key_again() {
    let admin = admin().await;
    let made = admin.post(ROUTES, route("plain")).await.ok();
    assert_eq!(made["route"]["reasoning"], Value::Null);
    let made = admin
        .post(ROUTES, with("reasoning", json!("think_tags")))
        .await
        .ok()["route"]
        .clone();
    assert_eq!(made["reasoning"], "think_tags");
    let path = format!("/admin/llm/routes/{}", made["route_id"].as_str().unwrap());
    let patched =
        async |change: Value| admin.patch(&path, change).await.ok()["route"]["reasoning"].clone();
    assert_eq!(patched(json!({"note": "n"})).await, "think_tags");
    assert_eq!(patched(json!({"reasoning": "drop"})).await, "drop");
    assert_eq!(patched(json!({"reasoning": null})).await, Value::Null);
    let refused = admin.patch(&path, json!({"reasoning": "aloud"})).await;
    refused.refused(400, "invalid_field", "reasoning");
}

#[tokio::test]
async fn bad_routes_are_refused_by_their_field() {
    let admin = admin().await;
    admin.post(ROUTES, route("fast")).await.ok();
    admin
        .post(ROUTES, route("fast"))
        .await
        .refused(409, "duplicate", "alias");
    for (field, value, status) in [
        ("alias", json!(""), 422),
        ("alias", json!("a\tb"), 422),
        ("alias", json!("x".repeat(129)), 422),
        ("upstream_model", json!(""), 422),
        ("upstream_path", json!("x".repeat(257)), 422),
        ("adapter_config", json!("no json"), 422),
        ("fusion_config", json!("[1]"), 422),
        ("mode", json!("sometimes"), 400),
        ("provider_id", json!("none"), 400),
    ] {
        admin
            .post(ROUTES, with(field, value))
            .await
            .refused(status, "invalid_field", field);
    }
    admin
        .post("/admin/llm/groups/none/routes", route("a"))
        .await
        .refused(404, "not_found", "");
}

#[tokio::test]
async fn a_provider_of_another_group_cannot_be_bound() {
    let admin = admin().await;
    admin
        .post("/admin/llm/groups", json!({"group_id": "g2", "name": "G"}))
        .await
        .ok();
    let foreign = admin
        .post("/admin/llm/groups/g2/providers", provider("theirs"))
        .await
        .ok();
    for name in [&foreign["provider"]["uid"], &json!("theirs")] {
        let body = with("provider_id", name.clone());
        admin
            .post(ROUTES, body)
            .await
            .refused(400, "invalid_field", "provider_id");
    }
}

#[tokio::test]
async fn route_providers_are_added_ordered_and_removed() {
    let admin = admin().await;
    let first = json!({"provider_id": "p2", "upstream_model": "m-2", "priority": 5});
    let made = admin
        .post(ROUTES, with("targets", json!([first])))
        .await
        .ok()["route"]
        .clone();
    assert_eq!(made["targets"][0]["upstream_model"], "m-2");
    let path = format!(
        "/admin/llm/routes/{}/providers",
        made["route_id"].as_str().unwrap()
    );
    let second = json!({"provider_id": "p2", "upstream_model": "m-3", "priority": 1, "weight": 2});
    let added = admin.post(&path, second.clone()).await.ok()["route_provider"].clone();
    admin
        .post(&path, second)
        .await
        .refused(409, "duplicate", "upstream_model");
    admin
        .post(&path, json!({"provider_id": "none", "upstream_model": "m"}))
        .await
        .refused(400, "invalid_field", "provider_id");
    let listed = admin.get(&path).await.ok();
    let models: Vec<_> = listed["route_providers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["upstream_model"])
        .collect();
    assert_eq!(
        models,
        ["m-3", "m-2"],
        "the same provider may stand twice, with two models"
    );
    let one = format!(
        "/admin/llm/route-providers/{}",
        added["rp_id"].as_str().unwrap()
    );
    let changed = admin
        .patch(&one, json!({"priority": 9, "enabled": false}))
        .await
        .ok();
    assert_eq!(
        (
            &changed["route_provider"]["priority"],
            &changed["route_provider"]["enabled"]
        ),
        (&json!(9), &json!(0))
    );
    admin
        .patch(&one, json!({"weight": 0}))
        .await
        .refused(422, "invalid_field", "weight");
    admin.delete(&one).await.ok();
    admin.delete(&one).await.refused(404, "not_found", "");
}

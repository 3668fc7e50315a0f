use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    admin::testing::{TestAdmin, provider},
    events::Event,
};

const GROUPS: &str = "/admin/llm/groups";

#[tokio::test]
async fn a_group_is_made_shown_changed_and_deleted() {
    let admin = TestAdmin::open().await;
    let made = admin
        .post(
            GROUPS,
            json!({"group_id": "g1", "name": "G 1", "note": "n"}),
        )
        .await
        .ok();
    assert_eq!(
        made["group"],
        json!({
            "group_id": "g1", "name": "G 1", "enabled": 1, "note": "n",
            "created_at": "2030-03-17T17:46:40+00:00", "updated_at": "2030-03-17T17:46:40+00:00",
            "provider_count": 0, "route_count": 0, "key_count": 0, "tool_count": 0,
            "default_route": null, "default_route_id": null, "default_provider": null,
        })
    );
    let changed = admin
        .patch(
            "/admin/llm/groups/g1",
            json!({"name": "One", "enabled": false}),
        )
        .await
        .ok();
    assert_eq!(
        (&changed["group"]["name"], &changed["group"]["enabled"]),
        (&json!("One"), &json!(0))
    );
    assert_eq!(changed["group"]["note"], "n", "what is left out stays");
    assert_eq!(
        admin.get("/admin/llm/groups/g1").await.ok()["group"],
        changed["group"]
    );
    let gone = admin.delete("/admin/llm/groups/g1").await.ok();
    assert_eq!(gone["message"], "group deleted: g1");
    admin
        .get("/admin/llm/groups/g1")
        .await
        .refused(404, "not_found", "");
}

#[tokio::test]
async fn a_change_is_in_force_although_its_asker_hung_up() {
    let admin = TestAdmin::open().await;
    let mut events = admin.gateway.events().listen();
    {
        let group = json!({"group_id": "left", "name": "Left"});
        let mut asking = std::pin::pin!(admin.post(GROUPS, group));
        assert!(futures_util::poll!(asking.as_mut()).is_pending());
    }
    let told = tokio::time::timeout(Duration::from_secs(10), events.recv());
    let told = told.await.expect("the change is told of").unwrap();
    assert_eq!(told, Event::Config { what: "groups" });
    assert!(admin.app().live.now().group(&"left".into()).is_some());
}

#[tokio::test]
async fn a_bad_group_is_refused_by_its_field() {
    let admin = TestAdmin::open().await;
    admin
        .post(GROUPS, json!({"name": "x"}))
        .await
        .refused(422, "invalid_field", "group_id");
    admin
        .post(GROUPS, json!({"group_id": "a/b", "name": "x"}))
        .await
        .refused(422, "invalid_field", "group_id");
    admin
        .post(GROUPS, json!({"group_id": "a", "name": ""}))
        .await
        .refused(422, "invalid_field", "name");
    admin
        .post(GROUPS, json!({"group_id": "a", "name": 7}))
        .await
        .refused(422, "invalid_field", "name");
    admin
        .post(GROUPS, json!({"group_id": "default", "name": "x"}))
        .await
        .refused(409, "duplicate", "group_id");
    admin
        .patch("/admin/llm/groups/none", json!({"name": "x"}))
        .await
        .refused(404, "not_found", "");
    admin
        .delete("/admin/llm/groups/none")
        .await
        .refused(404, "not_found", "");
    admin
        .delete("/admin/llm/groups/default")
        .await
        .refused(409, "default_group", "");
    let long = json!({"note": "x".repeat(513)});
    admin
        .patch("/admin/llm/groups/default", long)
        .await
        .refused(422, "invalid_field", "note");
}

#[tokio::test]
async fn what_a_group_answers_with_is_named_by_alias_and_emptied_by_null() {
    let admin = TestAdmin::open().await;
    let route = admin.with_route().await;
    let path = "/admin/llm/groups/default";
    let set = admin
        .patch(
            path,
            json!({"default_route": "fast", "default_provider": "p1"}),
        )
        .await
        .ok();
    assert_eq!(set["group"]["default_route"], "fast");
    assert_eq!(set["group"]["default_route_id"], route);
    assert_eq!(set["group"]["default_provider"], "p1");
    let emptied = admin.patch(path, json!({"default_route": null})).await.ok();
    assert_eq!(emptied["group"]["default_route"], Value::Null);
    assert_eq!(emptied["group"]["default_provider"], "p1");
    admin
        .patch(path, json!({"default_route": "none"}))
        .await
        .refused(400, "invalid_field", "default_route");
}

#[tokio::test]
async fn lists_come_in_pages_and_whole_without_a_limit() {
    let admin = TestAdmin::open().await;
    for id in ["a", "b", "c"] {
        admin
            .post(GROUPS, json!({"group_id": id, "name": id}))
            .await
            .ok();
    }
    assert_eq!(
        admin.get(GROUPS).await.ok()["groups"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("{GROUPS}?limit=3{cursor}")).await.ok();
        assert_eq!(page["total"], 4);
        let groups = page["groups"].as_array().unwrap();
        seen.extend(
            groups
                .iter()
                .map(|group| group["group_id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    seen.sort();
    assert_eq!(seen, ["a", "b", "c", "default"]);
    admin
        .get(&format!("{GROUPS}?limit=0"))
        .await
        .refused(422, "invalid_field", "limit");
    admin
        .get(&format!("{GROUPS}?limit=x"))
        .await
        .refused(422, "invalid_field", "limit");
    admin
        .get(&format!("{GROUPS}?cursor=gone"))
        .await
        .refused(400, "invalid_field", "cursor");
}

#[tokio::test]
async fn a_copy_has_everything_and_keys_of_its_own() {
    let admin = TestAdmin::open().await;
    admin.with_route().await;
    let key = admin
        .post(
            "/admin/llm/groups/default/keys",
            json!({"name": "k", "current_route": "fast"}),
        )
        .await
        .ok();
    let wanted = json!({"new_name": "Copy", "new_group_id": "copy"});
    let copy = admin
        .post("/admin/llm/groups/default/copy", wanted.clone())
        .await
        .ok();
    assert_eq!(copy["group"]["provider_count"], 1);
    assert_eq!(copy["group"]["key_count"], 1);
    let issued = &copy["group"]["issued_keys"][0];
    assert_eq!(issued["name"], "k");
    assert_ne!(issued["plaintext"], key["plaintext"]);
    let keys = admin.get("/admin/llm/groups/copy/keys").await.ok();
    assert_eq!(keys["keys"][0]["current_route"], "fast");
    admin
        .post("/admin/llm/groups/default/copy", wanted)
        .await
        .refused(400, "duplicate", "new_group_id");
    admin
        .post("/admin/llm/groups/none/copy", json!({"new_name": "x"}))
        .await
        .refused(404, "not_found", "");
    let unnamed = admin
        .post("/admin/llm/groups/default/copy", json!({"new_name": "x"}))
        .await
        .ok();
    assert!(
        unnamed["group"]["group_id"]
            .as_str()
            .unwrap()
            .starts_with("default-copy-")
    );
}

#[tokio::test]
async fn an_id_of_several_groups_is_ambiguous_until_the_group_is_named() {
    let admin = TestAdmin::open().await;
    admin
        .post(GROUPS, json!({"group_id": "g2", "name": "G"}))
        .await
        .ok();
    for group in ["default", "g2"] {
        admin
            .post(&format!("{GROUPS}/{group}/providers"), provider("p1"))
            .await
            .ok();
    }
    let path = "/admin/llm/providers/p1";
    admin
        .get(path)
        .await
        .refused(409, "ambiguous_id", "group_id");
    admin
        .patch(path, json!({"note": "x"}))
        .await
        .refused(409, "ambiguous_id", "group_id");
    let one = admin.get(&format!("{path}?group_id=g2")).await.ok();
    assert_eq!(one["provider"]["group_id"], "g2");
    let uid = one["provider"]["uid"].as_str().unwrap();
    assert_eq!(
        admin.get(&format!("/admin/llm/providers/{uid}")).await.ok()["provider"]["group_id"],
        "g2"
    );
    admin.delete(&format!("{path}?group_id=g2")).await.ok();
    admin.get(path).await.ok();
}

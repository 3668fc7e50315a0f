//! Who gets in: token, session, one-time link, CSRF, lock-out.

use std::time::Duration;

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::admin::{
    Trusted,
    testing::{Reply, TOKEN, TestAdmin, request},
};

const GROUPS: &str = "/admin/llm/groups";

async fn with_header(admin: &TestAdmin, name: &str, value: &str) -> Reply {
    admin
        .send(
            request("GET", GROUPS, &Value::Null).header(name, value),
            &Value::Null,
        )
        .await
}

async fn log_in(admin: &TestAdmin, token: &str) -> Reply {
    let body = json!({"token": token});
    admin
        .send(request("POST", "/admin/login", &body), &body)
        .await
}

/// The cookie and the CSRF token of a session.
async fn session(admin: &TestAdmin) -> (String, String) {
    let reply = log_in(admin, TOKEN).await;
    let cookie = reply.headers["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    (
        cookie,
        reply.body["csrf_token"].as_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn the_admin_token_opens_by_either_header_and_nothing_else_does() {
    let admin = TestAdmin::open().await;
    with_header(&admin, "x-admin-token", TOKEN).await.ok();
    with_header(&admin, "authorization", &format!("Bearer {TOKEN}"))
        .await
        .ok();
    with_header(&admin, "x-admin-token", "wrong")
        .await
        .refused(401, "login_required", "");
    with_header(&admin, "authorization", "Bearer wrong")
        .await
        .refused(401, "login_required", "");
    with_header(&admin, "x-other", TOKEN)
        .await
        .refused(401, "login_required", "");
    let by_query = format!("{GROUPS}?token={TOKEN}");
    admin
        .send(request("GET", &by_query, &Value::Null), &Value::Null)
        .await
        .refused(401, "login_required", "");
}

#[tokio::test]
async fn logging_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use() {
    let admin = TestAdmin::open().await;
    let reply = log_in(&admin, TOKEN).await;
    let cookie = reply.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("keyway_admin_session="), "{cookie}");
    for flag in [
        "; Path=/",
        "; Max-Age=604800",
        "; HttpOnly",
        "; SameSite=Strict",
    ] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    assert!(
        !cookie.contains("Secure"),
        "without TLS a browser would not send it back"
    );
    log_in(&admin, "wrong")
        .await
        .refused(401, "wrong_token", "");
}

#[tokio::test]
async fn a_session_reads_with_its_cookie_and_changes_with_its_csrf_token_too() {
    let admin = TestAdmin::open().await;
    let (cookie, csrf) = session(&admin).await;
    with_header(&admin, "cookie", &format!("a=b; {cookie}"))
        .await
        .ok();
    let shown = request("GET", "/admin/session", &Value::Null).header("cookie", &cookie);
    assert_eq!(
        admin.send(shown, &Value::Null).await.ok()["csrf_token"],
        csrf
    );

    let body = json!({"group_id": "g1", "name": "G"});
    let post = || request("POST", GROUPS, &body).header("cookie", &cookie);
    admin
        .send(post(), &body)
        .await
        .refused(403, "csrf_token_required", "");
    admin
        .send(post().header("x-keyway-csrf", "guess"), &body)
        .await
        .refused(403, "csrf_token_required", "");
    admin
        .send(post().header("x-keyway-csrf", &csrf), &body)
        .await
        .ok();
}

#[tokio::test]
async fn logging_out_needs_the_session_and_ends_only_it() {
    let admin = TestAdmin::open().await;
    let ((first, csrf), (second, _)) = (session(&admin).await, session(&admin).await);
    let logout = || request("POST", "/admin/logout", &Value::Null);
    admin
        .send(logout(), &Value::Null)
        .await
        .refused(401, "login_required", "");
    admin
        .send(logout().header("cookie", &first), &Value::Null)
        .await
        .refused(403, "csrf_token_required", "");
    let reply = admin
        .send(
            logout()
                .header("cookie", &first)
                .header("x-keyway-csrf", &csrf),
            &Value::Null,
        )
        .await;
    assert!(
        reply.headers["set-cookie"]
            .to_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    with_header(&admin, "cookie", &first)
        .await
        .refused(401, "login_required", "");
    with_header(&admin, "cookie", &second).await.ok();
}

#[tokio::test]
async fn sessions_end_after_a_week() {
    let admin = TestAdmin::open().await;
    let (cookie, _) = session(&admin).await;
    admin
        .clock
        .wind(Duration::from_hours(7 * 24) - Duration::from_secs(1));
    with_header(&admin, "cookie", &cookie).await.ok();
    admin.clock.wind(Duration::from_secs(1));
    with_header(&admin, "cookie", &cookie)
        .await
        .refused(401, "login_required", "");
}

#[tokio::test]
async fn ten_wrong_tokens_lock_the_door_for_a_minute_but_not_for_sessions() {
    let admin = TestAdmin::open().await;
    let (cookie, _) = session(&admin).await;
    for _ in 0..10 {
        log_in(&admin, "wrong")
            .await
            .refused(401, "wrong_token", "");
    }
    let locked = log_in(&admin, TOKEN).await;
    assert_eq!(locked.headers["retry-after"], "60");
    locked.refused(429, "too_many_attempts", "");
    with_header(&admin, "x-admin-token", TOKEN)
        .await
        .refused(429, "too_many_attempts", "");
    with_header(&admin, "cookie", &cookie).await.ok();
    admin.clock.wind(Duration::from_mins(1));
    log_in(&admin, TOKEN).await.ok();
}

#[tokio::test]
async fn a_login_link_works_once() {
    let admin = TestAdmin::open().await;
    let link = admin
        .app()
        .door
        .one_time_link("http://keyway", admin.app().clock.now())
        .unwrap();
    let path = link.strip_prefix("http://keyway").unwrap();
    let first = admin
        .send(request("GET", path, &Value::Null), &Value::Null)
        .await;
    assert_eq!(
        (first.status.as_u16(), first.headers["location"].as_bytes()),
        (303, b"/".as_slice())
    );
    let cookie = first.headers["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    with_header(&admin, "cookie", cookie).await.ok();
    let again = admin
        .send(request("GET", path, &Value::Null), &Value::Null)
        .await;
    assert!(!again.headers.contains_key("set-cookie"));
    let by_token = format!("/admin/desktop-login?token={TOKEN}");
    let leaked = admin
        .send(request("GET", &by_token, &Value::Null), &Value::Null)
        .await;
    assert!(
        !leaked.headers.contains_key("set-cookie"),
        "the admin token itself never goes into a URL"
    );
}

#[tokio::test]
async fn the_window_of_this_process_needs_no_token() {
    let admin = TestAdmin::open().await;
    let mut request = Request::get("/admin/config").body(Body::empty()).unwrap();
    request.extensions_mut().insert(Trusted);
    let config = admin.pass(request).await.ok();
    assert_eq!(config["config"]["desktop_mode"], true);
    assert_eq!(
        admin.get("/admin/config").await.ok()["config"]["desktop_mode"],
        false
    );
}

#[tokio::test]
async fn admin_keys_open_only_when_the_settings_say_so() {
    let admin = TestAdmin::open().await;
    let keys = "/admin/llm/groups/default/keys";
    let made = admin
        .post(keys, json!({"name": "ops", "role": "admin"}))
        .await
        .ok();
    let plain = admin.post(keys, json!({"name": "user"})).await.ok();
    let bearer = |made: &Value| format!("Bearer {}", made["plaintext"].as_str().unwrap());
    with_header(&admin, "authorization", &bearer(&made))
        .await
        .refused(401, "login_required", "");
    admin
        .patch("/admin/settings", json!({"admin_keys": true}))
        .await
        .ok();
    with_header(&admin, "authorization", &bearer(&made))
        .await
        .ok();
    with_header(&admin, "authorization", &bearer(&plain))
        .await
        .refused(401, "login_required", "");
    let path = format!(
        "/admin/llm/keys/{}",
        made["key"]["key_id"].as_str().unwrap()
    );
    admin.patch(&path, json!({"enabled": false})).await.ok();
    with_header(&admin, "authorization", &bearer(&made))
        .await
        .refused(401, "login_required", "");
}

#[tokio::test]
async fn bodies_must_be_json_and_say_so() {
    let admin = TestAdmin::open().await;
    let body = json!({"token": TOKEN});
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        let request = Request::post("/admin/login").header("content-type", kind);
        admin
            .send(request, &body)
            .await
            .refused(415, "json_required", "");
    }
    admin
        .send(Request::post("/admin/login"), &body)
        .await
        .refused(415, "json_required", "");
    let request =
        Request::post("/admin/login").header("content-type", "application/json; charset=utf-8");
    admin.send(request, &body).await.ok();
    let broken = Request::post("/admin/login").header("content-type", "application/json");
    admin
        .pass(broken.body(Body::from("{")).unwrap())
        .await
        .refused(400, "invalid_json", "");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_told_in_json_and_need_no_guess() {
    let admin = TestAdmin::open().await;
    admin
        .get("/admin/nothing/here")
        .await
        .refused(404, "not_found", "");
    admin
        .delete("/admin/settings")
        .await
        .refused(405, "method_not_allowed", "");
}

#[tokio::test]
async fn what_is_open_to_all_tells_no_secret() {
    let admin = TestAdmin::open().await;
    for path in ["/admin/ui-locale", "/admin/openapi.json", "/docs"] {
        let reply = admin
            .send(request("GET", path, &Value::Null), &Value::Null)
            .await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(!reply.body.to_string().contains(TOKEN), "{path}");
    }
}

/// Every path of the document but the few that are open refuses a stranger.
#[tokio::test]
async fn no_path_is_left_unguarded() {
    let admin = TestAdmin::open().await;
    let document = serde_json::to_value(crate::admin::openapi()).unwrap();
    let open = ["/admin/login", "/admin/desktop-login", "/admin/ui-locale"];
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item
            .as_object()
            .unwrap()
            .keys()
            .filter(|_| !open.contains(&path.as_str()))
        {
            let path = path.replace(['{', '}'], "");
            let reply = admin
                .send(
                    request(&method.to_uppercase(), &path, &Value::Null),
                    &Value::Null,
                )
                .await;
            reply.refused(401, "login_required", "");
            asked += 1;
        }
    }
    assert!(asked > 40, "{asked}");
}

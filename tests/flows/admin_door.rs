//! The door of the admin API, as those see it who stand before it.

use bytes::Bytes;
use http::Method;
use keyway_tests::{Caller, Protocol, Reply, TestKeyway};
use serde_json::{Value, json};

/// The admin token of the kit's gateways.
const TOKEN: &str = "kit-admin-token";
/// Paths that are open to everybody.
const OPEN: [&str; 3] = ["/admin/login", "/admin/desktop-login", "/admin/ui-locale"];

/// Somebody without any token.
fn stranger(keyway: &TestKeyway) -> Caller {
    Caller::new(keyway.address(), Protocol::OpenAi)
}

async fn log_in(keyway: &TestKeyway, token: &str) -> Reply {
    let body = json!({"token": token}).to_string();
    stranger(keyway).post("/admin/login", body).await
}

/// Somebody who logged in: the caller with the cookie, and the token for changes.
async fn session(keyway: &TestKeyway) -> (Caller, String) {
    let reply = log_in(keyway, TOKEN).await;
    assert_eq!(reply.status, 200, "{}", reply.wire());
    let csrf = reply.json()["csrf_token"].as_str().map(str::to_owned);
    let caller = with_cookie_of(keyway, &reply);
    (caller, csrf.expect("a session has its token"))
}

fn with_cookie_of(keyway: &TestKeyway, reply: &Reply) -> Caller {
    let cookie = reply.header("set-cookie").expect("a cookie is set");
    let pair = cookie.split(';').next().expect("a cookie has a value");
    stranger(keyway).with_header("cookie", pair)
}

async fn make_group(caller: &Caller, id: &str) -> Reply {
    let body = json!({"group_id": id, "name": id}).to_string();
    caller.post("/admin/llm/groups", body).await
}

async fn groups(keyway: &TestKeyway) -> String {
    keyway.admin().get("/admin/llm/groups").await.to_string()
}

fn code(reply: &Reply) -> String {
    reply.json()["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn every_path_of_the_admin_api_is_shut_to_those_without_a_token() {
    let keyway = TestKeyway::start().await;
    let caller = stranger(&keyway);
    let document = caller.get("/admin/openapi.json").await.json();
    let paths = document["paths"].as_object().expect("the API is described");

    let mut tried = 0;
    for (path, methods) in paths {
        let methods = methods.as_object().expect("a path has methods");
        for method in methods.keys().filter(|_| !OPEN.contains(&path.as_str())) {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else {
                continue;
            };
            let body = if method == Method::GET { "" } else { "{}" };
            let path = path.replace(['{', '}'], "");
            let reply = caller.send(method.clone(), &path, Bytes::from(body)).await;
            assert_eq!(reply.status, 401, "{method} {path}: {}", reply.wire());
            assert_eq!(code(&reply), "login_required", "{method} {path}");
            tried += 1;
        }
    }
    assert!(tried > 50, "only {tried} were tried");
}

#[tokio::test]
async fn wrong_tokens_lock_the_door_and_keep_no_client_from_working() {
    let keyway = TestKeyway::start().await;
    let (inside, _) = session(&keyway).await;
    for _ in 0..10 {
        let reply = log_in(&keyway, "a guess").await;
        assert_eq!(reply.status, 401, "{}", reply.wire());
        assert!(reply.header("set-cookie").is_none(), "{:?}", reply.headers);
    }

    let guess = log_in(&keyway, "a guess").await;
    assert_eq!(guess.status, 429, "{}", guess.wire());
    let wait: u64 = guess
        .header("retry-after")
        .and_then(|seconds| seconds.parse().ok())
        .expect("it says how long");
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(log_in(&keyway, TOKEN).await.status, 429, "not even tried");
    let by_header = stranger(&keyway).with_header("x-admin-token", TOKEN);
    assert_eq!(by_header.get("/admin/llm/groups").await.status, 429);

    assert_eq!(inside.get("/admin/llm/groups").await.status, 200);
    let reply = keyway.openai().say("echo", "Hello").await;
    assert_eq!(reply.status, 200, "{}", reply.wire());
}

#[tokio::test]
async fn wrong_tokens_in_headers_count_like_those_of_a_login() {
    let keyway = TestKeyway::start().await;
    for guess in 0..10 {
        let name = ["x-admin-token", "authorization"][guess % 2];
        let caller = stranger(&keyway).with_header(name, "Bearer a-guess");
        assert_eq!(caller.get("/admin/llm/groups").await.status, 401);
    }
    assert_eq!(log_in(&keyway, TOKEN).await.status, 429);
}

#[tokio::test]
async fn a_session_reads_by_its_cookie_and_changes_only_with_its_own_token() {
    let keyway = TestKeyway::start().await;
    let reply = log_in(&keyway, TOKEN).await;
    let cookie = reply.header("set-cookie").expect("a cookie is set");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains(TOKEN), "{cookie}");

    let (caller, csrf) = session(&keyway).await;
    let (_, of_another) = session(&keyway).await;
    assert_eq!(caller.get("/admin/llm/groups").await.status, 200);
    let told = caller.get("/admin/session").await.json();
    assert_eq!(told["csrf_token"], csrf.as_str());
    assert_eq!(told["via"], "session");
    for wrong in [None, Some(""), Some("guess"), Some(of_another.as_str())] {
        let caller = match wrong {
            Some(wrong) => caller.clone().with_header("x-keyway-csrf", wrong),
            None => caller.clone(),
        };
        let reply = make_group(&caller, "forged").await;
        assert_eq!(reply.status, 403, "{wrong:?}: {}", reply.wire());
    }
    let caller = caller.with_header("x-keyway-csrf", &csrf);
    assert_eq!(make_group(&caller, "wanted").await.status, 200);

    let groups = groups(&keyway).await;
    assert!(groups.contains("wanted"), "{groups}");
    assert!(!groups.contains("forged"), "{groups}");
}

#[tokio::test]
async fn a_logout_ends_one_session_and_cannot_be_forged() {
    let keyway = TestKeyway::start().await;
    let (one, csrf) = session(&keyway).await;
    let (other, _) = session(&keyway).await;

    assert_eq!(one.post("/admin/logout", "{}").await.status, 403);
    assert_eq!(
        stranger(&keyway).post("/admin/logout", "{}").await.status,
        401
    );
    assert_eq!(one.get("/admin/session").await.status, 200);

    let leaving = one.clone().with_header("x-keyway-csrf", &csrf);
    let reply = leaving.post("/admin/logout", "{}").await;
    assert_eq!(reply.status, 200, "{}", reply.wire());
    let cookie = reply.header("set-cookie").unwrap_or_default();
    assert!(cookie.contains("Max-Age=0"), "{cookie}");
    assert_eq!(one.get("/admin/session").await.status, 401);
    assert_eq!(other.get("/admin/session").await.status, 200);
}

#[tokio::test]
async fn a_login_link_works_once() {
    let keyway = TestKeyway::start().await;
    let made = keyway.admin().post("/admin/login-link", json!({})).await;
    let link = made["link"].as_str().expect("a link is made");
    let path = link.strip_prefix(&keyway.url());
    let path = path.unwrap_or_else(|| panic!("it leads here: {link}"));
    assert!(!link.contains(TOKEN), "{link}");

    let first = stranger(&keyway).get(path).await;
    assert_eq!(first.status, 303, "{}", first.wire());
    assert_eq!(first.header("location"), Some("/"));
    let inside = with_cookie_of(&keyway, &first);
    assert_eq!(inside.get("/admin/llm/groups").await.status, 200);

    let second = stranger(&keyway).get(path).await;
    assert_eq!(second.header("set-cookie"), None);
    assert_eq!(second.header("location"), Some("/?login=link_used"));
    let by_token = format!("/admin/desktop-login?token={TOKEN}");
    let third = stranger(&keyway).get(&by_token).await;
    assert_eq!(third.header("set-cookie"), None, "the token is no link");
}

#[tokio::test]
async fn sessions_and_links_end_with_the_gateway() {
    let mut keyway = TestKeyway::start().await;
    let reply = log_in(&keyway, TOKEN).await;
    let made = keyway.admin().post("/admin/login-link", json!({})).await;
    let link = made["link"].as_str().expect("a link is made");
    let path = link.replace(&keyway.url(), "");

    keyway.restart().await;

    let caller = with_cookie_of(&keyway, &reply);
    assert_eq!(caller.get("/admin/session").await.status, 401);
    let used = stranger(&keyway).get(&path).await;
    assert_eq!(used.header("set-cookie"), None);
}

#[tokio::test]
async fn not_even_the_token_opens_to_a_foreign_host_or_origin() {
    let keyway = TestKeyway::start().await;
    let port = keyway.address().port();
    let admin = stranger(&keyway).with_header("x-admin-token", TOKEN);
    let hosts = ["evil.example", &format!("evil.example:{port}"), "10.0.0.9"]
        .map(|host| ("host", host.to_owned(), "host_not_allowed"));
    let origins = [
        "http://evil.example",
        "http://127.0.0.1:1",
        "null",
        &format!("http://127.0.0.1:{port}.evil.example"),
    ]
    .map(|origin| ("origin", origin.to_owned(), "origin_not_allowed"));
    let sites = ["cross-site", "same-site"]
        .map(|site| ("sec-fetch-site", site.to_owned(), "origin_not_allowed"));

    for (name, value, expected) in hosts.into_iter().chain(origins).chain(sites) {
        let caller = admin.clone().with_header(name, &value);
        for path in ["/admin/llm/groups", "/admin/openapi.json", "/admin/session"] {
            let reply = caller.get(path).await;
            assert_eq!(reply.status, 403, "{name}: {value}: {}", reply.wire());
            assert_eq!(code(&reply), expected, "{name}: {value}");
            let allowed = reply.header("access-control-allow-origin");
            assert_eq!(allowed, None, "{name}: {value}");
        }
        assert_eq!(make_group(&caller, "forged").await.status, 403);
        let login = caller.post("/admin/login", json!({"token": TOKEN}).to_string());
        assert_eq!(login.await.header("set-cookie"), None);
    }

    let own = admin.with_header("origin", &keyway.url());
    assert_eq!(make_group(&own, "wanted").await.status, 200);
    let groups = groups(&keyway).await;
    assert!(!groups.contains("forged"), "{groups}");
}

#[tokio::test]
async fn a_form_cannot_stand_in_for_json() {
    let keyway = TestKeyway::start().await;
    let body = json!({"group_id": "forged", "name": "Forged"}).to_string();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let caller = stranger(&keyway)
            .with_header("x-admin-token", TOKEN)
            .with_header("content-type", kind);
        let reply = caller.post("/admin/llm/groups", body.clone()).await;
        assert_eq!(reply.status, 415, "{kind}: {}", reply.wire());
    }
    assert!(!groups(&keyway).await.contains("forged"));
}

#[tokio::test]
async fn a_client_key_opens_the_admin_api_only_when_it_was_meant_to() {
    let keyway = TestKeyway::start().await;
    let usual = keyway.key_with("default", json!({})).await;
    let admin = keyway.key_with("default", json!({"role": "admin"})).await;
    let status = async |key: &str| {
        let caller = stranger(&keyway).with_header("authorization", &format!("Bearer {key}"));
        caller.get("/admin/llm/groups").await.status
    };
    assert_eq!(status(&usual.text).await, 401);
    assert_eq!(status(&admin.text).await, 401, "off by default");

    let change = json!({"admin_keys": true});
    keyway.admin().patch("/admin/settings", change).await;

    assert_eq!(status(&admin.text).await, 200);
    assert_eq!(status(&usual.text).await, 401);
    let off = json!({"enabled": false});
    let path = format!("/admin/llm/keys/{}", admin.id);
    let answer: Value = keyway.admin().patch(&path, off).await;
    assert_eq!(status(&admin.text).await, 401, "{answer}");
}

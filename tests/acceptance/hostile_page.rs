//! Web pages in a real browser: hostile ones get nothing, our own and allowed ones get through.

use std::collections::BTreeSet;

use keyway_tests::{Answer, Launch, NewKey, ScriptedUpstream, TestKeyway, eventually};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::clients::{Results, node, results_of};
use crate::tools;

/// Where hostile pages come from; each plays without and with a key.
const ORIGINS: [&str; 5] = [
    "another port",
    "another host",
    "localhost",
    "no origin",
    "rebound",
];

/// A gateway worth attacking, and a server of foreign pages.
struct Scene {
    keyway: TestKeyway,
    key: NewKey,
    upstream: ScriptedUpstream,
    pages: ScriptedUpstream,
}

impl Scene {
    async fn set() -> Self {
        let upstream = ScriptedUpstream::greeting();
        let pages = ScriptedUpstream::greeting();
        pages.at_path("/page", Answer::body("text/html", "<body>"));
        let friend = format!("http://friend.example:{}", pages.address().port());
        let keyway = Launch::new()
            .with_env("KEYWAY_CORS_ORIGINS", friend)
            .start()
            .await;
        let provider = keyway.provider_of_all(&upstream, json!({})).await;
        keyway.route("poet", &provider, "poet-upstream").await;
        let admin = keyway.admin();
        let painter = json!({
            "alias": "painter", "provider_id": provider, "upstream_model": "p", "upstream_path": "images",
        });
        admin
            .post("/admin/llm/groups/default/routes", painter)
            .await;
        let victim = json!({"group_id": "victim", "name": "Victim"});
        admin.post("/admin/llm/groups", victim).await;
        let key = keyway.key_with("default", json!({})).await;
        Self {
            keyway,
            key,
            upstream,
            pages,
        }
    }

    /// Lets the browser play one of its two plays.
    async fn play(&self, play: &str) -> Results {
        let home = TempDir::new().expect("a temporary folder can be made");
        let made = self
            .keyway
            .admin()
            .post("/admin/login-link", json!({}))
            .await;
        let mut command = node("browser.mjs", home.path());
        command
            .env("PLAY", play)
            .env("CLIENT_URL", self.keyway.url())
            .env("CLIENT_KEY", &self.key.text)
            .env("KEY_ID", &self.key.id)
            .env("PAGES", format!("http://{}", self.pages.address()))
            .env(
                "LOGIN_LINK",
                made["link"].as_str().expect("a link was made"),
            )
            .env("BROWSER", tools::browser())
            .env("BROWSER_PROFILE", home.path().join("profile"));
        let results = results_of("the browser", command).await;
        assert_eq!(results.case("client")["version"], "1.65.1");
        assert_eq!(
            results.case("login")["cookie"],
            json!({"http_only": true, "same_site": "Strict"})
        );
        results
    }

    /// What an attacker would like to change.
    async fn state(&self) -> Vec<Value> {
        let admin = self.keyway.admin();
        let mut state = Vec::new();
        for path in [
            "/admin/llm/groups",
            "/admin/llm/groups/default/keys",
            "/admin/llm/groups/default/routes",
            "/admin/settings",
        ] {
            state.push(admin.get(path).await);
        }
        state
    }
}

#[tokio::test]
async fn a_hostile_page_spends_no_key_reads_no_answer_and_reaches_no_admin() {
    let scene = Scene::set().await;
    let before = scene.state().await;

    let results = scene.play("attack").await;

    for origin in ORIGINS {
        for case in ["key unknown", "key known"] {
            let case = format!("{origin}, {case}");
            nothing_was_read(origin, results.case(&case));
            everything_was_turned_away(&case, results.case(&case));
        }
    }
    assert_eq!(scene.upstream.calls(), 0, "{:?}", scene.upstream.received());
    assert_eq!(scene.state().await, before);
    assert_eq!(scene.keyway.logs().await, [Value::Null; 0]);
    assert_eq!(results.case("afterwards")["via"], "session");
}

#[tokio::test]
async fn our_own_page_and_a_page_of_an_allowed_origin_get_through() {
    let scene = Scene::set().await;

    let results = scene.play("control").await;

    let own = results.case("own page");
    assert_eq!(own["status"], 200, "{own}");
    assert_eq!(own["answer"]["model"], "poet", "{own}");
    assert_eq!(own["via"], "session", "{own}");
    assert_eq!(own["made"], 200, "{own}");
    let friend = results.case("friend");
    assert_eq!(friend["status"], 200, "{friend}");
    assert_eq!(friend["answer"]["model"], "poet", "{friend}");
    assert!(friend["id"].is_string(), "{friend}");
    eventually!(scene.keyway.logs().await.len() >= 2);

    the_attacks_have_teeth(results.case("own page, attacking"));
    assert!(scene.upstream.calls() > 2);
    let groups = scene
        .keyway
        .admin()
        .get("/admin/llm/groups")
        .await
        .to_string();
    assert!(groups.contains("made-by-our-page"), "{groups}");
    assert!(
        !groups.contains("pwned"),
        "without its own token not even our page changes anything: {groups}"
    );
}

/// A page of a rebound name reads the refusal, since the browser takes it for its own server's.
fn nothing_was_read(origin: &str, result: &Value) {
    let attempts = result["attempts"]
        .as_array()
        .expect("the attempts are told");
    assert!(attempts.len() > 150, "{}", attempts.len());
    let read = attempts
        .iter()
        .filter(|attempt| attempt["read"].is_string());
    let ways: BTreeSet<_> = read.map(|attempt| attempt["way"].to_string()).collect();
    let enough = if origin == "rebound" { 8 } else { 0 };
    assert!(ways.len() >= enough, "{origin} reads by {ways:?} only");
    for attempt in attempts {
        let Some(read) = attempt["read"].as_str() else {
            continue;
        };
        let is_refusal = read.contains("host_not_allowed") && !read.contains("data:");
        assert!(origin == "rebound" && is_refusal, "{origin}: {attempt}");
    }
}

/// Links lead to pages, which nobody but the person can read; anything else is refused at the door.
fn everything_was_turned_away(case: &str, result: &Value) {
    let answers = result["answers"].as_array().expect("the answers are told");
    // Of those that were asked for beforehand, or may not be read, the browser tells nothing.
    assert!(answers.len() > 50, "{case}: only {} came", answers.len());
    for answer in answers {
        let path = answer["path"].as_str().unwrap_or_default();
        let is_page = answer["kind"] == "document" && answer["method"] == "GET";
        let is_link = is_page && !path.starts_with("/v1");
        assert!(answer["status"] == 403 || is_link, "{case}: {answer}");
    }
}

/// The same attacks from our own origin read and spend: it is the guard that stops the others.
fn the_attacks_have_teeth(result: &Value) {
    let attempts = result["attempts"]
        .as_array()
        .expect("the attempts are told");
    let read = |way: &str, path: &str| {
        let one = attempts.iter().find(|attempt| {
            let asked = attempt["path"].as_str().unwrap_or_default();
            attempt["way"] == way && asked.split('?').next() == Some(path)
        });
        let one = one.unwrap_or_else(|| panic!("{way} {path} was not tried"));
        one["read"].as_str().unwrap_or_default().to_owned()
    };
    for way in ["fetch", "XHR"] {
        assert!(read(way, "/v1/chat/completions").contains("choices"));
        assert!(read("plain fetch", "/admin/llm/groups").contains("victim"));
    }
    assert!(read("XHR", "/admin/session").contains("csrf_token"));
    assert!(read("plain fetch", "/v1/generations/job").contains('{'));
    assert_eq!(read("events", "/admin/events"), "events opened");
}

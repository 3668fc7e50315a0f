//! A gateway in full use, and what must not be found afterwards.

use http::Method;
use keyway_tests::{Answer, Caller, Launch, Protocol, Reply, ScriptedUpstream, TestKeyway, sample};
use serde_json::json;

use super::planted::Planted;
use crate::cli_kit::Cli;

const SECRET: &str = "planted-master-secret-5e1f0b7a93";
const ADMIN_TOKEN: &str = "kit-admin-token";
const PROVIDER_KEY: &str = "sk-planted-provider-key-0a77c3d1e9";
const SECOND_KEY: &str = "sk-planted-second-key-66b2f04c18";
const TOOL_KEY: &str = "tvly-planted-tool-key-91d7e2ab40";
const WRONG_KEY: &str = "db_sk_planted-wrong-key-3c88aa5f71d2";
const WRONG_TOKEN: &str = "planted-wrong-admin-token-bb20f7c6";
const PROMPT: &str = "planted prompt of a user d41c9e6270";

/// A gateway in use, and what must not be found.
pub(super) struct Scene {
    pub(super) keyway: TestKeyway,
    upstream: ScriptedUpstream,
    pub(super) planted: Planted,
    key: String,
    cookie: String,
}

impl Scene {
    pub(super) async fn set() -> Self {
        let mut planted = Planted::default();
        planted.plant_with_its_key("KEYWAY_SECRET", SECRET);
        for (what, secret) in [
            ("the admin token", ADMIN_TOKEN),
            ("the provider's key", PROVIDER_KEY),
            ("the second key", SECOND_KEY),
            ("the tool's key", TOOL_KEY),
            ("a wrong client key", WRONG_KEY),
            ("a wrong admin token", WRONG_TOKEN),
            ("the prompt", PROMPT),
        ] {
            planted.plant(what, secret);
        }
        let keyway = Launch::new()
            .with_env("KEYWAY_SECRET", SECRET)
            // Everything, of the libraries too.
            .with_env("KEYWAY_LOG_LEVEL", "trace,keyway_gateway=trace")
            .start_without_key()
            .await;
        let upstream = ScriptedUpstream::greeting();
        let mut scene = Self {
            keyway,
            upstream,
            planted,
            key: String::new(),
            cookie: String::new(),
        };
        scene.set_up().await;
        scene.log_in().await;
        scene
    }

    async fn set_up(&mut self) {
        let fields = json!({"api_key": PROVIDER_KEY});
        let keyway = &self.keyway;
        let provider = keyway.provider_of_all(&self.upstream, fields).await;
        keyway.route("poet", &provider, "poet-upstream").await;
        let refusing = ScriptedUpstream::refusing();
        let fields = json!({"api_key": SECOND_KEY});
        let gone = keyway.provider_of_all(&refusing, fields).await;
        keyway.route("gone", &gone, "gone-upstream").await;
        let admin = keyway.admin();
        let second = json!({"api_key": SECOND_KEY, "label": "second", "priority": 1});
        let path = format!("/admin/llm/providers/{provider}/credentials");
        admin.post(&path, second).await;
        let tool = json!({"tool_id": "tavily", "name": "Tavily", "api_key": TOOL_KEY});
        let path = "/admin/llm/groups/default/tool-providers";
        admin.post(path, tool).await;

        let key = keyway.key_with("default", json!({"name": "laptop"})).await;
        self.planted.plant("the client's key", &key.text);
        self.key = key.text;
    }

    async fn log_in(&mut self) {
        let body = json!({"token": ADMIN_TOKEN}).to_string();
        let reply = self.stranger().post("/admin/login", body).await;
        let cookie = reply.header("set-cookie").expect("a cookie is set");
        let pair = cookie.split(';').next().expect("a cookie has a value");
        let (_, value) = pair.split_once('=').expect("a cookie has a value");
        self.planted.plant("the session's cookie", value);
        pair.clone_into(&mut self.cookie);
    }

    fn stranger(&self) -> Caller {
        Caller::new(self.keyway.address(), Protocol::OpenAi)
    }

    /// Good requests and bad ones; refusals go back to the client, so they are searched too.
    pub(super) async fn use_it(&self) {
        for protocol in Protocol::ALL {
            let caller = Caller::new(self.keyway.address(), protocol);
            let good = caller.clone().with_key(&self.key);
            for model in ["poet", "echo", "gone", "nobody-knows-me"] {
                self.keeps_secrets(&good.say(model, PROMPT).await);
                self.keeps_secrets(&good.stream(model, PROMPT).await);
            }
            self.upstream_talks_too_much(&good).await;
            let bad = caller.with_key(WRONG_KEY);
            self.keeps_secrets(&bad.say("poet", PROMPT).await);
        }
        let body = sample::ask(Protocol::OpenAi, "poet", PROMPT).to_string();
        for key in [&self.key, WRONG_KEY] {
            let path = format!("/v1/chat/completions?key={key}");
            let reply = self.stranger().post(&path, body.clone()).await;
            self.keeps_secrets(&reply);
            let path = format!("/nowhere/{key}?key={key}");
            self.stranger().get(&path).await;
        }
    }

    /// Vendors repeat a key that they refuse, more or less of it.
    async fn upstream_talks_too_much(&self, caller: &Caller) {
        for (status, key) in [(401, PROVIDER_KEY), (500, PROVIDER_KEY), (400, SECOND_KEY)] {
            let said = format!("Incorrect API key provided: {key}.");
            let body = json!({"type": "error", "error": {"type": "e", "message": said, "code": 1, "status": said}});
            self.upstream
                .always(Answer::json(&body).with_status(status));
            self.keeps_secrets(&caller.say("poet", PROMPT).await);
            self.keeps_secrets(&caller.stream("poet", PROMPT).await);
        }
        // In the middle of a stream the bytes go on as they are; the log keeps them not.
        let failure = json!({"type": "error", "error": {"type": "e", "message": PROVIDER_KEY}});
        let event = format!("event: error\ndata: {failure}\n\n");
        self.upstream.always(Answer::streaming([event]));
        caller.stream("poet", PROMPT).await;
        self.upstream.always(Answer::saying("All is well."));
        self.forgive().await;
    }

    /// Refused credentials rest; the next requests need them.
    async fn forgive(&self) {
        let admin = self.keyway.admin();
        let providers = admin.get("/admin/llm/groups/default/providers").await;
        for provider in providers["providers"].as_array().expect("a list") {
            let id = provider["provider_id"].as_str().expect("an id");
            let path = format!("/admin/llm/health/{id}/reset");
            admin.post(&path, json!({})).await;
        }
    }

    fn keeps_secrets(&self, reply: &Reply) {
        let place = format!("an answer: {}", reply.status);
        // An Echo may say back what it was told.
        let text = reply.text().replace(PROMPT, "");
        self.planted.are_not_in(&place, text);
        self.planted
            .are_not_in("headers", format!("{:?}", reply.headers));
    }

    /// Whoever administers makes mistakes, too.
    pub(super) async fn administer(&self) {
        for (name, value) in [("x-admin-token", WRONG_TOKEN), ("cookie", WRONG_TOKEN)] {
            let caller = self.stranger().with_header(name, value);
            self.keeps_secrets(&caller.get("/admin/llm/groups").await);
        }
        let admin = self.keyway.admin();
        let providers = "/admin/llm/groups/default/providers";
        for body in [
            json!({"provider_id": "p1", "name": "Again", "base_url": "http://127.0.0.1:9", "api_key": PROVIDER_KEY}),
            json!({"provider_id": "bad id", "name": "Bad", "base_url": "http://127.0.0.1:9", "api_key": PROVIDER_KEY}),
            json!({"provider_id": "x", "name": "Bad", "base_url": "no url", "api_key": PROVIDER_KEY}),
            json!({"provider_id": "x", "name": "Bad", "base_url": "http://127.0.0.1:9", "api_key": [PROVIDER_KEY]}),
            json!([PROVIDER_KEY]),
            json!(PROVIDER_KEY),
        ] {
            let reply = admin.send(Method::POST, providers, &body).await;
            assert!(reply.status >= 400, "{}", reply.wire());
            self.keeps_secrets(&reply);
        }
        for probe in [json!({"provider_id": "p1"}), json!({"alias": "poet"})] {
            self.upstream
                .next(Answer::json(&json!({"error": {"message": PROVIDER_KEY}})).with_status(401));
            let reply = admin.send(Method::POST, "/admin/llm/test", &probe).await;
            self.keeps_secrets(&reply);
        }
        self.forgive().await;
    }

    /// Every answer of the admin API but those that were asked for a secret.
    pub(super) async fn read_all(&self) -> usize {
        let inside = self.stranger().with_header("cookie", &self.cookie);
        let document = inside.get("/admin/openapi.json").await.json();
        let ids = self.ids().await;
        let mut read = 0;
        for (path, methods) in document["paths"].as_object().expect("paths") {
            let reveals = path.ends_with("/plaintext") || path == "/admin/desktop-login";
            if reveals || path == "/admin/events" || methods.get("get").is_none() {
                continue;
            }
            let path = ids.iter().fold(path.clone(), |path, (name, id)| {
                path.replace(&format!("{{{name}}}"), id)
            });
            assert!(!path.contains('{'), "no id for {path}");
            let reply = inside.get(&format!("{path}?limit=1000")).await;
            assert!(reply.status < 500, "{path}: {}", reply.wire());
            self.planted.are_not_in(&path, reply.text());
            read += usize::from(reply.status == 200);
        }
        let metrics = self.stranger().get("/metrics").await.text();
        assert!(metrics.contains("keyway_requests"), "{metrics}");
        self.planted.are_not_in("/metrics", metrics);
        read
    }

    /// What to put in the place of each parameter.
    async fn ids(&self) -> Vec<(&'static str, String)> {
        let admin = self.keyway.admin();
        let first = async |path: &str, list: &str, field: &str| {
            let page = admin.get(path).await;
            page[list][0][field].as_str().unwrap_or("none").to_owned()
        };
        let group = "/admin/llm/groups/default";
        vec![
            ("group_id", "default".to_owned()),
            ("provider_id", "p1".to_owned()),
            ("tool_id", "tavily".to_owned()),
            ("name", "nobody".to_owned()),
            ("user", "nobody".to_owned()),
            ("user_id", "nobody".to_owned()),
            ("credential_id", "none".to_owned()),
            ("rp_id", "none".to_owned()),
            (
                "route_id",
                first(&format!("{group}/routes"), "routes", "route_id").await,
            ),
            (
                "key_id",
                first(&format!("{group}/keys"), "keys", "key_id").await,
            ),
            ("log_id", first("/admin/llm/logs", "logs", "log_id").await),
        ]
    }

    /// What the command line prints, and the copies it makes.
    pub(super) fn command(&self) {
        let cli = Cli::at(self.keyway.data_folder())
            .with_env("KEYWAY_SECRET", SECRET)
            .with_env("KEYWAY_ADMIN_TOKEN", ADMIN_TOKEN);
        let copy = self.keyway.data_folder().join("copy.db");
        for line in [
            "status",
            "doctor",
            "keys list",
            "providers list",
            "routes list",
            "groups list",
            "users list",
            "tools list",
            "logs",
            "usage",
            "export",
            &format!("backup '{}'", copy.display()),
        ] {
            for line in [line.to_owned(), format!("{line} --json")] {
                let said = cli.run(&line);
                self.planted.are_not_in(&line, &said.out);
                self.planted.are_not_in(&line, &said.err);
            }
        }
        let wrong = Cli::at(self.keyway.data_folder())
            .with_env("KEYWAY_ADMIN_TOKEN", WRONG_TOKEN)
            .run("keys list");
        self.planted.are_not_in("a refused command", &wrong.err);
        assert!(copy.is_file(), "a backup was made");
    }
}

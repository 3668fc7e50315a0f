//! What real clients sent, through Keyway: the upstream gets it byte for byte but for the model's name.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use http::Method;
use keyway_tests::{Caller, Protocol, Received, Reply, ScriptedUpstream, TestKeyway, fixture};
use serde_json::{Value, json};

/// Headers that belong to one connection, or to the gateway's own door.
const NOT_PASSED: [&str; 8] = [
    "authorization",
    "x-api-key",
    "x-goog-api-key",
    "connection",
    "content-length",
    "accept-encoding",
    "sec-fetch-mode",
    "x-codex-turn-metadata",
];

/// A request of a real client.
struct Recorded {
    name: String,
    protocol: Protocol,
    path: String,
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl Recorded {
    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recorded");
        let mut names: Vec<_> = fs::read_dir(folder)
            .expect("there are recordings")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| Some(name.strip_suffix(".body.json")?.to_owned()))
            .collect();
        names.sort();
        names.into_iter().map(Self::read).collect()
    }

    fn read(name: String) -> Self {
        let request = fixture(&format!("recorded/{name}.request.json"));
        let request: Value = serde_json::from_slice(&request).expect("a recording is JSON");
        let body = fixture(&format!("recorded/{name}.body.json"));
        let path = text(&request["path"]);
        let headers = request["headers"].as_array().expect("headers are listed");
        Self {
            protocol: Protocol::of_path(path.split('?').next().unwrap_or_default()),
            headers: headers
                .iter()
                .map(|pair| (text(&pair[0]).to_lowercase(), text(&pair[1])))
                .filter(|(name, _)| name != "content-length" && name != "connection")
                .collect(),
            name,
            path,
            body,
        }
    }

    /// The model it asks for.
    fn model(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).expect("a recorded body is JSON");
        let named = body["model"].as_str().map(str::to_owned);
        named.unwrap_or_else(|| gemini_model(&self.path))
    }

    /// The body with another model's name, nothing else touched.
    fn asking_for(&self, model: &str) -> Vec<u8> {
        let old = format!("\"model\":\"{}\"", self.model());
        let Some(at) = find(&self.body, old.as_bytes()) else {
            return self.body.to_vec(); // Gemini names it in the path
        };
        let new = format!("\"model\":\"{model}\"");
        [
            &self.body[..at],
            new.as_bytes(),
            &self.body[at + old.len()..],
        ]
        .concat()
    }

    async fn send(&self, keyway: &TestKeyway) -> Reply {
        let key = keyway.key();
        let caller = Caller::new(keyway.address(), self.protocol);
        let caller = self.headers.iter().fold(caller, |caller, (name, value)| {
            let value = match (name.as_str(), value.as_str()) {
                ("authorization", _) => format!("Bearer {key}"),
                (_, "REDACTED") => key.to_owned(),
                (_, other) => other.to_owned(),
            };
            caller.with_header(name, &value)
        });
        caller
            .send(Method::POST, &self.path, self.body.clone())
            .await
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("it is a text").to_owned()
}

fn gemini_model(path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    last.split(':').next().unwrap_or_default().to_owned()
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|window| window == what)
}

#[tokio::test]
async fn recorded_requests_differ_upstream_in_the_model_name_alone() {
    let upstream = ScriptedUpstream::greeting();
    upstream.counting(77);
    let keyway = TestKeyway::start().await;
    let provider = keyway.provider_of_all(&upstream, json!({})).await;
    let recorded = Recorded::all();
    assert_eq!(recorded.len(), 13, "all recordings are there");
    for request in &recorded {
        let model = request.model();
        let listed = keyway.admin().get("/admin/llm/groups/default/routes").await;
        if !listed
            .to_string()
            .contains(&format!("\"alias\":\"{model}\""))
        {
            keyway
                .route(&model, &provider, "Another/Model-1:free")
                .await;
        }

        let reply = request.send(&keyway).await;

        let name = &request.name;
        assert_eq!(reply.status, 200, "{name}: {}", reply.wire());
        let received = upstream.last();
        let expected = request.asking_for("Another/Model-1:free");
        assert!(
            received.body == expected,
            "{name}: the body changed beyond its model"
        );
        assert!(
            request.protocol == Protocol::Gemini || received.body != request.body,
            "{name}: the model is another"
        );
        check_target(request, &received);
        check_headers(request, &received, keyway.key());
    }
}

fn check_target(request: &Recorded, received: &Received) {
    let expected = request
        .path
        .replace("gemini-3.1-pro-preview", "Another/Model-1:free");
    assert_eq!(received.target, expected, "{}", request.name);
}

fn check_headers(request: &Recorded, received: &Received, key: &str) {
    let name = &request.name;
    for (header, value) in &request.headers {
        if NOT_PASSED.contains(&header.as_str()) {
            continue;
        }
        let got = received.header(header);
        assert_eq!(got.as_deref(), Some(value.as_str()), "{name}: {header}");
    }
    assert_eq!(
        received.header("accept-encoding").as_deref(),
        Some("identity")
    );
    assert_eq!(
        received.header("x-codex-turn-metadata"),
        None,
        "{name}: names folders"
    );
    assert_eq!(
        received.header("sec-fetch-mode"),
        None,
        "{name}: a browser's"
    );
    assert_eq!(received.key().as_deref(), Some("upstream-key"), "{name}");
    let all = format!("{received:?}");
    assert!(!all.contains(key), "{name}: the client's key went along");
}

#[tokio::test]
async fn p061_odd_json_passes_as_it_stands() {
    let upstream = ScriptedUpstream::greeting();
    let keyway = TestKeyway::with_provider("m", &upstream, json!({})).await;
    let bodies = [
        r#"  { "messages" : [ ] ,"model"  :  "m"  , "n":1.0e0, "big":12345678901234567890123 }  "#,
        "{\"messages\":[{\"content\":\"\\u00e9\\ud83d\\ude00 \\\"model\\\":\\\"x\\\"\"}],\"model\":\"m\"}",
        r#"{"model":"\u006d","a":{"model":"inner"},"messages":[],"a":1,"a":2}"#,
        "{\r\n\t\"model\":\"m\",\r\n\t\"messages\":[]\r\n}\r\n",
    ];
    let spots = ["\"m\"  ,", "\"m\"}", "\"\\u006d\"", "\"m\",\r"];
    for (body, spot) in bodies.iter().zip(spots) {
        let reply = keyway.openai().post("/v1/chat/completions", *body).await;

        assert_eq!(reply.status, 200, "{}", reply.wire());
        let name = spot.trim_end_matches([' ', ',', '}', '\r']);
        let new = spot.replacen(name, "\"m-upstream\"", 1);
        let expected = body.replacen(spot, &new, 1);
        assert_eq!(upstream.last().body, expected.as_bytes());
    }
}

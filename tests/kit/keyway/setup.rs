//! What tests set up and look up beyond the usual.

use std::sync::atomic::Ordering;

use http::Method;
use serde_json::{Value, json};

use super::{TestKeyway, text};
use crate::{Caller, PATIENCE, Protocol, Reply, ScriptedUpstream, poll_until};

/// A client key: its id, and its text.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What the admin API calls it.
    pub id: String,
    /// What clients send.
    pub text: String,
}

impl TestKeyway {
    /// A Keyway whose route `alias` asks one provider that speaks all protocols, set up with these fields besides.
    pub async fn with_provider(alias: &str, upstream: &ScriptedUpstream, fields: Value) -> Self {
        let keyway = Self::start().await;
        let provider = keyway.provider_of_all(upstream, fields).await;
        keyway
            .route(alias, &provider, &format!("{alias}-upstream"))
            .await;
        keyway
    }

    /// Makes a provider that points to an upstream in every protocol and returns its id.
    pub async fn provider_of_all(&self, upstream: &ScriptedUpstream, fields: Value) -> String {
        let id = format!("p{}", self.made.fetch_add(1, Ordering::SeqCst) + 1);
        let endpoints: Value = Protocol::ALL
            .iter()
            .map(|protocol| {
                (
                    protocol.name().to_owned(),
                    json!(upstream.base_url(*protocol)),
                )
            })
            .collect::<serde_json::Map<_, _>>()
            .into();
        let mut body = json!({
            "provider_id": id, "name": "Scripted", "api_key": "upstream-key",
            "base_url": upstream.base_url(Protocol::OpenAi), "protocol": "openai",
            "endpoints": endpoints,
        });
        merge(&mut body, fields);
        self.admin()
            .post("/admin/llm/groups/default/providers", body)
            .await;
        id
    }

    /// Makes a route whose targets, in order, ask these providers for `model`; each stands in for those before it.
    pub async fn failover(&self, alias: &str, providers: &[&str], model: &str) -> String {
        let targets: Vec<_> = providers
            .iter()
            .enumerate()
            .map(|(priority, provider)| {
                json!({"provider_id": provider, "upstream_model": model, "priority": priority})
            })
            .collect();
        let body = json!({
            "alias": alias, "provider_id": providers[0], "upstream_model": model,
            "mode": "failover", "targets": targets,
        });
        let made = self
            .admin()
            .post("/admin/llm/groups/default/routes", body)
            .await;
        text(&made["route"]["route_id"])
    }

    /// Makes a client key in a group, with these fields besides its name.
    pub async fn key_with(&self, group: &str, fields: Value) -> NewKey {
        let mut body = json!({"name": "made by a test"});
        merge(&mut body, fields);
        let path = format!("/admin/llm/groups/{group}/keys");
        let made = self.admin().post(&path, body).await;
        NewKey {
            id: text(&made["key"]["key_id"]),
            text: text(&made["plaintext"]),
        }
    }

    /// A caller of this protocol with another key than the usual one.
    pub fn caller_with(&self, protocol: Protocol, key: &NewKey) -> Caller {
        Caller::new(self.address(), protocol).with_key(&key.text)
    }

    /// The log entry of an answer; rows are written in batches, so it may take a moment.
    pub async fn log_of(&self, reply: &Reply) -> Value {
        let id = reply.header("x-keyway-request-id");
        let path = format!(
            "/admin/llm/logs/{}",
            id.expect("every answer carries its id")
        );
        let mut entry = Value::Null;
        let found = poll_until(PATIENCE, async || {
            let page = self.admin().send(Method::GET, &path, &Value::Null).await;
            if page.status == 200 {
                entry = page.json()["log"].clone();
            }
            page.status == 200
        })
        .await;
        assert!(found, "no log entry for {path}");
        entry
    }

    /// The newest log entry, once there are so many.
    pub async fn newest_log(&self, count: usize) -> Value {
        let mut newest = Value::Null;
        let found = poll_until(PATIENCE, async || {
            let logs = self.logs().await;
            newest = logs.first().cloned().unwrap_or_default();
            logs.len() >= count
        })
        .await;
        assert!(found, "there are no {count} log entries");
        newest
    }
}

fn merge(body: &mut Value, fields: Value) {
    if let (Value::Object(body), Value::Object(fields)) = (body, fields) {
        body.extend(fields);
    }
}

//! A Keyway with a search service, and providers of every protocol that do not search by themselves.

use keyway_tests::{Answer, Launch, Protocol, Received, Reply, ScriptedUpstream, TestKeyway};
use serde_json::{Value, json};

use super::grammar::{Ended, check};

pub(super) const TARGETS: [Protocol; 4] = Protocol::ALL;

pub(super) struct Stage {
    pub(super) keyway: TestKeyway,
    pub(super) model: ScriptedUpstream,
    pub(super) tavily: ScriptedUpstream,
}

/// What the search service found.
pub(super) fn found() -> Answer {
    Answer::json(&json!({"query": "q", "results": [
        {"title": "Rust 2027", "url": "https://example.com/rust", "content": "It came in May.", "score": 0.9},
        {"title": "More", "url": "https://example.com/more", "content": "Of it.", "published_date": "2027-05-04"},
    ]}))
}

pub(super) fn via(target: Protocol) -> String {
    format!("via-{target}")
}

/// What Claude Code sends for its `WebSearch`.
pub(super) fn sub_request(target: Protocol, stream: bool) -> Value {
    json!({
        "model": via(target), "max_tokens": 1000, "stream": stream,
        "messages": [{"role": "user", "content": "Perform a web search for the query: rust 2027"}],
        "tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 8}],
        "tool_choice": {"type": "tool", "name": "web_search"},
    })
}

impl Stage {
    pub(super) async fn with(model: ScriptedUpstream) -> Self {
        let stage = Self::without_search(Launch::new(), model).await;
        stage.add_search().await;
        stage
    }

    pub(super) async fn without_search(launch: Launch, model: ScriptedUpstream) -> Self {
        let keyway = launch.start().await;
        for target in TARGETS {
            let provider = keyway.provider(target, &model).await;
            keyway.route(&via(target), &provider, "model-up").await;
        }
        let tavily = ScriptedUpstream::greeting();
        tavily.at_path("/search", found());
        Self {
            keyway,
            model,
            tavily,
        }
    }

    pub(super) async fn add_search(&self) {
        let config = json!({"base_url": format!("http://{}", self.tavily.address())});
        let tool = json!({
            "tool_id": "tavily", "name": "Tavily", "kind": "tavily", "api_key": "tvly-secret-of-the-test",
            "config": config.to_string(),
        });
        let path = "/admin/llm/groups/default/tool-providers";
        self.keyway.admin().post(path, tool).await;
    }

    pub(super) async fn ask(&self, body: Value) -> Reply {
        self.keyway.anthropic().ask(body).await
    }

    /// The search requests that came.
    pub(super) fn searches(&self) -> Vec<Value> {
        let received = self.tavily.received();
        received.iter().map(Received::json).collect()
    }

    /// The bodies that the model's provider got.
    pub(super) fn asked(&self) -> Vec<Value> {
        let received = self.model.received();
        received.iter().map(Received::json).collect()
    }
}

/// The message that an answer is, in one piece or in events, which have to be right in every way.
pub(super) fn message(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.wire());
    assert_eq!(check("anthropic", &reply.body), Ok(Ended::Whole));
    if !reply.text().starts_with("event:") {
        return reply.json();
    }
    let mut message = Value::Null;
    for event in reply.events() {
        let data = event.json();
        match data["type"].as_str() {
            Some("message_start") => message = data["message"].clone(),
            Some("content_block_start") => {
                let content = message["content"].as_array_mut().expect("it has begun");
                content.push(data["content_block"].clone());
            }
            Some("content_block_delta") => {
                let content = message["content"].as_array_mut().expect("it has begun");
                add(content.last_mut().expect("a block is open"), &data["delta"]);
            }
            Some("message_delta") => {
                message["stop_reason"] = data["delta"]["stop_reason"].clone();
                message["usage"] = data["usage"].clone();
            }
            _ => {}
        }
    }
    for block in message["content"].as_array_mut().into_iter().flatten() {
        if let Some(Value::String(text)) = block
            .as_object_mut()
            .and_then(|fields| fields.shift_remove("partial_json"))
        {
            block["input"] = serde_json::from_str(&text).expect("input is JSON");
        }
    }
    message
}

fn add(block: &mut Value, delta: &Value) {
    for key in ["text", "thinking", "signature", "partial_json"] {
        if let Some(more) = delta[key].as_str() {
            let known = block[key].as_str().unwrap_or_default();
            block[key] = format!("{known}{more}").into();
        }
    }
}

/// The blocks of a message, but for thoughts.
pub(super) fn blocks(message: &Value) -> Vec<&Value> {
    let content = message["content"]
        .as_array()
        .expect("a message has content");
    content
        .iter()
        .filter(|block| !block["type"].to_string().contains("thinking"))
        .collect()
}

/// Their types.
pub(super) fn kinds(message: &Value) -> Vec<&str> {
    let kinds = blocks(message).into_iter();
    kinds.filter_map(|block| block["type"].as_str()).collect()
}

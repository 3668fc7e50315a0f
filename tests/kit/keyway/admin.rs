use std::net::SocketAddr;

use bytes::Bytes;
use http::Method;
use serde_json::Value;

use crate::{Caller, Protocol, Reply};

/// A client of the admin API.
#[derive(Debug, Clone)]
pub struct Admin(Caller);

impl Admin {
    pub(super) fn new(address: SocketAddr, token: &str) -> Self {
        Self(Caller::new(address, Protocol::OpenAi).with_header("x-admin-token", token))
    }

    /// Gets a path; panics unless it answers `ok`.
    pub async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, &Value::Null).await
    }

    /// Posts to a path; panics unless it answers `ok`.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.ask(Method::POST, path, &body).await
    }

    /// Patches a path; panics unless it answers `ok`.
    pub async fn patch(&self, path: &str, body: Value) -> Value {
        self.ask(Method::PATCH, path, &body).await
    }

    /// Deletes a path; panics unless it answers `ok`.
    pub async fn delete(&self, path: &str) -> Value {
        self.ask(Method::DELETE, path, &Value::Null).await
    }

    /// Sends any request and returns whatever comes.
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Reply {
        self.0.send(method, path, bytes_of(body)).await
    }

    /// Sends any request; nothing comes when the server goes away meanwhile.
    pub async fn try_send(&self, method: Method, path: &str, body: &Value) -> Option<Reply> {
        let started = self.0.try_start(method, path, bytes_of(body)).await;
        let reply = started.ok()?.rest().await;
        reply.broken.is_none().then_some(reply)
    }

    async fn ask(&self, method: Method, path: &str, body: &Value) -> Value {
        let reply = self.send(method.clone(), path, body).await;
        let fine = (200..300).contains(&reply.status);
        assert!(fine, "{method} {path} {body}: {}", reply.wire());
        let value = reply.json();
        assert_eq!(value["ok"], true, "{method} {path}: {value}");
        value
    }
}

fn bytes_of(body: &Value) -> Bytes {
    if body.is_null() {
        return Bytes::new();
    }
    Bytes::from(body.to_string())
}

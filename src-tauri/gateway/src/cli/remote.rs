//! A gateway that runs elsewhere: in another process, or on another machine.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::{Response, body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use keyway_protocols::Protocol;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{failure::Failure, pinned};
use crate::{
    config::{Provider, Timeouts},
    tasks::Tasks,
    upstream::{
        http::{CallError, Http, whole},
        outgoing::Outgoing,
    },
};

/// Far above any answer of the admin API.
const LARGEST_ANSWER: usize = 64 << 20;
/// Tests of providers ask upstreams, which take their time.
const PATIENCE: Duration = Duration::from_mins(5);
/// On this machine an answer comes at once, or never.
const PROBE_PATIENCE: Duration = Duration::from_secs(3);

/// How a gateway elsewhere is reached.
#[derive(Debug)]
pub(super) struct Remote {
    base: String,
    token: Option<SecretString>,
    road: Road,
}

/// How requests get there.
#[derive(Debug)]
enum Road {
    /// Plainly, or by TLS to whom the system's certificates vouch for.
    Usual(Box<(Http, Provider)>),
    /// By TLS to whoever has the certificate in this file.
    Pinned(SocketAddr, PathBuf, Tasks),
}

/// What answers at an address.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answers {
    /// A Keyway.
    Keyway,
    /// Something else.
    Other,
    /// Nothing; holds why.
    Nothing(String),
}

impl Remote {
    /// A gateway at this base URL.
    pub(super) fn at(base: &str) -> Self {
        let road = Road::Usual(Box::new((Http::default(), reach(base))));
        Self::by(base.trim_end_matches('/').to_owned(), road)
    }

    /// The gateway of this machine at this address, which has the certificate in this file if there is one.
    pub(super) fn here(address: SocketAddr, certificate: Option<&Path>) -> Self {
        match certificate {
            None => Self::at(&format!("http://{address}")),
            Some(file) => {
                let road = Road::Pinned(address, file.to_owned(), Tasks::default());
                Self::by(format!("https://{address}"), road)
            }
        }
    }

    fn by(base: String, road: Road) -> Self {
        Self {
            base,
            token: None,
            road,
        }
    }

    /// The same with the admin token.
    pub(super) fn with_token(mut self, token: SecretString) -> Self {
        self.token = Some(token);
        self
    }

    /// Its base URL.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// What answers there.
    pub(super) async fn probe(&self) -> Answers {
        let asked = tokio::time::timeout(PROBE_PATIENCE, async {
            let response = self.send(Method::GET, "/health", None).await?;
            read(response).await
        });
        match asked.await {
            Ok(Ok((StatusCode::OK, body))) if is_keyway(&body) => Answers::Keyway,
            Ok(Ok(_)) => Answers::Other,
            Ok(Err(error)) => Answers::Nothing(error),
            Err(_) => Answers::Nothing(format!("no answer within {} s", PROBE_PATIENCE.as_secs())),
        }
    }

    /// Asks the admin API.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Value), Failure> {
        let answer = match self.send(method, path, body).await {
            Ok(response) => read(response).await,
            Err(error) => Err(error),
        };
        let (status, body) = answer.map_err(|error| self.out_of_reach(&error))?;
        Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    /// Begins to listen to a stream.
    pub(super) async fn listen(&self, path: &str) -> Result<Response<Incoming>, Failure> {
        let response = self.send(Method::GET, path, None).await;
        response.map_err(|error| self.out_of_reach(&error))
    }

    fn out_of_reach(&self, error: &str) -> Failure {
        Failure::unreachable(format!(
            "the gateway at {} does not answer: {error}",
            self.base
        ))
        .so("look at its log, or start it with `keyway-server serve`")
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response<Incoming>, String> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::ACCEPT, "application/json");
        if let Some(token) = &self.token {
            let mut value = HeaderValue::from_str(token.expose_secret())
                .map_err(|_| "the admin token cannot stand in a header".to_owned())?;
            value.set_sensitive(true);
            request = request.header("x-admin-token", value);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                whole(body.to_string())
            }
            None => Outgoing::empty(),
        };
        let request = request.body(body).map_err(|error| error.to_string())?;
        match &self.road {
            Road::Usual(usual) => {
                let (http, reach) = &**usual;
                let sent = http.send(reach, request).await;
                sent.map_err(|error: CallError| error.to_string())
            }
            Road::Pinned(address, certificate, tasks) => {
                let sent = send_pinned(*address, certificate, tasks, request).await;
                sent.map_err(|error| error.to_string())
            }
        }
    }
}

/// Sends one request over a connection of its own.
async fn send_pinned(
    address: SocketAddr,
    certificate: &Path,
    tasks: &Tasks,
    mut request: Request<Outgoing>,
) -> Result<Response<Incoming>, Box<dyn std::error::Error + Send + Sync>> {
    let stream = pinned::connect(address, certificate).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tasks.spawn(|_| async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the connection to the gateway broke");
        }
    });
    let host = HeaderValue::from_str(&address.to_string())?;
    request.headers_mut().insert(header::HOST, host);
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .parse()?;
    *request.uri_mut() = path;
    Ok(sender.send_request(request).await?)
}

async fn read(response: Response<Incoming>) -> Result<(StatusCode, Bytes), String> {
    let status = response.status();
    let body = Limited::new(response.into_body(), LARGEST_ANSWER)
        .collect()
        .await;
    Ok((status, body.map_err(|error| error.to_string())?.to_bytes()))
}

/// Keyway's `/health` tells its version and how many requests are under way.
fn is_keyway(body: &[u8]) -> bool {
    let Ok(health) = serde_json::from_slice::<Value>(body) else {
        return false;
    };
    health["ok"] == true && health["version"].is_string() && health["in_flight"].is_u64()
}

/// A gateway is reached as a provider is, but never through a proxy.
fn reach(base: &str) -> Provider {
    Provider {
        uid: "gateway".into(),
        id: "gateway".to_owned(),
        group: "gateway".into(),
        name: "gateway".to_owned(),
        protocol: Protocol::OpenAi,
        base_url: base.to_owned(),
        endpoints: BTreeMap::new(),
        headers: BTreeMap::new(),
        proxy: Some("none".to_owned()),
        extra_ca: None,
        timeouts: Timeouts {
            first_byte: PATIENCE,
            ..Timeouts::default()
        },
        max_concurrency: None,
        max_queue: None,
        quirks: serde_json::Map::new(),
        enabled: true,
        note: String::new(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keyway_is_taken_for_keyway() {
        assert!(is_keyway(
            br#"{"ok": true, "version": "0.1.0", "in_flight": 0}"#
        ));
        for other in [
            "",
            "OK",
            "<html>",
            r#"{"ok": true}"#,
            r#"{"status": "ok", "version": "1"}"#,
        ] {
            assert!(!is_keyway(other.as_bytes()), "{other}");
        }
    }
}

//! A gateway to ask in tests: a temporary folder, a clock wound by hand, no socket.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::{
    Gateway,
    app::App,
    clock::{Clock, SystemClock},
    options::Options,
};

pub(super) const TOKEN: &str = "test-admin-token";

/// The admin API of a gateway of its own.
pub(super) struct TestAdmin {
    pub(super) gateway: Gateway,
    pub(super) clock: WoundClock,
    folder: TempDir,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

/// A clock that goes on when told to.
#[derive(Debug, Clone)]
pub(super) struct WoundClock {
    millis: Arc<AtomicI64>,
    start: Instant,
}

impl TestAdmin {
    pub(super) async fn open() -> Self {
        Self::with(|_| {}).await
    }

    /// With other options.
    pub(super) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = TempDir::new().unwrap();
        let mut options = options(&folder);
        change(&mut options);
        let start = SystemClock.instant();
        let clock = WoundClock {
            millis: Arc::new(AtomicI64::new(1_900_000_000_000)),
            start,
        };
        let gateway = Gateway::open(options, clock.clone()).await.unwrap();
        Self {
            gateway,
            clock,
            folder,
        }
    }

    pub(super) fn app(&self) -> &Arc<App> {
        self.gateway.app()
    }

    pub(super) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &Value::Null).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Reply {
        self.ask("POST", path, &body).await
    }

    pub(super) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.ask("PATCH", path, &body).await
    }

    pub(super) async fn delete(&self, path: &str) -> Reply {
        self.ask("DELETE", path, &Value::Null).await
    }

    /// Asks with the admin token.
    pub(super) async fn ask(&self, method: &str, path: &str, body: &Value) -> Reply {
        self.send(
            request(method, path, body).header("x-admin-token", TOKEN),
            body,
        )
        .await
    }

    pub(super) async fn send(&self, request: http::request::Builder, body: &Value) -> Reply {
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.pass(request.body(Body::from(text)).unwrap()).await
    }

    pub(super) async fn pass(&self, request: Request<Body>) -> Reply {
        let response = self.gateway.admin().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 24).await.unwrap();
        let body = serde_json::from_slice(&body)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&body).into_owned()));
        Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// A provider `p1` and a route `fast` of the default group; gives the route's id.
    pub(super) async fn with_route(&self) -> String {
        self.post("/admin/llm/groups/default/providers", provider("p1"))
            .await
            .ok();
        let route =
            serde_json::json!({"alias": "fast", "provider_id": "p1", "upstream_model": "m-1"});
        let made = self
            .post("/admin/llm/groups/default/routes", route)
            .await
            .ok();
        made["route"]["route_id"].as_str().unwrap().to_owned()
    }
}

/// A request that says its body is JSON, without any right.
pub(super) fn request(method: &str, path: &str, body: &Value) -> http::request::Builder {
    let request = Request::builder().method(method).uri(path);
    if body.is_null() {
        request
    } else {
        request.header(header::CONTENT_TYPE, "application/json")
    }
}

/// A provider to be made.
pub(super) fn provider(id: &str) -> Value {
    serde_json::json!({
        "provider_id": id,
        "name": "Provider",
        "base_url": "https://api.example.com/v1",
        "api_key": "sk-1234567890abcdef",
    })
}

impl Reply {
    /// The body of an answer that went well.
    #[track_caller]
    pub(super) fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        assert_eq!(self.body["ok"], true);
        self.body
    }

    /// Refused with this status and code, about this field (`""` for none).
    #[track_caller]
    pub(super) fn refused(self, status: u16, code: &str, field: &str) {
        let body = &self.body;
        assert_eq!(
            (self.status.as_u16(), body["code"].as_str()),
            (status, Some(code)),
            "{body}"
        );
        assert_eq!(body["field"].as_str().unwrap_or_default(), field, "{body}");
        assert!(
            body["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty()),
            "{body}"
        );
        assert_eq!(
            body["request_id"].as_str(),
            self.headers["x-request-id"].to_str().ok()
        );
    }
}

impl WoundClock {
    pub(super) fn wind(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap();
        self.millis.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for WoundClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.millis.load(Ordering::Relaxed)).unwrap()
    }

    fn instant(&self) -> Instant {
        let wound = self.millis.load(Ordering::Relaxed) - 1_900_000_000_000;
        self.start + Duration::from_millis(wound.try_into().unwrap())
    }
}

fn options(folder: &TempDir) -> Options {
    Options {
        host: [127, 0, 0, 1].into(),
        port: 9233,
        data_dir: folder.path().to_owned(),
        secret: None,
        admin_token: Some(SecretString::from(TOKEN)),
        cors_origins: Vec::new(),
        public_base_url: Some("https://keyway.example".to_owned()),
        log_level: "info".to_owned(),
        tls: None,
        head_patience: std::time::Duration::from_secs(15),
        keep_alive: std::time::Duration::from_secs(12),
        keychain: false,
        session_bus: None,
        runtime_dir: None,
    }
}

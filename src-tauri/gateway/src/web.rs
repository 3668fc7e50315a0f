//! The pages of the UI, embedded in the program, and the probes that others look at.

use std::{borrow::Cow, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use rust_embed::{Embed, EmbeddedFile};
use serde_json::json;

use crate::app::App;

/// What `npm run build` made; empty in a fresh checkout, which then still compiles.
#[derive(Embed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Pages;

const CONTENT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; connect-src 'self' ipc: http://ipc.localhost; img-src 'self' data:; style-src 'self'; \
     script-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
);

/// The pages and the probes.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .route("/api/hello", get(|| async { StatusCode::OK }))
        .route("/", get(|| async { page("index.html") }))
        .route(
            "/{*path}",
            get(|Path(path): Path<String>| async move { page(&path) })
                .fallback(|| async { not_found() }),
        )
        .with_state(app)
}

async fn health(State(app): State<Arc<App>>) -> Json<serde_json::Value> {
    Json(json!({"ok": true, "version": env!("CARGO_PKG_VERSION"), "in_flight": app.in_flight()}))
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let resting = app
        .health
        .report(app.clock.now())
        .iter()
        .filter(|line| line.circuit_open)
        .count();
    let text = app
        .metrics
        .render(app.in_flight(), resting, app.store.dropped_log_entries());
    (
        [(
            header::CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        )],
        text,
    )
}

/// First parts of paths that clients ask, never people: an API client must not get a page with status 200.
const API_FOLDERS: [&str; 7] = [
    "v1",
    "v1beta",
    "openai",
    "anthropic",
    "gemini",
    "api",
    "proxy",
];

/// A file of the UI; paths that are none are pages, which the UI finds itself.
fn page(path: &str) -> Response {
    if let Some(file) = Pages::get(path) {
        return served(path, file);
    }
    // A missing file must not come back as the page: a browser would take it for a script.
    let is_file = path.contains('.') && path != "index.html";
    let folder = path.split('/').next().unwrap_or_default();
    if is_file || API_FOLDERS.contains(&folder) {
        return not_found();
    }
    match Pages::get("index.html") {
        Some(file) => served("index.html", file),
        None => without_ui(),
    }
}

fn served(path: &str, file: EmbeddedFile) -> Response {
    let mut headers = secured();
    let kind = HeaderValue::from_str(file.metadata.mimetype())
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, kind);
    // Names under assets/ carry a hash of their content.
    let kept = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    let body = match file.data {
        Cow::Borrowed(bytes) => bytes::Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes::Bytes::from(bytes),
    };
    (headers, body).into_response()
}

fn not_found() -> Response {
    let body = json!({"detail": "there is nothing here; the UI is at /, the API under /v1 and /admin", "code": "not_found"});
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

fn without_ui() -> Response {
    let text = "Keyway runs. This build has no web pages: run `make run`, or `npm run build` in ui/ and build again.\n\
        The admin API is under /admin, its description at /admin/openapi.json.\n";
    (secured(), text).into_response()
}

fn secured() -> HeaderMap {
    HeaderMap::from_iter([
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("same-origin"),
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn an_api_path_that_is_not_served_is_refused_in_json() {
        for path in [
            "v1/files",
            "v1beta/cachedContents",
            "openai/v1/batches",
            "v1",
        ] {
            let answer = page(path);
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
            let body = to_bytes(answer.into_body(), 1 << 16).await.unwrap();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body["code"], "not_found", "{path}");
        }
        assert_eq!(page("routes").status(), StatusCode::OK, "a page of the UI");
    }
}

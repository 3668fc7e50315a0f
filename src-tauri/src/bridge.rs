//! The window's door: a request to `keyway://localhost/…` is handed to the admin router in process.
//!
//! `WebKitGTK` asks no permission (CORS preflight) before it sends a request of any origin to an own scheme. So the
//! door lets in our window only, and asks for our own `Referer`, which no page can forge, before anything changes or
//! is told. Nothing here opens a port or needs a token.

use axum::{Router, body::Body};
use keyway_gateway::admin::Trusted;
use tauri::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use tauri::{UriSchemeContext, UriSchemeResponder, async_runtime};
use tower::ServiceExt;

use crate::window;

/// The scheme of the window's pages.
pub(crate) const SCHEME: &str = "keyway";

/// Answers that are larger are refused: the scheme carries whole bodies, in memory.
const MAX_ANSWER: usize = 64 << 20;

/// For answers that bring no policy of their own, as pages do: they may show and load nothing.
const NO_CONTENT: HeaderValue = HeaderValue::from_static("default-src 'none'");

/// Answers one request of a webview, in a task of its own.
pub(crate) fn answer<R: tauri::Runtime>(
    context: &UriSchemeContext<'_, R>,
    router: Router,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    if context.webview_label() != window::LABEL || !is_from_our_page(&request) {
        tracing::warn!(method = %request.method(), path = request.uri().path(), "the window's door refused a request");
        return responder.respond(plain(StatusCode::FORBIDDEN, "not from Keyway's own page"));
    }
    async_runtime::spawn(async move { responder.respond(answered(router, request).await) });
}

/// Turns a panic into an answer; without one the page would wait for ever.
async fn answered(router: Router, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    match async_runtime::spawn(pass_on(router, request)).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(%error, "a request of the window ended in a panic");
            plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the request ended in a panic",
            )
        }
    }
}

/// Whether a request comes from a page that we served.
///
/// The page itself and its parts are loaded without a referer the first time; they hold no secrets.
fn is_from_our_page(request: &Request<Vec<u8>>) -> bool {
    let is_asset =
        matches!(*request.method(), Method::GET | Method::HEAD) && !is_admin(request.uri().path());
    is_asset || has_our_referer(request.headers())
}

fn is_admin(path: &str) -> bool {
    path.trim_start_matches('/').split('/').next() == Some("admin")
}

fn has_our_referer(headers: &HeaderMap) -> bool {
    // The second form is what Windows makes of our scheme.
    let ours: [&[u8]; 2] = [b"keyway://localhost/", b"http://keyway.localhost/"];
    headers.get(header::REFERER).is_some_and(|referer| {
        ours.iter()
            .any(|prefix| referer.as_bytes().starts_with(prefix))
    })
}

async fn pass_on(router: Router, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let Ok(answer) = router.oneshot(as_served(request)).await;
    let (mut parts, body) = answer.into_parts();
    parts
        .headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(NO_CONTENT);
    match axum::body::to_bytes(body, MAX_ANSWER).await {
        Ok(body) => Response::from_parts(parts, body.to_vec()),
        Err(error) => {
            tracing::warn!(%error, "an answer to the window could not be read");
            plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the answer could not be read",
            )
        }
    }
}

/// Gives a request the form in which a server receives it: a path, a `Host`, and no traces of the scheme.
fn as_served(request: Request<Vec<u8>>) -> Request<Body> {
    let (mut parts, body) = request.into_parts();
    parts.extensions.clear();
    if has_our_referer(&parts.headers) {
        parts.extensions.insert(Trusted);
    }
    if let Some(path) = parts.uri.path_and_query().cloned() {
        parts.uri = path.into();
    }
    parts
        .headers
        .insert(header::HOST, HeaderValue::from_static("localhost"));
    // Checked above; the router's own checks know only origins of http.
    parts.headers.remove(header::ORIGIN);
    parts.headers.remove(header::REFERER);
    Request::from_parts(parts, Body::from(body))
}

fn plain(status: StatusCode, text: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(text.as_bytes().to_vec());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use axum::routing::{any, get};

    use super::*;

    fn request(method: &str, path: &str, referer: Option<&str>) -> Request<Vec<u8>> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("keyway://localhost{path}"));
        if let Some(referer) = referer {
            request = request
                .header("referer", referer)
                .header("origin", "keyway://localhost");
        }
        request.body(b"body".to_vec()).unwrap()
    }

    const OURS: Option<&str> = Some("keyway://localhost/keys");

    #[test]
    fn admin_is_for_our_own_page_only() {
        assert!(is_from_our_page(&request("GET", "/admin/providers", OURS)));
        assert!(is_from_our_page(&request(
            "GET",
            "/admin/providers",
            Some("http://keyway.localhost/")
        )));
        for referer in [
            None,
            Some("https://example.com/"),
            Some("keyway://localhost.example.com/"),
        ] {
            assert!(
                !is_from_our_page(&request("GET", "/admin/providers", referer)),
                "{referer:?}"
            );
            assert!(
                !is_from_our_page(&request("GET", "//admin/providers", referer)),
                "{referer:?}"
            );
        }
    }

    #[test]
    fn without_a_referer_the_page_can_be_loaded_and_nothing_changed() {
        assert!(is_from_our_page(&request("GET", "/", None)));
        assert!(is_from_our_page(&request(
            "GET",
            "/assets/administrator.js",
            None
        )));
        assert!(!is_from_our_page(&request("POST", "/", None)));
        assert!(!is_from_our_page(&request("PATCH", "/v1/models", None)));
    }

    #[tokio::test]
    async fn the_router_sees_a_request_as_a_server_does() {
        let tell = async |request: axum::extract::Request| {
            let trusted = request.extensions().get::<Trusted>().is_some();
            format!(
                "{} {:?} trusted: {trusted}",
                request.uri(),
                request.headers()
            )
        };
        let router = Router::new().route("/{*path}", any(tell));

        let answer = answered(router.clone(), request("POST", "/admin/echo?x=1", OURS)).await;
        let asset = answered(router, request("GET", "/theme.js", None)).await;

        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-security-policy"], NO_CONTENT);
        assert_eq!(
            text(&answer),
            r#"/admin/echo?x=1 {"host": "localhost"} trusted: true"#
        );
        assert_eq!(
            text(&asset),
            r#"/theme.js {"host": "localhost"} trusted: false"#
        );
    }

    #[tokio::test]
    async fn a_panic_is_answered() {
        let answer = answered(
            Router::new().route("/", get(panicking)),
            request("GET", "/", OURS),
        )
        .await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    fn text(answer: &Response<Vec<u8>>) -> String {
        String::from_utf8_lossy(answer.body()).into_owned()
    }

    async fn panicking() -> &'static str {
        unreachable!("as a bug would")
    }
}

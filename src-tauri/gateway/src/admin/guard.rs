//! Lets a request through to the admin API, or not, and says who it comes from.

use std::{fmt, sync::Arc};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{
        HeaderMap, Method,
        header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, TRANSFER_ENCODING},
        request::Parts,
    },
    middleware::Next,
    response::Response,
};

use super::error::ApiError;
use crate::{
    app::App,
    config::{KeyHash, Role},
    door::{self, Refusal, Trusted},
    ids::KeyId,
};

/// The cookie of a session; keyway-router's name.
pub(super) const SESSION_COOKIE: &str = "keyway_admin_session";
/// The header that changes by cookie have to bring along.
const CSRF_HEADER: &str = "x-keyway-csrf";
const TOKEN_HEADER: &str = "x-admin-token";

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Actor {
    /// The window of this very process.
    Window,
    /// Somebody with the admin token.
    Token,
    /// Somebody who logged in; holds the cookie.
    Session(String),
    /// A client key of role `admin`.
    Key(KeyId),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Window => f.write_str("window"),
            Self::Token => f.write_str("token"),
            Self::Session(_) => f.write_str("session"),
            Self::Key(id) => write!(f, "key:{id}"),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(ApiError::LoginNeeded)
    }
}

/// Lets only admins through.
pub(super) async fn admins_only(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let actor = identify(&app, &request)?;
    request.extensions_mut().insert(actor);
    Ok(next.run(request).await)
}

/// Lets only JSON bodies through: a foreign page cannot send one without asking first.
pub(super) async fn json_only(request: Request, next: Next) -> Result<Response, ApiError> {
    let headers = request.headers();
    let is_json = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if has_body(&request) && !is_json {
        return Err(ApiError::NotJson);
    }
    Ok(next.run(request).await)
}

fn has_body(request: &Request) -> bool {
    use http_body::Body as _;
    request.headers().contains_key(TRANSFER_ENCODING) || !request.body().is_end_stream()
}

fn identify(app: &App, request: &Request) -> Result<Actor, ApiError> {
    if request.extensions().get::<Trusted>().is_some() {
        return Ok(Actor::Window);
    }
    let headers = request.headers();
    if let Some(token) = text(headers, TOKEN_HEADER) {
        return by_token(app, token);
    }
    if let Some(token) = text(headers, AUTHORIZATION.as_str()).and_then(bearer) {
        return by_key(app, token).map_or_else(|| by_token(app, token), Ok);
    }
    by_cookie(app, request.method(), headers)
}

fn by_token(app: &App, token: &str) -> Result<Actor, ApiError> {
    let now = app.clock.now();
    if app.door.knows(token, now) {
        return Ok(Actor::Session(token.to_owned()));
    }
    match app.door.check(token, now) {
        Ok(()) => Ok(Actor::Token),
        Err(Refusal::LockedOut { retry_after }) => Err(ApiError::LockedOut { retry_after }),
        Err(Refusal::Wrong | Refusal::NoRandomness) => Err(ApiError::LoginNeeded),
    }
}

/// A client key that may do this; none when it is no such key.
fn by_key(app: &App, token: &str) -> Option<Actor> {
    let snapshot = app.live.now();
    let key = snapshot
        .key(&KeyHash::of(token))
        .filter(|_| snapshot.settings.admin_keys)?;
    let is_live = key.enabled && key.expires_at.is_none_or(|until| until > app.clock.now());
    let serves = snapshot
        .group(&key.group)
        .is_some_and(|view| view.group.enabled);
    (is_live && serves && key.role == Role::Admin).then(|| Actor::Key(key.id.clone()))
}

fn by_cookie(app: &App, method: &Method, headers: &HeaderMap) -> Result<Actor, ApiError> {
    let now = app.clock.now();
    let cookie = session_cookies(headers)
        .find(|cookie| app.door.knows(cookie, now))
        .ok_or(ApiError::LoginNeeded)?;
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if !reads && !text(headers, CSRF_HEADER).is_some_and(|sent| door::is_csrf_of(cookie, sent)) {
        return Err(ApiError::CsrfNeeded);
    }
    Ok(Actor::Session(cookie.to_owned()))
}

fn session_cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let all = headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|line| line.to_str().ok());
    all.flat_map(|line| line.split(';')).filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == SESSION_COOKIE).then_some(value)
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get(name)?
        .to_str()
        .ok()
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

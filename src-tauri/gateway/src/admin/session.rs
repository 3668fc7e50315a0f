//! Logging in and out.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header::SET_COOKIE},
    response::{IntoResponse, Redirect, Response},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::{ApiResult, Nothing, ok},
    error::{ApiError, BadField},
    given::{Asked, Given},
    guard::{Actor, SESSION_COOKIE},
};
use crate::{
    app::App,
    door::{self, Refusal, SESSION_LENGTH, Session},
};

/// The admin token.
#[derive(Deserialize, ToSchema)]
pub(super) struct Login {
    token: String,
}

/// Who is logged in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionInfo {
    /// What changes made with the cookie have to send as `X-Keyway-CSRF`; none without a cookie.
    csrf_token: Option<String>,
    /// How the caller got in: `session`, `token`, `window` or `key:…`.
    via: String,
}

/// A link that logs its first reader in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LoginLink {
    /// Works once and for ten minutes.
    link: String,
}

/// A token that works once.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OneTimeToken {
    /// The token of a login link.
    token: String,
}

/// Opens a session by the admin token; sets the cookie.
#[utoipa::path(post, path = "/admin/login", tag = "session", security(()), request_body = Login, responses((status = 200, body = crate::admin::answer::Answer<SessionInfo>)))]
pub(super) async fn login(
    State(app): State<Arc<App>>,
    Given(login): Given<Login>,
) -> Result<Response, ApiError> {
    if login.token.is_empty() || login.token.len() > 4096 {
        return Err(BadField::shape("token", "must not be empty").into());
    }
    let session = app
        .door
        .log_in(&login.token, app.clock.now())
        .map_err(refused)?;
    let info = SessionInfo {
        csrf_token: Some(session.csrf.clone()),
        via: "session".to_owned(),
    };
    Ok((cookie(&app, &session)?, ok(info)?).into_response())
}

/// Says whether the caller is logged in.
#[utoipa::path(get, path = "/admin/session", tag = "session", responses((status = 200, body = crate::admin::answer::Answer<SessionInfo>)))]
pub(super) async fn session(actor: Actor) -> ApiResult<SessionInfo> {
    let csrf_token = match &actor {
        Actor::Session(cookie) => Some(door::csrf_of(cookie)),
        Actor::Window | Actor::Token | Actor::Key(_) => None,
    };
    ok(SessionInfo {
        csrf_token,
        via: actor.to_string(),
    })
}

/// Ends the caller's session.
#[utoipa::path(post, path = "/admin/logout", tag = "session", responses((status = 200, body = crate::admin::answer::Answer<Nothing>)))]
pub(super) async fn logout(
    State(app): State<Arc<App>>,
    actor: Actor,
) -> Result<Response, ApiError> {
    if let Actor::Session(cookie) = &actor {
        app.door.log_out(cookie);
    }
    let gone = format!("{SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    let headers = HeaderMap::from_iter([(SET_COOKIE, value(&gone)?)]);
    Ok((headers, ok(Nothing {})?).into_response())
}

/// Makes a link that logs its first reader in: for `keyway-server open`.
#[utoipa::path(post, path = "/admin/login-link", tag = "session", responses((status = 200, body = crate::admin::answer::Answer<LoginLink>)))]
pub(super) async fn login_link(State(app): State<Arc<App>>) -> ApiResult<LoginLink> {
    let link = app.door.one_time_link(&app.base_url(), app.clock.now());
    let link = link.map_err(|_| refused(Refusal::NoRandomness))?;
    ok(LoginLink { link })
}

/// Opens a session by a login link, which works once, and goes to the UI.
#[utoipa::path(get, path = "/admin/desktop-login", tag = "session", security(()), params(OneTimeToken), responses((status = 303, description = "To the UI, logged in or to log in.")))]
pub(super) async fn desktop_login(
    State(app): State<Arc<App>>,
    Asked(link): Asked<OneTimeToken>,
) -> Result<Response, ApiError> {
    let token = SecretString::from(link.token);
    match app.door.redeem(token.expose_secret(), app.clock.now()) {
        Ok(session) => Ok((cookie(&app, &session)?, Redirect::to("/")).into_response()),
        Err(Refusal::Wrong) => Ok(Redirect::to("/?login=link_used").into_response()),
        Err(refusal @ (Refusal::LockedOut { .. } | Refusal::NoRandomness)) => Err(refused(refusal)),
    }
}

fn refused(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::Wrong => ApiError::WrongToken,
        Refusal::LockedOut { retry_after } => ApiError::LockedOut { retry_after },
        Refusal::NoRandomness => ApiError::Internal {
            what: "no_randomness",
            why: "the operating system gave no random bytes".to_owned(),
        },
    }
}

fn cookie(app: &App, session: &Session) -> Result<HeaderMap, ApiError> {
    let secure = if app.options.tls.is_some() {
        "; Secure"
    } else {
        ""
    };
    let text = format!(
        "{SESSION_COOKIE}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{secure}",
        session.cookie.expose_secret(),
        SESSION_LENGTH.as_secs(),
    );
    let mut value = value(&text)?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(SET_COOKIE, value)]))
}

fn value(text: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(text).map_err(|error| ApiError::Internal {
        what: "bad_cookie",
        why: error.to_string(),
    })
}

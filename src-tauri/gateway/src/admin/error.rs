//! What the admin API answers when it does not do what was asked:
//! `{"detail": …, "code": …, "field"?: …, "request_id": …}`.
//!
//! A handler returns an [`ApiError`]; [`explained`] turns it into JSON once the request id is known.

use std::{borrow::Cow, time::Duration};

use axum::{
    Json,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header::RETRY_AFTER},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{ids, store::StoreError};

const INTERNAL: &str = "internal error: the gateway's log says more";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Why a request was not served.
#[derive(Debug)]
pub(super) enum ApiError {
    /// No such record.
    NotFound { what: &'static str, id: String },
    /// A field that cannot be taken.
    Field(BadField),
    /// The body is no JSON.
    BadJson(String),
    /// The body is declared as something else than JSON.
    NotJson,
    /// The body is too large.
    TooLarge,
    /// The body does not come.
    TooSlow,
    /// A readable id that stands for several records.
    Ambiguous {
        what: &'static str,
        id: String,
        groups: Vec<String>,
    },
    /// It contradicts what is there.
    Conflict { code: &'static str, detail: String },
    /// A record with the same name is there already.
    Duplicate { field: &'static str, detail: String },
    /// Nobody is logged in.
    LoginNeeded,
    /// The admin token is another.
    WrongToken,
    /// Too many wrong tokens.
    LockedOut { retry_after: Duration },
    /// A change by cookie without the token that only our own page knows.
    CsrfNeeded,
    /// There is no such path.
    NoSuchPath,
    /// The path knows other methods only.
    NoSuchMethod,
    /// The database did not do it.
    Store(StoreError),
    /// Something that should not happen.
    Internal { what: &'static str, why: String },
}

/// A field that cannot be taken.
#[derive(Debug)]
pub(super) struct BadField {
    field: Cow<'static, str>,
    why: String,
    code: &'static str,
    status: StatusCode,
    /// Whether `why` is a sentence without the field's name before it.
    is_whole: bool,
}

impl BadField {
    /// Its type, length or range is wrong (422).
    pub(super) fn shape(field: impl Into<Cow<'static, str>>, why: impl Into<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self {
            field: field.into(),
            why: why.into(),
            code: "invalid_field",
            status,
            is_whole: false,
        }
    }

    /// It is well formed but stands for nothing (400).
    pub(super) fn value(field: impl Into<Cow<'static, str>>, why: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            ..Self::shape(field, why)
        }
    }

    /// The same, its reason being a whole sentence.
    pub(super) fn whole(self) -> Self {
        Self {
            is_whole: true,
            ..self
        }
    }

    /// The same with a code of its own.
    pub(super) fn coded(self, code: &'static str) -> Self {
        Self { code, ..self }
    }
}

/// The body of an error.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Failure {
    /// What went wrong, in words.
    detail: String,
    /// The same for programs.
    #[schema(value_type = String)]
    code: &'static str,
    /// The field it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    field: Option<Cow<'static, str>>,
    /// Finds the request in the log.
    request_id: String,
}

impl ApiError {
    /// No such record.
    pub(super) fn not_found(what: &'static str, id: impl Into<String>) -> Self {
        Self::NotFound {
            what,
            id: id.into(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound { .. } | Self::NoSuchPath | Self::Store(StoreError::Missing { .. }) => {
                StatusCode::NOT_FOUND
            }
            Self::Field(bad) => bad.status,
            Self::BadJson(_) => StatusCode::BAD_REQUEST,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Ambiguous { .. }
            | Self::Conflict { .. }
            | Self::Duplicate { .. }
            | Self::Store(StoreError::Duplicate { .. } | StoreError::Conflict { .. }) => {
                StatusCode::CONFLICT
            }
            Self::LoginNeeded | Self::WrongToken => StatusCode::UNAUTHORIZED,
            Self::LockedOut { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::CsrfNeeded => StatusCode::FORBIDDEN,
            Self::NoSuchMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Store(_) | Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } | Self::NoSuchPath => "not_found",
            Self::Field(bad) => bad.code,
            Self::BadJson(_) => "invalid_json",
            Self::NotJson => "json_required",
            Self::TooLarge => "body_too_large",
            Self::TooSlow => "body_timeout",
            Self::Ambiguous { .. } => "ambiguous_id",
            Self::Conflict { code, .. } => code,
            Self::Duplicate { .. } => "duplicate",
            Self::LoginNeeded => "login_required",
            Self::WrongToken => "wrong_token",
            Self::LockedOut { .. } => "too_many_attempts",
            Self::CsrfNeeded => "csrf_token_required",
            Self::NoSuchMethod => "method_not_allowed",
            Self::Store(error) => error.code(),
            Self::Internal { what, .. } => what,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::NotFound { what, id } => format!("{what} not found: {id}"),
            Self::Field(bad) if bad.is_whole => bad.why.clone(),
            Self::Field(bad) => format!("{} {}", bad.field, bad.why),
            Self::BadJson(why) => format!("the body is no JSON: {why}"),
            Self::NotJson => "the body must be JSON: send content-type: application/json".to_owned(),
            Self::TooLarge => "the body is larger than 1 MiB".to_owned(),
            Self::TooSlow => "the body did not arrive within 30 s; send it again".to_owned(),
            Self::Ambiguous { what, id, groups } => {
                format!("{what} {id:?} exists in several groups ({}): add ?group_id=", groups.join(", "))
            }
            Self::Conflict { detail, .. } | Self::Duplicate { detail, .. } => detail.clone(),
            Self::LoginNeeded => "Admin authentication required. Use X-Admin-Token header or login via /admin/login.".to_owned(),
            Self::WrongToken => "Invalid admin token.".to_owned(),
            Self::LockedOut { .. } => "too many wrong tokens: wait a minute".to_owned(),
            Self::CsrfNeeded => "a change by cookie needs the X-Keyway-CSRF header; GET /admin/session tells its value".to_owned(),
            Self::NoSuchPath => "there is no such path".to_owned(),
            Self::NoSuchMethod => "this path does not know this method".to_owned(),
            Self::Store(error @ (StoreError::Missing { .. } | StoreError::Duplicate { .. } | StoreError::Conflict { .. })) => {
                error.to_string()
            }
            Self::Store(error) => error.advice().map_or_else(
                || INTERNAL.to_owned(),
                |advice| format!("the database could not do it: {advice}"),
            ),
            Self::Internal { .. } => INTERNAL.to_owned(),
        }
    }

    fn field(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Field(bad) => Some(bad.field.clone()),
            Self::Duplicate { field, .. } => Some(Cow::Borrowed(field)),
            Self::Ambiguous { .. } => Some(Cow::Borrowed("group_id")),
            Self::Store(StoreError::Duplicate { what, field }) => {
                Some(Cow::Owned(field_name(what, field)))
            }
            Self::NotFound { .. }
            | Self::BadJson(_)
            | Self::NotJson
            | Self::TooLarge
            | Self::TooSlow
            | Self::Conflict { .. }
            | Self::LoginNeeded
            | Self::WrongToken
            | Self::LockedOut { .. }
            | Self::CsrfNeeded
            | Self::NoSuchPath
            | Self::NoSuchMethod
            | Self::Store(_)
            | Self::Internal { .. } => None,
        }
    }

    /// What is ours to mend is logged here, once; what the caller did wrong is only answered.
    fn log(&self, request_id: &str) {
        if self.status() != StatusCode::INTERNAL_SERVER_ERROR {
            return;
        }
        let why = match self {
            Self::Store(error) => error.to_string(),
            Self::Internal { why, .. } => why.clone(),
            Self::NotFound { .. }
            | Self::Field(_)
            | Self::BadJson(_)
            | Self::NotJson
            | Self::TooLarge
            | Self::TooSlow
            | Self::Ambiguous { .. }
            | Self::Conflict { .. }
            | Self::Duplicate { .. }
            | Self::LoginNeeded
            | Self::WrongToken
            | Self::LockedOut { .. }
            | Self::CsrfNeeded
            | Self::NoSuchPath
            | Self::NoSuchMethod => return,
        };
        tracing::error!(
            code = self.code(),
            why,
            request_id,
            "the admin API could not do it"
        );
    }
}

/// Columns have the names of the house, fields those of the API.
fn field_name(what: &str, field: &str) -> String {
    match (what, field) {
        ("group" | "provider" | "tool", "id") => format!("{what}_id"),
        _ => field.to_owned(),
    }
}

impl From<BadField> for ApiError {
    fn from(bad: BadField) -> Self {
        Self::Field(bad)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An error on its way to [`explained`].
#[derive(Debug, Clone)]
struct Unexplained(std::sync::Arc<ApiError>);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Self::LockedOut { retry_after } = &self {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(retry_after.as_secs().max(1)));
        }
        response.extensions_mut().insert(Unexplained(self.into()));
        response
    }
}

/// Gives each answer its request id, and each error its words.
pub(super) async fn explained(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let request_id = ids::fresh();
    if let Some(Unexplained(error)) = response.extensions_mut().remove::<Unexplained>() {
        error.log(&request_id);
        let failure = Failure {
            detail: error.detail(),
            code: error.code(),
            field: error.field(),
            request_id: request_id.clone(),
        };
        let (parts, _) = response.into_parts();
        response = (parts.status, parts.headers, Json(failure)).into_response();
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

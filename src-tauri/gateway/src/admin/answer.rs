//! `{"ok": true, …}`: the envelope of every answer.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::ApiError;

/// What handlers return.
pub(super) type ApiResult<T> = Result<Json<Answer<T>>, ApiError>;

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Answer<T> {
    /// Always true; errors have another shape.
    ok: bool,
    #[serde(flatten)]
    inside: T,
}

/// Nothing but that it worked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Nothing {}

/// What was done, in words.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Message {
    /// `group deleted: work`.
    pub(super) message: String,
}

/// Wraps an answer.
#[expect(clippy::unnecessary_wraps, reason = "handlers end with it")]
pub(super) fn ok<T>(inside: T) -> ApiResult<T> {
    Ok(Json(Answer { ok: true, inside }))
}

/// Says what is gone.
pub(super) fn deleted(what: &str, id: &str) -> ApiResult<Message> {
    ok(Message {
        message: format!("{what} deleted: {id}"),
    })
}

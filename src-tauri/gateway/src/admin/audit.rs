//! The audit log: who changed what through this API.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::{ApiResult, ok},
    error::BadField,
    given::Asked,
    wire::Moment,
};
use crate::{
    app::App,
    store::audit::{self, AuditEntry},
};

const PAGE: u32 = 100;

/// Which part of the audit log.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    /// 1 to 1000; 100 without it.
    limit: Option<u32>,
    /// Goes on after a page: its `next_cursor`.
    cursor: Option<i64>,
}

/// A page of the audit log, the latest change first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditList {
    audit: Vec<ShownChange>,
    total: u64,
    next_cursor: Option<String>,
}

/// One change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(super) struct ShownChange {
    audit_id: i64,
    created_at: Moment,
    /// `token`, `session`, `window`, `key:<id>` or `cli`.
    actor: String,
    /// `provider.create`.
    action: String,
    /// The id of what was changed.
    subject: String,
}

/// Lists the changes, the latest first.
#[utoipa::path(get, path = "/admin/audit", tag = "audit", params(AuditQuery), responses((status = 200, body = crate::admin::answer::Answer<AuditList>)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Asked(query): Asked<AuditQuery>,
) -> ApiResult<AuditList> {
    let limit = query.limit.unwrap_or(PAGE);
    if !(1..=1000).contains(&limit) {
        return Err(BadField::shape("limit", "must be 1 to 1000").into());
    }
    let read = app
        .store
        .read(move |db| Ok((audit::list(db, query.cursor, limit + 1)?, audit::count(db)?)));
    let (mut entries, total) = read.await?;
    let has_more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next_cursor = entries
        .last()
        .filter(|_| has_more)
        .map(|entry| entry.seq.to_string());
    ok(AuditList {
        audit: entries.into_iter().map(show).collect(),
        total,
        next_cursor,
    })
}

fn show(entry: AuditEntry) -> ShownChange {
    ShownChange {
        audit_id: entry.seq,
        created_at: Moment(entry.at),
        actor: entry.actor,
        action: entry.action,
        subject: entry.subject,
    }
}

//! The request log, and sums over it.

mod query;
mod shown;

use std::sync::Arc;

use axum::extract::{Path, State};
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use self::{
    query::LogQuery,
    shown::{ShownEntry, show},
};
use super::{
    answer::{ApiResult, ok},
    check,
    error::{ApiError, BadField},
    given::Asked,
    wire::Moment,
};
use crate::{
    app::App,
    store::logs::{self, Totals},
};

const PAGE: u32 = 100;

/// A page of the log, the newest entry first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LogList {
    logs: Vec<ShownEntry>,
    /// How many entries match in all.
    total: u64,
    next_cursor: Option<String>,
}

/// One entry.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneEntry {
    log: ShownEntry,
}

/// Whose sums.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StatsQuery {
    api_key_id: String,
}

/// The sums of a key.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StatsAnswer {
    stats: Stats,
}

/// Sums over exchanges.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Stats {
    total: u64,
    /// Answered well.
    ok: u64,
    /// Tokens read.
    req_t: u64,
    /// Tokens produced.
    resp_t: u64,
    /// Milliseconds.
    avg_latency: f64,
}

/// Where to sum.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UsageQuery {
    group_id: Option<String>,
    /// Since when, ISO 8601; without it since the beginning of today (UTC).
    since: Option<String>,
}

/// Sums since a moment.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UsageAnswer {
    usage: Stats,
    since: Moment,
}

/// Lists the log, the newest entry first.
#[utoipa::path(get, path = "/admin/llm/logs", tag = "logs", params(LogQuery), responses((status = 200, body = crate::admin::answer::Answer<LogList>)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Asked(query): Asked<LogQuery>,
) -> ApiResult<LogList> {
    let limit = query.limit.unwrap_or(PAGE);
    if !(1..=1000).contains(&limit) {
        return Err(BadField::shape("limit", "must be 1 to 1000").into());
    }
    let cursor = query
        .cursor
        .as_deref()
        .filter(|text| !text.is_empty())
        .map(str::parse)
        .transpose();
    let cursor = cursor.map_err(|_| BadField::shape("cursor", "is none that was handed out"))?;
    let filter = query.filter()?;
    let read = app.store.read(move |db| {
        Ok((
            logs::page(db, &filter, cursor, limit)?,
            logs::count(db, &filter)?,
        ))
    });
    let (page, total) = read.await?;
    let logs = page.entries.into_iter().map(show).collect();
    ok(LogList {
        logs,
        total,
        next_cursor: page.next.map(|cursor| cursor.to_string()),
    })
}

/// Shows one entry.
#[utoipa::path(get, path = "/admin/llm/logs/{log_id}", tag = "logs", responses((status = 200, body = crate::admin::answer::Answer<OneEntry>)))]
pub(super) async fn get(
    State(app): State<Arc<App>>,
    Path(log_id): Path<String>,
) -> ApiResult<OneEntry> {
    let wanted = log_id.clone();
    let found = app.store.read(move |db| logs::get(db, &wanted)).await?;
    ok(OneEntry {
        log: show(found.ok_or_else(|| ApiError::not_found("log entry", log_id))?),
    })
}

/// Sums up all that is kept of a key.
#[utoipa::path(get, path = "/admin/llm/stats", tag = "logs", params(StatsQuery), responses((status = 200, body = crate::admin::answer::Answer<StatsAnswer>)))]
pub(super) async fn stats(
    State(app): State<Arc<App>>,
    Asked(query): Asked<StatsQuery>,
) -> ApiResult<StatsAnswer> {
    let totals = app
        .store
        .read(move |db| logs::stats(db, &query.api_key_id.into()))
        .await?;
    ok(StatsAnswer {
        stats: totals.into(),
    })
}

/// Sums up what was used today, or since a moment.
#[utoipa::path(get, path = "/admin/llm/usage", tag = "logs", params(UsageQuery), responses((status = 200, body = crate::admin::answer::Answer<UsageAnswer>)))]
pub(super) async fn usage(
    State(app): State<Arc<App>>,
    Asked(query): Asked<UsageQuery>,
) -> ApiResult<UsageAnswer> {
    let since = query
        .since
        .map(|text| check::moment("since", &text))
        .transpose()?;
    let since = since.unwrap_or_else(|| beginning_of_day(app.clock.now()));
    let group = query.group_id.filter(|id| !id.is_empty()).map(Into::into);
    let totals = app
        .store
        .read(move |db| logs::totals_since(db, since, group.as_ref()))
        .await?;
    ok(UsageAnswer {
        usage: totals.into(),
        since: Moment(since),
    })
}

/// Midnight before, in UTC.
pub(super) fn beginning_of_day(now: Timestamp) -> Timestamp {
    now.to_zoned(TimeZone::UTC)
        .start_of_day()
        .map_or(now, |day| day.timestamp())
}

impl From<Totals> for Stats {
    fn from(totals: Totals) -> Self {
        Self {
            total: totals.total,
            ok: totals.ok,
            req_t: totals.request_tokens,
            resp_t: totals.response_tokens,
            avg_latency: totals.avg_latency_ms.unwrap_or_default(),
        }
    }
}

//! The request log, and sums over it.

use std::sync::Arc;

use axum::extract::{Path, State};
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::{ApiResult, ok},
    check,
    error::{ApiError, BadField},
    given::Asked,
    wire::Moment,
};
use crate::{
    app::App,
    store::{
        AttemptNote, LogEntry,
        logs::{self, Filter, Outcome, Totals},
    },
};

const PAGE: u32 = 100;

/// What to look for; all of it must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LogQuery {
    api_key_id: Option<String>,
    group_id: Option<String>,
    /// The alias of the route that answered.
    route: Option<String>,
    /// The readable id of the provider that answered.
    provider_id: Option<String>,
    /// The asked or the upstream model.
    model: Option<String>,
    /// `ok`, `error`, `client_error`, `client_left` or `server_error`.
    outcome: Option<String>,
    /// Text within the error, the models, the client's name, or an id.
    q: Option<String>,
    /// ISO 8601, included.
    since: Option<String>,
    /// ISO 8601, not included.
    until: Option<String>,
    /// 1 to 1000; 100 without it.
    limit: Option<u32>,
    /// Goes on after a page: its `next_cursor`.
    cursor: Option<String>,
}

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

/// The record of one exchange.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LogEntry)]
pub(super) struct ShownEntry {
    log_id: String,
    group_id: String,
    api_key_id: Option<String>,
    route_alias: Option<String>,
    provider_id: Option<String>,
    upstream_model: Option<String>,
    /// What the client saw; 499 when it hung up.
    status_code: u16,
    request_tokens: u64,
    response_tokens: u64,
    latency_ms: u64,
    error: Option<String>,
    created_at: Moment,
    fusion_id: Option<String>,
    request_id: Option<String>,
    key_name: Option<String>,
    asked_model: String,
    route_id: Option<String>,
    /// The label of the credential used.
    credential: Option<String>,
    /// What the client spoke.
    protocol_in: &'static str,
    /// What the provider spoke.
    protocol_out: Option<&'static str>,
    streamed: bool,
    error_code: Option<String>,
    /// Tokens; none when nobody told.
    usage: Option<ShownUsage>,
    request_bytes: u64,
    response_bytes: u64,
    first_byte_ms: Option<f64>,
    total_ms: f64,
    finish_reason: Option<String>,
    client: Option<String>,
    /// The tries; empty when there was one and it went well.
    attempts: Vec<ShownAttempt>,
}

/// Tokens of one exchange.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TokenUsage)]
struct ShownUsage {
    input: u64,
    cached: u64,
    written: u64,
    output: u64,
    reasoning: u64,
}

/// One try at one target.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
struct ShownAttempt {
    provider_id: String,
    upstream_model: String,
    credential: Option<String>,
    status_code: Option<u16>,
    error_class: Option<String>,
    ms: f64,
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
#[utoipa::path(get, path = "/admin/llm/logs", tag = "logs", params(LogQuery), responses((status = 200, body = super::answer::Answer<LogList>)))]
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
#[utoipa::path(get, path = "/admin/llm/logs/{log_id}", tag = "logs", responses((status = 200, body = super::answer::Answer<OneEntry>)))]
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
#[utoipa::path(get, path = "/admin/llm/stats", tag = "logs", params(StatsQuery), responses((status = 200, body = super::answer::Answer<StatsAnswer>)))]
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
#[utoipa::path(get, path = "/admin/llm/usage", tag = "logs", params(UsageQuery), responses((status = 200, body = super::answer::Answer<UsageAnswer>)))]
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

impl LogQuery {
    fn filter(self) -> Result<Filter, ApiError> {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let moment = |field, text: Option<String>| {
            given(text)
                .map(|text| check::moment(field, &text))
                .transpose()
        };
        Ok(Filter {
            group: given(self.group_id).map(Into::into),
            key: given(self.api_key_id).map(Into::into),
            route: given(self.route),
            provider: given(self.provider_id),
            model: given(self.model),
            outcome: given(self.outcome).map(|name| outcome(&name)).transpose()?,
            text: given(self.q),
            since: moment("since", self.since)?,
            until: moment("until", self.until)?,
        })
    }
}

fn outcome(name: &str) -> Result<Outcome, ApiError> {
    match name {
        "ok" => Ok(Outcome::Answered),
        "error" => Ok(Outcome::Failed),
        "client_error" => Ok(Outcome::ClientError),
        "client_left" => Ok(Outcome::ClientLeft),
        "server_error" => Ok(Outcome::ServerError),
        _ => Err(BadField::shape(
            "outcome",
            "must be ok, error, client_error, client_left or server_error",
        )
        .into()),
    }
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

fn show(entry: LogEntry) -> ShownEntry {
    let text = |text: Option<Arc<str>>| text.map(|text| text.to_string());
    ShownEntry {
        log_id: entry.id.to_string(),
        group_id: entry.group.to_string(),
        api_key_id: entry.key_id.map(|id| id.to_string()),
        route_alias: text(entry.route_alias),
        provider_id: text(entry.provider_id),
        upstream_model: text(entry.upstream_model),
        status_code: entry.status,
        request_tokens: entry.usage.map_or(0, |usage| usage.input),
        response_tokens: entry.usage.map_or(0, |usage| usage.output),
        latency_ms: entry.total_us / 1000,
        error: text(entry.error),
        created_at: Moment(entry.at),
        fusion_id: None,
        request_id: text(entry.request_id),
        key_name: text(entry.key_name),
        asked_model: entry.asked_model.to_string(),
        route_id: entry.route_id.map(|id| id.to_string()),
        credential: text(entry.credential),
        protocol_in: entry.protocol_in.as_str(),
        protocol_out: entry.protocol_out.map(keyway_protocols::Protocol::as_str),
        streamed: entry.streamed,
        error_code: text(entry.error_code),
        usage: entry.usage.map(|usage| ShownUsage {
            input: usage.input,
            cached: usage.cached,
            written: usage.written,
            output: usage.output,
            reasoning: usage.reasoning,
        }),
        request_bytes: entry.request_bytes,
        response_bytes: entry.response_bytes,
        first_byte_ms: entry.first_byte_us.map(millis),
        total_ms: millis(entry.total_us),
        finish_reason: text(entry.finish_reason),
        client: text(entry.client),
        attempts: entry.attempts.into_iter().map(show_attempt).collect(),
    }
}

fn show_attempt(attempt: AttemptNote) -> ShownAttempt {
    ShownAttempt {
        provider_id: attempt.provider.to_string(),
        upstream_model: attempt.model.to_string(),
        credential: attempt.credential.map(|label| label.to_string()),
        status_code: attempt.status,
        error_class: attempt.error_class.map(|class| class.to_string()),
        ms: millis(attempt.us),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a wait of 285 years is still exact"
)]
fn millis(us: u64) -> f64 {
    us as f64 / 1000.0
}

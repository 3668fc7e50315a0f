//! The state of the whole at one look.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer::{ApiResult, ok},
    guard::Actor,
    health::{ShownHealth, reports},
    logs::{Stats, beginning_of_day},
    wire::Moment,
};
use crate::{
    app::App,
    secrets::MasterSource,
    store::{LogEntry, logs},
};

const RECENT_ERRORS: u32 = 8;
const LONGEST_ERROR: usize = 200;

/// The state of the whole.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OverviewAnswer {
    overview: Overview,
}

/// The state of the whole.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Overview {
    /// Whether the caller is the window of the desktop app.
    desktop_mode: bool,
    data_dir: String,
    groups: usize,
    providers: usize,
    routes: usize,
    keys: usize,
    open_circuits: usize,
    /// Providers with a credential that rests.
    circuit_providers: Vec<String>,
    recent_errors: Vec<RecentError>,
    /// Sums since midnight, UTC.
    today: Stats,
    in_flight: usize,
    /// What clients are pointed at.
    base_url: String,
    version: &'static str,
    /// Log entries lost because the disk was too slow or refused them.
    dropped_log_entries: u64,
    /// What its owner ought to know: `master_key_in_file`, `open_to_network`, `open_to_network_without_tls`.
    warnings: Vec<&'static str>,
}

/// A failed exchange.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecentError {
    created_at: Moment,
    route_alias: Option<String>,
    provider_id: Option<String>,
    status_code: u16,
    error: String,
    latency_ms: u64,
    log_id: String,
    asked_model: String,
}

/// Shows the state of the whole.
#[utoipa::path(get, path = "/admin/llm/overview", tag = "overview", responses((status = 200, body = crate::admin::answer::Answer<OverviewAnswer>)))]
pub(super) async fn overview(
    State(app): State<Arc<App>>,
    actor: Actor,
) -> ApiResult<OverviewAnswer> {
    let since = beginning_of_day(app.clock.now());
    let read = app.store.read(move |db| {
        Ok((
            logs::recent_errors(db, RECENT_ERRORS)?,
            logs::totals_since(db, since, None)?,
        ))
    });
    let (errors, today) = read.await?;
    let open: Vec<_> = reports(&app)
        .into_iter()
        .filter(|report| report.circuit_open)
        .collect();
    let mut circuit_providers: Vec<_> = open
        .iter()
        .map(|report| ShownHealth::of(&app, report).provider_id().to_owned())
        .collect();
    circuit_providers.sort_unstable();
    circuit_providers.dedup();
    let snapshot = app.live.now();
    let overview = Overview {
        desktop_mode: actor == Actor::Window,
        data_dir: app.options.data_dir.display().to_string(),
        groups: snapshot.groups().count(),
        providers: snapshot
            .groups()
            .map(|group| group.providers().count())
            .sum(),
        routes: snapshot.groups().map(|group| group.routes().count()).sum(),
        keys: snapshot.keys().count(),
        open_circuits: open.len(),
        circuit_providers,
        recent_errors: errors.into_iter().map(show).collect(),
        today: today.into(),
        in_flight: app.in_flight(),
        base_url: app.base_url(),
        version: env!("CARGO_PKG_VERSION"),
        dropped_log_entries: app.store.dropped_log_entries(),
        warnings: warnings(&app),
    };
    ok(OverviewAnswer { overview })
}

fn warnings(app: &App) -> Vec<&'static str> {
    let address = app
        .address
        .get()
        .copied()
        .unwrap_or_else(|| app.options.address());
    let is_open = !address.ip().is_loopback();
    let all = [
        ("master_key_in_file", app.master == MasterSource::File),
        ("open_to_network", is_open),
        (
            "open_to_network_without_tls",
            is_open && app.options.tls.is_none(),
        ),
    ];
    all.into_iter()
        .filter(|(_, holds)| *holds)
        .map(|(name, _)| name)
        .collect()
}

fn show(entry: LogEntry) -> RecentError {
    let error = entry.error.as_deref().unwrap_or_default();
    RecentError {
        created_at: Moment(entry.at),
        route_alias: entry.route_alias.map(|alias| alias.to_string()),
        provider_id: entry.provider_id.map(|id| id.to_string()),
        status_code: entry.status,
        error: error.chars().take(LONGEST_ERROR).collect(),
        latency_ms: entry.total_us / 1000,
        log_id: entry.id.to_string(),
        asked_model: entry.asked_model.to_string(),
    }
}

//! Lets old log entries go, a few at a time, so that requests never wait for it.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{app::App, store::logs};

const HOURLY: Duration = Duration::from_hours(1);
/// Small enough that a configuration change waits no longer than it would notice.
const ROWS_AT_ONCE: u32 = 2000;

const PAGES_AT_ONCE: u32 = 2000;

/// Prunes the log once an hour until told to stop.
pub(crate) async fn keep(app: Arc<App>, stop: CancellationToken) {
    let mut hourly = tokio::time::interval(HOURLY);
    while stop.run_until_cancelled(hourly.tick()).await.is_some() {
        if let Err(error) = prune(&app, &stop).await {
            tracing::warn!(%error, "old log entries were not removed; trying again in an hour");
        }
    }
}

async fn prune(app: &App, stop: &CancellationToken) -> Result<(), crate::store::StoreError> {
    let settings = app.live.now().settings.clone();
    let age = jiff::SignedDuration::from_hours(24 * i64::from(settings.retention_days));
    let oldest = app.clock.now() - age;
    while !stop.is_cancelled() {
        let limit = settings.log_max_bytes;
        let pruning = app.store.write(move |tx| {
            let old = logs::prune(tx, oldest, ROWS_AT_ONCE)?;
            Ok(old + logs::prune_to_size(tx, limit, ROWS_AT_ONCE)?)
        });
        if pruning.await? == 0 {
            break;
        }
        app.store.vacuum(PAGES_AT_ONCE).await?;
    }
    Ok(())
}

//! What has to be done from time to time: old log entries go, and memory that nobody needs is given back.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    app::App,
    metering::tokens,
    store::{StoreError, logs},
};

const HOURLY: Duration = Duration::from_hours(1);
const EACH_MINUTE: Duration = Duration::from_mins(1);
/// Small enough that a configuration change waits no longer than it would notice.
const ROWS_AT_ONCE: u32 = 2000;
const PAGES_AT_ONCE: u32 = 2000;

/// Prunes the log once an hour until told to stop; a few rows at a time, so that nobody waits for it.
pub(crate) async fn prune_log(app: Arc<App>, stop: CancellationToken) {
    let mut hourly = tokio::time::interval(HOURLY);
    while stop.run_until_cancelled(hourly.tick()).await.is_some() {
        if let Err(error) = prune(&app, &stop).await {
            tracing::warn!(%error, "old log entries were not removed; trying again in an hour");
        }
    }
}

/// Lets go of the tokenizer's tables, tens of megabytes, when nobody counted for a while.
pub(crate) async fn forget_tokenizer(stop: CancellationToken) {
    let mut each_minute = tokio::time::interval(EACH_MINUTE);
    while stop.run_until_cancelled(each_minute.tick()).await.is_some() {
        tokens::forget_idle();
    }
}

/// Forgets thoughts that nobody asked back in time.
pub(crate) async fn forget_thoughts(app: Arc<App>, stop: CancellationToken) {
    let mut each_minute = tokio::time::interval(EACH_MINUTE);
    while stop.run_until_cancelled(each_minute.tick()).await.is_some() {
        app.thoughts.forget_old(app.clock.instant());
    }
}

async fn prune(app: &App, stop: &CancellationToken) -> Result<(), StoreError> {
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

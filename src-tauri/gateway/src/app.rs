//! The parts that handlers share, one sentence each.

use std::{
    net::SocketAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use arc_swap::ArcSwap;
use rusqlite::Transaction;
use tokio::sync::{Mutex, oneshot};

use crate::{
    clock::Clock,
    config::{LiveConfig, Snapshot},
    events::{Event, Events},
    metering::limits::Meters,
    observe::metrics::Metrics,
    options::Options,
    secrets::{MasterSource, Sealer},
    store::{self, Store, StoreError},
    tasks::Tasks,
    upstream::{health::Health, http::Http, known::Known, thoughts::Thoughts},
};

/// What a running gateway is made of.
#[derive(Debug)]
pub struct App {
    /// How it was set up from outside.
    pub options: Options,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What the user decided, as it is in force.
    pub live: LiveConfig,
    /// The database.
    pub store: Store,
    /// Seals and opens secrets with the master key; swapped when that key is rotated.
    pub sealer: ArcSwap<Sealer>,
    /// Where the master key lies.
    pub master: MasterSource,
    /// How much each key has used of what it may.
    pub meters: Meters,
    /// Which credentials rest after failures.
    pub health: Health,
    /// Calls upstreams.
    pub http: Http,
    /// Providers that have no endpoint for counting tokens.
    pub counts_nothing: Known,
    /// What upstreams want back of earlier answers.
    pub thoughts: Thoughts,
    /// Owns every task.
    pub tasks: Tasks,
    /// Tells the UI and the tray what happened.
    pub events: Events,
    /// Counts what happened, for Prometheus.
    pub metrics: Metrics,
    /// Requests under way.
    pub in_flight: AtomicUsize,
    /// Who may use the admin API.
    pub door: crate::door::Door,
    /// The address listened on, once it is.
    pub address: OnceLock<SocketAddr>,
    /// One change of the configuration at a time, so that snapshots are swapped in the order of their making.
    pub changing: Mutex<()>,
}

impl App {
    /// Changes the configuration: one transaction, then a new snapshot in force, then an event.
    ///
    /// Nothing is in force unless it is stored, and nothing is stored that cannot be loaded again. A task of
    /// its own sees it through: whoever asked may hang up at any moment, and what is stored has to be in force.
    pub async fn change<T: Send + 'static>(
        self: &Arc<Self>,
        what: &'static str,
        edit: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = oneshot::channel();
        let app = Arc::clone(self);
        self.tasks.spawn(|_| async move {
            tell.send(app.see_through(what, edit).await).ok(); // whoever asked may have gone
        });
        told.await.map_err(|_| StoreError::Closed)?
    }

    async fn see_through<T: Send + 'static>(
        &self,
        what: &'static str,
        edit: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _one_at_a_time = self.changing.lock().await;
        let sealer = self.sealer.load_full();
        let (result, parts) = self
            .store
            .write(move |tx| {
                let result = edit(tx)?;
                Ok((result, store::snapshot::load(tx, &sealer)?))
            })
            .await?;
        self.live.replace(Snapshot::build(parts));
        self.counts_nothing.clear();
        self.events.tell(Event::Config { what });
        Ok(result)
    }

    /// The address people and agents reach the gateway at.
    pub fn base_url(&self) -> String {
        if let Some(url) = &self.options.public_base_url {
            return url.clone();
        }
        let scheme = if self.options.tls.is_some() {
            "https"
        } else {
            "http"
        };
        let address = self
            .address
            .get()
            .copied()
            .unwrap_or_else(|| self.options.address());
        if address.ip().is_unspecified() {
            return format!("{scheme}://127.0.0.1:{}", address.port());
        }
        format!("{scheme}://{address}")
    }

    /// Requests under way.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }
}

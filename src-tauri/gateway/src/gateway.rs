//! One way in: open, serve, stop. The caller brings the listener and the end.

use std::{
    fmt, fs,
    future::Future,
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use arc_swap::ArcSwap;
use axum::Router;
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::{
    admin,
    app::App,
    clock::Clock,
    config::{LiveConfig, Snapshot},
    events::{Event, Events},
    import,
    observe::metrics::Metrics,
    options::Options,
    secrets::{Keychain, MasterSource, OsKeychain, Sealed, Sealer},
    server,
    serving::Serving,
    store::{self, LogEntry, Store, StoreError, vault::VaultError},
    takeover::{self, SetAside},
    tasks::Tasks,
    upkeep, web,
};

/// Streams under way get so long to end before the gateway goes without them.
const STOP_PATIENCE: Duration = Duration::from_secs(30);
/// Tells others on this machine which port the gateway took.
pub(crate) const PORT_FILE: &str = "keyway.port";
const ADMIN_TOKEN: &str = "admin_token";

/// A gateway: the product without a screen.
#[derive(Clone)]
pub struct Gateway {
    app: Arc<App>,
    router: Router,
    tls: Option<TlsAcceptor>,
    /// Held from the claim to the end of the process or of the last clone.
    serving: Arc<OnceLock<Serving>>,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("app", &self.app)
            .finish_non_exhaustive()
    }
}

/// Why a gateway cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master key is not at hand.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database of keyway-router in the data folder cannot be taken over.
    #[error("the database of keyway-router in the data folder cannot be taken over: {0}")]
    TakeOver(#[from] import::keyway::ImportError),
    /// The certificate or its key cannot be used.
    #[error("cannot use the TLS file {path:?}: {reason}; it must be a PEM file")]
    Tls {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The operating system failed.
    #[error("the operating system gave no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// A part of the start broke off.
    #[error("the start broke off: {0}")]
    Broken(String),
}

impl Gateway {
    /// Opens the data folder: database, master key, configuration. Nothing listens yet.
    pub async fn open(options: Options, clock: impl Clock) -> Result<Self, OpenError> {
        let (opening, now) = (options.clone(), clock.now());
        let vault = tokio::task::spawn_blocking(move || Vault::open(&opening, now));
        let vault = vault
            .await
            .map_err(|error| OpenError::Broken(error.to_string()))??;
        let tls = options
            .tls
            .as_ref()
            .map(|(certificate, key)| acceptor(certificate, key))
            .transpose()?;
        let app = Arc::new(vault.into_app(options, Arc::new(clock)));
        let fed = Arc::downgrade(&app);
        app.store.on_batch(Box::new(move |entries: &[LogEntry]| {
            if let Some(app) = fed.upgrade() {
                app.metrics.count(entries);
                app.events.tell(Event::Logged {
                    entries: entries.len(),
                });
            }
        }));
        app.tasks.spawn(|stop| upkeep::prune_log(app.clone(), stop));
        app.tasks.spawn(upkeep::forget_tokenizer);
        let forgetting = app.clone();
        app.tasks
            .spawn(move |stop| upkeep::forget_thoughts(forgetting, stop));
        let router = admin::router(app.clone()).merge(web::router(app.clone()));
        Ok(Self {
            app,
            router,
            tls,
            serving: Arc::default(),
        })
    }

    /// The address it wants to listen on.
    pub fn address(&self) -> SocketAddr {
        self.app.options.address()
    }

    /// Claims the data folder; fails when another gateway serves it. [`Gateway::serve`] does it, too.
    pub fn claim(&self) -> io::Result<()> {
        if self.serving.get().is_some() {
            return Ok(());
        }
        let Some(serving) = Serving::begin(&self.app.options.data_dir)? else {
            return Err(io::Error::new(
                io::ErrorKind::ResourceBusy,
                "another gateway serves this data folder; stop it first, or choose another folder",
            ));
        };
        self.serving.set(serving).ok(); // two claims at once: the first holds the same lock
        Ok(())
    }

    /// Serves connections until `stop`, then lets those under way end.
    pub async fn serve(
        &self,
        listener: TcpListener,
        stop: impl Future<Output = ()>,
    ) -> io::Result<()> {
        self.claim()?;
        let bound = listener.local_addr()?;
        self.app.address.get_or_init(|| bound);
        let port_file = self.app.options.data_dir.join(PORT_FILE);
        write_port(&self.app.options, bound)?;
        let stopping = self.app.tasks.stopping().clone();
        let serving = server::serve(
            self.app.clone(),
            self.router.clone(),
            listener,
            self.tls.clone(),
            stopping,
        );
        tokio::select! {
            () = serving => {}
            () = stop => {}
        }
        if let Err(error) = fs::remove_file(&port_file) {
            tracing::warn!(%error, "the port file could not be removed");
        }
        self.stop().await;
        Ok(())
    }

    /// Lets requests under way end, then closes the database.
    pub async fn stop(&self) {
        if !self.app.tasks.stop(STOP_PATIENCE).await {
            tracing::warn!(
                "requests were still under way after {} s",
                STOP_PATIENCE.as_secs()
            );
        }
        self.app.store.close();
    }

    /// The admin API and the pages, to be asked in process.
    pub fn admin(&self) -> Router {
        self.router.clone()
    }

    /// What happens from here on.
    pub fn events(&self) -> &Events {
        &self.app.events
    }

    /// The parts, for the command line.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }
}

/// Writes the port down for programs of the same user.
pub(crate) fn write_port(options: &Options, bound: SocketAddr) -> io::Result<()> {
    let mut opening = fs::OpenOptions::new();
    opening.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut opening, 0o600);
    let mut file = opening.open(options.data_dir.join(PORT_FILE))?;
    file.write_all(bound.port().to_string().as_bytes())
}

/// The opened data folder.
struct Vault {
    store: Store,
    sealer: Sealer,
    master: MasterSource,
    admin_token: SecretString,
    snapshot: Snapshot,
}

impl Vault {
    fn open(options: &Options, now: Timestamp) -> Result<Self, OpenError> {
        let (store, old) = takeover::open(&options.data_dir)?;
        match Self::unlock(store, options, old.as_ref(), now) {
            Ok(vault) => Ok(vault),
            Err(error) => {
                if let Some(old) = old {
                    old.put_back()?;
                }
                Err(error)
            }
        }
    }

    fn unlock(
        store: Store,
        options: &Options,
        old: Option<&SetAside>,
        now: Timestamp,
    ) -> Result<Self, OpenError> {
        let keychain = options
            .keychain
            .then(|| {
                OsKeychain::of_session(
                    options.session_bus.as_deref(),
                    options.runtime_dir.as_deref(),
                )
            })
            .flatten();
        let keychain = keychain.as_ref().map(|keychain| keychain as &dyn Keychain);
        let unlocked = store::vault::unlock(&store, options.secret.as_ref(), keychain)?;
        let sealer = unlocked.key.sealer();
        if let Some(old) = old {
            let report =
                import::keyway::import(&old.path(), options.secret.as_ref(), &store, &sealer, now)?;
            let kept = old.keep()?;
            tracing::info!(
                ?report,
                "the database of keyway-router was imported; it is kept as {}",
                kept.display()
            );
        }
        let admin_token = match &options.admin_token {
            Some(token) => token.clone(),
            None => kept_token(&store, &sealer)?,
        };
        let parts = store.read_blocking(|db| store::snapshot::load(db, &sealer))?;
        Ok(Self {
            store,
            sealer,
            master: unlocked.source,
            admin_token,
            snapshot: Snapshot::build(parts),
        })
    }

    fn into_app(self, options: Options, clock: Arc<dyn Clock>) -> App {
        App {
            options,
            clock,
            live: LiveConfig::new(self.snapshot),
            store: self.store,
            sealer: ArcSwap::from_pointee(self.sealer),
            master: self.master,
            meters: crate::metering::limits::Meters::default(),
            health: crate::upstream::health::Health::default(),
            http: crate::upstream::http::Http::default(),
            counts_nothing: crate::upstream::known::Known::default(),
            thoughts: crate::upstream::thoughts::Thoughts::default(),
            tasks: Tasks::default(),
            events: Events::default(),
            metrics: Metrics::default(),
            in_flight: std::sync::atomic::AtomicUsize::new(0),
            door: admin::Door::new(self.admin_token),
            address: std::sync::OnceLock::new(),
            changing: tokio::sync::Mutex::new(()),
        }
    }
}

/// The admin token of this data folder, made once. Sealed, so that a copied database does not open the door.
pub(crate) fn kept_token(store: &Store, sealer: &Sealer) -> Result<SecretString, OpenError> {
    let kept = store.read_blocking(|db| store::meta::get(db, ADMIN_TOKEN))?;
    if let Some(token) = kept.and_then(|sealed| sealer.open(&Sealed::from(sealed)).ok()) {
        return Ok(token);
    }
    let token = random_token()?;
    keep_token(store, sealer, &token)?;
    Ok(token)
}

/// Keeps this admin token from here on.
pub(crate) fn keep_token(
    store: &Store,
    sealer: &Sealer,
    token: &SecretString,
) -> Result<(), OpenError> {
    let kept = sealer.seal(token);
    store.write_blocking(move |tx| store::meta::set(tx, ADMIN_TOKEN, kept.as_str()))?;
    Ok(())
}

/// A token nobody can guess: 192 bits, as letters that need no quoting in a shell.
pub(crate) fn random_token() -> Result<SecretString, getrandom::Error> {
    use base64::Engine;
    let mut bytes = zeroize::Zeroizing::new([0_u8; 24]);
    getrandom::fill(bytes.as_mut())?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD
        .encode(bytes.as_ref())
        .into())
}

fn acceptor(chain_file: &PathBuf, key_file: &PathBuf) -> Result<TlsAcceptor, OpenError> {
    let bad = |path: &PathBuf, reason: String| OpenError::Tls {
        path: path.clone(),
        reason,
    };
    let chain = CertificateDer::pem_file_iter(chain_file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| bad(chain_file, error.to_string()))?;
    let key =
        PrivateKeyDer::from_pem_file(key_file).map_err(|error| bad(key_file, error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| bad(chain_file, error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| bad(chain_file, error.to_string()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

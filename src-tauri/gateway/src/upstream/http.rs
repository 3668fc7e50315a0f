//! The one client that calls upstreams: pooled connections, the system's proxies and certificates.

use std::{
    collections::HashMap,
    error::Error as _,
    io::{self, ErrorKind},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{Extensions, Request, Response};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{Builder, Client, Error as ClientError},
    rt::{TokioExecutor, TokioTimer},
};

use super::{
    connect::{self, Connector, Reach, Served},
    outgoing::Outgoing,
    trust::{self, TrustError},
};
use crate::config::{Provider, Timeouts};

/// Idle connections are dropped before the usual 60 s of servers and firewalls, so that few die unseen.
const POOL_IDLE: Duration = Duration::from_secs(30);
/// An HTTP/2 connection that died in sleep or with the network is found out within these two.
const PING_EVERY: Duration = Duration::from_secs(15);
const PING_PATIENCE: Duration = Duration::from_secs(10);

/// The connections of one way. Those without TLS spare each request what TLS connectors carry along.
#[derive(Debug, Clone)]
enum Pool {
    Plain(Client<Reach, Outgoing>),
    Tls(Client<Connector, Outgoing>),
}

/// Connection pools, one for each way of reaching upstreams that is in use.
#[derive(Debug, Default)]
pub struct Http {
    pools: Mutex<HashMap<Way, Arc<Pool>>>,
}

/// What must be equal for two providers to share connections.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Way {
    proxy: Option<String>,
    extra_ca: Option<String>,
    connect: Duration,
    tls: bool,
}

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Certificates or proxy settings cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The proxy address cannot be used.
    #[error("the outbound proxy {0:?} is no http:// or socks5:// URL")]
    Proxy(String),
    /// No connection came about.
    #[error("no connection: {0}")]
    Connect(String),
    /// The connection broke before the answer began.
    #[error("the connection broke before an answer came: {0}")]
    Broken(String),
    /// The connection had served before and was gone when this request came: another one may do.
    #[error("the connection had ended before the request came: {0}")]
    Stale(String),
    /// Nothing came in time.
    #[error("no answer within {} s", .0.as_secs())]
    FirstByteTimeout(Duration),
}

impl CallError {
    /// Whether the request never reached the upstream.
    pub fn is_connect(&self) -> bool {
        match self {
            Self::Trust(_) | Self::Proxy(_) | Self::Connect(_) => true,
            Self::Broken(_) | Self::Stale(_) | Self::FirstByteTimeout(_) => false,
        }
    }
}

impl Http {
    /// Sends a request the way this provider is reached and waits for the head of the answer.
    pub async fn send(
        &self,
        provider: &Provider,
        request: Request<Outgoing>,
    ) -> Result<Response<Incoming>, CallError> {
        let way = Way {
            proxy: provider.proxy.clone(),
            extra_ca: provider.extra_ca.clone(),
            connect: provider.timeouts.connect,
            tls: is_tls(&request),
        };
        self.send_along(way, provider.timeouts.first_byte, request)
            .await
    }

    /// Sends a request to a service that is no provider: the system's proxies, nobody's certificates.
    pub async fn send_to_service(
        &self,
        patience: Duration,
        request: Request<Outgoing>,
    ) -> Result<Response<Incoming>, CallError> {
        let way = Way {
            proxy: None,
            extra_ca: None,
            connect: Timeouts::default().connect,
            tls: is_tls(&request),
        };
        self.send_along(way, patience, request).await
    }

    async fn send_along(
        &self,
        way: Way,
        patience: Duration,
        request: Request<Outgoing>,
    ) -> Result<Response<Incoming>, CallError> {
        let pool = self.pool(way).await?;
        let answer = match &*pool {
            Pool::Plain(client) => client.request(request),
            Pool::Tls(client) => client.request(request),
        };
        match tokio::time::timeout(patience, answer).await {
            Ok(Ok(answer)) => {
                if let Some(served) = answer.extensions().get::<Served>() {
                    served.note();
                }
                Ok(answer)
            }
            Ok(Err(error)) => Err(explain(&error)),
            Err(_) => Err(CallError::FirstByteTimeout(patience)),
        }
    }

    /// Forgets all idle connections, for when the machine slept or its network changed.
    pub fn flush(&self) {
        self.lock().clear();
    }

    async fn pool(&self, way: Way) -> Result<Arc<Pool>, CallError> {
        if let Some(pool) = self.lock().get(&way) {
            return Ok(pool.clone());
        }
        // Reads certificate files.
        let (opening, way) = (way.clone(), way);
        let opened = tokio::task::spawn_blocking(move || open_pool(&opening)).await;
        let pool = Arc::new(opened.map_err(|error| CallError::Connect(error.to_string()))??);
        Ok(self.lock().entry(way).or_insert(pool).clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Way, Arc<Pool>>> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_tls(request: &Request<Outgoing>) -> bool {
    request.uri().scheme_str() == Some("https")
}

fn open_pool(way: &Way) -> Result<Pool, CallError> {
    let reach = connect::Reach::new(way.proxy.as_deref(), way.connect)
        .ok_or_else(|| CallError::Proxy(way.proxy.clone().unwrap_or_default()))?;
    if !way.tls {
        return Ok(Pool::Plain(builder().build(reach)));
    }
    let tls = trust::client_config(way.extra_ca.as_deref())?;
    let connector = connect::with_tls(reach, tls, way.connect);
    Ok(Pool::Tls(builder().build(connector)))
}

fn builder() -> Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    builder
        .pool_timer(TokioTimer::new())
        .timer(TokioTimer::new())
        .pool_idle_timeout(POOL_IDLE)
        .http2_keep_alive_interval(PING_EVERY)
        .http2_keep_alive_timeout(PING_PATIENCE)
        .http2_keep_alive_while_idle(true)
        .http2_adaptive_window(true);
    builder
}

fn explain(error: &ClientError) -> CallError {
    let text = chain(error);
    if error.is_connect() {
        CallError::Connect(text)
    } else if is_stale(error) {
        CallError::Stale(text)
    } else {
        CallError::Broken(text)
    }
}

/// Whether a connection that had brought answers before ended without a byte for this request.
///
/// Servers close idle connections when they like; a request may just be on its way to one then.
fn is_stale(error: &ClientError) -> bool {
    let mut extras = Extensions::new();
    if let Some(connection) = error.connect_info() {
        connection.get_extras(&mut extras);
    }
    let has_served = extras.get::<Served>().is_some_and(Served::is_noted);
    has_served && has_ended(error)
}

fn has_ended(error: &ClientError) -> bool {
    let cause = error.source();
    let Some(cause) = cause.and_then(|cause| cause.downcast_ref::<hyper::Error>()) else {
        return false;
    };
    let io = cause.source().and_then(|io| io.downcast_ref::<io::Error>());
    cause.is_incomplete_message()
        || io.is_some_and(|io| {
            matches!(
                io.kind(),
                ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
            )
        })
}

/// The causes of an error, the outermost left out when it says nothing of its own.
fn chain(error: &dyn std::error::Error) -> String {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    if causes.is_empty() {
        error.to_string()
    } else {
        causes.join(": ")
    }
}

/// The body of a request that is at hand as a whole.
pub fn whole(bytes: impl Into<Bytes>) -> Outgoing {
    Outgoing::new(vec![bytes.into()])
}

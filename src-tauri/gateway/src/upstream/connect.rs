//! How a TCP connection to an upstream comes about: direct, or by an HTTP or SOCKS proxy.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use http::{HeaderValue, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::{
        legacy::connect::{
            Connected, Connection, HttpConnector,
            proxy::{SocksV5, Tunnel},
        },
        proxy::matcher::{Intercept, Matcher},
    },
    rt::TokioIo,
};
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service;

/// Reaches upstreams by TLS, in the time given.
pub(super) type Connector = Patient<HttpsConnector<Reach>>;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Wraps the way of reaching a host in TLS.
pub(super) fn with_tls(reach: Reach, tls: ClientConfig, patience: Duration) -> Connector {
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(reach);
    Patient {
        connector,
        patience,
    }
}

/// A connector that gives up when the whole of connecting, TLS included, takes too long.
#[derive(Debug, Clone)]
pub(super) struct Patient<C> {
    connector: C,
    patience: Duration,
}

impl<C> Service<Uri> for Patient<C>
where
    C: Service<Uri, Error = BoxError>,
    C::Future: Send + 'static,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<C::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.patience, self.connector.call(target));
        Box::pin(async move { connecting.await.map_err(BoxError::from)? })
    }
}

/// Opens TCP connections as the proxy rules say.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    tcp: HttpConnector,
    rules: Arc<Rules>,
}

#[derive(Debug)]
enum Rules {
    Direct,
    System(Matcher),
    Always(Matcher),
}

impl Reach {
    /// `proxy` is a URL, `none`, or absent for what the system says. None when the URL is unusable.
    pub(super) fn new(proxy: Option<&str>, connect: Duration) -> Option<Self> {
        let rules = match proxy.map(str::trim) {
            None | Some("") => Rules::System(Matcher::from_system()),
            Some("none") => Rules::Direct,
            Some(url) => Rules::Always(always(url)?),
        };
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(connect));
        tcp.set_keepalive(Some(Duration::from_secs(30)));
        Some(Self {
            tcp,
            rules: Arc::new(rules),
        })
    }

    fn proxy_for(&self, target: &Uri) -> Option<Intercept> {
        match &*self.rules {
            Rules::Direct => None,
            // The machine's own servers (Ollama, LM Studio) are never behind its proxy.
            Rules::System(_) if is_loopback(target) => None,
            Rules::System(matcher) | Rules::Always(matcher) => matcher.intercept(target),
        }
    }
}

/// A matcher that sends everything through one proxy.
fn always(url: &str) -> Option<Matcher> {
    let scheme = url.split_once("://")?.0;
    let known = ["http", "https", "socks5", "socks5h"].contains(&scheme);
    let usable = known && url.parse::<Uri>().is_ok_and(|uri| uri.host().is_some());
    usable.then(|| Matcher::builder().all(url.to_owned()).build())
}

fn is_loopback(target: &Uri) -> bool {
    let host = target.host().unwrap_or_default();
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl Service<Uri> for Reach {
    type Response = Line;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Line, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let Some(proxy) = self.proxy_for(&target) else {
            let direct = self.tcp.call(target);
            return Box::pin(async move { Ok(Line::new(direct.await?, false)) });
        };
        Box::pin(through(self.tcp.clone(), proxy, target))
    }
}

async fn through(mut tcp: HttpConnector, proxy: Intercept, target: Uri) -> Result<Line, BoxError> {
    let gate = proxy.uri().clone();
    if gate
        .scheme_str()
        .is_some_and(|scheme| scheme.starts_with("socks5"))
    {
        let mut socks = SocksV5::new(gate, tcp);
        if let Some((user, password)) = proxy.raw_auth() {
            socks = socks.with_auth(user.to_owned(), password.to_owned());
        }
        return Ok(Line::new(socks.call(target).await?, false));
    }
    // Proxies often allow CONNECT to TLS ports only: plain http is asked for by absolute URL instead.
    if target.scheme_str() == Some("http") && proxy.basic_auth().is_none() {
        return Ok(Line::new(tcp.call(gate).await?, true));
    }
    let mut tunnel = Tunnel::new(gate, tcp);
    if let Some(auth) = proxy.basic_auth() {
        let mut auth: HeaderValue = auth.clone();
        auth.set_sensitive(true);
        tunnel = tunnel.with_auth(auth);
    }
    Ok(Line::new(tunnel.call(target).await?, false))
}

/// A TCP connection that knows whether requests on it name the whole URL.
#[derive(Debug)]
pub(super) struct Line {
    io: TokioIo<TcpStream>,
    absolute: bool,
    served: Served,
}

impl Line {
    fn new(io: TokioIo<TcpStream>, absolute: bool) -> Self {
        Self {
            io,
            absolute,
            served: Served::default(),
        }
    }
}

/// Whether a connection has brought an answer before; known to all who meet it.
#[derive(Debug, Clone, Default)]
pub(super) struct Served(Arc<AtomicBool>);

impl Served {
    /// Notes that an answer came.
    pub(super) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether one has come.
    pub(super) fn is_noted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Connection for Line {
    fn connected(&self) -> Connected {
        let served = self.served.clone();
        Connected::new().proxy(self.absolute).extra(served)
    }
}

impl hyper::rt::Read for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: hyper::rt::ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl hyper::rt::Write for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, data)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, data)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

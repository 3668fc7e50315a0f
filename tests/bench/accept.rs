//! The accept loop of the target and of the bare proxy.

use std::error::Error;
use std::net::Ipv4Addr;

use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::report;

/// Listens on a free loopback port, says which on standard output, and serves until killed.
pub(crate) async fn serve<S, B>(service: S) -> anyhow::Result<()>
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    report::say(&listener.local_addr()?.to_string());
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (socket, _) = accepted?;
                socket.set_nodelay(true)?;
                let served = http1::Builder::new().serve_connection(TokioIo::new(socket), service.clone());
                // A caller that hangs up is how a slice ends; the caller counts what went wrong.
                connections.spawn(async { drop(served.await) });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

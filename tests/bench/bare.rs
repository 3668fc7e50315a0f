//! The yardstick: a proxy that does nothing but forward.
//!
//! A hyper server and a pooled hyper-util client, bodies streamed both ways, `TCP_NODELAY`.

use std::net::SocketAddr;

use http::Request;
use http::uri::{Authority, Scheme};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::accept;

/// Forwards every request to `target` until killed.
pub(crate) async fn run(target: SocketAddr) -> anyhow::Result<()> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client: Client<_, Incoming> = Client::builder(TokioExecutor::new()).build(connector);
    let authority: Authority = target.to_string().parse()?;
    accept::serve(service_fn(move |mut request: Request<Incoming>| {
        let mut parts = request.uri().clone().into_parts();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(authority.clone());
        let client = client.clone();
        async move {
            *request.uri_mut() = parts.try_into()?;
            client.request(request).await.map_err(anyhow::Error::from)
        }
    }))
    .await
}

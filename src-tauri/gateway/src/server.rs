//! The listening side: connections in, guards first, then the proxy or the admin router.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body as AxumBody};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::{
    app::App,
    guard::{Guard, Turned},
    proxy::{self, ReplyBody},
};

const TLS_PATIENCE: Duration = Duration::from_secs(10);
/// Out of file descriptors: waiting a moment lets other connections end.
const ACCEPT_REST: Duration = Duration::from_millis(50);

/// What every connection needs.
struct Doorway {
    app: Arc<App>,
    guard: Guard,
    router: Router,
    tls: Option<TlsAcceptor>,
}

/// Serves connections until told to stop; those under way are the tasks' to wait for.
pub(crate) async fn serve(
    app: Arc<App>,
    router: Router,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    stop: CancellationToken,
) {
    let bound = listener
        .local_addr()
        .unwrap_or_else(|_| app.options.address());
    let guard = Guard::new(&app.options, bound);
    let doorway = Arc::new(Doorway {
        app,
        guard,
        router,
        tls,
    });
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                let doorway = doorway.clone();
                let tasks = doorway.app.tasks.clone();
                tasks.spawn(
                    |stopping| async move { doorway.connection(stream, peer, stopping).await },
                );
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
}

impl Doorway {
    async fn connection(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        stopping: CancellationToken,
    ) {
        stream.set_nodelay(true).ok(); // slower, not wrong, without it
        let Some(tls) = self.tls.clone() else {
            return self.plain(stream, stopping).await;
        };
        match tokio::time::timeout(TLS_PATIENCE, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.encrypted(TokioIo::new(stream), stopping).await,
            Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS came about"),
            Err(_) => tracing::debug!(%peer, "no TLS came about in time"),
        }
    }

    async fn plain(self: Arc<Self>, stream: TcpStream, stopping: CancellationToken) {
        let patience = self.app.options.head_patience;
        let service = service_fn(move |request| {
            let doorway = self.clone();
            async move { Ok::<_, Infallible>(doorway.answer(request).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stopping.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        note_end(ended.map_err(Into::into));
    }

    async fn encrypted<I>(self: Arc<Self>, io: I, stopping: CancellationToken)
    where
        I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
    {
        let patience = self.app.options.head_patience;
        let service = service_fn(move |request| {
            let doorway = self.clone();
            async move { Ok::<_, Infallible>(doorway.answer(request).await) }
        });
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(patience);
        let connection = builder.serve_connection(io, service);
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stopping.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        note_end(ended);
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<ServedBody> {
        let endpoint = proxy::endpoint(request.method(), request.uri().path());
        let origin = match self.guard.check(&request, endpoint.as_ref()) {
            Ok(origin) => origin,
            Err(turned) => return turned_away(&turned, endpoint.as_ref()).map(ServedBody::Reply),
        };
        let mut response = match endpoint {
            Some(endpoint) if request.method() != http::Method::OPTIONS => {
                proxy::answer(&self.app, endpoint, request)
                    .await
                    .map(ServedBody::Reply)
            }
            Some(_) | None => self.route(request).await,
        };
        if let Some(origin) = origin {
            Guard::allow(&origin, response.headers_mut());
        }
        response
    }

    async fn route(&self, request: Request<Incoming>) -> Response<ServedBody> {
        if request.method() == http::Method::OPTIONS {
            let mut response = Response::new(ServedBody::Reply(ReplyBody::from(Bytes::new())));
            *response.status_mut() = StatusCode::NO_CONTENT;
            return response;
        }
        let Ok(response) = self
            .router
            .clone()
            .oneshot(request.map(AxumBody::new))
            .await;
        response.map(ServedBody::Routed)
    }
}

/// Clients hang up all the time: that is no event worth a line in the log.
fn note_end(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection ended early");
    }
}

/// Refuses in the protocol of the endpoint, so that agents show the reason.
fn turned_away(turned: &Turned, endpoint: Option<&proxy::Endpoint>) -> Response<ReplyBody> {
    if let Some(endpoint) = endpoint {
        return proxy::turned_away(
            endpoint.protocol(),
            turned.status,
            turned.code,
            turned.message,
        );
    }
    let body = serde_json::json!({"detail": turned.message, "code": turned.code}).to_string();
    let mut response = Response::new(ReplyBody::from(Bytes::from(body)));
    *response.status_mut() = turned.status;
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json"),
    );
    response
}

/// The body of any answer.
enum ServedBody {
    Reply(ReplyBody),
    Routed(AxumBody),
}

impl Body for ServedBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.get_mut() {
            Self::Reply(body) => Pin::new(body).poll_frame(context).map_err(Into::into),
            Self::Routed(body) => Pin::new(body).poll_frame(context).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Reply(body) => body.is_end_stream(),
            Self::Routed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Reply(body) => body.size_hint(),
            Self::Routed(body) => body.size_hint(),
        }
    }
}

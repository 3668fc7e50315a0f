//! The load generator's wire: one connection, one exchange after the other.

use std::net::SocketAddr;
use std::pin::pin;

use anyhow::{Context, bail};
use bytes::Bytes;
use futures_util::future::{Either, select};
use http::{HeaderValue, Method, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::platform::now_ns;

/// Sends requests over one connection.
pub(crate) type Sender = SendRequest<Full<Bytes>>;

/// A request made ready, to be sent any number of times.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) address: SocketAddr,
    pub(crate) path: &'static str,
    pub(crate) host: HeaderValue,
    pub(crate) authorization: HeaderValue,
    pub(crate) body: Bytes,
    /// An answer shorter than this is cut short.
    pub(crate) least: usize,
}

impl Ask {
    fn request(&self) -> anyhow::Result<Request<Full<Bytes>>> {
        let request = Request::post(self.path)
            .header(header::HOST, self.host.clone())
            .header(header::AUTHORIZATION, self.authorization.clone())
            .header("anthropic-version", HeaderValue::from_static("2023-06-01"))
            .header(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            );
        Ok(request.body(Full::new(self.body.clone()))?)
    }
}

/// When the first byte of an answer's body came, and when the last.
pub(crate) struct Times {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

/// Opens a connection and does `work` with it, both in this one task.
pub(crate) async fn connected<T>(
    address: SocketAddr,
    work: impl AsyncFnOnce(Sender) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(socket)).await?;
    match select(pin!(work(sender)), connection).await {
        Either::Left((done, _)) => done,
        Either::Right((Ok(()), work)) => work.await,
        Either::Right((Err(error), _)) => Err(error).context("connection"),
    }
}

/// Sends the request and gives back the answer once its head is there and says success.
pub(crate) async fn send(sender: &mut Sender, ask: &Ask) -> anyhow::Result<Response<Incoming>> {
    sender.ready().await?;
    let response = sender.send_request(ask.request()?).await?;
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let text = response.into_body().collect().await?.to_bytes();
    bail!(
        "{status}: {}",
        String::from_utf8_lossy(&text[..text.len().min(300)])
    )
}

/// One whole exchange: the answer is read to its end.
pub(crate) async fn exchange(sender: &mut Sender, ask: &Ask) -> anyhow::Result<Times> {
    let mut body = send(sender, ask).await?.into_body();
    let mut first = None;
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        first.get_or_insert_with(now_ns);
        length += frame?.data_ref().map_or(0, Bytes::len);
    }
    if length < ask.least {
        bail!("an answer of {length} bytes is cut short");
    }
    let last = now_ns();
    Ok(Times {
        first: first.unwrap_or(last),
        last,
    })
}

/// Asks once on a connection of its own and gives back the answer's text.
pub(crate) async fn ask_once(ask: &Ask) -> anyhow::Result<String> {
    connected(ask.address, async move |mut sender| {
        let body = send(&mut sender, ask).await?.into_body().collect().await?;
        Ok(String::from_utf8(body.to_bytes().to_vec())?)
    })
    .await
}

/// A small call with a header of its own, for settings and probes.
pub(crate) async fn plain(
    address: SocketAddr,
    method: Method,
    path: &str,
    token: &str,
    body: String,
) -> anyhow::Result<Bytes> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, address.to_string())
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-admin-token", token)
        .body(Full::new(Bytes::from(body)))?;
    connected(address, async move |mut sender| {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let answer = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            bail!("{path}: {status}: {}", String::from_utf8_lossy(&answer));
        }
        Ok(answer)
    })
    .await
}

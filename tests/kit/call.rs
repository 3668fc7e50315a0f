use std::net::SocketAddr;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::reply::{SseEvent, sse_events};
use crate::{PATIENCE, Protocol, Reply, sample, within};

/// A client without manners of its own: it sends what the test says and returns what came.
#[derive(Debug, Clone)]
pub struct Caller {
    address: SocketAddr,
    protocol: Protocol,
    headers: HeaderMap,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Caller {
    /// A caller of this address in this protocol, without a key.
    pub fn new(address: SocketAddr, protocol: Protocol) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if protocol == Protocol::Anthropic {
            headers.insert("anthropic-version", HeaderValue::from_static("2023-06-01"));
        }
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self {
            address,
            protocol,
            headers,
            client,
        }
    }

    /// The same with a key, where this protocol's clients put it.
    #[must_use]
    pub fn with_key(self, key: &str) -> Self {
        match self.protocol {
            Protocol::Anthropic => self.with_header("x-api-key", key),
            Protocol::Gemini => self.with_header("x-goog-api-key", key),
            Protocol::OpenAi | Protocol::Responses => {
                self.with_header("authorization", &format!("Bearer {key}"))
            }
        }
    }

    /// The same with this header, in the place of one of its name.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("the test names a proper header");
        let value = HeaderValue::try_from(value).expect("the test gives a proper header value");
        self.headers.insert(name, value);
        self
    }

    /// The same without this header.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// Asks the protocol's endpoint and reads the answer to its end.
    pub async fn ask(&self, body: Value) -> Reply {
        let (path, body) = self.placed(body);
        self.send(Method::POST, &path, body).await
    }

    /// Asks a model with one sentence, for a whole answer.
    pub async fn say(&self, model: &str, text: &str) -> Reply {
        self.ask(sample::ask(self.protocol, model, text)).await
    }

    /// Asks a model with one sentence, for a streamed answer.
    pub async fn stream(&self, model: &str, text: &str) -> Reply {
        self.ask(sample::stream(self.protocol, model, text)).await
    }

    /// Asks and returns as soon as the headers are there, to read the body bit by bit.
    pub async fn open(&self, body: Value) -> LiveReply {
        let (path, body) = self.placed(body);
        self.start(Method::POST, &path, body).await
    }

    /// Gets a path.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, Bytes::new()).await
    }

    /// Posts these bytes to a path.
    pub async fn post(&self, path: &str, body: impl Into<Bytes>) -> Reply {
        self.send(Method::POST, path, body.into()).await
    }

    /// Sends any request and reads the answer to its end.
    pub async fn send(&self, method: Method, path: &str, body: Bytes) -> Reply {
        self.start(method, path, body).await.rest().await
    }

    /// Sends any request; fails where the connection fails, before any answer.
    pub async fn try_start(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<LiveReply, hyper_util::client::legacy::Error> {
        let uri = format!("http://{}{path}", self.address);
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri.parse().expect("the test gives a proper path");
        *request.headers_mut() = self.headers.clone();
        let response = self.client.request(request).await?;
        Ok(LiveReply::new(response))
    }

    async fn start(&self, method: Method, path: &str, body: Bytes) -> LiveReply {
        match self.try_start(method, path, body).await {
            Ok(reply) => reply,
            Err(error) => panic!("no answer from {}{path}: {error:?}", self.address),
        }
    }

    /// The endpoint of a body, and the body as it goes there.
    fn placed(&self, mut body: Value) -> (String, Bytes) {
        let path = match self.protocol {
            Protocol::Anthropic => "/v1/messages".to_owned(),
            Protocol::OpenAi => "/v1/chat/completions".to_owned(),
            Protocol::Responses => "/v1/responses".to_owned(),
            Protocol::Gemini => gemini_path(&mut body),
        };
        (path, Bytes::from(body.to_string()))
    }
}

/// Takes model and stream flag out of a body and makes the path of them.
fn gemini_path(body: &mut Value) -> String {
    let fields = body.as_object_mut().expect("a request is an object");
    let model = fields.shift_remove("model").unwrap_or_default();
    let model = model.as_str().unwrap_or_default();
    match fields.shift_remove("stream") {
        Some(Value::Bool(true)) => {
            format!("/v1beta/models/{model}:streamGenerateContent?alt=sse")
        }
        _ => format!("/v1beta/models/{model}:generateContent"),
    }
}

/// An answer whose body is still coming. Dropping it closes the connection.
#[derive(Debug)]
pub struct LiveReply {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    body: Incoming,
    unread: Vec<u8>,
}

impl LiveReply {
    fn new(response: Response<Incoming>) -> Self {
        let (head, body) = response.into_parts();
        Self {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
            unread: Vec::new(),
        }
    }

    /// The next bytes as the network cut them; nothing at the end.
    pub async fn next_bytes(&mut self) -> Option<Bytes> {
        loop {
            let frame = self
                .body
                .frame()
                .await?
                .expect("the body does not break off");
            if let Ok(bytes) = frame.into_data() {
                return Some(bytes);
            }
        }
    }

    /// The next event; nothing at the end.
    pub async fn next_event(&mut self) -> Option<SseEvent> {
        loop {
            if let Some(event) = self.event_in_hand() {
                return Some(event);
            }
            let bytes = within(PATIENCE, "the next event", self.next_bytes()).await?;
            self.unread.extend_from_slice(&bytes);
        }
    }

    /// Everything that is still to come.
    pub async fn rest(mut self) -> Reply {
        let mut broken = None;
        while let Some(frame) = self.body.frame().await {
            match frame {
                Ok(frame) => self.unread.extend(frame.into_data().unwrap_or_default()),
                Err(error) => broken = Some(format!("{error:?}")),
            }
            if broken.is_some() {
                break;
            }
        }
        let body = Bytes::from(self.unread);
        Reply {
            status: self.status,
            headers: self.headers,
            body,
            broken,
        }
    }

    /// Takes the first whole event (or comment) out of what was read; comments are dropped.
    fn event_in_hand(&mut self) -> Option<SseEvent> {
        while let Some(end) = end_of_block(&self.unread) {
            let block: Vec<u8> = self.unread.drain(..end).collect();
            let event = sse_events(&String::from_utf8_lossy(&block)).pop();
            if event.is_some() {
                return event;
            }
        }
        None
    }
}

fn end_of_block(bytes: &[u8]) -> Option<usize> {
    let ends: [&[u8]; 2] = [b"\n\n", b"\r\n\r\n"];
    let found = ends.iter().filter_map(|end| {
        bytes
            .windows(end.len())
            .position(|window| window == *end)
            .map(|at| at + end.len())
    });
    found.min()
}

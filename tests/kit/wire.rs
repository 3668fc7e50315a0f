//! A client of plain bytes.

use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;

use bytes::{Buf, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{PATIENCE, Reply, within};

/// A connection of which every byte is the test's own: half requests, slow reading, sudden ends.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    inbox: BytesMut,
}

impl Wire {
    /// Connects.
    pub async fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await;
        let stream = stream.expect("the server takes connections");
        stream.set_nodelay(true).ok(); // only a matter of speed
        Self {
            stream,
            inbox: BytesMut::new(),
        }
    }

    /// Sends bytes; panics when the server does not take them.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let sent = self.try_send(bytes).await;
        sent.expect("the server takes what is sent");
    }

    /// Sends bytes, or tells that the connection is gone.
    pub async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref()).await
    }

    /// Sends a whole request with a length.
    pub async fn ask(&mut self, line: &str, headers: &[(&str, &str)], body: &[u8]) {
        self.send(head(line, headers, body.len())).await;
        self.send(body).await;
    }

    /// Reads one answer to its end, as its own framing tells it.
    pub async fn reply(&mut self) -> Reply {
        within(PATIENCE, "the answer", self.read_reply()).await
    }

    /// Reads the head of an answer, leaving its body on the wire.
    pub async fn reply_head(&mut self) -> (u16, HeaderMap) {
        let head = within(PATIENCE, "the answer's head", self.read_head()).await;
        parse(&head.expect("an answer comes"))
    }

    /// Reads until this text has come, leaving all of it on the wire.
    pub async fn until(&mut self, text: &str) {
        let come = async {
            while !contains(&self.inbox, text) {
                let more = self.read_more().await;
                assert!(more.is_some(), "the connection ended before {text:?} came");
            }
        };
        within(PATIENCE, text, come).await;
    }

    /// Waits until the server has closed the connection; returns what it sent before.
    pub async fn until_closed(&mut self) -> Bytes {
        let end = async { while self.read_more().await.is_some() {} };
        within(PATIENCE, "the end of the connection", end).await;
        self.inbox.split().freeze()
    }

    async fn read_reply(&mut self) -> Reply {
        let head = self.read_head().await.expect("an answer comes");
        let (status, headers) = parse(&head);
        let length = headers.get(http::header::CONTENT_LENGTH);
        let length = length.and_then(|value| value.to_str().ok()?.parse().ok());
        let (body, broken) = match length {
            Some(length) => self.read_exactly(length).await,
            None if headers.contains_key(http::header::TRANSFER_ENCODING) => {
                self.read_chunks().await
            }
            None => {
                while self.read_more().await.is_some() {}
                (self.inbox.split().freeze(), false)
            }
        };
        let broken = broken.then(|| "the connection ended inside the body".to_owned());
        Reply {
            status,
            headers,
            body,
            broken,
        }
    }

    async fn read_head(&mut self) -> Option<String> {
        loop {
            if let Some(at) = self.inbox.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = self.inbox.split_to(at);
                self.inbox.advance(4);
                return Some(String::from_utf8_lossy(&head).into_owned());
            }
            self.read_more().await?;
        }
    }

    async fn read_exactly(&mut self, length: usize) -> (Bytes, bool) {
        while self.inbox.len() < length {
            if self.read_more().await.is_none() {
                return (self.inbox.split().freeze(), true);
            }
        }
        (self.inbox.split_to(length).freeze(), false)
    }

    async fn read_chunks(&mut self) -> (Bytes, bool) {
        let mut body = BytesMut::new();
        loop {
            let Some(size) = self.read_size().await else {
                return (body.freeze(), true);
            };
            let (chunk, broken) = self.read_exactly(size + 2).await;
            body.extend_from_slice(&chunk[..size.min(chunk.len())]);
            if broken || size == 0 {
                return (body.freeze(), broken);
            }
        }
    }

    /// The line that begins a chunk.
    async fn read_size(&mut self) -> Option<usize> {
        loop {
            if let Some(at) = self.inbox.windows(2).position(|two| two == b"\r\n") {
                let line = self.inbox.split_to(at);
                self.inbox.advance(2);
                return usize::from_str_radix(&String::from_utf8_lossy(&line), 16).ok();
            }
            self.read_more().await?;
        }
    }

    async fn read_more(&mut self) -> Option<()> {
        let count = self.stream.read_buf(&mut self.inbox).await.ok()?;
        (count > 0).then_some(())
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

/// The head of a request whose body has this length.
pub fn head(line: &str, headers: &[(&str, &str)], length: usize) -> String {
    let mut head = format!("{line} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {length}\r\n");
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").expect("a string takes all");
    }
    head + "\r\n"
}

fn parse(head: &str) -> (u16, HeaderMap) {
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let status = status.and_then(|text| text.parse().ok());
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let name = HeaderName::try_from(name).ok()?;
        Some((name, HeaderValue::try_from(value.trim()).ok()?))
    });
    (
        status.expect("an answer begins with its status"),
        headers.collect(),
    )
}

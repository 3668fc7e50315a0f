//! The wire itself: one connection, request after request.
//!
//! Written on plain sockets, so that every byte and every way to break off is in the script's hands.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};

use super::Shared;
use super::received::Received;
use super::steps::{Step, steps};

/// How one answer left its connection.
enum Left {
    Ready,
    Closed,
    Reset,
    ByClient,
}

/// Answers everything that comes over one connection.
pub(super) async fn converse(mut stream: TcpStream, number: usize, shared: Arc<Shared>) {
    stream.set_nodelay(true).ok(); // only a matter of speed
    let mut inbox = BytesMut::new();
    loop {
        let (reader, writer) = stream.split();
        match exchange(reader, writer, &mut inbox, number, &shared).await {
            Some(Left::Ready) => {}
            Some(Left::ByClient) => {
                shared.closed_early.send_modify(|count| *count += 1);
                return;
            }
            Some(Left::Reset) => {
                stream
                    .set_zero_linger()
                    .expect("a living socket takes options");
                return;
            }
            Some(Left::Closed) | None => return,
        }
    }
}

/// One request and its answer; nothing when no further request comes.
async fn exchange(
    mut reader: ReadHalf<'_>,
    mut writer: WriteHalf<'_>,
    inbox: &mut BytesMut,
    number: usize,
    shared: &Shared,
) -> Option<Left> {
    let mut idle_end = shared.idle_end.subscribe();
    let head = tokio::select! {
        head = read_head(&mut reader, inbox) => head?,
        _ = idle_end.changed() => return None,
    };
    let held_back = shared
        .reading
        .lock()
        .expect("no panic holds this lock")
        .clone();
    if let Some(gate) = held_back {
        gate.pass().await;
    }
    let (mut request, size) = parse_head(&head, number)?;
    let Some(body) = read_body(&mut reader, inbox, size).await else {
        shared.broken_uploads.fetch_add(1, Ordering::SeqCst);
        return None;
    };
    request.body = body;
    let steps = {
        let answer = shared
            .script
            .lock()
            .expect("no panic holds this lock")
            .answer(&request);
        let mut received = shared.received.lock().expect("no panic holds this lock");
        received.push(request);
        let count = received.len();
        steps(&answer, &received[count - 1], count)
    };
    shared.calls.send_modify(|count| *count += 1);
    Some(tokio::select! {
        biased;
        left = play(steps, &mut writer, shared) => left,
        () = until_closed(&mut reader, inbox) => Left::ByClient,
    })
}

async fn play(steps: Vec<Step>, writer: &mut WriteHalf<'_>, shared: &Shared) -> Left {
    for step in steps {
        match step {
            Step::Write(bytes) => {
                if writer.write_all(&bytes).await.is_err() {
                    return Left::ByClient;
                }
                shared.bytes_sent.fetch_add(bytes.len(), Ordering::SeqCst);
            }
            Step::Wait(gate) => gate.pass().await,
            Step::Hang => std::future::pending().await,
            Step::Close => return Left::Closed,
            Step::Reset => return Left::Reset,
        }
    }
    Left::Ready
}

/// Reads on beside an answer, to notice when the client goes.
async fn until_closed(reader: &mut ReadHalf<'_>, inbox: &mut BytesMut) {
    while reader.read_buf(inbox).await.is_ok_and(|count| count > 0) {}
}

async fn read_head(reader: &mut ReadHalf<'_>, inbox: &mut BytesMut) -> Option<Bytes> {
    loop {
        if let Some(at) = inbox.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = inbox.split_to(at).freeze();
            inbox.advance(4);
            return Some(head);
        }
        read_more(reader, inbox).await?;
    }
}

/// How a request's body is framed.
enum Size {
    Length(usize),
    Chunked,
}

fn parse_head(head: &[u8], connection: usize) -> Option<(Received, Size)> {
    let text = String::from_utf8_lossy(head).into_owned();
    let mut lines = text.split("\r\n");
    let mut request_line = lines.next()?.split(' ');
    let (method, target) = (
        request_line.next()?.to_owned(),
        request_line.next()?.to_owned(),
    );
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let request = Received {
        method,
        target,
        headers,
        body: Bytes::new(),
        connection,
    };
    let length = request
        .header("content-length")
        .and_then(|text| text.parse().ok());
    let size = match request.header("transfer-encoding") {
        Some(_) => Size::Chunked,
        None => Size::Length(length.unwrap_or(0)),
    };
    Some((request, size))
}

async fn read_body(reader: &mut ReadHalf<'_>, inbox: &mut BytesMut, size: Size) -> Option<Bytes> {
    match size {
        Size::Length(length) => read_exactly(reader, inbox, length).await,
        Size::Chunked => read_chunks(reader, inbox).await,
    }
}

async fn read_chunks(reader: &mut ReadHalf<'_>, inbox: &mut BytesMut) -> Option<Bytes> {
    let mut body = BytesMut::new();
    loop {
        let line = read_line(reader, inbox).await?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            while !read_line(reader, inbox).await?.is_empty() {}
            return Some(body.freeze());
        }
        body.extend_from_slice(&read_exactly(reader, inbox, size).await?);
        read_line(reader, inbox).await?;
    }
}

async fn read_line(reader: &mut ReadHalf<'_>, inbox: &mut BytesMut) -> Option<String> {
    loop {
        if let Some(at) = inbox.windows(2).position(|two| two == b"\r\n") {
            let line = inbox.split_to(at);
            inbox.advance(2);
            return Some(String::from_utf8_lossy(&line).into_owned());
        }
        read_more(reader, inbox).await?;
    }
}

async fn read_exactly(
    reader: &mut ReadHalf<'_>,
    inbox: &mut BytesMut,
    length: usize,
) -> Option<Bytes> {
    inbox.reserve(length.saturating_sub(inbox.len()));
    while inbox.len() < length {
        read_more(reader, inbox).await?;
    }
    Some(inbox.split_to(length).freeze())
}

async fn read_more(reader: &mut ReadHalf<'_>, inbox: &mut BytesMut) -> Option<()> {
    let count = reader.read_buf(inbox).await.ok()?;
    (count > 0).then_some(())
}

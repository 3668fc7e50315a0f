//! Reads a request body and looks at its envelope while it comes in.

use std::{pin::pin, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body::Body;
use http_body_util::BodyExt;
use keyway_protocols::envelope::{Envelope, Scanner};

use super::error::ProxyError;

/// The largest body taken: above what any provider takes, so that theirs is the limit people meet.
pub const MOST_BODY_BYTES: u64 = 64 << 20;
/// A client that sends nothing for so long has gone.
const PATIENCE: Duration = Duration::from_mins(1);
/// How much more of a body that is too large is read, so that the client gets to see why it was refused.
const DRAINED_BYTES: u64 = 2 * MOST_BODY_BYTES;
const DRAINED_LITTLE_BYTES: u64 = 1 << 20;
/// Smaller pieces than this are gathered, up to so many bytes.
const TINY_BYTES: usize = 512;
const GATHERED_BYTES: usize = 64 << 10;
const DRAIN_PATIENCE: Duration = Duration::from_secs(10);

/// A request body as it came, and what it says at its top level.
#[derive(Debug)]
pub(super) struct Intake {
    /// The pieces of the body, in order.
    pub pieces: Vec<Bytes>,
    /// What it says.
    pub envelope: Envelope,
}

/// Reads a body that has to be a JSON object.
pub(super) async fn read_json<B>(headers: &HeaderMap, body: B) -> Result<Intake, ProxyError>
where
    B: Body<Data = Bytes>,
{
    must_be_json(headers)?;
    let mut scanner = Scanner::default();
    let pieces = read(headers, body, |piece| scanner.push(piece)).await?;
    Ok(Intake {
        pieces,
        envelope: scanner.finish()?,
    })
}

/// Reads a body of any type.
pub(super) async fn read_any<B>(headers: &HeaderMap, body: B) -> Result<Vec<Bytes>, ProxyError>
where
    B: Body<Data = Bytes>,
{
    read(headers, body, |_| ()).await
}

/// Takes in the rest of a small body that nobody will read, so that the refusal reaches its sender.
pub(super) async fn drain_little<B>(headers: &HeaderMap, body: B)
where
    B: Body<Data = Bytes>,
{
    if !waits_to_send(headers) {
        drain(pin!(body), DRAINED_LITTLE_BYTES).await;
    }
}

/// A client that asks first (`Expect: 100-continue`) sends nothing when it is refused.
fn waits_to_send(headers: &HeaderMap) -> bool {
    headers.contains_key(header::EXPECT)
}

/// Whether the body says it is JSON, or does not say what it is.
pub(super) fn must_be_json(headers: &HeaderMap) -> Result<(), ProxyError> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let text = value.to_str().unwrap_or_default();
    let essence = text
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
    {
        return Ok(());
    }
    Err(ProxyError::NotJson(essence))
}

async fn read<B>(
    headers: &HeaderMap,
    body: B,
    mut look: impl FnMut(&[u8]),
) -> Result<Vec<Bytes>, ProxyError>
where
    B: Body<Data = Bytes>,
{
    let mut body = pin!(body);
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MOST_BODY_BYTES) {
        if !waits_to_send(headers) {
            drain(body.as_mut(), DRAINED_BYTES).await;
        }
        return Err(ProxyError::TooLarge {
            limit: MOST_BODY_BYTES,
        });
    }
    let mut pieces = Pieces::default();
    let mut length = 0;
    while let Some(piece) = next_piece(body.as_mut()).await? {
        length += piece.len() as u64;
        if length > MOST_BODY_BYTES {
            drain(body.as_mut(), DRAINED_BYTES).await;
            return Err(ProxyError::TooLarge {
                limit: MOST_BODY_BYTES,
            });
        }
        look(&piece);
        pieces.push(piece);
    }
    Ok(pieces.all())
}

/// The pieces of a body. Tiny ones are put together: each one kept costs far more than its bytes.
#[derive(Debug, Default)]
struct Pieces {
    large: Vec<Bytes>,
    tiny: BytesMut,
}

impl Pieces {
    fn push(&mut self, piece: Bytes) {
        if piece.len() < TINY_BYTES {
            self.tiny.extend_from_slice(&piece);
        } else {
            self.close_tiny();
            self.large.push(piece);
        }
        if self.tiny.len() >= GATHERED_BYTES {
            self.close_tiny();
        }
    }

    fn all(mut self) -> Vec<Bytes> {
        self.close_tiny();
        self.large
    }

    fn close_tiny(&mut self) {
        if !self.tiny.is_empty() {
            self.large.push(self.tiny.split().freeze());
        }
    }
}

async fn next_piece<B>(mut body: std::pin::Pin<&mut B>) -> Result<Option<Bytes>, ProxyError>
where
    B: Body<Data = Bytes>,
{
    loop {
        let frame = match tokio::time::timeout(PATIENCE, body.frame()).await {
            Err(_) => return Err(ProxyError::BodyTimeout(PATIENCE)),
            Ok(None) => return Ok(None),
            Ok(Some(frame)) => frame.map_err(|_| ProxyError::BodyBroken)?,
        };
        if let Ok(piece) = frame.into_data() {
            return Ok(Some(piece));
        }
    }
}

/// A client that is still sending sees a reset instead of the answer, unless its bytes are taken in.
async fn drain<B>(mut body: std::pin::Pin<&mut B>, most: u64)
where
    B: Body<Data = Bytes>,
{
    let taking = async {
        let mut taken = 0;
        while taken < most
            && let Ok(Some(piece)) = next_piece(body.as_mut()).await
        {
            taken += piece.len() as u64;
        }
    };
    tokio::time::timeout(DRAIN_PATIENCE, taking).await.ok(); // a client too slow for that sees the reset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiny_pieces_are_gathered_and_no_byte_changes_its_place() {
        let large = Bytes::from(vec![b'x'; TINY_BYTES]);
        let mut pieces = Pieces::default();
        for at in 0..3 * GATHERED_BYTES {
            pieces.push(Bytes::copy_from_slice(&[b"abc"[at % 3]]));
        }
        pieces.push(large.clone());
        pieces.push(Bytes::from_static(b"end"));
        let all = pieces.all();
        assert_eq!(all.len(), 5);
        let wanted = [
            b"abc".repeat(GATHERED_BYTES).as_slice(),
            large.as_ref(),
            b"end",
        ]
        .concat();
        assert_eq!(all.concat(), wanted);
    }
}

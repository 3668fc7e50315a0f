//! Reads an upstream's body whole, but not for ever and not without bound.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Incoming;

/// Reads a body whole, but not for ever and not without bound.
pub(super) async fn collect(
    mut incoming: Incoming,
    idle: Duration,
    most: usize,
) -> Result<Bytes, String> {
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    loop {
        let frame = match tokio::time::timeout(idle, incoming.frame()).await {
            Err(_) => return Err(format!("nothing came for {} s", idle.as_secs())),
            Ok(None) => break,
            Ok(Some(frame)) => frame.map_err(|error| error.to_string())?,
        };
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        if first.is_empty() && rest.is_empty() {
            first = piece;
            continue;
        }
        if rest.is_empty() {
            rest.extend_from_slice(&first);
        }
        if rest.len() + piece.len() > most {
            return Err(format!("it is larger than {} MB", most >> 20));
        }
        rest.extend_from_slice(&piece);
    }
    Ok(if rest.is_empty() {
        first
    } else {
        rest.freeze()
    })
}

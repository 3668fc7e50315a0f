//! An upstream's answer that says success, in the caller's own protocol.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use hyper::body::Incoming;
use keyway_protocols::{Protocol, same};

use super::{
    Origin,
    build::{build, stamped, whole},
};
use crate::proxy::{
    collect::collect,
    decode::Decoder,
    error::ProxyError,
    exchange::Exchange,
    headers,
    manner::Manner,
    relay::{Reading, Relay, Source},
    reply::ReplyBody,
};

/// Answers up to this size are read whole, so that their length and usage are known before they go on.
pub(super) const MOST_WHOLE_BYTES: usize = 64 << 20;

/// Passes an answer on in the manner of its kind.
pub(super) async fn succeeded(
    protocol: Protocol,
    status: StatusCode,
    upstream: HeaderMap,
    incoming: Incoming,
    from: Origin,
    mut exchange: Exchange,
) -> Result<Response<ReplyBody>, (Exchange, ProxyError)> {
    let decoder = Decoder::of(&upstream);
    let manner = if decoder.is_some() {
        Manner::of(&upstream)
    } else {
        Manner::Bytes
    };
    let mut back = headers::returned(upstream);
    if decoder.as_ref().is_some_and(Decoder::changes) {
        back.remove(header::CONTENT_ENCODING);
    }
    exchange.entry.protocol_out = Some(protocol);
    exchange.tell_losses(&mut back);
    let decoder = decoder.unwrap_or_default();
    match manner {
        Manner::Json if exchange.entry.streamed => {
            let source = Source {
                incoming,
                decoder,
                reading: reading(protocol, &from),
                is_events: false,
                from,
            };
            Ok(relayed(status, back, source, protocol, exchange))
        }
        Manner::Json => match collect(incoming, from.idle(), MOST_WHOLE_BYTES)
            .await
            .and_then(|bytes| decoder.whole(bytes))
        {
            Ok(bytes) => Ok(read_whole(protocol, status, back, bytes, &from, exchange)),
            Err(reason) => Err((
                exchange,
                ProxyError::Cut {
                    provider: from.provider().to_owned(),
                    reason,
                },
            )),
        },
        Manner::Events => {
            exchange.entry.streamed = true;
            back.insert(
                header::CACHE_CONTROL,
                HeaderValue::from_static("no-cache, no-transform"),
            );
            back.insert("x-accel-buffering", HeaderValue::from_static("no"));
            let source = Source {
                incoming,
                decoder,
                reading: reading(protocol, &from),
                is_events: true,
                from,
            };
            Ok(relayed(status, back, source, protocol, exchange))
        }
        Manner::Bytes => {
            let source = Source {
                incoming,
                decoder: Decoder::default(),
                reading: Reading::Bytes,
                is_events: false,
                from,
            };
            Ok(relayed(status, back, source, protocol, exchange))
        }
    }
}

fn reading(protocol: Protocol, from: &Origin) -> Reading {
    Reading::Same(Box::new(same::SameStream::new(
        protocol,
        from.alias.clone(),
    )))
}

fn relayed(
    status: StatusCode,
    headers: HeaderMap,
    source: Source,
    protocol: Protocol,
    exchange: Exchange,
) -> Response<ReplyBody> {
    let id = exchange.entry.id.clone();
    let relay = Relay::new(source, protocol, status.as_u16(), exchange);
    stamped(
        build(status, headers, ReplyBody::Relay(Box::new(relay))),
        protocol,
        &id,
    )
}

fn read_whole(
    protocol: Protocol,
    status: StatusCode,
    headers: HeaderMap,
    bytes: Bytes,
    from: &Origin,
    mut exchange: Exchange,
) -> Response<ReplyBody> {
    let read = same::same_body(protocol, bytes, from.alias.as_deref());
    exchange.entry.usage = read.usage;
    exchange.entry.finish_reason = read.finish_reason.map(Into::into);
    let told = read.error;
    let id = exchange.entry.id.clone();
    stamped(
        whole(status, headers, read.frames, told, exchange),
        protocol,
        &id,
    )
}

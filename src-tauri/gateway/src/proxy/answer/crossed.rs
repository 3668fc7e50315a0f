//! Another protocol's answer in the words of the client's.

use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use keyway_protocols::{Protocol, cross::CrossBody};

use super::{
    Origin,
    build::{build, stamped, whole},
    failure,
    opening::{Begun, Opened},
};
use crate::proxy::{
    exchange::Exchange,
    headers,
    relay::{Reading, Relay, Source},
    reply::ReplyBody,
};

/// Answers with what an upstream of another protocol said.
pub(super) fn respond(
    protocol: Protocol,
    upstream: HeaderMap,
    opened: Opened,
    from: Origin,
    mut exchange: Exchange,
) -> Response<ReplyBody> {
    let (streamed, list) = from
        .way
        .as_ref()
        .map_or((false, false), |way| (way.streamed, way.list));
    let spoken = from.target.protocol;
    exchange.entry.protocol_out = Some(spoken);
    exchange.entry.streamed = streamed;
    let mut back = if spoken == protocol {
        headers::returned(upstream)
    } else {
        headers::returned_across(&upstream, protocol, exchange.app.clock.now())
    };
    for stale in [header::CONTENT_ENCODING, header::CONTENT_LENGTH] {
        back.remove(stale);
    }
    let kind = if streamed && !list {
        "text/event-stream; charset=utf-8"
    } else {
        "application/json"
    };
    back.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    match opened {
        Opened::Events(begun) => {
            add_stream_headers(&mut back);
            relayed(back, *begun, from, protocol, exchange)
        }
        Opened::Whole(body) => known(back, *body, &from, protocol, exchange),
        Opened::Told(told) => failure::answer(protocol, back, told.into(), &from, exchange),
    }
}

/// What keeps caches and reverse proxies from holding events back.
fn add_stream_headers(back: &mut HeaderMap) {
    back.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-cache, no-transform"),
    );
    back.insert("x-accel-buffering", HeaderValue::from_static("no"));
}

fn known(
    mut back: HeaderMap,
    body: CrossBody,
    from: &Origin,
    protocol: Protocol,
    mut exchange: Exchange,
) -> Response<ReplyBody> {
    let key = from.way.as_ref().map(|way| &way.key);
    exchange.crossed(body.end, key);
    exchange.tell_losses(&mut back);
    let id = exchange.entry.id.clone();
    stamped(
        whole(StatusCode::OK, back, vec![body.body], None, exchange),
        protocol,
        &id,
    )
}

fn relayed(
    mut back: HeaderMap,
    begun: Begun,
    from: Origin,
    protocol: Protocol,
    exchange: Exchange,
) -> Response<ReplyBody> {
    exchange.tell_losses(&mut back);
    let id = exchange.entry.id.clone();
    let is_events = from.way.as_ref().is_none_or(|way| !way.list);
    let source = Source {
        incoming: begun.incoming,
        decoder: begun.decoder,
        reading: Reading::Crossed(Box::new(begun.stream)),
        is_events,
        from,
    };
    let mut relay = Relay::new(source, protocol, StatusCode::OK.as_u16(), exchange);
    relay.begin_with(begun.first);
    stamped(
        build(StatusCode::OK, back, ReplyBody::Relay(Box::new(relay))),
        protocol,
        &id,
    )
}

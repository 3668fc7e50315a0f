//! Responses, put together.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use keyway_protocols::{Protocol, error};

use crate::proxy::{exchange::Exchange, headers, reply::ReplyBody};

/// An answer that is known whole is recorded as it goes out.
pub(super) fn whole(
    status: StatusCode,
    headers: HeaderMap,
    pieces: Vec<Bytes>,
    told: Option<error::UpstreamError>,
    mut exchange: Exchange,
) -> Response<ReplyBody> {
    exchange.entry.response_bytes = pieces.iter().map(|piece| piece.len() as u64).sum();
    exchange.first_byte();
    exchange.done(status.as_u16());
    if let Some(told) = told {
        exchange.told(told);
    }
    build(status, headers, ReplyBody::from(pieces))
}

/// Puts a response together.
pub(super) fn build(
    status: StatusCode,
    headers: HeaderMap,
    body: ReplyBody,
) -> Response<ReplyBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Adds the id that finds the log entry, also under the name that the protocol's clients look for.
pub(in crate::proxy) fn stamped(
    mut response: Response<ReplyBody>,
    protocol: Protocol,
    id: &str,
) -> Response<ReplyBody> {
    let Ok(value) = HeaderValue::from_str(id) else {
        return response;
    };
    let usual = headers::usual_id(protocol);
    let headers = response.headers_mut();
    if !headers.contains_key(&usual) {
        headers.insert(usual, value.clone());
    }
    headers.insert(headers::REQUEST_ID, value);
    response
}

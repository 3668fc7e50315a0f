//! An upstream's answer that says failure.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use keyway_protocols::{Protocol, error};

use super::{
    Origin,
    build::{build, stamped},
};
use crate::proxy::{decode::Decoder, exchange::Exchange, headers, quoted, reply::ReplyBody};

/// An upstream's error: its own body when that is in the caller's shape, else its words in that shape.
pub(super) fn failed(
    protocol: Protocol,
    status: StatusCode,
    upstream: HeaderMap,
    bytes: Bytes,
    from: &Origin,
    mut exchange: Exchange,
) -> Response<ReplyBody> {
    let decoder = Decoder::of(&upstream).unwrap_or_default();
    let bytes = decoder.whole(bytes).unwrap_or_default();
    let bytes = quoted::without_keys(&from.target.provider, bytes);
    let known = error::recognise(protocol, status.as_u16(), &bytes);
    let kind = known.as_ref().map_or_else(
        || error::ErrorKind::of_status(status.as_u16()),
        |(kind, _)| *kind,
    );
    let said = known.map_or_else(
        || {
            format!(
                "provider {:?} answered with status {status} and no explanation",
                from.provider()
            )
        },
        |(_, said)| said,
    );
    let id = exchange.entry.id.clone();
    let body = if is_json_object(&bytes) {
        bytes
    } else {
        error::ErrorReply {
            kind,
            status: status.as_u16(),
            code: "upstream_error",
            message: &said,
            request_id: Some(&id),
        }
        .body(protocol)
    };
    exchange.entry.protocol_out = Some(protocol);
    exchange.entry.error_code = Some(kind.as_str().into());
    exchange.entry.error = Some(said.into());
    exchange.entry.status = status.as_u16();
    exchange.entry.response_bytes = body.len() as u64;
    exchange.first_byte();
    let mut back = headers::returned(upstream);
    back.remove(header::CONTENT_ENCODING);
    back.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    stamped(build(status, back, ReplyBody::from(body)), protocol, &id)
}

fn is_json_object(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{")
        && serde_json::from_slice::<&serde_json::value::RawValue>(bytes).is_ok()
}

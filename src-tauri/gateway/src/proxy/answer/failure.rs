//! An upstream's answer that says failure.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use keyway_protocols::{
    Protocol,
    error::{self, Across, ErrorKind},
};

use super::{
    Origin,
    build::{build, stamped},
};
use crate::proxy::{decode::Decoder, exchange::Exchange, headers, quoted, reply::ReplyBody};

/// A failure as a client is told it.
#[derive(Debug)]
pub(super) struct Told {
    status: StatusCode,
    kind: ErrorKind,
    code: String,
    said: String,
    /// The upstream's own body, where it can go on as it is.
    body: Option<Bytes>,
    /// When the body says that it is worth asking again.
    retry_after: Option<Duration>,
    should_retry: Option<bool>,
}

impl From<Across> for Told {
    fn from(across: Across) -> Self {
        Self {
            status: StatusCode::from_u16(across.status).unwrap_or(StatusCode::BAD_GATEWAY),
            kind: across.kind,
            code: across.code,
            said: across.message,
            body: None,
            retry_after: across.retry_after,
            should_retry: across.should_retry,
        }
    }
}

/// An upstream's error: its own body when that is in the caller's shape, else its words in that shape.
pub(super) fn failed(
    protocol: Protocol,
    status: StatusCode,
    upstream: HeaderMap,
    bytes: Bytes,
    from: &Origin,
    exchange: Exchange,
) -> Response<ReplyBody> {
    let decoder = Decoder::of(&upstream).unwrap_or_default();
    let bytes = decoder.whole(bytes).unwrap_or_default();
    let bytes = quoted::without_keys(&from.target.provider, bytes);
    let spoken = from.target.protocol;
    let told = if spoken == protocol {
        same(protocol, status, bytes, from)
    } else {
        across(protocol, status, &bytes, from)
    };
    answer(protocol, upstream, told, from, exchange)
}

/// A failure in the caller's own protocol; what is in another shape is told in that one.
fn same(protocol: Protocol, status: StatusCode, bytes: Bytes, from: &Origin) -> Told {
    let known = error::recognise(protocol, status.as_u16(), &bytes);
    let (kind, said) = known.unwrap_or_else(|| {
        let provider = from.provider();
        let said =
            format!("provider {provider:?} answered with status {status} and no explanation");
        (ErrorKind::of_status(status.as_u16()), said)
    });
    Told {
        status,
        kind,
        code: "upstream_error".to_owned(),
        said,
        body: is_json_object(&bytes).then_some(bytes),
        retry_after: None,
        should_retry: None,
    }
}

/// A failure in another protocol's words, with the status that the client knows for it.
fn across(client: Protocol, status: StatusCode, bytes: &[u8], from: &Origin) -> Told {
    let mut told = error::across(from.target.protocol, client, status.as_u16(), bytes);
    if matches!(
        told.kind,
        ErrorKind::Authentication | ErrorKind::Permission | ErrorKind::Billing
    ) {
        // Nobody should look for the fault in the key of Keyway.
        told.message = format!("provider {:?}: {}", from.provider(), told.message);
    }
    told.into()
}

/// Tells a client of a failure and notes it in the log.
pub(super) fn answer(
    protocol: Protocol,
    upstream: HeaderMap,
    told: Told,
    from: &Origin,
    mut exchange: Exchange,
) -> Response<ReplyBody> {
    let id = exchange.entry.id.clone();
    let said = quoted::text_without_keys(&from.target.provider, &told.said);
    let body = told.body.unwrap_or_else(|| {
        error::ErrorReply {
            kind: told.kind,
            status: told.status.as_u16(),
            code: &told.code,
            message: &said,
            request_id: Some(&id),
        }
        .body(protocol)
    });
    let spoken = from.target.protocol;
    exchange.entry.protocol_out = Some(spoken);
    exchange.entry.error_code = Some(told.kind.as_str().into());
    exchange.entry.error = Some(said.into());
    exchange.entry.status = told.status.as_u16();
    exchange.entry.response_bytes = body.len() as u64;
    exchange.first_byte();
    let mut back = if spoken == protocol {
        headers::returned(upstream)
    } else {
        headers::returned_across(&upstream, protocol, exchange.app.clock.now())
    };
    if let Some(wait) = told.retry_after
        && !back.contains_key(header::RETRY_AFTER)
    {
        back.insert(header::RETRY_AFTER, headers::seconds(wait, protocol));
    }
    if let Some(again) = told.should_retry {
        let again = if again { "true" } else { "false" };
        back.insert(headers::SHOULD_RETRY, HeaderValue::from_static(again));
    }
    back.remove(header::CONTENT_ENCODING);
    back.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    exchange.tell_losses(&mut back);
    stamped(
        build(told.status, back, ReplyBody::from(body)),
        protocol,
        &id,
    )
}

fn is_json_object(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{")
        && serde_json::from_slice::<&serde_json::value::RawValue>(bytes).is_ok()
}

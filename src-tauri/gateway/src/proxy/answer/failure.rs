//! An upstream's answer that says failure.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use keyway_protocols::{
    Protocol,
    error::{self, ErrorKind, UpstreamError},
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
    said: String,
    /// The upstream's own body, where it can go on as it is.
    body: Option<Bytes>,
}

impl Told {
    /// An error in an answer that said success.
    pub(super) fn by(error: UpstreamError, status: StatusCode) -> Self {
        Self {
            status,
            kind: error.kind,
            said: error.message,
            body: None,
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
    let known = error::recognise(spoken, status.as_u16(), &bytes);
    let kind = known
        .as_ref()
        .map_or_else(|| ErrorKind::of_status(status.as_u16()), |(kind, _)| *kind);
    let said = known.map_or_else(
        || {
            format!(
                "provider {:?} answered with status {status} and no explanation",
                from.provider()
            )
        },
        |(_, said)| said,
    );
    let told = if spoken == protocol {
        let body = is_json_object(&bytes).then_some(bytes);
        Told {
            status,
            kind,
            said,
            body,
        }
    } else {
        across(protocol, status, kind, said, from)
    };
    answer(protocol, upstream, told, from, exchange)
}

/// A failure in another protocol's words, with the status that the client knows for it.
fn across(
    client: Protocol,
    status: StatusCode,
    kind: ErrorKind,
    said: String,
    from: &Origin,
) -> Told {
    let is_about_key = matches!(kind, ErrorKind::Authentication | ErrorKind::Permission);
    let said = if is_about_key {
        // Nobody should look for the fault in the key of Keyway.
        format!("provider {:?} refuses its key: {said}", from.provider())
    } else {
        said
    };
    let usual = kind.default_status(client);
    let status = match kind {
        // Both have many statuses that say more than the usual one.
        ErrorKind::InvalidRequest if status.is_client_error() => status,
        ErrorKind::Upstream if status.is_server_error() => status,
        _ => StatusCode::from_u16(usual).unwrap_or(status),
    };
    Told {
        status,
        kind,
        said,
        body: None,
    }
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
            code: "upstream_error",
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
    if spoken != protocol && told.kind == ErrorKind::Billing {
        back.insert(headers::SHOULD_RETRY, HeaderValue::from_static("false"));
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

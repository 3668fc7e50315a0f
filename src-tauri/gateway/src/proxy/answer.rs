//! What goes back to the client: an upstream's answer, the built-in provider's, or the gateway's own.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use hyper::body::Incoming;
use keyway_protocols::{Protocol, error, same};

use super::{
    collect::collect,
    decode::Decoder,
    echo::EchoBody,
    error::ProxyError,
    exchange::Exchange,
    headers,
    manner::Manner,
    plan::PlannedTarget,
    quoted,
    relay::{Reading, Relay, Source},
    reply::ReplyBody,
};
use crate::{ids::CredentialId, upstream::health::Circuit};

/// Answers up to this size are read whole, so that their length and usage are known before they go on.
const MOST_WHOLE_BYTES: usize = 64 << 20;
/// So much of an error body is kept; what is longer is a page for people.
const MOST_ERROR_BYTES: usize = 1 << 20;

/// An answer that is about to go out.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Whole(Vec<Bytes>),
    Upstream { incoming: Incoming, from: Origin },
    Held { bytes: Bytes, from: Origin },
    Echo(Box<EchoBody>),
}

/// Which target an answer comes from.
#[derive(Debug)]
pub(super) struct Origin {
    /// The target.
    pub target: PlannedTarget,
    /// The credential it was asked with.
    pub credential: Option<CredentialId>,
    /// The name the client knows the model by, when it is another.
    pub alias: Option<Arc<str>>,
}

impl Origin {
    /// The readable id of the provider.
    pub(super) fn provider(&self) -> &str {
        &self.target.provider.provider.id
    }

    /// How long it may be silent.
    pub(super) fn idle(&self) -> Duration {
        self.target.provider.provider.timeouts.idle
    }

    /// The health it stands for.
    pub(super) fn circuit(&self) -> Circuit {
        self.target.circuit(self.credential.as_ref())
    }
}

impl Answer {
    /// The gateway's own JSON.
    pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        let headers = HeaderMap::from_iter([(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        )]);
        Self {
            status,
            headers,
            body: Body::Whole(vec![body.into()]),
        }
    }

    /// The built-in provider's answer.
    pub(super) fn echo(status: StatusCode, headers: HeaderMap, body: EchoBody) -> Self {
        Self {
            status,
            headers,
            body: Body::Echo(Box::new(body)),
        }
    }

    /// An upstream's answer, of which only the head is there yet.
    pub(super) fn of_upstream(
        response: Response<Incoming>,
        target: PlannedTarget,
        credential: Option<CredentialId>,
        exchange: &Exchange,
    ) -> Self {
        let (head, incoming) = response.into_parts();
        let asked = &exchange.entry.asked_model;
        let alias = (**asked != *target.model()).then(|| asked.clone());
        let from = Origin {
            target,
            credential,
            alias,
        };
        Self {
            status: head.status,
            headers: head.headers,
            body: Body::Upstream { incoming, from },
        }
    }

    /// The status it goes out with.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// Reads an error answer whole, so that it can be given later without keeping its connection.
    pub(super) async fn held(self) -> Self {
        let Body::Upstream { incoming, from } = self.body else {
            return self;
        };
        let bytes = collect(incoming, from.idle(), MOST_ERROR_BYTES)
            .await
            .unwrap_or_default();
        Self {
            body: Body::Held { bytes, from },
            ..self
        }
    }

    /// Turns into the response that the client gets, and takes the exchange along to its end.
    pub(super) async fn respond(
        self,
        protocol: Protocol,
        exchange: Exchange,
    ) -> Result<Response<ReplyBody>, (Exchange, ProxyError)> {
        match self.body {
            Body::Whole(pieces) => Ok(whole(self.status, self.headers, pieces, None, exchange)),
            Body::Echo(mut echo) => {
                let id = exchange.entry.id.clone();
                echo.carry(exchange);
                Ok(stamped(
                    build(self.status, self.headers, ReplyBody::Echo(echo)),
                    protocol,
                    &id,
                ))
            }
            Body::Held { bytes, from } => Ok(failed(
                protocol,
                self.status,
                self.headers,
                bytes,
                &from,
                exchange,
            )),
            Body::Upstream { incoming, from } if !self.status.is_success() => {
                match collect(incoming, from.idle(), MOST_ERROR_BYTES).await {
                    Ok(bytes) => Ok(failed(
                        protocol,
                        self.status,
                        self.headers,
                        bytes,
                        &from,
                        exchange,
                    )),
                    Err(reason) => Err((
                        exchange,
                        ProxyError::Cut {
                            provider: from.provider().to_owned(),
                            reason,
                        },
                    )),
                }
            }
            Body::Upstream { incoming, from } => {
                succeeded(
                    protocol,
                    self.status,
                    self.headers,
                    incoming,
                    from,
                    exchange,
                )
                .await
            }
        }
    }
}

async fn succeeded(
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
    let decoder = decoder.unwrap_or_default();
    match manner {
        Manner::Json if exchange.entry.streamed => {
            let source = Source {
                incoming,
                decoder,
                reading: reading(protocol, &from, false),
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
                reading: reading(protocol, &from, true),
                from,
            };
            Ok(relayed(status, back, source, protocol, exchange))
        }
        Manner::Bytes => {
            let source = Source {
                incoming,
                decoder: Decoder::default(),
                reading: Reading::Bytes,
                from,
            };
            Ok(relayed(status, back, source, protocol, exchange))
        }
    }
}

fn reading(protocol: Protocol, from: &Origin, sse: bool) -> Reading {
    let stream = Box::new(same::SameStream::new(protocol, from.alias.clone()));
    Reading::Events { stream, sse }
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

/// An upstream's error: its own body when that is in the caller's shape, else its words in that shape.
fn failed(
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

/// An answer that is known whole is recorded as it goes out.
fn whole(
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

fn build(status: StatusCode, headers: HeaderMap, body: ReplyBody) -> Response<ReplyBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// Adds the id that finds the log entry, also under the name that the protocol's clients look for.
pub(super) fn stamped(
    mut response: Response<ReplyBody>,
    protocol: Protocol,
    id: &str,
) -> Response<ReplyBody> {
    let Ok(value) = HeaderValue::from_str(id) else {
        return response;
    };
    let usual = if protocol == Protocol::Anthropic {
        "request-id"
    } else {
        "x-request-id"
    };
    let headers = response.headers_mut();
    if !headers.contains_key(usual) {
        headers.insert(usual, value.clone());
    }
    headers.insert(headers::REQUEST_ID, value);
    response
}

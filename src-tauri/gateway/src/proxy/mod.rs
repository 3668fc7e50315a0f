//! The life of one request.
//!
//! ```text
//! client ─► endpoints   path -> endpoint and protocol
//!            exchange   id and time; recorded when it goes, however it goes
//!            admit      key -> caller                                    401 403
//!            intake     body, looked at while it comes in                400 413 415
//!            plan       pure: snapshot, key, asked model -> targets      404
//!            (limits)   reserved here, settled by the exchange           429
//!            failover   for each target and credential:
//!              prepare    body: as it came, or said in the target's protocol  400
//!              attempt    address, headers, key, call
//! client ◄─ answer      head judged: events, JSON, bytes, or no answer at all
//!            relay      passed on as it comes; usage read in passing
//! ```
//!
//! Straight down, then one return. The configuration snapshot is taken once and held to the end.
//! Nothing on this path touches the database or parses a body into a tree.

mod admit;
mod answer;
mod ask;
mod attempt;
mod collect;
mod convert;
mod count;
mod decode;
mod echo;
pub mod endpoints;
mod error;
mod exchange;
mod failover;
mod generate;
mod generations;
mod headers;
mod intake;
mod manner;
mod models;
mod multipart;
mod pass;
mod plan;
mod prepare;
mod quoted;
mod relay;
mod reply;
mod retry;
mod searching;
mod share;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header, request::Parts};
use http_body::Body;
use keyway_protocols::Protocol;

use self::{
    admit::{Caller, admit},
    answer::{Answer, stamped},
    exchange::Exchange,
};
pub use self::{
    endpoints::{Endpoint, endpoint},
    error::ProxyError,
    intake::MOST_BODY_BYTES,
    reply::{BrokenOff, ReplyBody},
};
use crate::app::App;

/// Answers a request to one of the proxy's endpoints.
pub async fn answer<B>(
    app: &Arc<App>,
    endpoint: Endpoint,
    request: Request<B>,
) -> Response<ReplyBody>
where
    B: Body<Data = Bytes>,
{
    let protocol = endpoint.protocol();
    let mut exchange = Exchange::begin(app, protocol, request.headers());
    let refused = match serve(&mut exchange, endpoint, request).await {
        Ok(answer) => match answer.respond(protocol, exchange).await {
            Ok(response) => return response,
            Err(refused) => refused,
        },
        Err(error) => (exchange, error),
    };
    refuse(protocol, refused.0, &refused.1)
}

/// The answer to a request that is turned away before the proxy looks at it, in the caller's own protocol.
pub fn turned_away(
    protocol: Protocol,
    status: StatusCode,
    code: &str,
    message: &str,
) -> Response<ReplyBody> {
    let kind = keyway_protocols::error::ErrorKind::of_status(status.as_u16());
    let reply = keyway_protocols::error::ErrorReply {
        kind,
        status: status.as_u16(),
        code,
        message,
        request_id: None,
    };
    json_error(status, reply.body(protocol))
}

async fn serve<B>(
    exchange: &mut Exchange,
    endpoint: Endpoint,
    request: Request<B>,
) -> Result<Answer, ProxyError>
where
    B: Body<Data = Bytes>,
{
    let (head, body) = request.into_parts();
    let caller = match let_in(exchange, &head) {
        Ok(caller) => caller,
        Err(error) => {
            intake::drain_little(&head.headers, body).await;
            return Err(error);
        }
    };
    let asked = Asked { head, caller };
    match endpoint {
        Endpoint::Generate { protocol, gemini } => {
            generate::answer(exchange, &asked, body, protocol, gemini).await
        }
        Endpoint::CountTokens { protocol, model } => {
            count::answer(exchange, &asked, body, protocol, model).await
        }
        Endpoint::PassThrough { protocol, path } => {
            pass::answer(exchange, &asked, body, protocol, path).await
        }
        Endpoint::Generation => generations::submit(exchange, &asked, body).await,
        Endpoint::GenerationJob { path } => generations::poll(exchange, &asked, path).await,
        Endpoint::Models { gemini } => Ok(models::list(exchange, &asked, gemini)),
        Endpoint::Model { id, gemini } => models::one(exchange, &asked, &id, gemini),
        Endpoint::ResponsesSocket => Err(ProxyError::NoWebSocket),
        Endpoint::Unserved { .. } => Err(ProxyError::Unserved(format!(
            "{} {}",
            asked.head.method,
            asked.head.uri.path()
        ))),
    }
}

/// A request whose caller is known.
struct Asked {
    head: Parts,
    caller: Caller,
}

impl Asked {
    /// The query that goes along: the client's, without its key.
    fn query(&self) -> Option<String> {
        self.head.uri.query().and_then(admit::query_without_key)
    }
}

fn let_in(exchange: &mut Exchange, head: &Parts) -> Result<Caller, ProxyError> {
    let app = &exchange.app;
    if app.tasks.stopping().is_cancelled() {
        return Err(ProxyError::Stopping);
    }
    if headers::is_loop(&head.headers) {
        return Err(ProxyError::Loop);
    }
    let caller = admit(
        &app.live.now(),
        &head.headers,
        head.uri.query(),
        app.clock.now(),
    )?;
    exchange.called_by(&caller);
    Ok(caller)
}

fn refuse(protocol: Protocol, mut exchange: Exchange, error: &ProxyError) -> Response<ReplyBody> {
    let message = error.to_string();
    let reply = error.reply(protocol, &message, exchange.id());
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json_error(status, reply.body(protocol));
    if let Some(seconds) = error.retry_after_seconds() {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if error.is_final() && protocol == Protocol::Anthropic {
        response
            .headers_mut()
            .insert(headers::SHOULD_RETRY, HeaderValue::from_static("false"));
    }
    let id = exchange.entry.id.clone();
    exchange.refuse(status.as_u16(), error, &message);
    stamped(response, protocol, &id)
}

fn json_error(status: StatusCode, body: Bytes) -> Response<ReplyBody> {
    let mut response = Response::new(ReplyBody::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

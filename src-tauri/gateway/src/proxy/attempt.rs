//! One try at one target: address, headers, key, body, and the call.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use keyway_protocols::{Protocol, envelope};

use super::{error::ProxyError, headers, multipart, plan::PlannedTarget};
use crate::{
    app::App,
    config::Credential,
    upstream::{
        address::{Action, address},
        health::Outcome,
        http::CallError,
        outgoing::Outgoing,
        sign::sign,
    },
};

/// What the client asked, ready to be sent to any target.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    /// The method, for endpoints that are passed through.
    pub method: Method,
    /// The protocol spoken on both sides.
    pub protocol: Protocol,
    /// What is asked of the upstream.
    pub action: OwnedAction,
    /// The client's headers.
    pub headers: &'a HeaderMap,
    /// The client's query, without its key.
    pub query: Option<String>,
    /// The body as it came.
    pub pieces: Vec<Bytes>,
    /// Where the model's name stands in it; Gemini has it in the path.
    pub spot: Option<Spot>,
}

/// Where the model's name stands in a body, and how it is written there.
#[derive(Debug)]
pub(super) enum Spot {
    /// In JSON, quoted.
    Json(envelope::ModelSpot),
    /// In a form, as it is.
    Form(envelope::ModelSpot),
}

/// An [`Action`] that owns its path.
#[derive(Debug, Clone)]
pub(super) enum OwnedAction {
    /// The protocol's main endpoint.
    Generate {
        /// Whether Gemini's streaming form is meant.
        streamed: bool,
    },
    /// Counting tokens.
    CountTokens,
    /// A path below the base URL.
    Below(String),
}

impl OwnedAction {
    fn borrowed(&self) -> Action<'_> {
        match self {
            Self::Generate { streamed } => Action::Generate {
                streamed: *streamed,
            },
            Self::CountTokens => Action::CountTokens,
            Self::Below(path) => Action::Below(path),
        }
    }
}

/// So many connections may turn out to have ended while they waited; the pool may hold more of them.
const MOST_STALE: u32 = 3;

/// Sends the ask to a target with one of its credentials and waits for the head of the answer.
pub(super) async fn attempt(
    app: &App,
    ask: &Ask<'_>,
    target: &PlannedTarget,
    credential: Option<&Credential>,
) -> Result<Response<Incoming>, ProxyError> {
    let provider = &target.provider.provider;
    let mut stale = 0;
    loop {
        let request = request(ask, target, credential)?;
        match app.http.send(provider, request).await {
            Err(CallError::Stale(_)) if stale < MOST_STALE => stale += 1,
            sent => {
                return sent.map_err(|error| ProxyError::Call {
                    provider: provider.id.clone(),
                    error,
                });
            }
        }
    }
}

fn request(
    ask: &Ask<'_>,
    target: &PlannedTarget,
    credential: Option<&Credential>,
) -> Result<Request<Outgoing>, ProxyError> {
    let provider = &target.provider.provider;
    let base = provider
        .base_url_for(ask.protocol)
        .unwrap_or(&provider.base_url);
    let uri = address(
        base,
        ask.protocol,
        ask.action.borrowed(),
        target.model(),
        ask.query.as_deref(),
    )?;
    let host = uri.host().unwrap_or_default();
    let mut sent = headers::forwarded(ask.headers, host);
    let unusable = || ProxyError::BadCredential(provider.id.clone());
    let secret = match credential {
        Some(credential) => Some(credential.secret.as_ref().ok_or_else(unusable)?),
        None => None,
    };
    sign(&mut sent, ask.protocol, host, secret).map_err(|_| unusable())?;
    add_own(&mut sent, provider);
    let pieces = match &ask.spot {
        Some(Spot::Json(spot)) if spot.name != target.model() => {
            envelope::splice(&ask.pieces, spot, target.model())
        }
        Some(Spot::Form(spot)) if spot.name != target.model() => {
            multipart::replaced(&ask.pieces, spot.start..spot.end, target.model())
        }
        Some(_) | None => ask.pieces.clone(),
    };
    let mut request = Request::new(Outgoing::new(pieces));
    *request.method_mut() = ask.method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = sent;
    Ok(request)
}

/// The headers that the provider's owner set win over the client's.
fn add_own(sent: &mut HeaderMap, provider: &crate::config::Provider) {
    for (name, value) in &provider.headers {
        if let (Ok(name), Ok(value)) = (
            http::HeaderName::try_from(name),
            http::HeaderValue::try_from(value),
        ) {
            sent.insert(name, value);
        }
    }
}

/// What a status says about the credential and the target; none when it is an answer to this request.
pub(super) fn trouble(
    status: StatusCode,
    headers: &HeaderMap,
    now: jiff::Timestamp,
) -> Option<Outcome> {
    match status.as_u16() {
        401..=403 => Some(Outcome::Refused),
        429 => Some(Outcome::Limited {
            retry_after: super::retry::retry_after(headers, now),
        }),
        500..=599 => Some(Outcome::Failed),
        _ => None,
    }
}

//! One try at one target: address, headers, key, body, and the call.

use http::{HeaderMap, Request, Response, StatusCode};
use hyper::body::Incoming;

use super::{ask::Ask, error::ProxyError, headers, plan::PlannedTarget, prepare::Prepared};
use crate::{
    app::App,
    config::Credential,
    upstream::{
        address::address, health::Outcome, http::CallError, outgoing::Outgoing, sign::sign,
    },
};

/// So many connections may turn out to have ended while they waited; the pool may hold more of them.
pub(super) const MOST_STALE: u32 = 3;

/// Sends the ask to a target with one of its credentials and waits for the head of the answer.
pub(super) async fn attempt(
    app: &App,
    ask: &Ask<'_>,
    prepared: &Prepared,
    target: &PlannedTarget,
    credential: Option<&Credential>,
) -> Result<Response<Incoming>, ProxyError> {
    let provider = &target.provider.provider;
    let mut stale = 0;
    loop {
        let request = request(ask, prepared, target, credential)?;
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

/// The request that a target gets.
pub(super) fn request(
    ask: &Ask<'_>,
    prepared: &Prepared,
    target: &PlannedTarget,
    credential: Option<&Credential>,
) -> Result<Request<Outgoing>, ProxyError> {
    let provider = &target.provider.provider;
    let base = provider
        .base_url_for(target.protocol)
        .unwrap_or(&provider.base_url);
    let uri = address(
        base,
        target.protocol,
        prepared.action.borrowed(),
        target.model(),
        prepared.query.as_deref(),
    )?;
    let host = uri.host().unwrap_or_default();
    let mut sent = if target.protocol == ask.protocol {
        headers::forwarded(ask.headers, host)
    } else {
        headers::forwarded_across(ask.headers, host, prepared.wants_events())
    };
    let unusable = || ProxyError::BadCredential(provider.id.clone());
    let secret = match credential {
        Some(credential) => Some(credential.secret.as_ref().ok_or_else(unusable)?),
        None => None,
    };
    sign(&mut sent, target.protocol, host, secret).map_err(|_| unusable())?;
    add_own(&mut sent, provider);
    let mut request = Request::new(Outgoing::new(prepared.pieces.clone()));
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

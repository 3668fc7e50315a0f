//! Which headers go along: from the client to the upstream, and back.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use keyway_protocols::{Protocol, error};

/// Counts how many gateways a request went through, so that a chain of them ends.
pub(super) const HOPS: HeaderName = HeaderName::from_static("x-keyway-hops");
/// The id that finds the log entry of an answer.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-keyway-request-id");

/// Asks for what a conversion lost, and tells it.
pub(super) const LOSS: HeaderName = HeaderName::from_static("x-keyway-loss");

/// Clients that see `false` here do not try again by themselves.
pub(super) const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// More gateways than this in a row are a loop.
const MOST_HOPS: u32 = 4;

/// Never copied: they belong to one connection, to the gateway's own door, or to a browser.
const DROPPED: [HeaderName; 30] = [
    header::CONNECTION,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::HOST,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::ACCEPT_ENCODING,
    header::AUTHORIZATION,
    header::COOKIE,
    header::SET_COOKIE,
    header::LOCATION,
    header::STRICT_TRANSPORT_SECURITY,
    header::ALT_SVC,
    header::ORIGIN,
    header::REFERER,
    header::FORWARDED,
    header::VIA,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("x-goog-api-key"),
    HeaderName::from_static("api-key"),
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("x-admin-token"),
    HeaderName::from_static("clear-site-data"),
    HeaderName::from_static("refresh"),
];

/// Families of headers that say something about the browser, the network or Keyway itself.
const DROPPED_FAMILIES: [&str; 4] = ["sec-", "x-forwarded-", "x-keyway-", "access-control-"];

/// Holds the paths of the user's workspaces: for the vendor of the agent, for nobody else.
const CODEX_METADATA: &str = "x-codex-turn-metadata";

/// What another protocol's provider gets of a client's headers. Any other may hold a credential, a name or an address
/// that is meant for the client's own vendor, or for a proxy before the gateway.
const COMMON: [HeaderName; 4] = [
    header::USER_AGENT,
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
    HeaderName::from_static("idempotency-key"),
];

/// What the gateway itself says in their place.
const OWN: [HeaderName; 2] = [header::ACCEPT_ENCODING, HOPS];

/// The headers of a request as the upstream at `host` gets them, without credentials.
pub(super) fn forwarded(client: &HeaderMap, host: &str) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(client.len() + 4);
    let named = named_by_connection(client);
    for (name, value) in client {
        if goes_along(name, &named) && (name != CODEX_METADATA || is_openai(host)) {
            headers.append(name.clone(), value.clone());
        }
    }
    // Events have to be read as they come; a compressed answer would have to be undone first.
    headers.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    );
    let hops = match hops(client) {
        0 => HeaderValue::from_static("1"),
        more => HeaderValue::from(more + 1),
    };
    headers.insert(HOPS, hops);
    headers
}

/// The same for an upstream that speaks another protocol than the client.
pub(super) fn forwarded_across(client: &HeaderMap, host: &str, wants_events: bool) -> HeaderMap {
    let mut headers = forwarded(client, host);
    let others: Vec<_> = headers
        .keys()
        .filter(|name| !COMMON.contains(name) && !OWN.contains(name))
        .cloned()
        .collect();
    for name in others {
        headers.remove(name);
    }
    let json = HeaderValue::from_static("application/json");
    let accepted = if wants_events {
        HeaderValue::from_static("text/event-stream")
    } else {
        json.clone()
    };
    headers.insert(header::CONTENT_TYPE, json);
    headers.insert(header::ACCEPT, accepted);
    headers
}

/// The headers of an answer as a client of another protocol gets them: when to come again, and the upstream's
/// id of the request. What else there is counts other things in other units.
pub(super) fn returned_across(
    upstream: &HeaderMap,
    client: Protocol,
    now: jiff::Timestamp,
) -> HeaderMap {
    let mut back = HeaderMap::new();
    let text = |name: &str| upstream.get(name)?.to_str().ok();
    let wait = super::retry::retry_after(upstream, now).or_else(|| error::until_limits_reset(text));
    if let Some(wait) = wait {
        back.insert(header::RETRY_AFTER, seconds(wait, client));
    }
    let names = ["request-id", "x-request-id"];
    if let Some(id) = names.iter().find_map(|name| upstream.get(*name)) {
        back.insert(usual_id(client), id.clone());
    }
    back
}

/// A wait in the whole seconds that clients of a protocol obey.
pub(super) fn seconds(wait: std::time::Duration, client: Protocol) -> HeaderValue {
    HeaderValue::from(error::retry_after_seconds(wait, client))
}

/// The header that clients of a protocol look for the id of a request in.
pub(super) fn usual_id(protocol: Protocol) -> HeaderName {
    HeaderName::from_static(if protocol == Protocol::Anthropic {
        "request-id"
    } else {
        "x-request-id"
    })
}

/// The headers of an answer as the client gets them.
pub(super) fn returned(mut upstream: HeaderMap) -> HeaderMap {
    let named = named_by_connection(&upstream);
    let dropped: Vec<HeaderName> = upstream
        .keys()
        .filter(|name| !goes_along(name, &named))
        .cloned()
        .collect();
    for name in dropped {
        upstream.remove(name);
    }
    upstream
}

/// The conversation a request belongs to, as the client names it; coding agents do.
pub(super) fn session(client: &HeaderMap) -> Option<&str> {
    const NAMES: [&str; 4] = [
        "x-claude-code-session-id",
        "session-id",
        "x-session-id",
        "x-session-affinity",
    ];
    let named = NAMES.iter().find_map(|name| client.get(*name))?;
    named.to_str().ok().filter(|name| !name.is_empty())
}

/// Whether a request went through so many gateways that it must be going round.
pub(super) fn is_loop(client: &HeaderMap) -> bool {
    hops(client) >= MOST_HOPS
}

fn hops(client: &HeaderMap) -> u32 {
    client
        .get(HOPS)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok())
        .unwrap_or(0)
}

fn goes_along(name: &HeaderName, named: &[String]) -> bool {
    !DROPPED.contains(name)
        && !DROPPED_FAMILIES
            .iter()
            .any(|family| name.as_str().starts_with(family))
        && !named.iter().any(|other| name == other.as_str())
}

fn is_openai(host: &str) -> bool {
    ["openai.com", "chatgpt.com"].iter().any(|domain| {
        host.strip_suffix(domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// `Connection: a, b` makes the headers `a` and `b` belong to the connection.
fn named_by_connection(headers: &HeaderMap) -> Vec<String> {
    let values = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "keep-alive" && name != "close")
        .collect()
}

#[cfg(test)]
mod tests;

//! Who asks: finds the client key and checks that it may ask at all.

use std::sync::Arc;

use http::{HeaderMap, header};
use jiff::Timestamp;

use super::error::ProxyError;
use crate::config::{ClientKey, GroupView, KeyHash, Snapshot};

/// A caller that may ask.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// Its key.
    pub key: Arc<ClientKey>,
    /// The group of that key.
    pub group: Arc<GroupView>,
}

/// Finds the caller by the key that came with the request.
pub(super) fn admit(
    snapshot: &Snapshot,
    headers: &HeaderMap,
    query: Option<&str>,
    now: Timestamp,
) -> Result<Caller, ProxyError> {
    let mut sent = false;
    for text in keys_sent(headers, query) {
        sent = true;
        if let Some(key) = snapshot.key(&KeyHash::of(&text)) {
            return check(snapshot, key, now);
        }
    }
    Err(if sent {
        ProxyError::UnknownKey
    } else {
        ProxyError::MissingKey
    })
}

fn check(snapshot: &Snapshot, key: &Arc<ClientKey>, now: Timestamp) -> Result<Caller, ProxyError> {
    if !key.enabled {
        return Err(ProxyError::DisabledKey);
    }
    if key.expires_at.is_some_and(|end| end <= now) {
        return Err(ProxyError::ExpiredKey);
    }
    let group = snapshot
        .group(&key.group)
        .filter(|view| view.group.enabled)
        .ok_or(ProxyError::GroupDisabled)?;
    Ok(Caller {
        key: key.clone(),
        group: group.clone(),
    })
}

/// All places a client may put its key; some send two headers of which one is a placeholder.
fn keys_sent<'a>(
    headers: &'a HeaderMap,
    query: Option<&'a str>,
) -> impl Iterator<Item = std::borrow::Cow<'a, str>> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
    };
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .map(|value| {
            let (scheme, rest) = value.split_once(' ').unwrap_or(("", value));
            if scheme.eq_ignore_ascii_case("bearer") {
                rest.trim()
            } else {
                value.trim()
            }
        });
    let in_query = query
        .into_iter()
        .flat_map(|query| url::form_urlencoded::parse(query.as_bytes()));
    let in_query = in_query
        .filter(|(name, _)| name == "key")
        .map(|(_, value)| value);
    [
        bearer,
        text("x-api-key"),
        text("x-goog-api-key"),
        text("api-key"),
    ]
    .into_iter()
    .flatten()
    .map(std::borrow::Cow::Borrowed)
    .chain(in_query)
    .filter(|key| !key.is_empty())
}

/// The query without the client's key.
pub(super) fn query_without_key(query: &str) -> Option<String> {
    let kept: Vec<&str> = query
        .split('&')
        .filter(|part| !part.is_empty() && !is_key(part))
        .collect();
    (!kept.is_empty()).then(|| kept.join("&"))
}

/// Whether a part of a query is the key, however its name is written.
fn is_key(part: &str) -> bool {
    url::form_urlencoded::parse(part.as_bytes()).any(|(name, _)| name == "key")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn sent(pairs: &[(&'static str, &'static str)], query: Option<&str>) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        keys_sent(&headers, query)
            .map(std::borrow::Cow::into_owned)
            .collect()
    }

    #[test]
    fn the_key_is_found_wherever_clients_put_it() {
        assert_eq!(sent(&[("authorization", "Bearer k1")], None), ["k1"]);
        assert_eq!(sent(&[("authorization", "bearer  k1 ")], None), ["k1"]);
        assert_eq!(sent(&[("authorization", "k1")], None), ["k1"]);
        assert_eq!(sent(&[("x-api-key", "k1")], None), ["k1"]);
        assert_eq!(sent(&[("x-goog-api-key", "k1")], None), ["k1"]);
        assert_eq!(sent(&[], Some("alt=sse&key=k%31")), ["k1"]);
        assert_eq!(
            sent(&[("authorization", "Bearer a"), ("x-api-key", "b")], None),
            ["a", "b"]
        );
        assert!(sent(&[("authorization", "Bearer ")], None).is_empty());
    }

    #[test]
    fn the_key_never_stays_in_the_query() {
        assert_eq!(
            query_without_key("alt=sse&key=secret").as_deref(),
            Some("alt=sse")
        );
        assert_eq!(query_without_key("key=secret"), None);
        assert_eq!(query_without_key("k%65y=secret"), None);
    }
}

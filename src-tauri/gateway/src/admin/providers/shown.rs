use std::collections::BTreeMap;

use keyway_protocols::Protocol;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;
use utoipa::ToSchema;

use crate::{
    admin::wire::{Flag, Moment},
    app::App,
    config::Provider,
    store::credentials::CredentialRow,
};

/// A provider as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Provider)]
pub(in crate::admin) struct ShownProvider {
    provider_id: String,
    group_id: String,
    name: String,
    base_url: String,
    /// The first and last characters of the most preferred credential's key; empty without one.
    api_key: String,
    /// `openai`, `openai-responses`, `anthropic` or `gemini`.
    #[schema(value_type = String)]
    protocol: Protocol,
    enabled: Flag,
    note: String,
    created_at: Moment,
    updated_at: Moment,
    api_key_set: bool,
    credential_count: usize,
    /// Enabled credentials that do not rest.
    credential_healthy: usize,
    /// Its identity across groups; can stand wherever the id does.
    uid: String,
    /// Base URLs of further protocols.
    #[schema(value_type = BTreeMap<String, String>)]
    endpoints: BTreeMap<Protocol, String>,
    /// Headers added to each request to it.
    headers: BTreeMap<String, String>,
    /// An outbound proxy of its own; `none` ignores the system's. A password in it is shown as `***`.
    proxy: Option<String>,
    /// A PEM file with certificates to trust besides the system's.
    extra_ca: Option<String>,
    timeouts: ShownTimeouts,
    max_concurrency: Option<u32>,
    max_queue: Option<u32>,
    /// How it differs from what is known of its kind, as far as its owner says so.
    #[schema(value_type = Object)]
    quirks: Map<String, Value>,
}

/// How long each phase of a call may take, in milliseconds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Timeouts)]
#[expect(
    clippy::struct_field_names,
    reason = "the unit is part of each name in the API"
)]
struct ShownTimeouts {
    connect_ms: u64,
    first_byte_ms: u64,
    idle_ms: u64,
}

impl ShownProvider {
    /// Without its secrets.
    pub(super) fn of(app: &App, provider: Provider, keys: &[CredentialRow]) -> Self {
        let now = app.clock.now();
        let open: Vec<_> = app
            .health
            .report(now)
            .into_iter()
            .filter(|report| report.circuit_open)
            .collect();
        let is_resting = |key: &CredentialRow| {
            open.iter()
                .any(|report| report.circuit.credential.as_ref() == Some(&key.id))
        };
        let first = keys.first().and_then(|key| opened(app, key));
        Self {
            provider_id: provider.id,
            group_id: provider.group.to_string(),
            name: provider.name,
            base_url: provider.base_url,
            api_key: first.map(|key| mask(&key)).unwrap_or_default(),
            protocol: provider.protocol,
            enabled: Flag(provider.enabled),
            note: provider.note,
            created_at: Moment(provider.created_at),
            updated_at: Moment(provider.updated_at),
            api_key_set: keys.iter().any(|key| key.sealed.is_some()),
            credential_count: keys.len(),
            credential_healthy: keys
                .iter()
                .filter(|key| key.enabled && !is_resting(key))
                .count(),
            uid: provider.uid.to_string(),
            endpoints: provider.endpoints,
            headers: provider.headers,
            proxy: provider.proxy.map(|proxy| without_password(&proxy)),
            extra_ca: provider.extra_ca,
            timeouts: ShownTimeouts {
                connect_ms: millis(provider.timeouts.connect),
                first_byte_ms: millis(provider.timeouts.first_byte),
                idle_ms: millis(provider.timeouts.idle),
            },
            max_concurrency: provider.max_concurrency,
            max_queue: provider.max_queue,
            quirks: provider.quirks,
        }
    }

    /// With the key in full.
    pub(super) fn revealed(mut self, app: &App, keys: &[CredentialRow]) -> Self {
        if let Some(key) = keys.first().and_then(|key| opened(app, key)) {
            key.expose_secret().clone_into(&mut self.api_key);
        }
        self
    }
}

fn opened(app: &App, key: &CredentialRow) -> Option<SecretString> {
    // One that does not open with this master key was reported when the configuration was loaded.
    key.sealed
        .as_ref()
        .and_then(|sealed| app.sealer.load().open(sealed).ok())
}

/// Enough of a key to tell it from others: `sk-1…9f2c`; of a short one only that it is there.
pub(in crate::admin) fn mask(key: &SecretString) -> String {
    let characters: Vec<char> = key.expose_secret().chars().collect();
    if characters.len() < 12 {
        return "set".to_owned();
    }
    let (head, tail) = (&characters[..4], &characters[characters.len() - 4..]);
    head.iter().chain(&['…']).chain(tail).collect()
}

/// What stands for a password that is not shown.
pub(super) const HIDDEN: &str = "***";

/// A proxy as it is shown.
pub(super) fn without_password(proxy: &str) -> String {
    let Some(mut url) = Url::parse(proxy)
        .ok()
        .filter(|url| url.password().is_some())
    else {
        return proxy.to_owned();
    };
    // A URL with a password has a host, so another password can be set.
    url.set_password(Some(HIDDEN)).ok();
    url.to_string().trim_end_matches('/').to_owned()
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_shows_both_ends_of_a_long_key_and_nothing_of_a_short_one() {
        assert_eq!(
            mask(&SecretString::from("sk-1234567890abcdef")),
            "sk-1…cdef"
        );
        assert_eq!(mask(&SecretString::from("short")), "set");
    }

    #[test]
    fn passwords_of_proxies_are_hidden() {
        assert_eq!(
            without_password("http://u:secret@p:3128"),
            "http://u:***@p:3128"
        );
        assert_eq!(without_password("http://p:3128"), "http://p:3128");
        assert_eq!(without_password("none"), "none");
    }
}

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use keyway_protocols::{Protocol, quirks::Quirks};
use serde_json::Map;
use url::Url;

use super::Provider;

/// Clients may name models as they like; so many names are remembered at a time.
const MOST_MODELS: usize = 512;

/// The quirks of a provider's models, each worked out once.
#[derive(Debug, Default)]
pub(super) struct KnownQuirks(RwLock<HashMap<Protocol, HashMap<String, Arc<Quirks>>>>);

impl KnownQuirks {
    /// What holds for a model of this provider, spoken to in this protocol.
    pub(super) fn of(&self, provider: &Provider, protocol: Protocol, model: &str) -> Arc<Quirks> {
        if let Some(known) = self.known(protocol, model) {
            return known;
        }
        let quirks = Arc::new(resolved(provider, protocol, model));
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let models = all.entry(protocol).or_default();
        if models.len() >= MOST_MODELS {
            models.clear();
        }
        models.insert(model.to_owned(), quirks.clone());
        quirks
    }

    fn known(&self, protocol: Protocol, model: &str) -> Option<Arc<Quirks>> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(&protocol)?.get(model).cloned()
    }
}

/// Overrides were checked when they were set; those of another version that do not hold any more are left out.
fn resolved(provider: &Provider, protocol: Protocol, model: &str) -> Quirks {
    let base = provider.base_url_for(protocol).unwrap_or_default();
    let url = Url::parse(base).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    Quirks::resolve(protocol, host, model, &provider.quirks)
        .or_else(|error| {
            tracing::warn!(provider = %provider.id, %error, "the quirks set for a provider are left out");
            Quirks::resolve(protocol, host, model, &Map::new())
        })
        .unwrap_or_else(|_| Quirks::book(protocol))
}

use std::{collections::HashMap, sync::Arc};

use keyway_protocols::{Protocol, quirks::Quirks};

use super::{
    ClientKey, Credential, ECHO, Group, KeyHash, Provider, Route, Settings, ToolProvider,
    quirks::KnownQuirks,
};
use crate::ids::{GroupId, KeyId, ProviderUid, RouteId};

/// The whole configuration at one moment, indexed for the questions a request asks.
#[derive(Debug, Default)]
pub struct Snapshot {
    groups: HashMap<GroupId, Arc<GroupView>>,
    keys: HashMap<KeyHash, Arc<ClientKey>>,
    /// What holds for the whole gateway.
    pub settings: Settings,
}

/// What a snapshot is built from: every record there is.
#[derive(Debug, Default)]
pub struct SnapshotParts {
    /// All groups.
    pub groups: Vec<Group>,
    /// All providers.
    pub providers: Vec<Provider>,
    /// All credentials, opened.
    pub credentials: Vec<Credential>,
    /// All routes with their targets.
    pub routes: Vec<Route>,
    /// All keys; those of a disabled owner come in as disabled.
    pub keys: Vec<ClientKey>,
    /// All tool providers, opened.
    pub tools: Vec<ToolProvider>,
    /// What holds for the whole gateway.
    pub settings: Settings,
}

/// One group and all that belongs to it.
#[derive(Debug)]
pub struct GroupView {
    /// The group itself.
    pub group: Group,
    /// Its tool providers.
    pub tools: Vec<Arc<ToolProvider>>,
    providers: HashMap<ProviderUid, Arc<ProviderView>>,
    provider_ids: HashMap<String, ProviderUid>,
    routes: HashMap<RouteId, Arc<Route>>,
    aliases: HashMap<String, RouteId>,
    folded_aliases: HashMap<String, RouteId>,
}

/// One provider and its credentials, the most preferred first.
#[derive(Debug)]
pub struct ProviderView {
    /// The provider itself.
    pub provider: Provider,
    /// Its enabled credentials by priority.
    pub credentials: Vec<Arc<Credential>>,
    /// Whether it has any, enabled or not.
    pub has_credentials: bool,
    quirks: KnownQuirks,
}

impl ProviderView {
    /// What holds for a model of this provider, spoken to in this protocol.
    pub fn quirks(&self, protocol: Protocol, model: &str) -> Arc<Quirks> {
        self.quirks.of(&self.provider, protocol, model)
    }
}

impl Snapshot {
    /// Indexes the records.
    pub fn build(parts: SnapshotParts) -> Self {
        let mut groups: HashMap<GroupId, GroupView> = parts
            .groups
            .into_iter()
            .map(|group| (group.id.clone(), GroupView::empty(group)))
            .collect();
        for view in provider_views(parts.providers, parts.credentials) {
            if let Some(group) = groups.get_mut(&view.provider.group) {
                group.add_provider(view);
            }
        }
        for route in parts.routes {
            if let Some(group) = groups.get_mut(&route.group) {
                group.add_route(route);
            }
        }
        for tool in parts.tools {
            if let Some(group) = groups.get_mut(&tool.group) {
                group.tools.push(Arc::new(tool));
            }
        }
        Self {
            groups: groups
                .into_iter()
                .map(|(id, view)| (id, Arc::new(view)))
                .collect(),
            keys: parts
                .keys
                .into_iter()
                .map(|key| (key.hash, Arc::new(key)))
                .collect(),
            settings: parts.settings,
        }
    }

    /// The key with this hash, whether it may be used or not.
    pub fn key(&self, hash: &KeyHash) -> Option<&Arc<ClientKey>> {
        self.keys.get(hash)
    }

    /// The key with this id.
    pub fn key_by_id(&self, id: &KeyId) -> Option<&Arc<ClientKey>> {
        self.keys.values().find(|key| key.id == *id)
    }

    /// All keys, in no order.
    pub fn keys(&self) -> impl Iterator<Item = &Arc<ClientKey>> {
        self.keys.values()
    }

    /// A group by id.
    pub fn group(&self, id: &GroupId) -> Option<&Arc<GroupView>> {
        self.groups.get(id)
    }

    /// All groups, in no order.
    pub fn groups(&self) -> impl Iterator<Item = &Arc<GroupView>> {
        self.groups.values()
    }
}

impl GroupView {
    fn empty(group: Group) -> Self {
        Self {
            group,
            tools: Vec::new(),
            providers: HashMap::new(),
            provider_ids: HashMap::new(),
            routes: HashMap::new(),
            aliases: HashMap::new(),
            folded_aliases: HashMap::new(),
        }
    }

    fn add_provider(&mut self, view: ProviderView) {
        self.provider_ids
            .insert(view.provider.id.clone(), view.provider.uid.clone());
        self.providers
            .insert(view.provider.uid.clone(), Arc::new(view));
    }

    fn add_route(&mut self, route: Route) {
        if route.enabled {
            self.aliases.insert(route.alias.clone(), route.id.clone());
            self.folded_aliases
                .entry(route.alias.to_lowercase())
                .or_insert_with(|| route.id.clone());
        }
        self.routes.insert(route.id.clone(), Arc::new(route));
    }

    /// A provider by its identity.
    pub fn provider(&self, uid: &ProviderUid) -> Option<&Arc<ProviderView>> {
        self.providers.get(uid)
    }

    /// A provider by its readable id.
    pub fn provider_by_id(&self, id: &str) -> Option<&Arc<ProviderView>> {
        self.provider_ids
            .get(id)
            .and_then(|uid| self.providers.get(uid))
    }

    /// All providers, in no order.
    pub fn providers(&self) -> impl Iterator<Item = &Arc<ProviderView>> {
        self.providers.values()
    }

    /// A route by its identity, enabled or not.
    pub fn route(&self, id: &RouteId) -> Option<&Arc<Route>> {
        self.routes.get(id)
    }

    /// The enabled route with this alias: as written, else in any case.
    pub fn route_by_alias(&self, alias: &str) -> Option<&Arc<Route>> {
        let id = self
            .aliases
            .get(alias)
            .or_else(|| self.folded_aliases.get(&alias.to_lowercase()))?;
        self.routes.get(id)
    }

    /// The alias of a route, the built-in one included.
    pub fn alias_of(&self, id: &RouteId) -> Option<String> {
        let alias = self.route(id).map(|route| route.alias.clone());
        alias.or_else(|| (id.as_str() == ECHO).then(|| ECHO.to_owned()))
    }

    /// All routes, in no order.
    pub fn routes(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.routes.values()
    }
}

fn provider_views(providers: Vec<Provider>, credentials: Vec<Credential>) -> Vec<ProviderView> {
    let mut by_provider: HashMap<ProviderUid, Vec<Credential>> = HashMap::new();
    for credential in credentials {
        by_provider
            .entry(credential.provider.clone())
            .or_default()
            .push(credential);
    }
    providers
        .into_iter()
        .map(|provider| {
            let all = by_provider.remove(&provider.uid).unwrap_or_default();
            let has_credentials = !all.is_empty();
            let enabled = all.into_iter().filter(|credential| credential.enabled);
            let mut credentials: Vec<_> = enabled.map(Arc::new).collect();
            credentials.sort_by(|a, b| (a.priority, &a.id).cmp(&(b.priority, &b.id)));
            ProviderView {
                provider,
                credentials,
                has_credentials,
                quirks: KnownQuirks::default(),
            }
        })
        .collect()
}

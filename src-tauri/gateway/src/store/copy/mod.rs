//! Copying a group with all that belongs to it.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::Transaction;
use secrecy::{ExposeSecret, SecretString};

use super::{
    StoreError,
    credentials::{self, CredentialRow},
    groups,
    keys::{self, KeyRow},
    providers, routes,
    tools::{self, ToolRow},
};
use crate::{
    config::{ClientKey, ECHO, Group, KeyHash, Provider, Route, Target},
    ids::{self, GroupId, KeyId, ProviderUid, RouteId},
    secrets::{Sealed, issue},
};

/// A key of the copy; its text is seen here for the only time, unless it is also kept sealed.
#[derive(Debug, Clone)]
pub struct IssuedKey {
    /// Its identity.
    pub id: KeyId,
    /// The name of the key it stands for.
    pub name: String,
    /// What a client sends.
    pub plaintext: SecretString,
    /// Its first characters.
    pub prefix: String,
}

/// What the copy is to be.
#[derive(Debug, Clone)]
pub struct Copy<'a> {
    /// The group to copy.
    pub from: &'a GroupId,
    /// The id of the copy.
    pub to: &'a GroupId,
    /// The name of the copy.
    pub name: &'a str,
    /// The moment it is made.
    pub now: Timestamp,
}

/// Copies providers with their credentials, routes with their targets, and tools; issues every key anew.
///
/// Readable ids become `<new group>.<id>`. `seal` gives the text of a new key as it is to be kept; none
/// keeps the hash only.
pub fn group(
    tx: &Transaction<'_>,
    copy: &Copy<'_>,
    seal: impl Fn(&SecretString) -> Option<Sealed>,
) -> Result<Vec<IssuedKey>, StoreError> {
    let source = groups::get(tx, copy.from)?
        .ok_or(StoreError::Missing { what: "group" })?
        .group;
    let mut made = new_group(tx, copy, &source)?;
    let providers = copy_providers(tx, copy)?;
    let routes = copy_routes(tx, copy, &providers)?;
    copy_tools(tx, copy)?;
    made.default_route = route(&routes, source.default_route.as_ref());
    made.default_provider = renamed(&providers, source.default_provider.as_ref());
    groups::update(tx, &made)?;
    let names = provider_names(tx, copy)?;
    keys::list(tx, Some(copy.from))?
        .into_iter()
        .map(|row| reissue(tx, copy, row.key, &routes, &names, &seal))
        .collect()
}

fn new_group(tx: &Transaction<'_>, copy: &Copy<'_>, source: &Group) -> Result<Group, StoreError> {
    if groups::get(tx, copy.to)?.is_some() {
        return Err(StoreError::duplicate("group", "id"));
    }
    let made = Group {
        id: copy.to.clone(),
        name: copy.name.to_owned(),
        default_route: None,
        default_provider: None,
        created_at: copy.now,
        updated_at: copy.now,
        ..source.clone()
    };
    groups::insert(tx, &made)?;
    Ok(made)
}

type Providers = HashMap<ProviderUid, ProviderUid>;
type Routes = HashMap<RouteId, RouteId>;

fn copy_providers(tx: &Transaction<'_>, copy: &Copy<'_>) -> Result<Providers, StoreError> {
    let mut new_uids = HashMap::new();
    for provider in providers::list(tx, Some(copy.from))? {
        let uid = ProviderUid::from(ids::fresh());
        new_uids.insert(provider.uid.clone(), uid.clone());
        let old = provider.uid.clone();
        let made = Provider {
            id: copied_id(copy, &provider.id),
            uid: uid.clone(),
            group: copy.to.clone(),
            created_at: copy.now,
            updated_at: copy.now,
            ..provider
        };
        providers::insert(tx, &made)?;
        copy_credentials(tx, copy, &old, &uid)?;
    }
    Ok(new_uids)
}

/// The sealed text stays as it is: the copy lies in the same database, under the same master key.
fn copy_credentials(
    tx: &Transaction<'_>,
    copy: &Copy<'_>,
    from: &ProviderUid,
    to: &ProviderUid,
) -> Result<(), StoreError> {
    for credential in credentials::list(tx, Some(from))? {
        let made = CredentialRow {
            id: ids::fresh().into(),
            provider: to.clone(),
            created_at: copy.now,
            updated_at: copy.now,
            ..credential
        };
        credentials::insert(tx, &made)?;
    }
    Ok(())
}

fn copy_routes(
    tx: &Transaction<'_>,
    copy: &Copy<'_>,
    providers: &Providers,
) -> Result<Routes, StoreError> {
    let mut new_ids = HashMap::new();
    for route in routes::list(tx, Some(copy.from))? {
        let id = RouteId::from(ids::fresh());
        new_ids.insert(route.id.clone(), id.clone());
        let made = Route {
            group: copy.to.clone(),
            provider: must_rename(providers, &route.provider)?,
            targets: copied_targets(copy, &id, route.targets, providers)?,
            id,
            created_at: copy.now,
            updated_at: copy.now,
            ..route
        };
        routes::insert(tx, &made)?;
    }
    Ok(new_ids)
}

fn copied_targets(
    copy: &Copy<'_>,
    route: &RouteId,
    targets: Vec<Target>,
    providers: &Providers,
) -> Result<Vec<Target>, StoreError> {
    let copied = targets.into_iter().map(|target| {
        Ok(Target {
            id: ids::fresh().into(),
            route: route.clone(),
            provider: must_rename(providers, &target.provider)?,
            created_at: copy.now,
            ..target
        })
    });
    copied.collect()
}

/// A tool's kind is a column of its own, so the copy goes on doing what the original did.
fn copy_tools(tx: &Transaction<'_>, copy: &Copy<'_>) -> Result<(), StoreError> {
    for tool in tools::list(tx, Some(copy.from))? {
        let made = ToolRow {
            uid: ids::fresh().into(),
            id: copied_id(copy, &tool.id),
            group: copy.to.clone(),
            created_at: copy.now,
            updated_at: copy.now,
            ..tool
        };
        tools::insert(tx, &made)?;
    }
    Ok(())
}

/// Keys may name the providers they reach by readable id or uid; both change in the copy.
fn provider_names(
    tx: &Transaction<'_>,
    copy: &Copy<'_>,
) -> Result<HashMap<String, String>, StoreError> {
    let providers = providers::list(tx, Some(copy.from))?;
    Ok(providers
        .into_iter()
        .flat_map(|provider| {
            let id = copied_id(copy, &provider.id);
            [(provider.uid.to_string(), id.clone()), (provider.id, id)]
        })
        .collect())
}

fn reissue(
    tx: &Transaction<'_>,
    copy: &Copy<'_>,
    key: ClientKey,
    routes: &Routes,
    names: &HashMap<String, String>,
    seal: &impl Fn(&SecretString) -> Option<Sealed>,
) -> Result<IssuedKey, StoreError> {
    let plaintext = issue::issue().map_err(|error| StoreError::NoRandomness(error.to_string()))?;
    let allowed = key.allowed_providers.into_iter();
    let made = ClientKey {
        id: ids::fresh().into(),
        group: copy.to.clone(),
        hash: KeyHash::of(plaintext.expose_secret()),
        prefix: issue::prefix(&plaintext),
        allowed_providers: allowed
            .map(|name| names.get(&name).cloned().unwrap_or(name))
            .collect(),
        current_route: route(routes, key.current_route.as_ref()),
        fast_route: route(routes, key.fast_route.as_ref()),
        used_requests: 0,
        used_tokens: 0,
        last_used_at: None,
        created_at: copy.now,
        ..key
    };
    let issued = IssuedKey {
        id: made.id.clone(),
        name: made.name.clone(),
        prefix: made.prefix.clone(),
        plaintext,
    };
    keys::insert(
        tx,
        &KeyRow {
            key: made,
            sealed: seal(&issued.plaintext),
        },
    )?;
    Ok(issued)
}

fn copied_id(copy: &Copy<'_>, id: &str) -> String {
    format!("{}.{id}", copy.to)
}

fn renamed<Id: Eq + std::hash::Hash + Clone>(
    names: &HashMap<Id, Id>,
    old: Option<&Id>,
) -> Option<Id> {
    old.and_then(|old| names.get(old)).cloned()
}

/// The built-in route is the same in every group.
fn route(names: &HashMap<RouteId, RouteId>, old: Option<&RouteId>) -> Option<RouteId> {
    let built_in = old.filter(|id| id.as_str() == ECHO).cloned();
    built_in.or_else(|| renamed(names, old))
}

fn must_rename(providers: &Providers, old: &ProviderUid) -> Result<ProviderUid, StoreError> {
    renamed(providers, Some(old)).ok_or(StoreError::Missing {
        what: "provider in this group",
    })
}

#[cfg(test)]
mod tests;

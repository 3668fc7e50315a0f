//! Adding what is not there yet, record by record.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use keyway_protocols::Protocol;
use rusqlite::{Connection, Row};

use super::{
    Remark, Report, history,
    old::{Found, Old, flag, moment_of, natural, number, text},
};
use crate::{
    config::{Group, Provider, Timeouts},
    ids::{self, GroupId, ProviderUid, RouteId},
    secrets::{Sealed, Sealer},
    store::{
        StoreError,
        credentials::{self, CredentialRow},
        groups, providers,
    },
};

pub(super) type Done = Result<(), StoreError>;

/// Adds all of it.
pub(super) fn all(
    db: &Connection,
    old: &Old,
    sealer: &Sealer,
    now: Timestamp,
) -> Result<Report, StoreError> {
    let mut import = Import {
        db,
        old,
        sealer,
        now,
        providers: HashMap::new(),
        routes: HashSet::new(),
        report: Report::default(),
    };
    old.each("llm_groups", "created_at", |row| import.group(row))?;
    old.each("llm_providers", "created_at", |row| import.provider(row))?;
    old.each("provider_credentials", "priority, created_at", |row| {
        import.credential(row)
    })?;
    import.first_credentials()?;
    old.each("model_routes", "created_at", |row| import.route(row))?;
    old.each("route_providers", "priority, created_at", |row| {
        import.target(row)
    })?;
    old.each("llm_api_keys", "created_at", |row| import.key(row))?;
    old.each("llm_tool_providers", "created_at", |row| import.tool(row))?;
    old.each("llm_request_logs", "created_at", |row| import.log(row))?;
    Ok(import.report)
}

pub(super) struct Import<'a> {
    pub(super) db: &'a Connection,
    pub(super) old: &'a Old,
    pub(super) sealer: &'a Sealer,
    pub(super) now: Timestamp,
    pub(super) providers: HashMap<String, Placed>,
    pub(super) routes: HashSet<RouteId>,
    pub(super) report: Report,
}

/// Where one of its providers is here.
pub(super) struct Placed {
    pub(super) uid: ProviderUid,
    protocol: Protocol,
    /// The only key of a provider of version 0.1, which knows no credentials.
    first_key: Option<String>,
    is_added: bool,
}

impl Import<'_> {
    fn group(&mut self, row: &Row<'_>) -> Done {
        let id = GroupId::from(text(row, "group_id").unwrap_or_default());
        if groups::get(self.db, &id)?.is_some() {
            if id.as_str() != groups::DEFAULT {
                self.skip(
                    format!("group {id}"),
                    "there is a group of this id; its contents are merged into it",
                );
            }
            return Ok(());
        }
        let group = Group {
            name: text(row, "name").unwrap_or_else(|| id.to_string()),
            enabled: flag(row, "enabled"),
            note: text(row, "note").unwrap_or_default(),
            default_route: None,
            default_provider: None,
            created_at: moment_of(row, "created_at", self.now),
            updated_at: moment_of(row, "updated_at", self.now),
            id,
        };
        if !group.enabled {
            self.change(
                format!("group {}", group.id),
                "is disabled, and Keyway serves nobody from a disabled group",
            );
        }
        groups::insert(self.db, &group)?;
        self.report.groups += 1;
        Ok(())
    }

    fn provider(&mut self, row: &Row<'_>) -> Done {
        let id = text(row, "provider_id").unwrap_or_default();
        let group = group_of(row);
        let word = text(row, "protocol").unwrap_or_default();
        // Its own rule: whatever is not Anthropic is spoken to as OpenAI.
        let protocol = if word == "anthropic" {
            Protocol::Anthropic
        } else {
            Protocol::OpenAi
        };
        if let Some(there) = providers::find(self.db, &id, Some(&group))?
            .into_iter()
            .next()
        {
            self.skip(
                format!("provider {id}"),
                "there is a provider of this id in the group",
            );
            self.providers.insert(
                id,
                Placed {
                    uid: there.uid,
                    protocol,
                    first_key: None,
                    is_added: false,
                },
            );
            return Ok(());
        }
        let uid = ProviderUid::from(ids::fresh());
        let provider = Provider {
            uid: uid.clone(),
            id: id.clone(),
            group,
            name: text(row, "name").unwrap_or_else(|| id.clone()),
            protocol,
            base_url: text(row, "base_url").unwrap_or_default(),
            endpoints: std::collections::BTreeMap::new(),
            headers: std::collections::BTreeMap::new(),
            proxy: None,
            extra_ca: None,
            timeouts: Timeouts::default(),
            max_concurrency: None,
            max_queue: None,
            quirks: serde_json::Map::new(),
            enabled: flag(row, "enabled"),
            note: text(row, "note").unwrap_or_default(),
            created_at: moment_of(row, "created_at", self.now),
            updated_at: moment_of(row, "updated_at", self.now),
        };
        providers::insert(self.db, &provider)?;
        self.report.providers += 1;
        let first_key = text(row, "api_key");
        self.providers.insert(
            id,
            Placed {
                uid,
                protocol,
                first_key,
                is_added: true,
            },
        );
        Ok(())
    }

    fn credential(&mut self, row: &Row<'_>) -> Done {
        let provider = text(row, "provider_id").unwrap_or_default();
        let Some(placed) = self
            .providers
            .get_mut(&provider)
            .filter(|placed| placed.is_added)
        else {
            return Ok(());
        };
        placed.first_key = None;
        let uid = placed.uid.clone();
        let id = text(row, "credential_id").unwrap_or_else(ids::fresh);
        if credentials::get(self.db, &id.as_str().into())?.is_some() {
            self.skip(
                format!("credential {id}"),
                "there is a credential of this id",
            );
            return Ok(());
        }
        let label = text(row, "label").unwrap_or_default();
        let what = format!("credential {label} of provider {provider}");
        let credential = CredentialRow {
            id: id.into(),
            provider: uid,
            sealed: self.reseal(&what, text(row, "api_key")),
            label,
            priority: number(row, "priority").unwrap_or(0),
            weight: natural(row, "weight")
                .and_then(|weight| u32::try_from(weight).ok())
                .unwrap_or(1)
                .max(1),
            enabled: flag(row, "enabled"),
            created_at: moment_of(row, "created_at", self.now),
            updated_at: moment_of(row, "updated_at", self.now),
        };
        credentials::insert(self.db, &credential)?;
        self.report.credentials += 1;
        Ok(())
    }

    /// A provider without credentials has its key in its own row.
    fn first_credentials(&mut self) -> Done {
        let placed = self.providers.iter_mut();
        let mut first: Vec<(String, ProviderUid, String)> = placed
            .filter_map(|(id, placed)| {
                let key = placed.first_key.take().filter(|key| !key.is_empty())?;
                Some((id.clone(), placed.uid.clone(), key))
            })
            .collect();
        first.sort();
        for (id, provider, key) in first {
            let credential = CredentialRow {
                id: ids::fresh().into(),
                provider,
                label: "primary".to_owned(),
                sealed: self.reseal(&format!("key of provider {id}"), Some(key)),
                priority: 0,
                weight: 1,
                enabled: true,
                created_at: self.now,
                updated_at: self.now,
            };
            credentials::insert(self.db, &credential)?;
            self.report.credentials += 1;
        }
        Ok(())
    }

    fn log(&mut self, row: &Row<'_>) -> Done {
        let provider = text(row, "provider_id").and_then(|id| self.providers.get(&id));
        let protocol = provider.map_or(Protocol::OpenAi, |placed| placed.protocol);
        self.report.logs += u64::from(history::add(self.db, row, protocol, self.now)?);
        Ok(())
    }

    /// Seals a secret with the master key of this database.
    pub(super) fn reseal(&mut self, what: &str, text: Option<String>) -> Option<Sealed> {
        match self.old.secret(text) {
            Found::Nothing => None,
            Found::Secret(secret) => Some(self.sealer.seal(&secret)),
            Found::Unopened => {
                self.change(
                    what.to_owned(),
                    "its secret was sealed with another KEYWAY_SECRET and is left out",
                );
                None
            }
        }
    }

    /// A record that points out of its group, or twice at the same place, does not stop the rest.
    pub(super) fn skip_missing(&mut self, what: String, error: StoreError) -> Done {
        if !matches!(
            error,
            StoreError::Missing { .. } | StoreError::Duplicate { .. }
        ) {
            return Err(error);
        }
        self.skip(what, &error.to_string());
        Ok(())
    }

    pub(super) fn skip(&mut self, what: String, why: &str) {
        self.report.skipped.push(Remark {
            what,
            why: why.to_owned(),
        });
    }

    pub(super) fn change(&mut self, what: String, why: &str) {
        self.report.changed.push(Remark {
            what,
            why: why.to_owned(),
        });
    }
}

pub(super) fn group_of(row: &Row<'_>) -> GroupId {
    GroupId::from(text(row, "group_id").unwrap_or_else(|| groups::DEFAULT.to_owned()))
}

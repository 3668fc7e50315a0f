//! The whole configuration, opened.

use std::collections::HashSet;

use rusqlite::Connection;

use super::{
    StoreError, credentials, credentials::CredentialRow, groups, keys, providers, routes, settings,
    tools, tools::ToolRow, users,
};
use crate::{
    config::{ClientKey, Credential, SnapshotParts, ToolProvider},
    secrets::Sealer,
};

/// Every record there is; secrets are opened here and nowhere else.
///
/// A secret that does not open is left out of its record, so that one bad record does not keep the
/// gateway from starting.
pub fn load(db: &Connection, sealer: &Sealer) -> Result<SnapshotParts, StoreError> {
    let credentials = credentials::list(db, None)?;
    let tools = tools::list(db, None)?;
    Ok(SnapshotParts {
        groups: groups::plain(db)?,
        providers: providers::list(db, None)?,
        credentials: credentials
            .into_iter()
            .map(|row| open_credential(row, sealer))
            .collect(),
        routes: routes::list(db, None)?,
        keys: usable_keys(db)?,
        tools: tools
            .into_iter()
            .map(|row| open_tool(row, sealer))
            .collect(),
        settings: settings::load(db)?,
    })
}

fn usable_keys(db: &Connection) -> Result<Vec<ClientKey>, StoreError> {
    let users = users::list(db)?.into_iter();
    let disabled: HashSet<String> = users
        .filter(|user| !user.enabled)
        .map(|user| user.name)
        .collect();
    let keys = keys::list(db, None)?.into_iter().map(|row| {
        let mut key = row.key;
        key.enabled &= !key
            .owner
            .as_ref()
            .is_some_and(|owner| disabled.contains(owner));
        key
    });
    Ok(keys.collect())
}

fn open_credential(row: CredentialRow, sealer: &Sealer) -> Credential {
    let secret = row.sealed.as_ref().and_then(|sealed| {
        let opened = sealer.open(sealed);
        opened
            .inspect_err(|error| tracing::warn!(credential = %row.id, %error))
            .ok()
    });
    Credential {
        id: row.id,
        provider: row.provider,
        label: row.label,
        secret,
        priority: row.priority,
        weight: row.weight,
        enabled: row.enabled,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

fn open_tool(row: ToolRow, sealer: &Sealer) -> ToolProvider {
    let secret = row.sealed.as_ref().and_then(|sealed| {
        let opened = sealer.open(sealed);
        opened
            .inspect_err(|error| tracing::warn!(tool = %row.uid, %error))
            .ok()
    });
    ToolProvider {
        uid: row.uid,
        id: row.id,
        group: row.group,
        kind: row.kind,
        name: row.name,
        secret,
        config: row.config,
        enabled: row.enabled,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

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

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::store::{samples, users::User};

    #[test]
    fn everything_comes_in_opened() {
        let (_folder, store) = samples::store();
        let sealer = samples::sealer();
        samples::fill(&store, "work", &sealer);

        let parts = store.read_blocking(|db| load(db, &sealer)).unwrap();

        let counts = (
            parts.groups.len(),
            parts.providers.len(),
            parts.routes.len(),
            parts.keys.len(),
        );
        assert_eq!(counts, (2, 1, 1, 1));
        assert_eq!(
            parts.credentials[0]
                .secret
                .as_ref()
                .unwrap()
                .expose_secret(),
            "sk-upstream"
        );
        assert_eq!(
            parts.tools[0].secret.as_ref().unwrap().expose_secret(),
            "tvly-1"
        );
        assert_eq!(parts.routes[0].targets.len(), 1);
    }

    #[test]
    fn a_secret_that_does_not_open_is_left_out() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());

        let parts = store
            .read_blocking(|db| load(db, &samples::sealer()))
            .unwrap();

        assert!(parts.credentials[0].secret.is_none());
        assert!(parts.tools[0].secret.is_none());
    }

    #[test]
    fn keys_of_a_disabled_user_are_disabled() {
        let (_folder, store) = samples::store();
        let sealer = samples::sealer();
        samples::fill(&store, "work", &sealer);
        let key = keys::KeyRow {
            key: ClientKey {
                owner: Some("bob".to_owned()),
                ..samples::key("work", "db_sk_b")
            },
            sealed: None,
        };
        store
            .write_blocking(move |tx| keys::insert(tx, &key))
            .unwrap();
        let ada = User {
            name: "ada".to_owned(),
            enabled: false,
            note: String::new(),
            created_at: samples::at(1),
            updated_at: samples::at(1),
        };
        store
            .write_blocking(move |tx| users::update(tx, "ada", &ada))
            .unwrap();

        let parts = store.read_blocking(|db| load(db, &sealer)).unwrap();

        let mut enabled: Vec<_> = parts
            .keys
            .iter()
            .map(|key| (key.owner.as_deref(), key.enabled))
            .collect();
        enabled.sort();
        assert_eq!(enabled, [(Some("ada"), false), (Some("bob"), true)]);
    }

    #[test]
    fn routes_come_in_the_order_they_were_made() {
        let (_folder, store) = samples::store();
        let sealer = samples::sealer();
        samples::fill(&store, "work", &sealer);
        let provider = samples::provider("work", "deepseek");
        let mut first = samples::route(&provider, "zz-first");
        first.created_at = samples::at(1);
        store
            .write_blocking(move |tx| routes::insert(tx, &first))
            .unwrap();

        let parts = store.read_blocking(|db| load(db, &sealer)).unwrap();

        let aliases: Vec<_> = parts
            .routes
            .iter()
            .map(|route| route.alias.as_str())
            .collect();
        assert_eq!(aliases, ["zz-first", "sonnet"]);
    }
}

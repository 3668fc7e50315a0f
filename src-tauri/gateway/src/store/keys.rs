//! Client keys: looked up by hash, kept sealed so that their owner can see them again.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{
    StoreError,
    columns::{Columns, count, json, millis, unreadable},
    groups, routes, users,
};
use crate::{
    config::{ClientKey, KeyHash, Limits},
    ids::{GroupId, KeyId, RouteId},
    secrets::Sealed,
};

/// A client key as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyRow {
    /// The key, without its text.
    pub key: ClientKey,
    /// Its text; none when only the hash is kept.
    pub sealed: Option<Sealed>,
}

/// All keys, or those of one group, the oldest first.
pub fn list(db: &Connection, group: Option<&GroupId>) -> Result<Vec<KeyRow>, StoreError> {
    let mut statement =
        db.prepare("SELECT * FROM keys WHERE ?1 IS NULL OR group_id = ?1 ORDER BY created_at, id")?;
    let rows = statement.query_map([group.map(GroupId::as_str)], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A key.
pub fn get(db: &Connection, id: &KeyId) -> Result<Option<KeyRow>, StoreError> {
    Ok(db
        .query_row("SELECT * FROM keys WHERE id = ?1", [id.as_str()], read)
        .optional()?)
}

/// The key with this hash.
pub fn by_hash(db: &Connection, hash: &KeyHash) -> Result<Option<KeyRow>, StoreError> {
    Ok(db
        .query_row("SELECT * FROM keys WHERE hash = ?1", [hash.0], read)
        .optional()?)
}

/// Adds a key; its owner becomes a user when it is none yet.
pub fn insert(db: &Connection, row: &KeyRow) -> Result<(), StoreError> {
    let key = &row.key;
    check(db, key, key.created_at)?;
    db.execute(
        "INSERT INTO keys (id, group_id, hash, prefix, sealed, name, owner, purpose, role, enabled, expires_at,
             allowed_aliases, allowed_providers, current_route, fast_route, requests_per_minute, requests_per_day,
             tokens_per_minute, max_requests, max_tokens, concurrency, nano_usd_per_day, nano_usd_per_month,
             used_requests, used_tokens, last_used_at, created_at)
         VALUES (:id, :group, :hash, :prefix, :sealed, '', NULL, 'default', 'user', 1, NULL, '[]', '[]', NULL, NULL,
             NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, :used_requests, :used_tokens, :last_used_at, :created_at)",
        named_params! {
            ":id": key.id.as_str(),
            ":group": key.group.as_str(),
            ":hash": key.hash.0,
            ":prefix": key.prefix,
            ":sealed": row.sealed.as_ref().map(Sealed::as_str),
            ":used_requests": count(key.used_requests),
            ":used_tokens": count(key.used_tokens),
            ":last_used_at": key.last_used_at.map(millis),
            ":created_at": millis(key.created_at),
        },
    )?;
    write(db, key).map(|_| ())
}

/// Writes what people decide about a key: not its text, its counters or its birth. False when it is not there.
pub fn update(db: &Connection, key: &ClientKey, now: Timestamp) -> Result<bool, StoreError> {
    check(db, key, now)?;
    write(db, key)
}

/// Sets the counters of a key to zero; false when it is not there.
pub fn reset_usage(db: &Connection, id: &KeyId) -> Result<bool, StoreError> {
    let sql = "UPDATE keys SET used_requests = 0, used_tokens = 0 WHERE id = ?1";
    Ok(db.execute(sql, [id.as_str()])? == 1)
}

/// Removes a key; false when it is not there.
pub fn delete(db: &Connection, id: &KeyId) -> Result<bool, StoreError> {
    Ok(db.execute("DELETE FROM keys WHERE id = ?1", [id.as_str()])? == 1)
}

fn check(db: &Connection, key: &ClientKey, now: Timestamp) -> Result<(), StoreError> {
    groups::must_exist(db, &key.group)?;
    for route in key.current_route.iter().chain(&key.fast_route) {
        routes::must_be_of(db, route, &key.group)?;
    }
    key.owner
        .as_ref()
        .map_or(Ok(()), |owner| users::ensure(db, owner, now))
}

fn write(db: &Connection, key: &ClientKey) -> Result<bool, StoreError> {
    let limits = &key.limits;
    let changed = db.execute(
        "UPDATE keys SET name = :name, owner = :owner, purpose = :purpose, role = :role, enabled = :enabled,
             expires_at = :expires_at, allowed_aliases = :allowed_aliases, allowed_providers = :allowed_providers,
             current_route = :current_route, fast_route = :fast_route, requests_per_minute = :requests_per_minute,
             requests_per_day = :requests_per_day, tokens_per_minute = :tokens_per_minute,
             max_requests = :max_requests, max_tokens = :max_tokens, concurrency = :concurrency,
             nano_usd_per_day = :nano_usd_per_day, nano_usd_per_month = :nano_usd_per_month
         WHERE id = :id",
        named_params! {
            ":id": key.id.as_str(),
            ":name": key.name,
            ":owner": key.owner,
            ":purpose": word(&key.purpose)?,
            ":role": word(&key.role)?,
            ":enabled": key.enabled,
            ":expires_at": key.expires_at.map(millis),
            ":allowed_aliases": json(&key.allowed_aliases)?,
            ":allowed_providers": json(&key.allowed_providers)?,
            ":current_route": key.current_route.as_ref().map(RouteId::as_str),
            ":fast_route": key.fast_route.as_ref().map(RouteId::as_str),
            ":requests_per_minute": limits.requests_per_minute.map(count),
            ":requests_per_day": limits.requests_per_day.map(count),
            ":tokens_per_minute": limits.tokens_per_minute.map(count),
            ":max_requests": limits.max_requests.map(count),
            ":max_tokens": limits.max_tokens.map(count),
            ":concurrency": limits.concurrency.map(count),
            ":nano_usd_per_day": limits.nano_usd_per_day.map(count),
            ":nano_usd_per_month": limits.nano_usd_per_month.map(count),
        },
    )?;
    Ok(changed == 1)
}

fn read(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    let key = ClientKey {
        id: row.id("id")?,
        group: row.id("group_id")?,
        hash: KeyHash(row.get("hash")?),
        prefix: row.get("prefix")?,
        name: row.get("name")?,
        owner: row.get("owner")?,
        purpose: from_word(row.get("purpose")?)?,
        role: from_word(row.get("role")?)?,
        enabled: row.get("enabled")?,
        expires_at: row.time_maybe("expires_at")?,
        allowed_aliases: row.json("allowed_aliases")?,
        allowed_providers: row.json("allowed_providers")?,
        current_route: row.id_maybe("current_route")?,
        fast_route: row.id_maybe("fast_route")?,
        limits: read_limits(row)?,
        used_requests: row.count("used_requests")?,
        used_tokens: row.count("used_tokens")?,
        last_used_at: row.time_maybe("last_used_at")?,
        created_at: row.time("created_at")?,
    };
    Ok(KeyRow {
        key,
        sealed: row.id_maybe("sealed")?,
    })
}

fn read_limits(row: &Row<'_>) -> rusqlite::Result<Limits> {
    Ok(Limits {
        requests_per_minute: row.count_maybe("requests_per_minute")?,
        requests_per_day: row.count_maybe("requests_per_day")?,
        tokens_per_minute: row.count_maybe("tokens_per_minute")?,
        max_requests: row.count_maybe("max_requests")?,
        max_tokens: row.count_maybe("max_tokens")?,
        concurrency: row.count_maybe("concurrency")?,
        nano_usd_per_day: row.count_maybe("nano_usd_per_day")?,
        nano_usd_per_month: row.count_maybe("nano_usd_per_month")?,
    })
}

/// The word that serde has for a plain variant, without its quotes.
fn word(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    json(value).map(|text| text.trim_matches('"').to_owned())
}

fn from_word<T: serde::de::DeserializeOwned>(word: String) -> rusqlite::Result<T> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Purpose, store::samples};

    #[test]
    fn a_key_is_kept_as_it_is() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());
        let key = ClientKey {
            last_used_at: Some(samples::at(77)),
            fast_route: Some("route-work-sonnet".into()),
            ..samples::key("work", "db_sk_1")
        };
        let made = KeyRow { key, sealed: None };
        let changed = ClientKey {
            name: "desk".to_owned(),
            owner: None,
            purpose: Purpose::Default,
            enabled: false,
            expires_at: None,
            allowed_aliases: Vec::new(),
            fast_route: None,
            limits: Limits::default(),
            ..made.key.clone()
        };

        let (first, second) = (made.clone(), changed.clone());
        store.write_blocking(move |tx| insert(tx, &first)).unwrap();
        let found = store
            .read_blocking(|db| by_hash(db, &KeyHash::of("db_sk_1")))
            .unwrap();
        assert_eq!(found, Some(made));
        assert!(
            store
                .write_blocking(move |tx| update(tx, &second, samples::at(1)))
                .unwrap()
        );
        let found = store
            .read_blocking(|db| get(db, &changed.id))
            .unwrap()
            .unwrap();
        assert_eq!(found.key, changed);
    }

    #[test]
    fn changing_a_key_leaves_its_text_and_counters_alone() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());
        let before = store.read_blocking(|db| list(db, None)).unwrap().remove(0);
        let stale = ClientKey {
            used_requests: 0,
            used_tokens: 0,
            ..before.key.clone()
        };

        store
            .write_blocking(move |tx| update(tx, &stale, samples::at(1)))
            .unwrap();

        assert_eq!(
            store.read_blocking(|db| list(db, None)).unwrap(),
            std::slice::from_ref(&before)
        );
        store
            .write_blocking(move |tx| reset_usage(tx, &before.key.id))
            .unwrap();
        let after = store
            .read_blocking(|db| list(db, None))
            .unwrap()
            .remove(0)
            .key;
        assert_eq!((after.used_requests, after.used_tokens), (0, 0));
    }

    #[test]
    fn the_owner_of_a_key_becomes_a_user() {
        let (_folder, store) = samples::store();

        let row = KeyRow {
            key: samples::key("default", "db_sk_1"),
            sealed: None,
        };
        store.write_blocking(move |tx| insert(tx, &row)).unwrap();

        let users = store.read_blocking(users::list).unwrap();
        assert_eq!(users[0].name, "ada");
        assert!(users[0].enabled);
    }

    #[test]
    fn a_key_switches_to_routes_of_its_group_only() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());
        let mut key = samples::key("default", "db_sk_1");
        key.current_route = Some("route-work-sonnet".into());

        let refused = store.write_blocking(move |tx| insert(tx, &KeyRow { key, sealed: None }));

        assert_eq!(
            refused.unwrap_err().to_string(),
            "there is no such route in this group"
        );
    }

    #[test]
    fn one_text_is_one_key() {
        let (_folder, store) = samples::store();
        let row = |id: &str| KeyRow {
            key: ClientKey {
                id: id.into(),
                ..samples::key("default", "db_sk_1")
            },
            sealed: None,
        };
        let (one, two) = (row("a"), row("b"));
        store.write_blocking(move |tx| insert(tx, &one)).unwrap();

        let refused = store
            .write_blocking(move |tx| insert(tx, &two))
            .unwrap_err();

        assert_eq!(refused.to_string(), "there is already a key with this hash");
    }
}

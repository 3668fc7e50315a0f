//! Providers.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{
    StoreError,
    columns::{Columns, duration, json, millis},
    groups,
};
use crate::{
    config::{Provider, Timeouts},
    ids::{GroupId, ProviderUid},
};

/// All providers, or those of one group, the oldest first.
pub fn list(db: &Connection, group: Option<&GroupId>) -> Result<Vec<Provider>, StoreError> {
    let mut statement = db.prepare(
        "SELECT * FROM providers WHERE ?1 IS NULL OR group_id = ?1 ORDER BY created_at, uid",
    )?;
    let rows = statement.query_map([group.map(GroupId::as_str)], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A provider.
pub fn get(db: &Connection, uid: &ProviderUid) -> Result<Option<Provider>, StoreError> {
    let row = db.query_row(
        "SELECT * FROM providers WHERE uid = ?1",
        [uid.as_str()],
        read,
    );
    Ok(row.optional()?)
}

/// Every provider that goes by this uid or readable id; readable ids may repeat across groups.
pub fn find(
    db: &Connection,
    name: &str,
    group: Option<&GroupId>,
) -> Result<Vec<Provider>, StoreError> {
    let mut statement = db.prepare(
        "SELECT * FROM providers
         WHERE (uid = ?1 OR id = ?1) AND (?2 IS NULL OR group_id = ?2) ORDER BY created_at, uid",
    )?;
    let rows = statement.query_map((name, group.map(GroupId::as_str)), read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds a provider.
pub fn insert(db: &Connection, provider: &Provider) -> Result<(), StoreError> {
    groups::must_exist(db, &provider.group)?;
    db.execute(
        "INSERT INTO providers (uid, group_id, id, name, protocol, base_url, endpoints, headers, proxy, extra_ca,
             connect_ms, first_byte_ms, idle_ms, max_concurrency, max_queue, quirks, enabled, note, created_at,
             updated_at)
         VALUES (:uid, :group, :id, :name, :protocol, :base_url, :endpoints, :headers, :proxy, :extra_ca,
             :connect_ms, :first_byte_ms, :idle_ms, :max_concurrency, :max_queue, :quirks, :enabled, :note,
             :created_at, :updated_at)",
        named_params! {
            ":uid": provider.uid.as_str(),
            ":group": provider.group.as_str(),
            ":id": provider.id,
            ":name": provider.name,
            ":protocol": provider.protocol.as_str(),
            ":base_url": provider.base_url,
            ":endpoints": json(&provider.endpoints)?,
            ":headers": json(&provider.headers)?,
            ":proxy": provider.proxy,
            ":extra_ca": provider.extra_ca,
            ":connect_ms": duration(provider.timeouts.connect),
            ":first_byte_ms": duration(provider.timeouts.first_byte),
            ":idle_ms": duration(provider.timeouts.idle),
            ":max_concurrency": provider.max_concurrency,
            ":max_queue": provider.max_queue,
            ":quirks": json(&provider.quirks)?,
            ":enabled": provider.enabled,
            ":note": provider.note,
            ":created_at": millis(provider.created_at),
            ":updated_at": millis(provider.updated_at),
        },
    )?;
    Ok(())
}

/// Writes all of a provider but its uid, group and birth; false when it is not there.
pub fn update(db: &Connection, provider: &Provider) -> Result<bool, StoreError> {
    let changed = db.execute(
        "UPDATE providers SET id = :id, name = :name, protocol = :protocol, base_url = :base_url,
             endpoints = :endpoints, headers = :headers, proxy = :proxy, extra_ca = :extra_ca,
             connect_ms = :connect_ms, first_byte_ms = :first_byte_ms, idle_ms = :idle_ms,
             max_concurrency = :max_concurrency, max_queue = :max_queue, quirks = :quirks, enabled = :enabled,
             note = :note, updated_at = :updated_at
         WHERE uid = :uid",
        named_params! {
            ":uid": provider.uid.as_str(),
            ":id": provider.id,
            ":name": provider.name,
            ":protocol": provider.protocol.as_str(),
            ":base_url": provider.base_url,
            ":endpoints": json(&provider.endpoints)?,
            ":headers": json(&provider.headers)?,
            ":proxy": provider.proxy,
            ":extra_ca": provider.extra_ca,
            ":connect_ms": duration(provider.timeouts.connect),
            ":first_byte_ms": duration(provider.timeouts.first_byte),
            ":idle_ms": duration(provider.timeouts.idle),
            ":max_concurrency": provider.max_concurrency,
            ":max_queue": provider.max_queue,
            ":quirks": json(&provider.quirks)?,
            ":enabled": provider.enabled,
            ":note": provider.note,
            ":updated_at": millis(provider.updated_at),
        },
    )?;
    Ok(changed == 1)
}

/// Removes a provider with its credentials, its targets and the routes bound to it; false when it is not there.
pub fn delete(db: &Connection, uid: &ProviderUid) -> Result<bool, StoreError> {
    Ok(db.execute("DELETE FROM providers WHERE uid = ?1", [uid.as_str()])? == 1)
}

/// Refuses a provider that is not one of this group.
pub(super) fn must_be_of(
    db: &Connection,
    uid: &ProviderUid,
    group: &GroupId,
) -> Result<(), StoreError> {
    let found: bool = db.query_row(
        "SELECT EXISTS (SELECT 1 FROM providers WHERE uid = ?1 AND group_id = ?2)",
        [uid.as_str(), group.as_str()],
        |row| row.get(0),
    )?;
    if found {
        Ok(())
    } else {
        Err(StoreError::Missing {
            what: "provider in this group",
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Provider> {
    Ok(Provider {
        uid: row.id("uid")?,
        id: row.get("id")?,
        group: row.id("group_id")?,
        name: row.get("name")?,
        protocol: row.word("protocol")?,
        base_url: row.get("base_url")?,
        endpoints: row.json("endpoints")?,
        headers: row.json("headers")?,
        proxy: row.get("proxy")?,
        extra_ca: row.get("extra_ca")?,
        timeouts: Timeouts {
            connect: row.duration("connect_ms")?,
            first_byte: row.duration("first_byte_ms")?,
            idle: row.duration("idle_ms")?,
        },
        max_concurrency: row.get("max_concurrency")?,
        max_queue: row.get("max_queue")?,
        quirks: row.json("quirks")?,
        enabled: row.get("enabled")?,
        note: row.get("note")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::samples;

    #[test]
    fn a_provider_is_kept_as_it_is() {
        let (_folder, store) = samples::store();
        let made = samples::provider("default", "deepseek");
        let changed = Provider {
            id: "ds".to_owned(),
            protocol: keyway_protocols::Protocol::Gemini,
            endpoints: std::collections::BTreeMap::new(),
            proxy: None,
            max_queue: Some(9),
            quirks: serde_json::Map::new(),
            enabled: false,
            updated_at: samples::at(9_999),
            ..made.clone()
        };

        let (first, second) = (made.clone(), changed.clone());
        store.write_blocking(move |tx| insert(tx, &first)).unwrap();
        assert_eq!(
            store.read_blocking(|db| get(db, &made.uid)).unwrap(),
            Some(made.clone())
        );
        assert!(store.write_blocking(move |tx| update(tx, &second)).unwrap());
        assert_eq!(store.read_blocking(|db| list(db, None)).unwrap(), [changed]);
    }

    #[test]
    fn a_readable_id_is_unique_in_its_group_only() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "default", &samples::sealer());
        samples::fill(&store, "work", &samples::sealer());
        let mut twin = samples::provider("work", "deepseek");
        twin.uid = "another".into();

        let refused = store
            .write_blocking(move |tx| insert(tx, &twin))
            .unwrap_err();

        assert_eq!(
            refused.to_string(),
            "there is already a provider with this id"
        );
        let find = |name: &'static str, group: Option<GroupId>| {
            store
                .read_blocking(move |db| find(db, name, group.as_ref()))
                .unwrap()
                .len()
        };
        assert_eq!(find("deepseek", None), 2);
        assert_eq!(find("deepseek", Some("work".into())), 1);
        assert_eq!(find("uid-work-deepseek", None), 1);
        assert_eq!(find("nobody", None), 0);
    }

    #[test]
    fn a_provider_needs_its_group() {
        let (_folder, store) = samples::store();

        let refused = store.write_blocking(|tx| insert(tx, &samples::provider("nowhere", "x")));

        assert_eq!(refused.unwrap_err().to_string(), "there is no such group");
    }

    #[test]
    fn deleting_a_provider_deletes_its_routes_and_unsets_what_pointed_at_them() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());

        assert!(
            store
                .write_blocking(|tx| delete(tx, &"uid-work-deepseek".into()))
                .unwrap()
        );

        let keys = store
            .read_blocking(|db| crate::store::keys::list(db, None))
            .unwrap();
        assert_eq!(keys[0].key.current_route, None);
        assert_eq!(samples::target_count(&store), 0);
    }
}

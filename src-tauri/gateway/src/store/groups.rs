//! Groups.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{
    StoreError,
    columns::{Columns, millis},
};
use crate::{
    config::Group,
    ids::{GroupId, ProviderUid, RouteId},
};

/// The group that is always there.
pub const DEFAULT: &str = "default";

/// A group and how much belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedGroup {
    /// The group.
    pub group: Group,
    /// Its providers.
    pub provider_count: u64,
    /// Its routes.
    pub route_count: u64,
    /// Its keys.
    pub key_count: u64,
    /// Its tool providers.
    pub tool_count: u64,
}

const COUNTED: &str = "SELECT *,
    (SELECT count(*) FROM providers WHERE group_id = groups.id) AS provider_count,
    (SELECT count(*) FROM routes WHERE group_id = groups.id) AS route_count,
    (SELECT count(*) FROM keys WHERE group_id = groups.id) AS key_count,
    (SELECT count(*) FROM tools WHERE group_id = groups.id) AS tool_count
    FROM groups";

/// All groups with their counts, the oldest first.
pub fn list(db: &Connection) -> Result<Vec<CountedGroup>, StoreError> {
    let sql = format!("{COUNTED} ORDER BY created_at, id");
    let mut statement = db.prepare(&sql)?;
    let rows = statement.query_map([], counted)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A group with its counts.
pub fn get(db: &Connection, id: &GroupId) -> Result<Option<CountedGroup>, StoreError> {
    let sql = format!("{COUNTED} WHERE id = ?1");
    Ok(db.query_row(&sql, [id.as_str()], counted).optional()?)
}

/// All groups, the oldest first.
pub(super) fn plain(db: &Connection) -> Result<Vec<Group>, StoreError> {
    let mut statement = db.prepare("SELECT * FROM groups ORDER BY created_at, id")?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds a group.
pub fn insert(db: &Connection, group: &Group) -> Result<(), StoreError> {
    check_defaults(db, group)?;
    db.execute(
        "INSERT INTO groups (id, name, enabled, note, default_route, default_provider, created_at, updated_at)
         VALUES (:id, :name, :enabled, :note, :default_route, :default_provider, :created_at, :updated_at)",
        named_params! {
            ":id": group.id.as_str(),
            ":name": group.name,
            ":enabled": group.enabled,
            ":note": group.note,
            ":default_route": group.default_route.as_ref().map(RouteId::as_str),
            ":default_provider": group.default_provider.as_ref().map(ProviderUid::as_str),
            ":created_at": millis(group.created_at),
            ":updated_at": millis(group.updated_at),
        },
    )?;
    Ok(())
}

/// Writes all of a group but its id and birth; false when it is not there.
pub fn update(db: &Connection, group: &Group) -> Result<bool, StoreError> {
    check_defaults(db, group)?;
    let changed = db.execute(
        "UPDATE groups SET name = :name, enabled = :enabled, note = :note, default_route = :default_route,
             default_provider = :default_provider, updated_at = :updated_at
         WHERE id = :id",
        named_params! {
            ":id": group.id.as_str(),
            ":name": group.name,
            ":enabled": group.enabled,
            ":note": group.note,
            ":default_route": group.default_route.as_ref().map(RouteId::as_str),
            ":default_provider": group.default_provider.as_ref().map(ProviderUid::as_str),
            ":updated_at": millis(group.updated_at),
        },
    )?;
    Ok(changed == 1)
}

/// Removes a group and all that belongs to it; false when it is not there.
pub fn delete(db: &Connection, id: &GroupId) -> Result<bool, StoreError> {
    if id.as_str() == DEFAULT {
        return Err(StoreError::conflict("the default group cannot be deleted"));
    }
    Ok(db.execute("DELETE FROM groups WHERE id = ?1", [id.as_str()])? == 1)
}

/// Refuses a group that is not there.
pub(super) fn must_exist(db: &Connection, id: &GroupId) -> Result<(), StoreError> {
    let found: bool = db.query_row(
        "SELECT EXISTS (SELECT 1 FROM groups WHERE id = ?1)",
        [id.as_str()],
        |row| row.get(0),
    )?;
    if found {
        Ok(())
    } else {
        Err(StoreError::Missing { what: "group" })
    }
}

/// What a group answers with must be its own.
fn check_defaults(db: &Connection, group: &Group) -> Result<(), StoreError> {
    if let Some(route) = &group.default_route {
        super::routes::must_be_of(db, route, &group.id)?;
    }
    if let Some(provider) = &group.default_provider {
        super::providers::must_be_of(db, provider, &group.id)?;
    }
    Ok(())
}

fn counted(row: &Row<'_>) -> rusqlite::Result<CountedGroup> {
    Ok(CountedGroup {
        group: read(row)?,
        provider_count: row.count("provider_count")?,
        route_count: row.count("route_count")?,
        key_count: row.count("key_count")?,
        tool_count: row.count("tool_count")?,
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group {
        id: row.id("id")?,
        name: row.get("name")?,
        enabled: row.get("enabled")?,
        note: row.get("note")?,
        default_route: row.id_maybe("default_route")?,
        default_provider: row.id_maybe("default_provider")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::samples;

    #[test]
    fn a_group_counts_what_belongs_to_it() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());

        let work = store
            .read_blocking(|db| get(db, &"work".into()))
            .unwrap()
            .unwrap();
        let listed = store.read_blocking(list).unwrap();

        let counts = (
            work.provider_count,
            work.route_count,
            work.key_count,
            work.tool_count,
        );
        assert_eq!(counts, (1, 1, 1, 1));
        assert_eq!(listed[0].provider_count, 0);
        assert_eq!(listed[1], work);
    }

    #[test]
    fn what_is_changed_is_kept() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());
        let changed = Group {
            name: "W".to_owned(),
            enabled: false,
            note: String::new(),
            default_route: Some("route-work-sonnet".into()),
            default_provider: Some("uid-work-deepseek".into()),
            updated_at: samples::at(5_000_000_000_000),
            ..samples::group("work")
        };

        let wanted = changed.clone();
        assert!(
            store
                .write_blocking(move |tx| update(tx, &changed))
                .unwrap()
        );

        let found = store
            .read_blocking(|db| get(db, &"work".into()))
            .unwrap()
            .unwrap();
        assert_eq!(found.group, wanted);
    }

    #[test]
    fn a_group_answers_with_its_own_only() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());
        let mut group = samples::group("home");
        group.default_route = Some("route-work-sonnet".into());

        let refused = store
            .write_blocking(move |tx| insert(tx, &group))
            .unwrap_err();

        assert_eq!(refused.to_string(), "there is no such route in this group");
    }

    #[test]
    fn deleting_a_group_deletes_all_of_it_but_never_the_default_one() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());

        let refused = store
            .write_blocking(|tx| delete(tx, &DEFAULT.into()))
            .unwrap_err();
        assert!(
            store
                .write_blocking(|tx| delete(tx, &"work".into()))
                .unwrap()
        );

        assert_eq!(refused.code(), "conflict");
        let left = store.read_blocking(|db| {
            let tables = [
                "providers",
                "credentials",
                "routes",
                "targets",
                "keys",
                "tools",
            ];
            tables.iter().try_fold(0, |sum, table| {
                let sql = format!("SELECT count(*) FROM {table}");
                Ok(sum + db.query_row(&sql, [], |row| row.get::<_, i64>(0))?)
            })
        });
        assert_eq!(left.unwrap(), 0);
        assert!(
            !store
                .write_blocking(|tx| delete(tx, &"work".into()))
                .unwrap()
        );
    }
}

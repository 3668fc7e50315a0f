//! Tool providers, sealed.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{
    StoreError,
    columns::{Columns, millis},
    groups,
};
use crate::{
    config::ToolKind,
    ids::{GroupId, ToolUid},
    secrets::Sealed,
};

/// A tool provider as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolRow {
    /// Its identity across groups.
    pub uid: ToolUid,
    /// The readable id, unique in its group.
    pub id: String,
    /// The group it belongs to.
    pub group: GroupId,
    /// What it does.
    pub kind: ToolKind,
    /// The name people see.
    pub name: String,
    /// Its upstream key; none when it needs none.
    pub sealed: Option<Sealed>,
    /// Settings, as JSON.
    pub config: String,
    /// A disabled tool is never offered.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// All tool providers, or those of one group, the oldest first.
pub fn list(db: &Connection, group: Option<&GroupId>) -> Result<Vec<ToolRow>, StoreError> {
    let mut statement = db.prepare(
        "SELECT * FROM tools WHERE ?1 IS NULL OR group_id = ?1 ORDER BY created_at, uid",
    )?;
    let rows = statement.query_map([group.map(GroupId::as_str)], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A tool provider.
pub fn get(db: &Connection, uid: &ToolUid) -> Result<Option<ToolRow>, StoreError> {
    Ok(db
        .query_row("SELECT * FROM tools WHERE uid = ?1", [uid.as_str()], read)
        .optional()?)
}

/// Every tool provider that goes by this uid or readable id; readable ids may repeat across groups.
pub fn find(
    db: &Connection,
    name: &str,
    group: Option<&GroupId>,
) -> Result<Vec<ToolRow>, StoreError> {
    let mut statement = db.prepare(
        "SELECT * FROM tools
         WHERE (uid = ?1 OR id = ?1) AND (?2 IS NULL OR group_id = ?2) ORDER BY created_at, uid",
    )?;
    let rows = statement.query_map((name, group.map(GroupId::as_str)), read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds a tool provider.
pub fn insert(db: &Connection, tool: &ToolRow) -> Result<(), StoreError> {
    groups::must_exist(db, &tool.group)?;
    db.execute(
        "INSERT INTO tools (uid, group_id, id, kind, name, sealed, config, enabled, created_at, updated_at)
         VALUES (:uid, :group, :id, :kind, :name, :sealed, :config, :enabled, :created_at, :updated_at)",
        named_params! {
            ":uid": tool.uid.as_str(),
            ":group": tool.group.as_str(),
            ":id": tool.id,
            ":kind": tool.kind.as_str(),
            ":name": tool.name,
            ":sealed": tool.sealed.as_ref().map(Sealed::as_str),
            ":config": tool.config,
            ":enabled": tool.enabled,
            ":created_at": millis(tool.created_at),
            ":updated_at": millis(tool.updated_at),
        },
    )?;
    Ok(())
}

/// Writes all of a tool provider but its uid, group and birth; false when it is not there.
pub fn update(db: &Connection, tool: &ToolRow) -> Result<bool, StoreError> {
    let changed = db.execute(
        "UPDATE tools SET id = :id, kind = :kind, name = :name, sealed = :sealed, config = :config,
             enabled = :enabled, updated_at = :updated_at
         WHERE uid = :uid",
        named_params! {
            ":uid": tool.uid.as_str(),
            ":id": tool.id,
            ":kind": tool.kind.as_str(),
            ":name": tool.name,
            ":sealed": tool.sealed.as_ref().map(Sealed::as_str),
            ":config": tool.config,
            ":enabled": tool.enabled,
            ":updated_at": millis(tool.updated_at),
        },
    )?;
    Ok(changed == 1)
}

/// Removes a tool provider; false when it is not there.
pub fn delete(db: &Connection, uid: &ToolUid) -> Result<bool, StoreError> {
    Ok(db.execute("DELETE FROM tools WHERE uid = ?1", [uid.as_str()])? == 1)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ToolRow> {
    Ok(ToolRow {
        uid: row.id("uid")?,
        id: row.get("id")?,
        group: row.id("group_id")?,
        kind: row.word("kind")?,
        name: row.get("name")?,
        sealed: row.id_maybe("sealed")?,
        config: row.get("config")?,
        enabled: row.get("enabled")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::samples;

    #[test]
    fn a_tool_is_kept_as_it_is() {
        let (_folder, store) = samples::store();
        let made = samples::tool("default", "tavily", samples::sealer().seal(&"tvly".into()));
        let changed = ToolRow {
            kind: ToolKind::HttpFetch,
            sealed: None,
            enabled: false,
            config: "{}".to_owned(),
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
        assert!(
            store
                .write_blocking(move |tx| delete(tx, &made.uid))
                .unwrap()
        );
    }

    #[test]
    fn two_groups_may_both_have_tavily() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "default", &samples::sealer());
        samples::fill(&store, "work", &samples::sealer());

        let found = store.read_blocking(|db| find(db, "tavily", None)).unwrap();
        let of_work = store
            .read_blocking(|db| find(db, "tavily", Some(&"work".into())))
            .unwrap();

        assert_eq!((found.len(), of_work.len()), (2, 1));
    }
}

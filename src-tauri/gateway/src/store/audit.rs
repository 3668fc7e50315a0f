//! What was changed through the admin API, by whom.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{
    StoreError,
    columns::{Columns, millis},
};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its place in the order.
    pub seq: i64,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it: `admin`, a key's id, `cli`.
    pub actor: String,
    /// What was done: `provider.create`.
    pub action: String,
    /// To what: an id.
    pub subject: String,
}

/// Notes a change; in the transaction that makes it.
pub fn append(
    db: &Connection,
    at: Timestamp,
    actor: &str,
    action: &str,
    subject: &str,
) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO audit (at, actor, action, subject) VALUES (?1, ?2, ?3, ?4)",
        params![millis(at), actor, action, subject],
    )?;
    Ok(())
}

/// The latest changes, those before `before` (a `seq`) when given.
pub fn list(
    db: &Connection,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<AuditEntry>, StoreError> {
    let mut statement = db.prepare(
        "SELECT seq, at, actor, action, subject FROM audit WHERE ?1 IS NULL OR seq < ?1 ORDER BY seq DESC LIMIT ?2",
    )?;
    let rows = statement.query_map(params![before, limit], |row| {
        Ok(AuditEntry {
            seq: row.get(0)?,
            at: row.time(1)?,
            actor: row.get(2)?,
            action: row.get(3)?,
            subject: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many changes there are.
pub fn count(db: &Connection) -> Result<u64, StoreError> {
    Ok(db.query_row("SELECT count(*) FROM audit", [], |row| row.count(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::samples;

    #[test]
    fn changes_are_listed_from_the_latest_on() {
        let (_folder, store) = samples::store();
        for n in 0..5 {
            let note = move |tx: &rusqlite::Transaction<'_>| {
                append(
                    tx,
                    samples::at(n),
                    "admin",
                    "provider.create",
                    &format!("p{n}"),
                )
            };
            store.write_blocking(note).unwrap();
        }

        let first = store.read_blocking(|db| list(db, None, 2)).unwrap();
        let second = store
            .read_blocking(|db| list(db, Some(first[1].seq), 10))
            .unwrap();

        let subjects = |entries: &[AuditEntry]| -> Vec<String> {
            entries.iter().map(|entry| entry.subject.clone()).collect()
        };
        assert_eq!(subjects(&first), ["p4", "p3"]);
        assert_eq!(subjects(&second), ["p2", "p1", "p0"]);
        assert_eq!(first[0].at, samples::at(4));
        assert_eq!(store.read_blocking(count).unwrap(), 5);
    }
}

//! Named facts about the database itself.

use rusqlite::{Connection, OptionalExtension};

use super::StoreError;

/// The value of a fact.
pub fn get(db: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    let value = db.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| {
        row.get(0)
    });
    Ok(value.optional()?)
}

/// Sets a fact.
pub fn set(db: &Connection, name: &str, value: &str) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO meta (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name, value],
    )?;
    Ok(())
}

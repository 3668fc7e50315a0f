//! Users: the names that keys belong to. A disabled user's keys open nothing.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    StoreError,
    columns::{Columns, millis},
};

/// A name that keys belong to.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// The name, which is also the identity.
    pub name: String,
    /// Whether the keys work.
    pub enabled: bool,
    /// Free text.
    pub note: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// All users by name.
pub fn list(db: &Connection) -> Result<Vec<User>, StoreError> {
    let mut statement = db.prepare("SELECT * FROM users ORDER BY name")?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A user.
pub fn get(db: &Connection, name: &str) -> Result<Option<User>, StoreError> {
    Ok(db
        .query_row("SELECT * FROM users WHERE name = ?1", [name], read)
        .optional()?)
}

/// Adds a user.
pub fn insert(db: &Connection, user: &User) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO users (name, enabled, note, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![user.name, user.enabled, user.note, millis(user.created_at), millis(user.updated_at)],
    )?;
    Ok(())
}

/// Writes the user who has had this name; the keys follow a new name. False when it is not there.
pub fn update(db: &Connection, name: &str, user: &User) -> Result<bool, StoreError> {
    let changed = db.execute(
        "UPDATE users SET name = ?2, enabled = ?3, note = ?4, updated_at = ?5 WHERE name = ?1",
        params![
            name,
            user.name,
            user.enabled,
            user.note,
            millis(user.updated_at)
        ],
    )?;
    Ok(changed == 1)
}

/// Removes a user without keys; false when it is not there.
///
/// With keys it is refused: those of a disabled user would work again.
pub fn delete(db: &Connection, name: &str) -> Result<bool, StoreError> {
    let has_keys: bool = db.query_row(
        "SELECT EXISTS (SELECT 1 FROM keys WHERE owner = ?1)",
        [name],
        |row| row.get(0),
    )?;
    if has_keys {
        return Err(StoreError::conflict(
            "the user still owns keys: delete them or give them to another",
        ));
    }
    Ok(db.execute("DELETE FROM users WHERE name = ?1", [name])? == 1)
}

/// Adds a user unless there is one of this name.
pub(super) fn ensure(db: &Connection, name: &str, now: Timestamp) -> Result<(), StoreError> {
    db.execute(
        "INSERT INTO users (name, created_at, updated_at) VALUES (?1, ?2, ?2) ON CONFLICT DO NOTHING",
        params![name, millis(now)],
    )?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        name: row.get("name")?,
        enabled: row.get("enabled")?,
        note: row.get("note")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{keys, samples};

    fn user(name: &str) -> User {
        User {
            name: name.to_owned(),
            enabled: false,
            note: "left".to_owned(),
            created_at: samples::at(1),
            updated_at: samples::at(2),
        }
    }

    #[test]
    fn keys_follow_their_owner_to_a_new_name() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());

        assert!(
            store
                .write_blocking(|tx| update(tx, "ada", &user("grace")))
                .unwrap()
        );

        let key = store
            .read_blocking(|db| keys::list(db, None))
            .unwrap()
            .remove(0)
            .key;
        assert_eq!(key.owner.as_deref(), Some("grace"));
        assert_eq!(store.read_blocking(|db| get(db, "ada")).unwrap(), None);
    }

    #[test]
    fn a_user_with_keys_is_not_deleted() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());
        store.write_blocking(|tx| insert(tx, &user("bob"))).unwrap();

        let refused = store.write_blocking(|tx| delete(tx, "ada")).unwrap_err();

        assert_eq!(refused.code(), "conflict");
        assert!(store.write_blocking(|tx| delete(tx, "bob")).unwrap());
        assert_eq!(store.read_blocking(list).unwrap().len(), 1);
    }
}

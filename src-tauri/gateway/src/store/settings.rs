//! Settings: one row per field, so that fields can come and go between versions.

use rusqlite::Connection;
use serde_json::{Map, Value};

use super::StoreError;
use crate::config::Settings;

/// The settings; what was never set has its default.
pub fn load(db: &Connection) -> Result<Settings, StoreError> {
    let mut statement = db.prepare("SELECT name, value FROM settings")?;
    let mut rows = statement.query([])?;
    let mut fields = Map::new();
    while let Some(row) = rows.next()? {
        let value: String = row.get(1)?;
        fields.insert(
            row.get(0)?,
            serde_json::from_str(&value).map_err(|error| unreadable(&error))?,
        );
    }
    serde_json::from_value(Value::Object(fields)).map_err(|error| unreadable(&error))
}

/// Writes the settings; rows of fields that only another version knows stay.
pub fn save(db: &Connection, settings: &Settings) -> Result<(), StoreError> {
    let Value::Object(fields) =
        serde_json::to_value(settings).map_err(|error| unreadable(&error))?
    else {
        return Ok(());
    };
    let mut statement = db.prepare(
        "INSERT INTO settings (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )?;
    for (name, value) in fields {
        statement.execute([name, value.to_string()])?;
    }
    Ok(())
}

fn unreadable(error: &serde_json::Error) -> StoreError {
    StoreError::Unreadable {
        what: "settings",
        why: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::samples;

    #[test]
    fn settings_are_kept_and_those_of_another_version_stay() {
        let (_folder, store) = samples::store();
        let other = "INSERT INTO settings (name, value) VALUES ('of_tomorrow', '[1]')";
        store
            .write_blocking(move |tx| Ok(tx.execute(other, [])?))
            .unwrap();
        assert_eq!(store.read_blocking(load).unwrap(), Settings::default());

        let changed = Settings {
            language: "zh".to_owned(),
            admin_keys: true,
            ..Settings::default()
        };
        let wanted = changed.clone();
        store.write_blocking(move |tx| save(tx, &changed)).unwrap();

        assert_eq!(store.read_blocking(load).unwrap(), wanted);
        let rows = "SELECT count(*) FROM settings WHERE name = 'of_tomorrow'";
        let count =
            store.read_blocking(move |db| Ok(db.query_row(rows, [], |row| row.get::<_, i64>(0))?));
        assert_eq!(count.unwrap(), 1);
    }
}

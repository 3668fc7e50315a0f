//! Reading keyway-router's tables. Columns came with its versions, so any but the first may be missing.

use std::path::{Path, PathBuf};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use rusqlite::{Connection, OpenFlags, Row, types::ValueRef};
use secrecy::SecretString;

use super::ImportError;
use crate::{
    secrets::{MasterKey, Sealed, Sealer},
    store::StoreError,
};

/// What its sealed values begin with; anything else in such a column is a key in the clear.
const TOKEN: &str = "gAAAAA";

/// Where it keeps sealed values.
const SEALED: [(&str, &str); 4] = [
    ("llm_providers", "api_key"),
    ("provider_credentials", "api_key"),
    ("llm_api_keys", "key_encrypted"),
    ("llm_tool_providers", "api_key"),
];

/// An open database of keyway-router.
pub(super) struct Old {
    db: Connection,
    sealer: Option<Sealer>,
}

/// A secret as it was found.
pub(super) enum Found {
    /// There is none.
    Nothing,
    /// Opened, or never sealed.
    Secret(SecretString),
    /// Sealed with yet another secret.
    Unopened,
}

impl Old {
    /// Opens it and makes sure that its secrets can be read.
    pub(super) fn open(path: &Path, secret: Option<&SecretString>) -> Result<Self, ImportError> {
        let path = if path.is_dir() {
            path.join("keyway.db")
        } else {
            path.to_owned()
        };
        let db = open_read_only(&path)?;
        let old = Self {
            db,
            sealer: secret.map(|secret| MasterKey::from_secret(secret).sealer()),
        };
        if !old
            .has_table("llm_groups")
            .map_err(|error| unreadable(&path, &error))?
        {
            return Err(ImportError::SomethingElse { path });
        }
        old.check_secret(&path)?;
        Ok(old)
    }

    /// Calls `each` for every row.
    pub(super) fn each(
        &self,
        table: &str,
        order: &str,
        mut each: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if !self.has_table(table)? {
            return Ok(());
        }
        let mut statement = self
            .db
            .prepare(&format!("SELECT * FROM {table} ORDER BY {order}"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(row)?;
        }
        Ok(())
    }

    /// Opens a secret.
    pub(super) fn secret(&self, text: Option<String>) -> Found {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Found::Nothing;
        };
        if !text.starts_with(TOKEN) {
            return Found::Secret(SecretString::from(text));
        }
        let opened = self
            .sealer
            .as_ref()
            .map(|sealer| sealer.open(&Sealed::from(text)));
        opened
            .and_then(Result::ok)
            .map_or(Found::Unopened, Found::Secret)
    }

    fn has_table(&self, name: &str) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)";
        self.db.query_row(sql, [name], |row| row.get(0))
    }

    /// One key that opens proves the secret; others may be left from an older one.
    fn check_secret(&self, path: &Path) -> Result<(), ImportError> {
        let mut sealed = 0_u32;
        let mut opened = 0_u32;
        for (table, column) in SEALED {
            let count = |row: &Row<'_>| {
                let text = text(row, column).filter(|text| text.starts_with(TOKEN));
                if text.is_some() {
                    sealed += 1;
                    opened += u32::from(matches!(self.secret(text), Found::Secret(_)));
                }
                Ok(())
            };
            self.each(table, "1", count)
                .map_err(|error| unreadable(path, &error))?;
        }
        match (sealed, opened, &self.sealer) {
            (0, _, _) | (_, 1.., _) => Ok(()),
            (_, 0, None) => Err(ImportError::SecretNeeded),
            (_, 0, Some(_)) => Err(ImportError::WrongSecret),
        }
    }
}

fn open_read_only(path: &Path) -> Result<Connection, ImportError> {
    if !path.is_file() {
        return Err(unreadable(path, &"there is no such file"));
    }
    let open = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
    open.map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, why: &impl ToString) -> ImportError {
    ImportError::Unreadable {
        path: PathBuf::from(path),
        why: why.to_string(),
    }
}

/// A text; none when the column is missing, null or something else.
pub(super) fn text(row: &Row<'_>, column: &str) -> Option<String> {
    match row.get_ref(column) {
        Ok(ValueRef::Text(bytes)) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Ok(ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_))
        | Err(_) => None,
    }
}

/// A number; none when the column is missing, null or something else.
pub(super) fn number(row: &Row<'_>, column: &str) -> Option<i64> {
    match row.get_ref(column) {
        Ok(ValueRef::Integer(number)) => Some(number),
        Ok(ValueRef::Null | ValueRef::Text(_) | ValueRef::Real(_) | ValueRef::Blob(_)) | Err(_) => {
            None
        }
    }
}

/// A limit or a count: nothing below zero.
pub(super) fn natural(row: &Row<'_>, column: &str) -> Option<u64> {
    number(row, column).and_then(|number| u64::try_from(number).ok())
}

/// A yes or no; yes when nothing is said.
pub(super) fn flag(row: &Row<'_>, column: &str) -> bool {
    number(row, column) != Some(0)
}

/// A moment in ISO 8601; one without an offset is in UTC.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

/// When a record was made or changed.
pub(super) fn moment_of(row: &Row<'_>, column: &str, or: Timestamp) -> Timestamp {
    text(row, column)
        .and_then(|text| moment(&text))
        .unwrap_or(or)
}

use std::{io, path::PathBuf};

use rusqlite::{Error as SqliteError, ErrorCode, ffi};

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A record with this value is there already.
    #[error("there is already a {what} with this {field}")]
    Duplicate {
        /// The kind of record: `provider`.
        what: String,
        /// What has to differ: `id`.
        field: String,
    },
    /// The record, or one that it points to, is not there.
    #[error("there is no such {what}")]
    Missing {
        /// The kind of record: `provider`.
        what: &'static str,
    },
    /// The change contradicts what is there.
    #[error("{why}")]
    Conflict {
        /// What it contradicts.
        why: String,
    },
    /// The database was written by a newer version of Keyway.
    #[error(
        "the database has format {found}, this version knows up to {known}: use a newer Keyway; nothing was changed"
    )]
    Newer {
        /// The format found.
        found: usize,
        /// The newest format known here.
        known: usize,
    },
    /// The file is a database of another product.
    #[error("{path} is a database of {product}: choose another data folder{hint}; nothing was changed", path = path.display())]
    ForeignDatabase {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        product: &'static str,
        /// What can be done with it.
        hint: &'static str,
    },
    /// The file is damaged.
    #[error("the database is damaged ({0}): restore it from a backup")]
    Corrupt(String),
    /// A stored value makes no sense.
    #[error("the {what} in the database cannot be read: {why}")]
    Unreadable {
        /// The value.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The file system refused.
    #[error("{path}: {error}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
    /// No key could be made.
    #[error("no key could be made: {0}")]
    NoRandomness(String),
    /// A change broke off in the middle; nothing of it was kept.
    #[error("the change broke off inside; nothing of it was kept")]
    BrokeOff,
    /// The store is closed.
    #[error("the database is closed")]
    Closed,
    /// SQLite refused.
    #[error("database: {0}{hint}", hint = advice(.0).map(|advice| format!("; {advice}")).unwrap_or_default())]
    Sqlite(SqliteError),
}

impl StoreError {
    /// A short name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Duplicate { .. } => "duplicate",
            Self::Missing { .. } => "not_found",
            Self::Conflict { .. } => "conflict",
            Self::Newer { .. } => "database_newer",
            Self::ForeignDatabase { .. } => "database_foreign",
            Self::Corrupt(_) => "database_corrupt",
            Self::Unreadable { .. } => "database_unreadable",
            Self::Io { .. } => "io",
            Self::NoRandomness(_) => "no_randomness",
            Self::BrokeOff => "broke_off",
            Self::Closed => "database_closed",
            Self::Sqlite(_) => "database",
        }
    }

    /// What to do about a machine that does not let the database work, where that is known.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Sqlite(error) => advice(error),
            Self::Duplicate { .. }
            | Self::Missing { .. }
            | Self::Conflict { .. }
            | Self::Newer { .. }
            | Self::ForeignDatabase { .. }
            | Self::Corrupt(_)
            | Self::Unreadable { .. }
            | Self::Io { .. }
            | Self::NoRandomness(_)
            | Self::BrokeOff
            | Self::Closed => None,
        }
    }

    pub(super) fn io(path: &std::path::Path, error: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            error,
        }
    }

    pub(super) fn duplicate(what: &str, field: &str) -> Self {
        Self::Duplicate {
            what: what.to_owned(),
            field: field.to_owned(),
        }
    }

    pub(super) fn conflict(why: impl Into<String>) -> Self {
        Self::Conflict { why: why.into() }
    }
}

impl From<SqliteError> for StoreError {
    fn from(error: SqliteError) -> Self {
        let SqliteError::SqliteFailure(code, message) = &error else {
            return Self::Sqlite(error);
        };
        match (code.code, code.extended_code) {
            (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => {
                duplicate(message.as_deref().unwrap_or_default())
            }
            (_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Self::Missing {
                what: "record it points to",
            },
            (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => {
                Self::Corrupt(error.to_string())
            }
            _ => Self::Sqlite(error),
        }
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the codes are SQLite's; only these can be mended from outside"
)]
fn advice(error: &SqliteError) -> Option<&'static str> {
    match error.sqlite_error_code()? {
        ErrorCode::DiskFull => Some("free some space on the disk of the data folder"),
        ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => Some(
            "the data folder and its files must be readable and writable for the user the gateway runs as",
        ),
        ErrorCode::SystemIoFailure => Some("check the disk, and that keyway.db is a file"),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            Some("another program holds the database; close it")
        }
        _ => None,
    }
}

/// Reads `UNIQUE constraint failed: providers.group_id, providers.id`: the last column is the one people chose.
fn duplicate(message: &str) -> StoreError {
    let column = message.rsplit([' ', ':']).next().unwrap_or_default();
    let (table, field) = column.split_once('.').unwrap_or((column, "value"));
    StoreError::duplicate(table.strip_suffix('s').unwrap_or(table), field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: i32) -> StoreError {
        SqliteError::SqliteFailure(ffi::Error::new(code), None).into()
    }

    #[test]
    fn what_the_machine_refuses_is_told_with_what_to_do_about_it() {
        for (code, advice) in [
            (ffi::SQLITE_FULL, "free some space"),
            (ffi::SQLITE_READONLY, "readable and writable"),
            (ffi::SQLITE_CANTOPEN, "readable and writable"),
            (ffi::SQLITE_IOERR, "check the disk"),
        ] {
            let error = failure(code);
            assert!(error.to_string().contains(advice), "{error}");
            assert!(error.advice().is_some_and(|told| told.contains(advice)));
        }
        assert_eq!(failure(ffi::SQLITE_MISUSE).advice(), None);
    }
}

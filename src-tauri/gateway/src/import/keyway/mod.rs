//! The database of keyway-router (its `keyway.db`, versions 0.1 and 0.2).
//!
//! It is opened for reading only. What is there already stays as it is and is named in the report; all
//! the rest is added in one transaction. Keys go on working, because they are looked up by the same hash.

mod add;
mod history;
mod keys;
mod old;
mod routes;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;

use crate::{
    secrets::Sealer,
    store::{Store, StoreError},
};

use old::Old;

/// What an import brings, or would bring.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Groups added.
    pub groups: u64,
    /// Providers added.
    pub providers: u64,
    /// Credentials added.
    pub credentials: u64,
    /// Routes added.
    pub routes: u64,
    /// Further targets of routes added.
    pub targets: u64,
    /// Keys added.
    pub keys: u64,
    /// Tool providers added.
    pub tools: u64,
    /// Log entries added.
    pub logs: u64,
    /// What was left out.
    pub skipped: Vec<Remark>,
    /// What was added, but is not quite what it was.
    pub changed: Vec<Remark>,
}

/// A record and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The record: `provider deepseek`.
    pub what: String,
    /// The reason.
    pub why: String,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {why}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The file is something else.
    #[error("{path} is no database of keyway-router (its keyway.db-wal has to lie beside it)", path = path.display())]
    SomethingElse {
        /// The file.
        path: PathBuf,
    },
    /// There are sealed keys, and nothing to open them with.
    #[error("the keys in it are sealed: give the KEYWAY_SECRET that keyway-router ran with")]
    SecretNeeded,
    /// The given secret opens none of the sealed keys.
    #[error(
        "this is not the KEYWAY_SECRET that keyway-router ran with: it opens none of the keys; nothing was imported"
    )]
    WrongSecret,
    /// The own database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Tells what [`import`] would do. Blocks.
pub fn preview(
    path: &Path,
    secret: Option<&SecretString>,
    store: &Store,
    sealer: &Sealer,
    now: Timestamp,
) -> Result<Report, ImportError> {
    let old = Old::open(path, secret)?;
    let sealer = sealer.clone();
    Ok(store.write_blocking(move |tx| {
        tx.execute_batch("SAVEPOINT preview")?;
        let report = add::all(tx, &old, &sealer, now)?;
        tx.execute_batch("ROLLBACK TO preview; RELEASE preview")?;
        Ok(report)
    })?)
}

/// Imports a database; `path` may also be the folder it lies in. Blocks.
pub fn import(
    path: &Path,
    secret: Option<&SecretString>,
    store: &Store,
    sealer: &Sealer,
    now: Timestamp,
) -> Result<Report, ImportError> {
    let old = Old::open(path, secret)?;
    let sealer = sealer.clone();
    Ok(store.write_blocking(move |tx| add::all(tx, &old, &sealer, now))?)
}

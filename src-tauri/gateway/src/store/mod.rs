//! SQLite: the only folder with SQL, a file per table, plain functions on a connection.
//!
//! One writer thread owns the only connection that writes: [`Store::write`] is one transaction,
//! committed to disk before it returns. [`Store::log`] never waits: entries are collected and written
//! together about every 100 ms. [`Store::read`] borrows one of a few read connections.
//!
//! Why these pragmas: WAL lets readers go on while the writer writes. With `synchronous=NORMAL` a
//! commit survives the death of the process at any moment, but not a power cut; that is enough for log
//! rows. A changed configuration is written with `FULL`, because people remember having saved it.

mod columns;
mod error;
mod open;
mod readers;
mod writer;

pub mod audit;

pub mod copy;
pub mod credentials;
pub mod groups;
pub mod keys;
pub mod logs;
pub mod meta;
pub mod providers;
pub mod routes;
pub mod settings;
pub mod snapshot;
pub mod targets;
pub mod tools;
pub mod users;
pub mod vault;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::mpsc,
};

use rusqlite::{Connection, Transaction};
use tokio::sync::oneshot;

pub use error::StoreError;
pub use logs::{AttemptNote, LogEntry};

use readers::Readers;
use writer::Writer;

/// The database's name inside the data folder.
pub const FILE: &str = "keyway.db";

/// The database of one data folder.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    writer: Writer,
    readers: Readers,
}

impl Store {
    /// Opens the database of this folder; makes or migrates it as needed.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let path = data_dir.join(FILE);
        let connection = open::open(data_dir, &path)?;
        Ok(Self {
            writer: Writer::start(connection)?,
            readers: Readers::of(path.clone()),
            path,
        })
    }

    /// Where the database lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder the database lies in.
    pub fn data_dir(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// Reads; all of `f` sees one and the same state.
    pub async fn read<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let readers = self.readers.clone();
        let answer = tokio::task::spawn_blocking(move || readers.read(f)).await;
        answer.map_err(|_| StoreError::Closed)?
    }

    /// Reads, where there is no async runtime.
    pub fn read_blocking<T>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.readers.read(f)
    }

    /// Writes: all of `f` or, when it fails, nothing of it. Committed when this returns.
    pub async fn write<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        self.writer.transact(f, move |answer| {
            tell.send(answer).ok(); // the caller may have gone; the write stands
        })?;
        told.await.map_err(|_| StoreError::Closed)?
    }

    /// Writes, where there is no async runtime.
    pub fn write_blocking<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (tell, told) = mpsc::sync_channel(1);
        self.writer.transact(f, move |answer| {
            tell.send(answer).ok(); // the caller waits below
        })?;
        told.recv().map_err(|_| StoreError::Closed)?
    }

    /// Takes a log entry; it is written within about 100 ms. Never waits.
    pub fn log(&self, entry: LogEntry) {
        self.writer.log(entry);
    }

    /// Sets who is told of log entries once they are written; on the writer's thread.
    pub fn on_batch(&self, hook: impl Fn(&[LogEntry]) + Send + 'static) {
        self.writer.on_batch(Box::new(hook));
    }

    /// Log entries lost because they came faster than they could be written, or the disk refused them.
    pub fn dropped_log_entries(&self) -> u64 {
        self.writer.dropped()
    }

    /// Returns when every entry logged before the call can be read.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let (tell, told) = oneshot::channel();
        self.writer.flush(move || {
            tell.send(()).ok(); // the caller may have gone
        })?;
        told.await.map_err(|_| StoreError::Closed)
    }

    /// Writes what is left and ends the writer. Later writes are refused; reads go on.
    pub fn close(&self) {
        self.writer.close();
    }

    /// Gives unused pages back to the file system, at most this many.
    pub async fn vacuum(&self, pages: u32) -> Result<(), StoreError> {
        let (tell, told) = oneshot::channel();
        self.writer.run(move |connection| {
            tell.send(open::vacuum(connection, pages)).ok(); // the caller may have gone
        })?;
        told.await.map_err(|_| StoreError::Closed)?
    }

    /// Looks through the whole database; the answer is what is wrong with it, nothing when it is sound.
    pub async fn check_integrity(&self) -> Result<Vec<String>, StoreError> {
        self.read(open::integrity).await
    }

    /// Writes a whole, consistent copy of the database to `path`, which must not exist.
    pub async fn back_up(&self, path: PathBuf) -> Result<(), StoreError> {
        self.read(move |db| open::back_up(db, &path)).await
    }
}

/// Names what is missing when a row points to nothing.
fn missing(what: &'static str, added: rusqlite::Result<usize>) -> Result<(), StoreError> {
    match added.map_err(StoreError::from) {
        Ok(_) => Ok(()),
        Err(StoreError::Missing { .. }) => Err(StoreError::Missing { what }),
        Err(error) => Err(error),
    }
}

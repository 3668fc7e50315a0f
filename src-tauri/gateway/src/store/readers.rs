//! A few read connections, opened when first needed.

use std::{
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use rusqlite::Connection;

use super::{StoreError, open};

/// Reads of the UI are short; more connections would only cost memory.
const MOST: usize = 4;

/// The read connections.
#[derive(Debug, Clone)]
pub(super) struct Readers(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    path: PathBuf,
    idle: Mutex<Idle>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct Idle {
    connections: Vec<Connection>,
    lent: usize,
}

impl Readers {
    pub(super) fn of(path: PathBuf) -> Self {
        Self(Arc::new(Pool {
            path,
            idle: Mutex::default(),
            returned: Condvar::new(),
        }))
    }

    /// Runs `f` in one read transaction, so that it sees one state.
    pub(super) fn read<T>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let lent = self.borrow()?;
        let transaction = lent.connection()?.unchecked_transaction()?;
        f(&transaction)
    }

    fn borrow(&self) -> Result<Lent<'_>, StoreError> {
        let idle = self.0.lock();
        let mut idle = self
            .0
            .returned
            .wait_while(idle, |idle| {
                idle.connections.is_empty() && idle.lent >= MOST
            })
            .unwrap_or_else(PoisonError::into_inner);
        idle.lent += 1;
        let kept = idle.connections.pop();
        drop(idle);
        let mut lent = Lent {
            pool: &self.0,
            connection: kept,
        };
        if lent.connection.is_none() {
            lent.connection = Some(open::open_reader(&self.0.path)?);
        }
        Ok(lent)
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that goes back on its own, also when the reading panics.
struct Lent<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl Lent<'_> {
    fn connection(&self) -> Result<&Connection, StoreError> {
        self.connection.as_ref().ok_or(StoreError::Closed)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut idle = self.pool.lock();
        idle.lent -= 1;
        idle.connections.extend(self.connection.take());
        drop(idle);
        self.pool.returned.notify_one();
    }
}

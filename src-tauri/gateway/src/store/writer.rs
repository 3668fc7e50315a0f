//! The one thread that writes.
//!
//! Changes come as jobs, each its own transaction. Log entries are only put on a list: the first one
//! on an empty list wakes the thread, which then waits a moment for more and writes them together.

use std::{
    collections::VecDeque,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{LogEntry, StoreError, logs};

/// How long log entries are collected.
const GATHER: Duration = Duration::from_millis(100);

/// Entries that may wait; beyond, the disk is far too slow and memory matters more.
const MOST_WAITING: usize = 200_000;

/// A list longer than this is given back after a burst.
const KEEP_CAPACITY: usize = 4_096;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;
/// Who is told of entries once they are written.
pub(super) type Hook = Box<dyn Fn(&[LogEntry]) + Send>;

/// The handle of the writing thread.
pub(super) struct Writer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
    dropped: AtomicU64,
    hook: Mutex<Option<Hook>>,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    flushes: Vec<Box<dyn FnOnce() + Send>>,
    entries: Vec<LogEntry>,
    closing: bool,
}

impl Queue {
    fn has_work(&self) -> bool {
        !self.jobs.is_empty() || !self.flushes.is_empty() || self.closing
    }
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || theirs.serve(connection))
            .map_err(|error| StoreError::io("store-writer".as_ref(), error))?;
        Ok(Self {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Queues a transaction; `tell` gets its outcome once it is committed or undone.
    pub(super) fn transact<T, F>(
        &self,
        f: F,
        tell: impl FnOnce(Result<T, StoreError>) + Send + 'static,
    ) -> Result<(), StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.run(move |connection| {
            let done = catch_unwind(AssertUnwindSafe(|| transact(connection, f)));
            tell(done.unwrap_or(Err(StoreError::BrokeOff)));
        })
    }

    /// Queues work on the connection itself.
    pub(super) fn run(
        &self,
        job: impl FnOnce(&mut Connection) + Send + 'static,
    ) -> Result<(), StoreError> {
        self.queue(|queue| queue.jobs.push_back(Box::new(job)))
    }

    /// Calls `tell` when all entries logged so far are written.
    pub(super) fn flush(&self, tell: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
        self.queue(|queue| queue.flushes.push(Box::new(tell)))
    }

    pub(super) fn log(&self, entry: LogEntry) {
        let mut queue = self.shared.lock();
        if queue.closing || queue.entries.len() >= MOST_WAITING {
            drop(queue);
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let is_first = queue.entries.is_empty();
        queue.entries.push(entry);
        drop(queue);
        if is_first {
            self.shared.wake.notify_one();
        }
    }

    pub(super) fn on_batch(&self, hook: Hook) {
        *self
            .shared
            .hook
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(hook);
    }

    pub(super) fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    pub(super) fn close(&self) {
        self.shared.lock().closing = true;
        self.shared.wake.notify_one();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the writer of the database ended badly");
        }
    }

    fn queue(&self, put: impl FnOnce(&mut Queue)) -> Result<(), StoreError> {
        let mut queue = self.shared.lock();
        if queue.closing {
            return Err(StoreError::Closed);
        }
        put(&mut queue);
        drop(queue);
        self.shared.wake.notify_one();
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("dropped", &self.dropped())
            .finish_non_exhaustive()
    }
}

/// What the thread does next.
struct Turn {
    jobs: VecDeque<Job>,
    flushes: Vec<Box<dyn FnOnce() + Send>>,
    entries: Vec<LogEntry>,
    is_last: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut connection: Connection) {
        let mut spare = Vec::new();
        loop {
            let turn = self.next(std::mem::take(&mut spare));
            for job in turn.jobs {
                job(&mut connection);
            }
            self.write(&mut connection, &turn.entries);
            for tell in turn.flushes {
                tell();
            }
            if turn.is_last {
                return;
            }
            spare = turn.entries;
            spare.clear();
            spare.shrink_to(KEEP_CAPACITY);
        }
    }

    /// Waits for work. Entries alone are left a moment to gather; anything else is done at once,
    /// and takes along what has gathered.
    fn next(&self, spare: Vec<LogEntry>) -> Turn {
        let idle = self.lock();
        let woken = self
            .wake
            .wait_while(idle, |queue| !queue.has_work() && queue.entries.is_empty());
        let mut queue = woken.unwrap_or_else(PoisonError::into_inner);
        if !queue.has_work() {
            let gathered = self
                .wake
                .wait_timeout_while(queue, GATHER, |queue| !queue.has_work());
            queue = gathered.unwrap_or_else(PoisonError::into_inner).0;
        }
        Turn {
            jobs: std::mem::take(&mut queue.jobs),
            flushes: std::mem::take(&mut queue.flushes),
            entries: std::mem::replace(&mut queue.entries, spare),
            is_last: queue.closing,
        }
    }

    fn write(&self, connection: &mut Connection, entries: &[LogEntry]) {
        if entries.is_empty() {
            return;
        }
        if let Err(error) = write_batch(connection, entries) {
            tracing::error!(%error, entries = entries.len(), "log entries could not be written");
            self.dropped
                .fetch_add(entries.len() as u64, Ordering::Relaxed);
        }
        let hook = self.hook.lock().unwrap_or_else(PoisonError::into_inner);
        let told = catch_unwind(AssertUnwindSafe(|| {
            if let Some(hook) = &*hook {
                hook(entries);
            }
        }));
        if told.is_err() {
            tracing::error!("whoever listens to log entries broke off");
        }
    }
}

fn transact<T>(
    connection: &mut Connection,
    f: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = f(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

/// Log rows may be lost in a power cut, so they do not wait for the disk.
fn write_batch(connection: &mut Connection, entries: &[LogEntry]) -> Result<(), StoreError> {
    connection.execute_batch("PRAGMA synchronous = NORMAL")?;
    let written = transact(connection, |transaction| {
        logs::insert_all(transaction, entries)
    });
    connection.execute_batch("PRAGMA synchronous = FULL")?;
    written
}

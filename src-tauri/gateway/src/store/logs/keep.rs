//! Retention: old entries go a few at a time, so that no writer waits long.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::super::{
    StoreError,
    columns::{Columns, millis},
};

/// Removes at most `most` entries from before `before`, the oldest first; how many went.
pub fn prune(db: &Connection, before: Timestamp, most: u32) -> Result<u64, StoreError> {
    let gone = db.execute(
        "DELETE FROM request_log WHERE seq IN
             (SELECT seq FROM request_log WHERE at < ?1 ORDER BY at, seq LIMIT ?2)",
        params![millis(before), most],
    )?;
    Ok(gone as u64)
}

/// Removes at most `most` of the oldest entries while the database is larger than `limit` bytes; how
/// many went. The file itself shrinks with [`Store::vacuum`](crate::store::Store::vacuum).
pub fn prune_to_size(db: &Connection, limit: u64, most: u32) -> Result<u64, StoreError> {
    if bytes(db)? <= limit {
        return Ok(0);
    }
    let gone = db.execute(
        "DELETE FROM request_log WHERE seq IN (SELECT seq FROM request_log ORDER BY at, seq LIMIT ?1)",
        [most],
    )?;
    Ok(gone as u64)
}

/// The bytes that are in use in the whole database, next to all of which is the log.
pub fn bytes(db: &Connection) -> Result<u64, StoreError> {
    let pages = "SELECT (page_count - freelist_count) * page_size
                 FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
    Ok(db.query_row(pages, [], |row| row.count(0))?)
}

//! Sums over entries.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::super::{
    StoreError,
    columns::{Columns, CompactId, millis},
};
use crate::ids::{GroupId, KeyId};

/// The sums of one key, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Totals {
    /// Exchanges.
    pub total: u64,
    /// Those answered well.
    pub ok: u64,
    /// Tokens read.
    pub request_tokens: u64,
    /// Tokens produced.
    pub response_tokens: u64,
    /// The mean time in milliseconds; none without exchanges.
    pub avg_latency_ms: Option<f64>,
}

const SUMS: &str =
    "SELECT count(*), coalesce(sum(status < 400), 0), coalesce(sum(input_tokens), 0),
    coalesce(sum(output_tokens), 0), avg(total_us) / 1000.0 FROM request_log";

/// The sums of one key over all that is kept.
pub fn stats(db: &Connection, key: &KeyId) -> Result<Totals, StoreError> {
    let sql = format!("{SUMS} WHERE key_id = ?1");
    Ok(db.query_row(&sql, [CompactId(key.as_str())], read)?)
}

/// The sums since a moment (the beginning of today), of one group or of all.
pub fn totals_since(
    db: &Connection,
    since: Timestamp,
    group: Option<&GroupId>,
) -> Result<Totals, StoreError> {
    let sql = format!("{SUMS} WHERE at >= ?1 AND (?2 IS NULL OR group_id = ?2)");
    Ok(db.query_row(
        &sql,
        params![millis(since), group.map(GroupId::as_str)],
        read,
    )?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Totals> {
    Ok(Totals {
        total: row.count(0)?,
        ok: row.count(1)?,
        request_tokens: row.count(2)?,
        response_tokens: row.count(3)?,
        avg_latency_ms: row.get(4)?,
    })
}

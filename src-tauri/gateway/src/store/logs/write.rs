//! Writing entries.

use std::collections::HashMap;

use keyway_protocols::Protocol;
use rusqlite::{Connection, Statement, Transaction, params};

use super::{
    super::{
        StoreError,
        columns::{CompactId, count, json, millis},
    },
    COLUMNS, LogEntry,
};
use crate::ids::KeyId;

/// The longest client name that is kept, in characters.
const CLIENT_MOST: usize = 128;

/// Writes entries and counts them for their keys, in the writer's transaction.
pub(in crate::store) fn insert_all(
    tx: &Transaction<'_>,
    entries: &[LogEntry],
) -> Result<(), StoreError> {
    let mut insert = tx.prepare_cached(&insert_sql())?;
    let mut sums: HashMap<&KeyId, Used> = HashMap::new();
    for entry in entries {
        insert_one(&mut insert, entry)?;
        if let Some(key) = &entry.key_id {
            sums.entry(key).or_default().add(entry);
        }
    }
    let mut add = tx.prepare_cached(
        "UPDATE keys SET used_requests = used_requests + ?2, used_tokens = used_tokens + ?3,
             last_used_at = max(coalesce(last_used_at, 0), ?4)
         WHERE id = ?1",
    )?;
    for (key, used) in sums {
        add.execute(params![
            key.as_str(),
            count(used.requests),
            count(used.tokens),
            used.last_at
        ])?;
    }
    Ok(())
}

/// Adds history of another product: no counter moves. False when it is there already.
pub(crate) fn insert_history(db: &Connection, entry: &LogEntry) -> Result<bool, StoreError> {
    let mut insert = db.prepare_cached(&insert_sql())?;
    Ok(insert_one(&mut insert, entry)? == 1)
}

/// An id that is there already stays as it is: a batch must not fail for one bad row.
fn insert_sql() -> String {
    format!(
        "INSERT INTO request_log ({COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
             ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31)
         ON CONFLICT (id) DO NOTHING"
    )
}

#[derive(Default)]
struct Used {
    requests: u64,
    tokens: u64,
    last_at: i64,
}

impl Used {
    fn add(&mut self, entry: &LogEntry) {
        if let Some(tokens) = entry.counted {
            self.requests += 1;
            self.tokens = self.tokens.saturating_add(tokens);
        }
        self.last_at = self.last_at.max(millis(entry.at));
    }
}

fn insert_one(insert: &mut Statement<'_>, entry: &LogEntry) -> Result<usize, StoreError> {
    let usage = entry.usage;
    let attempts = match entry.attempts.as_slice() {
        [] => None,
        attempts => Some(json(&attempts)?),
    };
    let losses = if entry.losses.is_empty() {
        None
    } else {
        Some(json(&entry.losses)?)
    };
    Ok(insert.execute(params![
        CompactId(&*entry.id),
        millis(entry.at),
        entry.request_id,
        entry.group.as_str(),
        entry.key_id.as_ref().map(|id| CompactId(id.as_str())),
        entry.key_name,
        entry.asked_model,
        entry.route_id.as_ref().map(|id| CompactId(id.as_str())),
        entry.route_alias,
        entry.provider_id,
        entry.upstream_model,
        entry.credential,
        entry.protocol_in.as_str(),
        entry.protocol_out.map(Protocol::as_str),
        entry.streamed,
        entry.status,
        entry.error_code,
        entry.error,
        usage.map(|usage| count(usage.input)),
        usage.map(|usage| count(usage.cached)),
        usage.map(|usage| count(usage.written)),
        usage.map(|usage| count(usage.output)),
        usage.map(|usage| count(usage.reasoning)),
        count(entry.request_bytes),
        count(entry.response_bytes),
        entry.first_byte_us.map(count),
        count(entry.total_us),
        entry.finish_reason,
        entry.client.as_deref().map(shortened),
        attempts,
        losses,
    ])?)
}

fn shortened(client: &str) -> &str {
    client
        .char_indices()
        .nth(CLIENT_MOST)
        .map_or(client, |(end, _)| &client[..end])
}

//! Its request log becomes history here.

use jiff::Timestamp;
use keyway_protocols::{Protocol, usage::Usage};
use rusqlite::{Connection, Row};

use super::old::{moment_of, natural, number, text};
use crate::{
    ids,
    store::{LogEntry, StoreError, groups::DEFAULT, logs::insert_history},
};

/// Adds a log row; false when it is there already.
pub(super) fn add(
    db: &Connection,
    row: &Row<'_>,
    protocol: Protocol,
    now: Timestamp,
) -> Result<bool, StoreError> {
    insert_history(db, &entry(row, protocol, now))
}

fn entry(row: &Row<'_>, protocol: Protocol, now: Timestamp) -> LogEntry {
    let alias = text(row, "route_alias").filter(|alias| !alias.is_empty());
    let model = text(row, "upstream_model").filter(|model| !model.is_empty());
    let error = text(row, "error").filter(|error| !error.is_empty());
    LogEntry {
        id: text(row, "log_id").unwrap_or_else(ids::fresh).into(),
        at: moment_of(row, "created_at", now),
        request_id: None,
        group: text(row, "group_id")
            .unwrap_or_else(|| DEFAULT.to_owned())
            .into(),
        key_id: text(row, "api_key_id").map(Into::into),
        key_name: None,
        asked_model: alias
            .clone()
            .or_else(|| model.clone())
            .unwrap_or_default()
            .into(),
        route_id: None,
        route_alias: alias.map(Into::into),
        provider_id: text(row, "provider_id").map(Into::into),
        upstream_model: model.map(Into::into),
        credential: None,
        protocol_in: protocol,
        protocol_out: Some(protocol),
        streamed: false,
        status: status(number(row, "status_code"), error.is_some()),
        error_code: None,
        error: error.map(Into::into),
        usage: usage(row),
        request_bytes: 0,
        response_bytes: 0,
        first_byte_us: None,
        total_us: natural(row, "latency_ms")
            .unwrap_or(0)
            .saturating_mul(1_000),
        finish_reason: None,
        client: None,
        attempts: Vec::new(),
        losses: keyway_protocols::loss::Losses::default(),
        counted: None,
    }
}

/// It writes 0 when there was no answer at all; a client sees that as a bad gateway.
fn status(code: Option<i64>, has_error: bool) -> u16 {
    match code
        .and_then(|code| u16::try_from(code).ok())
        .filter(|code| *code > 0)
    {
        Some(code) => code,
        None if has_error => 502,
        None => 200,
    }
}

fn usage(row: &Row<'_>) -> Option<Usage> {
    let (input, output) = (
        natural(row, "request_tokens"),
        natural(row, "response_tokens"),
    );
    input.or(output)?;
    Some(Usage {
        input: input.unwrap_or(0),
        output: output.unwrap_or(0),
        ..Usage::default()
    })
}

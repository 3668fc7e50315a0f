//! Asking for entries.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use keyway_protocols::{loss::Losses, usage::Usage};
use rusqlite::{
    Connection, OptionalExtension, Row, params_from_iter,
    types::{ToSql, ToSqlOutput, Value},
};

use super::{
    super::{
        StoreError,
        columns::{Columns, CompactId, millis},
    },
    COLUMNS, LogEntry,
};
use crate::ids::{GroupId, KeyId};

/// The longest page.
const MOST: u32 = 1_000;

/// What to look for; all of it must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Asked in this group.
    pub group: Option<GroupId>,
    /// Asked with this key.
    pub key: Option<KeyId>,
    /// Answered by the route of this alias.
    pub route: Option<String>,
    /// Answered by the provider of this readable id.
    pub provider: Option<String>,
    /// Asked for this model, or answered by it.
    pub model: Option<String>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// Text within the error, the models, the client's name or an id.
    pub text: Option<String>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// How exchanges end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Answered: status below 400.
    Answered,
    /// Failed, for whatever reason: status 400 and up.
    Failed,
    /// Refused as the client's fault: 400 to 498.
    ClientError,
    /// The client hung up: 499.
    ClientLeft,
    /// Failed here or upstream: 500 and up.
    ServerError,
}

impl Outcome {
    fn sql(self) -> &'static str {
        match self {
            Self::Answered => "status < 400",
            Self::Failed => "status >= 400",
            Self::ClientError => "status >= 400 AND status < 499",
            Self::ClientLeft => "status >= 400 AND status = 499",
            Self::ServerError => "status >= 400 AND status >= 500",
        }
    }
}

/// A place in the list, from which it goes on to older entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    at: i64,
    seq: i64,
}

/// A piece of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The entries, the newest first.
    pub entries: Vec<LogEntry>,
    /// Where the next piece begins; none at the end.
    pub next: Option<Cursor>,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.at, self.seq)
    }
}

impl FromStr for Cursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let (at, seq) = text.split_once('-').ok_or(NoCursor)?;
        let number = |text: &str| text.parse().map_err(|_| NoCursor);
        Ok(Self {
            at: number(at)?,
            seq: number(seq)?,
        })
    }
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no cursor of the log")]
pub struct NoCursor;

/// Entries from the newest to the oldest, from `after` on.
pub fn page(
    db: &Connection,
    filter: &Filter,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Page, StoreError> {
    let limit = limit.clamp(1, MOST);
    let mut wanted = Wanted::of(filter)?;
    if let Some(cursor) = after {
        wanted.and("(at, seq) < (?, ?)", [cursor.at.into(), cursor.seq.into()]);
    }
    let sql = format!(
        "SELECT {COLUMNS}, seq FROM request_log {} ORDER BY at DESC, seq DESC LIMIT {}",
        wanted.sql(),
        limit + 1,
    );
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(&wanted.values), |row| {
        Ok((
            read(row)?,
            Cursor {
                at: row.get(1)?,
                seq: row.get(31)?,
            },
        ))
    })?;
    let mut found: Vec<(LogEntry, Cursor)> = rows.collect::<Result<_, _>>()?;
    let is_last = found.len() <= limit as usize;
    found.truncate(limit as usize);
    let next = if is_last {
        None
    } else {
        found.last().map(|(_, cursor)| *cursor)
    };
    Ok(Page {
        entries: found.into_iter().map(|(entry, _)| entry).collect(),
        next,
    })
}

/// How many entries there are; looks at each of them.
pub fn count(db: &Connection, filter: &Filter) -> Result<u64, StoreError> {
    let wanted = Wanted::of(filter)?;
    let sql = format!("SELECT count(*) FROM request_log {}", wanted.sql());
    Ok(db.query_row(&sql, params_from_iter(&wanted.values), |row| row.count(0))?)
}

/// An entry.
pub fn get(db: &Connection, id: &str) -> Result<Option<LogEntry>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM request_log WHERE id = ?1");
    Ok(db.query_row(&sql, [CompactId(id)], read).optional()?)
}

/// The latest failures.
pub fn recent_errors(db: &Connection, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
    let failed = Filter {
        outcome: Some(Outcome::Failed),
        ..Filter::default()
    };
    Ok(page(db, &failed, None, limit)?.entries)
}

/// The conditions of a filter as SQL.
#[derive(Default)]
struct Wanted {
    conditions: Vec<&'static str>,
    values: Vec<Value>,
}

impl Wanted {
    fn of(filter: &Filter) -> Result<Self, StoreError> {
        let mut wanted = Self::default();
        if let Some(group) = &filter.group {
            wanted.and("group_id = ?", [group.as_str().to_owned().into()]);
        }
        if let Some(key) = &filter.key {
            wanted.and("key_id = ?", [owned(&CompactId(key.as_str()))?]);
        }
        if let Some(alias) = &filter.route {
            wanted.and("route_alias = ?", [alias.clone().into()]);
        }
        if let Some(provider) = &filter.provider {
            wanted.and("provider = ?", [provider.clone().into()]);
        }
        if let Some(model) = &filter.model {
            wanted.and(
                "(asked_model = ? OR upstream_model = ?)",
                [model.clone().into(), model.clone().into()],
            );
        }
        if let Some(outcome) = filter.outcome {
            wanted.and(outcome.sql(), []);
        }
        if let Some(text) = &filter.text {
            wanted.and_text(text)?;
        }
        if let Some(since) = filter.since {
            wanted.and("at >= ?", [millis(since).into()]);
        }
        if let Some(until) = filter.until {
            wanted.and("at < ?", [millis(until).into()]);
        }
        Ok(wanted)
    }

    fn and<const N: usize>(&mut self, condition: &'static str, values: [Value; N]) {
        self.conditions.push(condition);
        self.values.extend(values);
    }

    fn and_text(&mut self, text: &str) -> Result<(), StoreError> {
        let id = owned(&CompactId(text))?;
        let like: Value = format!(
            "%{}%",
            text.replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_")
        )
        .into();
        self.and(
            "(id = ? OR request_id = ? OR error LIKE ? ESCAPE '\\' OR asked_model LIKE ? ESCAPE '\\'
              OR upstream_model LIKE ? ESCAPE '\\' OR client LIKE ? ESCAPE '\\')",
            [id, text.to_owned().into(), like.clone(), like.clone(), like.clone(), like],
        );
        Ok(())
    }

    fn sql(&self) -> String {
        match self.conditions.as_slice() {
            [] => String::new(),
            conditions => format!("WHERE {}", conditions.join(" AND ")),
        }
    }
}

fn owned(value: &impl ToSql) -> rusqlite::Result<Value> {
    Ok(match value.to_sql()? {
        ToSqlOutput::Owned(value) => value,
        ToSqlOutput::Borrowed(value) => value.try_into()?,
        _ => Value::Null,
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<LogEntry> {
    let id_maybe = |index| {
        Ok::<_, rusqlite::Error>(
            row.get::<_, Option<CompactId<String>>>(index)?
                .map(|id| id.0),
        )
    };
    let attempts: Option<String> = row.get(29)?;
    let losses: Option<String> = row.get(30)?;
    Ok(LogEntry {
        id: row.get::<_, CompactId<String>>(0)?.0.into(),
        at: row.time(1)?,
        request_id: row.get(2)?,
        group: row.id(3)?,
        key_id: id_maybe(4)?.map(KeyId::from),
        key_name: row.get(5)?,
        asked_model: row.get(6)?,
        route_id: id_maybe(7)?.map(Into::into),
        route_alias: row.get(8)?,
        provider_id: row.get(9)?,
        upstream_model: row.get(10)?,
        credential: row.get(11)?,
        protocol_in: row.word(12)?,
        protocol_out: row.word_maybe(13)?,
        streamed: row.get(14)?,
        status: row.get(15)?,
        error_code: row.get(16)?,
        error: row.get(17)?,
        usage: read_usage(row)?,
        request_bytes: row.count(23)?,
        response_bytes: row.count(24)?,
        first_byte_us: row.count_maybe(25)?,
        total_us: row.count(26)?,
        finish_reason: row.get(27)?,
        client: row.get(28)?,
        attempts: if attempts.is_some() {
            row.json(29)?
        } else {
            Vec::new()
        },
        losses: match losses {
            Some(_) => row.json(30)?,
            None => Losses::default(),
        },
        counted: None,
    })
}

fn read_usage(row: &Row<'_>) -> rusqlite::Result<Option<Usage>> {
    let Some(input) = row.count_maybe(18)? else {
        return Ok(None);
    };
    Ok(Some(Usage {
        input,
        cached: row.count(19)?,
        written: row.count(20)?,
        output: row.count(21)?,
        reasoning: row.count(22)?,
    }))
}

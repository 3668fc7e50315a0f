//! How values look in columns.

use std::{str::FromStr, time::Duration};

use jiff::Timestamp;
use rusqlite::{
    Row, RowIndex,
    types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, Type, Value, ValueRef},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

type Result<T> = rusqlite::Result<T>;

/// A moment as whole milliseconds.
pub(super) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// A count as SQLite holds it; nothing that is counted here reaches 2^63.
pub(super) fn count(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A duration as whole milliseconds.
pub(super) fn duration(value: Duration) -> i64 {
    i64::try_from(value.as_millis()).unwrap_or(i64::MAX)
}

pub(super) fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// Reads columns by what they mean.
pub(super) trait Columns {
    fn time<I: RowIndex>(&self, index: I) -> Result<Timestamp>;
    fn time_maybe<I: RowIndex>(&self, index: I) -> Result<Option<Timestamp>>;
    fn count<I: RowIndex>(&self, index: I) -> Result<u64>;
    fn count_maybe<I: RowIndex>(&self, index: I) -> Result<Option<u64>>;
    fn duration<I: RowIndex>(&self, index: I) -> Result<Duration>;
    fn json<T: DeserializeOwned, I: RowIndex>(&self, index: I) -> Result<T>;
    fn word<T: FromStr<Err: std::error::Error + Send + Sync + 'static>, I: RowIndex>(
        &self,
        index: I,
    ) -> Result<T>;
    fn word_maybe<T: FromStr<Err: std::error::Error + Send + Sync + 'static>, I: RowIndex>(
        &self,
        index: I,
    ) -> Result<Option<T>>;
    fn id<T: From<String>, I: RowIndex>(&self, index: I) -> Result<T>;
    fn id_maybe<T: From<String>, I: RowIndex>(&self, index: I) -> Result<Option<T>>;
}

impl Columns for Row<'_> {
    fn time<I: RowIndex>(&self, index: I) -> Result<Timestamp> {
        moment(self.get(index)?)
    }

    fn time_maybe<I: RowIndex>(&self, index: I) -> Result<Option<Timestamp>> {
        self.get::<_, Option<i64>>(index)?.map(moment).transpose()
    }

    fn count<I: RowIndex>(&self, index: I) -> Result<u64> {
        self.get::<_, i64>(index)
            .map(|value| u64::try_from(value).unwrap_or(0))
    }

    fn count_maybe<I: RowIndex>(&self, index: I) -> Result<Option<u64>> {
        Ok(self
            .get::<_, Option<i64>>(index)?
            .and_then(|value| u64::try_from(value).ok()))
    }

    fn duration<I: RowIndex>(&self, index: I) -> Result<Duration> {
        self.count(index).map(Duration::from_millis)
    }

    fn json<T: DeserializeOwned, I: RowIndex>(&self, index: I) -> Result<T> {
        let text: String = self.get(index)?;
        serde_json::from_str(&text).map_err(unreadable)
    }

    fn word<T: FromStr<Err: std::error::Error + Send + Sync + 'static>, I: RowIndex>(
        &self,
        index: I,
    ) -> Result<T> {
        self.get::<_, String>(index)?.parse().map_err(unreadable)
    }

    fn word_maybe<T: FromStr<Err: std::error::Error + Send + Sync + 'static>, I: RowIndex>(
        &self,
        index: I,
    ) -> Result<Option<T>> {
        self.get::<_, Option<String>>(index)?
            .map(|word| word.parse().map_err(unreadable))
            .transpose()
    }

    fn id<T: From<String>, I: RowIndex>(&self, index: I) -> Result<T> {
        self.get::<_, String>(index).map(T::from)
    }

    fn id_maybe<T: From<String>, I: RowIndex>(&self, index: I) -> Result<Option<T>> {
        Ok(self.get::<_, Option<String>>(index)?.map(T::from))
    }
}

fn moment(millis: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(millis).map_err(unreadable)
}

pub(super) fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
}

/// An id in the log: the 16 bytes of a UUID, text when it is none. Saves 20 bytes a time.
pub(super) struct CompactId<T>(pub(super) T);

impl ToSql for CompactId<&str> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        // Only the usual spelling comes back as it was, so any other stays text.
        Ok(match Uuid::try_parse(self.0) {
            Ok(uuid) if uuid.as_hyphenated().to_string() == self.0 => {
                ToSqlOutput::Owned(Value::Blob(uuid.as_bytes().to_vec()))
            }
            Ok(_) | Err(_) => ToSqlOutput::Borrowed(self.0.into()),
        })
    }
}

impl FromSql for CompactId<String> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        if let ValueRef::Blob(bytes) = value
            && let Ok(uuid) = Uuid::from_slice(bytes)
        {
            return Ok(Self(uuid.as_hyphenated().to_string()));
        }
        String::column_result(value).map(Self)
    }
}

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// The limits a key can have, by the names they have in the admin API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitName {
    /// Requests in any 60 seconds.
    RequestsPerMinute,
    /// Requests in any 24 hours.
    RequestsPerDay,
    /// Tokens in any 60 seconds.
    TokensPerMinute,
    /// Requests in the key's life.
    MaxRequests,
    /// Tokens in the key's life.
    MaxTokens,
    /// Requests under way at once.
    Concurrency,
}

impl LimitName {
    /// The name in the admin API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequestsPerMinute => "requests_per_minute",
            Self::RequestsPerDay => "requests_per_day",
            Self::TokensPerMinute => "tokens_per_minute",
            Self::MaxRequests => "max_requests",
            Self::MaxTokens => "max_tokens",
            Self::Concurrency => "concurrency",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::RequestsPerMinute => "requests in any 60 seconds",
            Self::RequestsPerDay => "requests in any 24 hours",
            Self::TokensPerMinute => "tokens in any 60 seconds",
            Self::MaxRequests => "requests in all",
            Self::MaxTokens => "tokens in all",
            Self::Concurrency => "requests at once",
        }
    }
}

impl fmt::Display for LimitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A request that came in over one of its key's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct LimitHit {
    /// The limit: of several, the one that lasts longest.
    pub limit: LimitName,
    /// How much the key may use.
    pub cap: u64,
    /// When it is worth asking again; none when waiting does not help.
    pub retry_after: Option<Duration>,
}

impl LimitHit {
    /// The value of a `retry-after` header: whole seconds, rounded up, at least one.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        self.retry_after.map(whole_seconds)
    }
}

impl fmt::Display for LimitHit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the key's limit {} is reached: {} {}; ",
            self.limit,
            self.cap,
            self.limit.meaning()
        )?;
        match (self.limit, self.retry_after) {
            (LimitName::Concurrency, _) => f.write_str("try again when one of them has ended"),
            (_, Some(wait)) => write!(f, "try again in {} s", whole_seconds(wait)),
            (_, None) => f.write_str("waiting does not free it, its owner can raise or reset it"),
        }
    }
}

fn whole_seconds(wait: Duration) -> u64 {
    let rest = u64::from(wait.subsec_nanos() > 0);
    (wait.as_secs() + rest).max(1)
}

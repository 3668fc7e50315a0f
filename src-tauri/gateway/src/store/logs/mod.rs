//! The request log: one row per exchange.

mod ask;
mod keep;
mod sums;
mod write;

use std::sync::Arc;

use jiff::Timestamp;
use keyway_protocols::{Protocol, loss::Losses, usage::Usage};
use serde::{Deserialize, Serialize};

use crate::ids::{GroupId, KeyId, RouteId};

pub use ask::{Cursor, Filter, Outcome, Page, count, get, page, recent_errors};
pub use keep::{bytes, prune, prune_to_size};
pub use sums::{Totals, stats, totals_since};
pub(super) use write::insert_all;
pub(crate) use write::insert_history;

/// The columns in the order that they are written and read in.
const COLUMNS: &str = "id, at, request_id, group_id, key_id, key_name, asked_model, route_id, route_alias, provider,
    upstream_model, credential, protocol_in, protocol_out, streamed, status, error_code, error, input_tokens,
    cached_tokens, written_tokens, output_tokens, reasoning_tokens, request_bytes, response_bytes, first_byte_us,
    total_us, finish_reason, client, attempts, losses";

/// The record of one exchange.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEntry {
    /// Its identity: `log_id` in the admin API.
    pub id: Arc<str>,
    /// When the request came.
    pub at: Timestamp,
    /// The id clients and operators quote.
    pub request_id: Option<Arc<str>>,
    /// The group it was asked in.
    pub group: GroupId,
    /// The key it was asked with; none for the gateway's own questions.
    pub key_id: Option<KeyId>,
    /// The key's name at the time.
    pub key_name: Option<Arc<str>>,
    /// The model the client asked for.
    pub asked_model: Arc<str>,
    /// The route that answered.
    pub route_id: Option<RouteId>,
    /// Its alias at the time.
    pub route_alias: Option<Arc<str>>,
    /// The readable id of the provider that answered.
    pub provider_id: Option<Arc<str>>,
    /// The model it was asked for.
    pub upstream_model: Option<Arc<str>>,
    /// The label of the credential used.
    pub credential: Option<Arc<str>>,
    /// What the client spoke.
    pub protocol_in: Protocol,
    /// What the provider spoke.
    pub protocol_out: Option<Protocol>,
    /// Whether the answer was a stream.
    pub streamed: bool,
    /// What the client saw; 499 when it hung up.
    pub status: u16,
    /// The short name of what went wrong.
    pub error_code: Option<Arc<str>>,
    /// What went wrong, in words.
    pub error: Option<Arc<str>>,
    /// Tokens; none when nobody told.
    pub usage: Option<Usage>,
    /// Bytes of the request body.
    pub request_bytes: u64,
    /// Bytes of the answer's body.
    pub response_bytes: u64,
    /// Microseconds to the first byte of the answer's body.
    pub first_byte_us: Option<u64>,
    /// Microseconds from beginning to end.
    pub total_us: u64,
    /// Why the model stopped.
    pub finish_reason: Option<Arc<str>>,
    /// The client's name for itself.
    pub client: Option<Arc<str>>,
    /// The tries; left empty when there was one and it went well.
    pub attempts: Vec<AttemptNote>,
    /// What did not reach the other side as it was.
    pub losses: Losses,
    /// The tokens it adds to its key's lifetime counters; none when it does not count at all. Not kept.
    pub counted: Option<u64>,
}

/// One try at one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptNote {
    /// The readable id of the provider.
    pub provider: Arc<str>,
    /// The model it was asked for.
    pub model: Arc<str>,
    /// The label of the credential used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Arc<str>>,
    /// What it answered, when it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The kind of failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_class: Option<Arc<str>>,
    /// How long it took, in microseconds.
    pub us: u64,
}

#[cfg(test)]
mod tests;

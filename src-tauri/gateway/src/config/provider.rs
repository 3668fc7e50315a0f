use std::{collections::BTreeMap, fmt, time::Duration};

use jiff::Timestamp;
use keyway_protocols::Protocol;
use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::ids::{CredentialId, GroupId, ProviderUid};

/// An upstream service: where it is and how it wants to be spoken to.
#[derive(Debug, Clone, PartialEq)]
pub struct Provider {
    /// Its identity across groups.
    pub uid: ProviderUid,
    /// The readable id, unique in its group: `deepseek`.
    pub id: String,
    /// The group it belongs to.
    pub group: GroupId,
    /// The name people see.
    pub name: String,
    /// The protocol of `base_url`.
    pub protocol: Protocol,
    /// Where that protocol is spoken.
    pub base_url: String,
    /// Base URLs of the further protocols it speaks.
    pub endpoints: BTreeMap<Protocol, String>,
    /// Headers added to each request to it.
    pub headers: BTreeMap<String, String>,
    /// An outbound proxy of its own: `http://…`, `socks5://…`, or `none` to ignore the system's.
    pub proxy: Option<String>,
    /// A PEM file with certificates to trust besides the system's.
    pub extra_ca: Option<String>,
    /// How long each phase of a call may take.
    pub timeouts: Timeouts,
    /// How many requests may be under way at once; none means any number.
    pub max_concurrency: Option<u32>,
    /// How many more may wait for a place.
    pub max_queue: Option<u32>,
    /// How it differs from what is known of its kind, as far as its owner says so.
    pub quirks: Map<String, Value>,
    /// A disabled provider is never asked.
    pub enabled: bool,
    /// Free text of its owner.
    pub note: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Provider {
    /// The base URL for a protocol, when the provider speaks it.
    pub fn base_url_for(&self, protocol: Protocol) -> Option<&str> {
        if protocol == self.protocol {
            return Some(&self.base_url);
        }
        self.endpoints.get(&protocol).map(String::as_str)
    }
}

/// Limits of the phases of one upstream call. There is none on the whole: a stream may last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Name look-up, TCP and TLS.
    pub connect: Duration,
    /// From the request sent to the first byte of the answer.
    pub first_byte: Duration,
    /// Between two pieces of the answer.
    pub idle: Duration,
}

impl Default for Timeouts {
    /// Large models on small machines think for minutes before they say a word; agents wait ten for that, and
    /// give up after five of silence inside an answer.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_mins(10),
            idle: Duration::from_mins(5),
        }
    }
}

/// One upstream API key of a provider, opened.
#[derive(Clone)]
pub struct Credential {
    /// Its identity.
    pub id: CredentialId,
    /// The provider it belongs to.
    pub provider: ProviderUid,
    /// The name people see: `primary`.
    pub label: String,
    /// The key itself; none when it could not be opened with the master key.
    pub secret: Option<SecretString>,
    /// Lower is asked first.
    pub priority: i64,
    /// The share among credentials of one priority, at least 1.
    pub weight: u32,
    /// A disabled credential is never used.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("id", &self.id)
            .field("label", &self.label)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p309_a_first_word_may_take_ten_minutes_and_a_stream_may_rest_for_five() {
        let limits = Timeouts::default();
        assert!(limits.first_byte >= Duration::from_mins(10));
        assert!(limits.idle >= Duration::from_mins(5));
    }
}

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::{GroupId, KeyId, RouteId};

/// What a client key is looked up by: the SHA-256 of its text. The text itself is never kept in the clear.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash(pub [u8; 32]);

impl KeyHash {
    /// The hash of a key as a client sends it.
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }

    /// Reads the hexadecimal form.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// The hexadecimal form.
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(…)")
    }
}

/// A self-issued client key.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientKey {
    /// Its identity.
    pub id: KeyId,
    /// The only group it can see.
    pub group: GroupId,
    /// What it is looked up by.
    pub hash: KeyHash,
    /// Its first characters, to tell it from others.
    pub prefix: String,
    /// The name people see.
    pub name: String,
    /// The user it belongs to.
    pub owner: Option<String>,
    /// What it is used for.
    pub purpose: Purpose,
    /// What it may do.
    pub role: Role,
    /// A disabled key opens nothing.
    pub enabled: bool,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// The aliases it may ask for; empty means all of its group.
    pub allowed_aliases: Vec<String>,
    /// The providers it may reach; empty means all of its group.
    pub allowed_providers: Vec<String>,
    /// What answers when the asked model is no alias: what a switch changes.
    pub current_route: Option<RouteId>,
    /// What answers then for small background models.
    pub fast_route: Option<RouteId>,
    /// How much it may use.
    pub limits: Limits,
    /// Requests served in its life.
    pub used_requests: u64,
    /// Tokens used in its life, in and out.
    pub used_tokens: u64,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// How much a key may use; none means any amount.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Requests in any 60 seconds.
    pub requests_per_minute: Option<u64>,
    /// Requests in any 24 hours.
    pub requests_per_day: Option<u64>,
    /// Tokens, in and out, in any 60 seconds.
    pub tokens_per_minute: Option<u64>,
    /// Requests in its life.
    pub max_requests: Option<u64>,
    /// Tokens, in and out, in its life.
    pub max_tokens: Option<u64>,
    /// Requests under way at once.
    pub concurrency: Option<u64>,
    /// Money per day, in nano-dollars.
    pub nano_usd_per_day: Option<u64>,
    /// Money per month, in nano-dollars.
    pub nano_usd_per_month: Option<u64>,
}

/// What a key is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Reasoning stays as the protocol has it.
    #[default]
    Default,
    /// Reasoning is shown in `<think>` tags.
    Cursor,
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Ask models.
    #[default]
    User,
    /// Also use the admin API, when the settings allow it.
    Admin,
}

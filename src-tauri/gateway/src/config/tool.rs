use std::str::FromStr;

use jiff::Timestamp;
use secrecy::SecretString;

use crate::ids::{GroupId, ToolUid};

/// A server-side tool that runs inside the gateway's tool loop.
#[derive(Debug, Clone)]
pub struct ToolProvider {
    /// Its identity across groups.
    pub uid: ToolUid,
    /// The readable id, unique in its group.
    pub id: String,
    /// The group it belongs to.
    pub group: GroupId,
    /// What it does.
    pub kind: ToolKind,
    /// The name people see.
    pub name: String,
    /// Its upstream key, opened; none when it needs none or could not be opened.
    pub secret: Option<SecretString>,
    /// Settings, as JSON.
    pub config: String,
    /// A disabled tool is never offered.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The tools Keyway can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolKind {
    /// Web search by Tavily.
    Tavily,
    /// The current date and time.
    DatetimeNow,
    /// Reads a public web page.
    HttpFetch,
}

impl ToolKind {
    /// The name in the admin API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tavily => "tavily",
            Self::DatetimeNow => "datetime_now",
            Self::HttpFetch => "http_fetch",
        }
    }
}

impl FromStr for ToolKind {
    type Err = UnknownTool;

    fn from_str(text: &str) -> Result<Self, UnknownTool> {
        match text {
            "tavily" => Ok(Self::Tavily),
            "datetime_now" => Ok(Self::DatetimeNow),
            "http_fetch" => Ok(Self::HttpFetch),
            _ => Err(UnknownTool(text.to_owned())),
        }
    }
}

/// A tool name that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown tool {0:?}; use tavily, datetime_now or http_fetch")]
pub struct UnknownTool(String);

//! The four wire formats and their names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A wire format that clients and providers speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Protocol {
    /// Anthropic Messages.
    #[serde(rename = "anthropic")]
    Anthropic,
    /// `OpenAI` Chat Completions and everything compatible with it.
    #[serde(rename = "openai")]
    OpenAi,
    /// `OpenAI` Responses.
    #[serde(rename = "openai-responses")]
    OpenAiResponses,
    /// Gemini generateContent.
    #[serde(rename = "gemini")]
    Gemini,
}

impl Protocol {
    /// Every protocol, in the order people see them.
    pub const ALL: [Self; 4] = [
        Self::Anthropic,
        Self::OpenAi,
        Self::OpenAiResponses,
        Self::Gemini,
    ];

    /// The name used in configuration, the API and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Anthropic => "anthropic",
            Self::OpenAi => "openai",
            Self::OpenAiResponses => "openai-responses",
            Self::Gemini => "gemini",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Protocol {
    type Err = UnknownProtocol;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|protocol| protocol.as_str() == name)
            .ok_or_else(|| UnknownProtocol(name.to_owned()))
    }
}

/// A name that is none of the four protocols.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown protocol {0:?}: use anthropic, openai, openai-responses or gemini")]
pub struct UnknownProtocol(String);

#[cfg(test)]
mod tests {
    use super::Protocol;

    #[test]
    fn every_name_is_read_back_and_is_the_one_in_json() {
        for protocol in Protocol::ALL {
            assert_eq!(protocol.as_str().parse(), Ok(protocol));
            let json = serde_json::to_string(&protocol).unwrap();
            assert_eq!(json, format!("\"{protocol}\""));
        }
        assert!("OpenAI".parse::<Protocol>().is_err());
    }
}

use std::fmt;

/// A wire format that clients and upstreams speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Anthropic Messages.
    Anthropic,
    /// `OpenAI` Chat Completions.
    OpenAi,
    /// `OpenAI` Responses.
    Responses,
    /// Gemini generateContent.
    Gemini,
}

impl Protocol {
    /// All four, in the order of the manual.
    pub const ALL: [Self; 4] = [Self::Anthropic, Self::OpenAi, Self::Responses, Self::Gemini];

    /// The word that the admin API uses for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anthropic => "anthropic",
            Self::OpenAi => "openai",
            Self::Responses => "openai-responses",
            Self::Gemini => "gemini",
        }
    }

    /// Tells the protocol of a request by its path; paths that all share count as `OpenAI`'s.
    pub fn of_path(path: &str) -> Self {
        if path.contains("/v1beta") || path.contains(":generateContent") {
            return Self::Gemini;
        }
        if path.contains(":streamGenerateContent") || path.contains(":countTokens") {
            return Self::Gemini;
        }
        if path.contains("/messages") {
            return Self::Anthropic;
        }
        if path.ends_with("/responses") {
            return Self::Responses;
        }
        Self::OpenAi
    }

    /// What a provider's base URL ends with when it speaks this protocol.
    pub fn base_path(self) -> &'static str {
        match self {
            Self::OpenAi | Self::Responses => "/v1",
            Self::Anthropic | Self::Gemini => "",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

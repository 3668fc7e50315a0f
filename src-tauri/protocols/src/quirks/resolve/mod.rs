//! From the rules to the quirks of one target.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{CacheStyle, CallIds, Echo, MaxTokensField, Quirks, ReasoningStyle, Schemas};
use crate::Protocol;
use crate::request::Effort;

/// The rules that come with Keyway, in the order they are applied.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../quirks.json"))
        .expect("the built-in rules are checked by a test")
});

/// Which targets a rule is for, and what it sets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// What people should know about it.
    #[serde(default, rename = "note")]
    _note: String,
    /// Ends of host names; none means any host.
    #[serde(default)]
    hosts: Vec<String>,
    /// Protocols; none means any.
    #[serde(default)]
    protocols: Vec<Protocol>,
    /// Patterns of model names, in any case: `*` stands for any characters. None means any model.
    #[serde(default)]
    models: Vec<String>,
    /// The fields of [`Quirks`] it sets.
    set: Map<String, Value>,
}

/// Quirks that were set by hand but cannot be.
#[derive(Debug, thiserror::Error)]
#[error("these quirks cannot be used: {0}")]
pub struct BadQuirks(#[from] serde_json::Error);

impl Quirks {
    /// The quirks of a model at a host, changed by what the provider's owner set.
    pub fn resolve(
        protocol: Protocol,
        host: &str,
        model: &str,
        own: &Map<String, Value>,
    ) -> Result<Self, BadQuirks> {
        let book = serde_json::to_value(Self::book(protocol))?;
        let mut fields = book.as_object().cloned().unwrap_or_default();
        for rule in RULES
            .iter()
            .filter(|rule| rule.is_for(protocol, host, model))
        {
            set(&mut fields, &rule.set);
        }
        set(&mut fields, own);
        Ok(serde_json::from_value(Value::Object(fields))?)
    }

    /// Whether fields set by hand make sense.
    pub fn check(own: &Map<String, Value>) -> Result<(), BadQuirks> {
        Self::resolve(Protocol::OpenAi, "", "", own).map(drop)
    }

    /// What is expected of a provider nobody has told anything about.
    pub fn book(protocol: Protocol) -> Self {
        let common = Self::default();
        match protocol {
            Protocol::Anthropic => Self {
                reasoning: ReasoningStyle::Budget,
                call_ids: CallIds::Plain,
                images_in_results: true,
                pdf: true,
                image_urls: true,
                forced_tools_while_thinking: false,
                cache: CacheStyle::Anthropic,
                format_schema: false,
                most_stops: usize::MAX,
                ..common
            },
            Protocol::OpenAi => common,
            Protocol::OpenAiResponses => Self {
                developer_role: true,
                late_system: true,
                reasoning: ReasoningStyle::Effort,
                call_ids: CallIds::Plain64,
                custom_tools: true,
                tool_namespaces: true,
                allowed_tools: true,
                verbosity: true,
                original_images: true,
                images_in_results: true,
                pdf: true,
                most_stops: 0,
                cache_hints: true,
                web_search: true,
                ..common
            },
            Protocol::Gemini => Self {
                late_system: false,
                prefill: false,
                reasoning: ReasoningStyle::Level,
                efforts: vec![Effort::Minimal, Effort::Low, Effort::Medium, Effort::High],
                call_signatures: true,
                images_in_results: true,
                pdf: true,
                audio: true,
                image_urls: false,
                most_stops: 5,
                longest_tool_name: 64,
                hosted_with_functions: false,
                top_k: true,
                most_inline_bytes: Some(20 << 20),
                ..common
            },
        }
    }
}

impl Default for Quirks {
    /// A provider that is compatible with Chat, of which nothing is known.
    fn default() -> Self {
        Self {
            refuses: Vec::new(),
            sets: Map::new(),
            max_tokens_field: MaxTokensField::MaxTokens,
            max_output: None,
            default_max_output: 32_000,
            developer_role: false,
            late_system: false,
            sampling: true,
            temperature_with_top_p: true,
            top_k: false,
            most_stops: 4,
            stream_options: true,
            parallel_tool_calls: true,
            empty_content: false,
            cache_hints: false,
            verbosity: false,
            prefill: true,
            reasoning: ReasoningStyle::None,
            efforts: vec![Effort::Low, Effort::Medium, Effort::High],
            least_thinking: 0,
            most_thinking: None,
            reasoning_echo: Echo::Never,
            think_tags: false,
            forced_tools_while_thinking: true,
            custom_tools: false,
            allowed_tools: false,
            tool_namespaces: false,
            web_search: false,
            most_tools: None,
            longest_tool_name: 64,
            call_ids: CallIds::Any,
            schemas: Schemas::Json,
            schema_refuses: vec!["encrypted".to_owned()],
            strict_schemas: true,
            format_schema: true,
            format_with_tools: true,
            hosted_with_functions: true,
            call_signatures: false,
            history_tools_declared: false,
            images: true,
            original_images: false,
            images_in_results: false,
            image_urls: true,
            pdf: false,
            audio: false,
            most_inline_bytes: None,
            cache: CacheStyle::Implicit,
            calls_in_text: false,
            drop_empty_arguments: Vec::new(),
            about: std::collections::BTreeMap::new(),
        }
    }
}

impl Rule {
    fn is_for(&self, protocol: Protocol, host: &str, model: &str) -> bool {
        let is_here = self.hosts.is_empty() || self.hosts.iter().any(|end| is_under(host, end));
        let is_spoken = self.protocols.is_empty() || self.protocols.contains(&protocol);
        let is_model =
            self.models.is_empty() || self.models.iter().any(|like| matches(like, model));
        is_here && is_spoken && is_model
    }
}

/// Whether `host` is `domain` or lies below it.
fn is_under(host: &str, domain: &str) -> bool {
    let host = host.as_bytes();
    let Some(rest) = host.len().checked_sub(domain.len()) else {
        return false;
    };
    host[rest..].eq_ignore_ascii_case(domain.as_bytes()) && (rest == 0 || host[rest - 1] == b'.')
}

/// Whether a name is like a pattern in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_ascii_lowercase(), name.to_ascii_lowercase());
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for piece in pieces {
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
        last = Some(piece);
    }
    last.map_or(rest.is_empty(), |piece| name.ends_with(piece))
}

fn set(fields: &mut Map<String, Value>, changes: &Map<String, Value>) {
    for (key, value) in changes {
        fields.insert(key.clone(), value.clone());
    }
}

#[cfg(test)]
mod tests;

//! Token counts, read from every protocol's and vendor's way of writing them.

use serde_json::Value;

use crate::Protocol;
use crate::counts::{Counts, Lean};

/// What an exchange cost in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Usage {
    /// Everything read: uncached, cached and written to the cache.
    pub input: u64,
    /// The part of `input` that came from the cache.
    pub cached: u64,
    /// The part of `input` that was written to the cache.
    pub written: u64,
    /// Everything produced, reasoning included.
    pub output: u64,
    /// The part of `output` that was reasoning.
    pub reasoning: u64,
}

impl Usage {
    /// Input and output together.
    pub fn total(&self) -> u64 {
        self.input.saturating_add(self.output)
    }

    /// Reads a `usage` or `usageMetadata` value; nothing if it holds no count.
    pub fn read(protocol: Protocol, value: &Value) -> Option<Self> {
        Self::from_counts(protocol, value)
    }

    /// Reads the text of such a value.
    pub(crate) fn from_text(protocol: Protocol, text: &[u8]) -> Option<Self> {
        let counts: Lean<'_> = serde_json::from_slice(text).ok()?;
        Self::from_counts(protocol, &counts)
    }

    fn from_counts(protocol: Protocol, value: &impl Counts) -> Option<Self> {
        match protocol {
            Protocol::Anthropic => AnthropicUsage::default().merged(value).map(Self::from),
            Protocol::OpenAi | Protocol::OpenAiResponses => open_ai(value),
            Protocol::Gemini => gemini(value),
        }
    }
}

/// Anthropic's counts as far as a stream has told them.
///
/// `message_start` brings the first ones and each `message_delta` overwrites those it names. A zero never
/// overwrites a count: some vendors fill what they do not know with zeros.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnthropicUsage {
    uncached: u64,
    cached: u64,
    written: u64,
    output: u64,
    reasoning: u64,
}

impl AnthropicUsage {
    /// These counts overwritten by those of `value`; nothing if it holds none.
    #[must_use]
    pub(crate) fn merged(self, value: &impl Counts) -> Option<Self> {
        let input = value.count("/input_tokens");
        let output = value.count("/output_tokens");
        input.or(output)?;
        let written = value
            .count("/cache_creation_input_tokens")
            .or_else(|| split_written(value));
        Some(Self {
            uncached: newer(self.uncached, input),
            cached: newer(self.cached, value.count("/cache_read_input_tokens")),
            written: newer(self.written, written),
            output: newer(self.output, output),
            reasoning: newer(
                self.reasoning,
                value.count("/output_tokens_details/thinking_tokens"),
            ),
        })
    }
}

impl From<AnthropicUsage> for Usage {
    fn from(counts: AnthropicUsage) -> Self {
        Self {
            input: counts
                .uncached
                .saturating_add(counts.cached)
                .saturating_add(counts.written),
            cached: counts.cached,
            written: counts.written,
            output: counts.output,
            reasoning: counts.reasoning,
        }
    }
}

fn newer(known: u64, told: Option<u64>) -> u64 {
    told.filter(|count| *count > 0).unwrap_or(known)
}

fn split_written(value: &impl Counts) -> Option<u64> {
    let short = value.count("/cache_creation/ephemeral_5m_input_tokens");
    let long = value.count("/cache_creation/ephemeral_1h_input_tokens");
    short.or(long)?;
    Some(short.unwrap_or(0).saturating_add(long.unwrap_or(0)))
}

/// Chat and Responses differ in names only, and vendors mix them.
fn open_ai(value: &impl Counts) -> Option<Usage> {
    let hit = value.count("/prompt_cache_hit_tokens");
    let prompt = value
        .first(&["/prompt_tokens", "/input_tokens"])
        .or_else(|| Some(hit?.saturating_add(value.count("/prompt_cache_miss_tokens")?)));
    let output = value.first(&["/completion_tokens", "/output_tokens"]);
    if prompt.or(output).is_none() {
        return value.count("/total_tokens").map(|input| Usage {
            input,
            ..Usage::default()
        });
    }
    let prompt = prompt.unwrap_or(0);
    let details = [
        "/prompt_tokens_details/cached_tokens",
        "/input_tokens_details/cached_tokens",
    ];
    let cached = value
        .first(&details)
        .filter(|count| *count > 0)
        .or(hit)
        .or_else(|| value.count("/cached_tokens"))
        .unwrap_or(0);
    let written = [
        "/prompt_tokens_details/cache_write_tokens",
        "/input_tokens_details/cache_write_tokens",
    ];
    let reasoning = [
        "/completion_tokens_details/reasoning_tokens",
        "/output_tokens_details/reasoning_tokens",
    ];
    Some(Usage {
        // A vendor that tells more cached than read leaves the cached ones out of what it calls read.
        input: if cached > prompt {
            prompt.saturating_add(cached)
        } else {
            prompt
        },
        cached,
        written: value.first(&written).unwrap_or(0),
        output: output.unwrap_or(0),
        reasoning: value.first(&reasoning).unwrap_or(0),
    })
}

fn gemini(value: &impl Counts) -> Option<Usage> {
    let prompt = value.count("/promptTokenCount");
    let answer = value.count("/candidatesTokenCount");
    let total = value.count("/totalTokenCount");
    prompt.or(answer).or(total)?;
    let reasoning = value.count("/thoughtsTokenCount").unwrap_or(0);
    let tools = value.count("/toolUsePromptTokenCount").unwrap_or(0);
    Some(Usage {
        input: prompt.unwrap_or(0).saturating_add(tools),
        cached: value.count("/cachedContentTokenCount").unwrap_or(0),
        written: 0,
        output: answer.unwrap_or(0).saturating_add(reasoning),
        reasoning,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{AnthropicUsage, Usage};
    use crate::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};

    fn usage(input: u64, cached: u64, written: u64, output: u64, reasoning: u64) -> Usage {
        Usage {
            input,
            cached,
            written,
            output,
            reasoning,
        }
    }

    #[test]
    fn every_protocol_is_read_into_the_same_numbers() {
        let anthropic = json!({"input_tokens":7,"cache_read_input_tokens":3,"cache_creation_input_tokens":5,
            "output_tokens":20,"output_tokens_details":{"thinking_tokens":8}});
        let chat = json!({"prompt_tokens":15,"completion_tokens":20,"total_tokens":35,
            "prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":5},
            "completion_tokens_details":{"reasoning_tokens":8}});
        let responses = json!({"input_tokens":15,"input_tokens_details":{"cached_tokens":3,"cache_write_tokens":5},
            "output_tokens":20,"output_tokens_details":{"reasoning_tokens":8},"total_tokens":35});
        let gemini = json!({"promptTokenCount":14,"toolUsePromptTokenCount":1,"cachedContentTokenCount":3,
            "candidatesTokenCount":12,"thoughtsTokenCount":8,"totalTokenCount":35});

        assert_eq!(
            Usage::read(Anthropic, &anthropic),
            Some(usage(15, 3, 5, 20, 8))
        );
        assert_eq!(Usage::read(OpenAi, &chat), Some(usage(15, 3, 5, 20, 8)));
        assert_eq!(
            Usage::read(OpenAiResponses, &responses),
            Some(usage(15, 3, 5, 20, 8))
        );
        assert_eq!(Usage::read(Gemini, &gemini), Some(usage(15, 3, 0, 20, 8)));
        assert_eq!(Usage::read(Gemini, &gemini).unwrap().total(), 35);
    }

    #[test]
    fn vendors_ways_of_telling_cached_tokens_are_read() {
        let deepseek = json!({"prompt_cache_hit_tokens":60,"prompt_cache_miss_tokens":40,"completion_tokens":1});
        let moonshot = json!({"prompt_tokens":100,"completion_tokens":1,"cached_tokens":60});
        let excluding = json!({"prompt_tokens":100,"completion_tokens":1,
            "prompt_tokens_details":{"cached_tokens":120}});

        assert_eq!(
            Usage::read(OpenAi, &deepseek),
            Some(usage(100, 60, 0, 1, 0))
        );
        assert_eq!(
            Usage::read(OpenAi, &moonshot),
            Some(usage(100, 60, 0, 1, 0))
        );
        assert_eq!(
            Usage::read(OpenAi, &excluding),
            Some(usage(220, 120, 0, 1, 0))
        );
    }

    #[test]
    fn nulls_strings_floats_and_strangers_do_no_harm() {
        let odd = json!({"prompt_tokens":"12","completion_tokens":3.0,"prompt_tokens_details":null,
            "completion_tokens_details":{"reasoning_tokens":null}});

        assert_eq!(Usage::read(OpenAi, &odd), Some(usage(12, 0, 0, 3, 0)));
        assert_eq!(
            Usage::read(OpenAi, &json!({"prompt_tokens":12})),
            Some(usage(12, 0, 0, 0, 0))
        );
        for nothing in [json!(null), json!({}), json!("x"), json!([1])] {
            for protocol in crate::Protocol::ALL {
                assert_eq!(Usage::read(protocol, &nothing), None);
            }
        }
    }

    #[test]
    fn later_anthropic_counts_overwrite_unless_null_or_zero() {
        let start = json!({"input_tokens":12,"cache_read_input_tokens":3,"output_tokens":1});
        let delta = json!({"input_tokens":0,"cache_read_input_tokens":null,"output_tokens":20});

        let counts = AnthropicUsage::default().merged(&start).unwrap();
        let counts = counts.merged(&delta).unwrap();

        assert_eq!(Some(Usage::from(counts)), Some(usage(15, 3, 0, 20, 0)));
    }
}

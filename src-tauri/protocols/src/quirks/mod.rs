//! How providers and models differ from their protocol's book, as data.
//!
//! The defaults are the book. `quirks.json` holds rules: each names hosts, protocols and models and sets some
//! fields; later rules win. What a provider's owner sets wins over all of them.

mod resolve;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::request::Effort;
pub use resolve::BadQuirks;

/// How a target differs from its protocol's book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one fact about a vendor"
)]
pub struct Quirks {
    // What may be said
    /// Top-level fields (and `a.b` paths) that it refuses: they are left out, also in the same protocol.
    pub refuses: Vec<String>,
    /// Top-level fields that are set on each request, unless the request has them: `{"tool_stream": true}`.
    pub sets: Map<String, Value>,
    /// Which field limits the answer of a Chat model.
    pub max_tokens_field: MaxTokensField,
    /// The most tokens it may answer with; what is asked above is lowered.
    pub max_output: Option<u64>,
    /// What an Anthropic target is asked for when the client sets no limit.
    pub default_max_output: u64,
    /// Whether it knows the role `developer`.
    pub developer_role: bool,
    /// Whether instructions may come later than at the beginning.
    pub late_system: bool,
    /// Whether `temperature`, `top_p` and `top_k` may be set.
    pub sampling: bool,
    /// Whether `temperature` and `top_p` may be set together.
    pub temperature_with_top_p: bool,
    /// Whether it takes `top_k` in Chat.
    pub top_k: bool,
    /// The most stop strings; 0 if it takes none.
    pub most_stops: usize,
    /// Whether `stream_options` may be sent.
    pub stream_options: bool,
    /// Whether `parallel_tool_calls` may be sent.
    pub parallel_tool_calls: bool,
    /// Whether the content of an assistant that only calls tools is `""` instead of `null`.
    pub empty_content: bool,
    /// Whether `prompt_cache_key`, `prompt_cache_breakpoint` and `safety_identifier` may be sent.
    pub cache_hints: bool,
    /// Whether `verbosity` may be sent.
    pub verbosity: bool,
    /// Whether an answer that begins in the last message may be asked for (prefill).
    pub prefill: bool,

    // Reasoning
    /// How it is told to think.
    pub reasoning: ReasoningStyle,
    /// The efforts it knows, in rising order; an effort between two of them is raised or lowered to the nearest.
    pub efforts: Vec<Effort>,
    /// The fewest tokens it thinks with where it is told a number; 0 if it can be told not to think.
    pub least_thinking: u64,
    /// The most tokens it thinks with; nothing means any number.
    pub most_thinking: Option<u64>,
    /// Which of its own thoughts it wants back in Chat.
    pub reasoning_echo: Echo,
    /// Whether its Chat answers hold thoughts between `<think>` and `</think>`.
    pub think_tags: bool,
    /// Whether a tool can be forced while it thinks.
    pub forced_tools_while_thinking: bool,

    // Tools
    /// Whether it knows custom (free text) tools.
    pub custom_tools: bool,
    /// Whether a Chat target can be told that only some of the tools are allowed; others are offered only those.
    pub allowed_tools: bool,
    /// Whether it knows namespaces of tools.
    pub tool_namespaces: bool,
    /// Whether it searches the web by itself when asked in its protocol's way.
    pub web_search: bool,
    /// The most tools; nothing means any number.
    pub most_tools: Option<usize>,
    /// The longest name of a tool.
    pub longest_tool_name: usize,
    /// Which ids of calls it takes.
    pub call_ids: CallIds,
    /// How schemas of tools are written.
    pub schemas: Schemas,
    /// Keywords of schemas that it refuses, at any depth.
    pub schema_refuses: Vec<String>,
    /// Whether schemas may be declared strict.
    pub strict_schemas: bool,
    /// Whether answers can follow a JSON schema natively.
    pub format_schema: bool,
    /// Whether answers can follow a JSON schema while tools are offered.
    pub format_with_tools: bool,
    /// Whether tools of its own go together with the client's.
    pub hosted_with_functions: bool,
    /// Whether a Gemini model wants signatures with its calls (3 and later).
    pub call_signatures: bool,
    /// Whether tools named in the history must be declared, too.
    pub history_tools_declared: bool,

    // Media
    /// Whether it sees images.
    pub images: bool,
    /// Whether it can be asked to look at an image in its original size (`detail: original`).
    pub original_images: bool,
    /// Whether images may be part of a tool's result.
    pub images_in_results: bool,
    /// Whether it fetches images from addresses.
    pub image_urls: bool,
    /// Whether it reads PDF documents.
    pub pdf: bool,
    /// Whether it hears audio.
    pub audio: bool,
    /// The most bytes of one inline medium, in base64; nothing means any number.
    pub most_inline_bytes: Option<usize>,

    // Caching
    /// How its prompt cache is told what to keep.
    pub cache: CacheStyle,

    // What it answers
    /// Whether calls are looked for in the text (`<tool_call>{…}</tool_call>`).
    pub calls_in_text: bool,
    /// Whether arguments that are empty strings are left out of calls of these tools.
    pub drop_empty_arguments: Vec<String>,
    /// Notes that only people read.
    pub about: BTreeMap<String, String>,
}

/// Which field limits the answer of a Chat model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaxTokensField {
    /// The older name, which nearly every vendor knows.
    MaxTokens,
    /// The newer name, which newer `OpenAI` models insist on.
    MaxCompletionTokens,
}

/// How a model is told to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasoningStyle {
    /// It cannot be told.
    None,
    /// By a word: `reasoning_effort`, `reasoning.effort`.
    Effort,
    /// By a number of tokens: `thinking.budget_tokens`, `thinkingBudget`.
    Budget,
    /// By a level: `thinkingLevel` (Gemini 3).
    Level,
    /// `thinking: {type: adaptive}` and `output_config.effort` (newer Anthropic models).
    Adaptive,
    /// On or off: `thinking: {type: enabled|disabled}` in Chat.
    Switch,
    /// As `Switch`, and by a word besides (`DeepSeek`).
    SwitchAndEffort,
    /// On or off: `enable_thinking`, and `thinking_budget` (Qwen).
    EnableThinking,
    /// `reasoning: {effort | max_tokens | enabled}` in Chat (`OpenRouter`).
    Object,
}

/// Which of its own thoughts a Chat model wants back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Echo {
    /// None: it refuses or ignores them.
    Never,
    /// Those of messages that call tools, since the last question; an empty text where there is none.
    ToolLoops,
    /// Those of every message that calls tools; an empty text where there is none.
    ToolCalls,
    /// All, where there are any.
    Always,
}

/// Which ids of calls a target takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallIds {
    /// Any.
    Any,
    /// Letters, digits, `_` and `-`.
    Plain,
    /// As `Plain`, at most 64 characters.
    Plain64,
    /// As `Plain`, at most 40 characters.
    Plain40,
    /// Exactly nine letters and digits (Mistral).
    Nine,
}

/// How schemas of tools are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schemas {
    /// JSON Schema, as it is.
    Json,
    /// The part of `OpenAPI` that Gemini's `parameters` takes.
    OpenApi,
}

/// How a prompt cache is told what to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheStyle {
    /// It finds out by itself.
    Implicit,
    /// By up to four `cache_control` marks.
    Anthropic,
    /// By `prompt_cache_breakpoint` on parts.
    Breakpoint,
}

//! The neutral request: what a client asks, whichever protocol it asks in.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use crate::Protocol;
use crate::extra::Extra;
use crate::part::{Cache, Part, Parts};

/// What a client asks of a model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Request {
    /// The model, as the client names it; empty where the path names it (Gemini).
    pub model: String,
    /// Whether the answer is to come as events; nothing where the path says it (Gemini).
    pub stream: Option<bool>,
    /// Whether a Chat stream is to end with the usage.
    pub stream_usage: Option<bool>,
    /// What holds for the whole conversation (`system`, `instructions`, `systemInstruction`). Chat has none: its
    /// leading system messages are turns until [`crate::cross`] moves them here.
    pub system: Option<Parts>,
    /// The conversation, oldest first.
    pub turns: Vec<Turn>,
    /// The tools the model may use, in order.
    pub tools: Vec<Tool>,
    /// Which of them it has to use.
    pub tool_choice: Option<ToolChoice>,
    /// Whether it may call several at once.
    pub parallel_tools: Option<bool>,
    /// How the answer is drawn.
    pub sampling: Sampling,
    /// How much the model is to think.
    pub thinking: Thinking,
    /// The shape of the answer.
    pub format: Option<Format>,
    /// How wordy the answer is to be: `low`, `medium`, `high`.
    pub verbosity: Option<String>,
    /// How many answers are wanted; nothing means one.
    pub answers: Option<u64>,
    /// Whoever uses the client, as the client says it.
    pub user: Option<String>,
    /// What requests of one conversation have in common, so that the provider finds its prompt cache.
    pub cache_key: Option<String>,
    /// The top-level fields that have no neutral form.
    pub extra: Extra,
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Whose turn it is.
    pub role: Role,
    /// What was said.
    pub content: Parts,
    /// The name of the one who said it, where the protocol has names.
    pub name: Option<String>,
    /// The fields that have no neutral form.
    pub extra: Extra,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Instructions (`system`).
    System,
    /// Instructions (`developer`), as newer `OpenAI` models call them.
    Developer,
    /// The client, results of its tools included.
    User,
    /// The model.
    Assistant,
}

/// A tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Its name; hosted tools may have none.
    pub name: String,
    /// The group it belongs to (Responses namespaces).
    pub namespace: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// How it is called, and by whom it is run.
    pub kind: ToolKind,
    /// A mark that the provider may keep everything up to here in its prompt cache.
    pub cache: Option<Cache>,
    /// The fields that have no neutral form.
    pub extra: Extra,
}

/// How a tool is called, and by whom it is run.
#[derive(Debug, Clone, PartialEq)]
pub enum ToolKind {
    /// By the client, called with JSON.
    Function {
        /// The JSON Schema of the arguments, as it came; nothing if none was given.
        schema: Option<Value>,
        /// Whether the arguments must follow it.
        strict: Option<bool>,
    },
    /// By the client, called with free text.
    Custom {
        /// The grammar of the text, in the shape of Responses: `{type, syntax, definition}`.
        format: Option<Value>,
    },
    /// By the provider.
    Hosted {
        /// What it does, where more than one protocol has it.
        what: Hosted,
        /// The protocol of `raw`.
        origin: Protocol,
        /// The whole tool as it came.
        raw: Value,
    },
}

/// What a tool run by the provider does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosted {
    /// Searches the web.
    WebSearch,
    /// Reads pages.
    WebFetch,
    /// Runs code.
    CodeExecution,
    /// Something only one protocol has.
    Other,
}

/// Which tools the model has to use.
#[derive(Debug, Clone, PartialEq)]
pub enum ToolChoice {
    /// Those it likes.
    Auto,
    /// At least one.
    Any,
    /// None.
    None,
    /// This one.
    Tool(ToolName),
    /// Only these.
    Allowed {
        /// Whether it has to use one of them.
        required: bool,
        /// Their names.
        names: Vec<ToolName>,
    },
    /// A tool run by the provider, as the protocol says it.
    Hosted {
        /// What it does.
        what: Hosted,
        /// The protocol of `raw`.
        origin: Protocol,
        /// The whole choice as it came.
        raw: Value,
    },
}

/// The name of a tool.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ToolName {
    /// The name itself.
    pub name: String,
    /// The group it belongs to.
    pub namespace: Option<String>,
    /// Whether it is called with free text.
    pub custom: bool,
}

/// How the answer is drawn. Numbers are kept as they were written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sampling {
    /// The most tokens of the answer, reasoning included.
    pub max_output: Option<u64>,
    /// 0 to 2 (0 to 1 at Anthropic).
    pub temperature: Option<Number>,
    /// 0 to 1.
    pub top_p: Option<Number>,
    /// A count.
    pub top_k: Option<Number>,
    /// Where to stop.
    pub stop: Vec<String>,
    /// The same seed gives the same answer, more or less.
    pub seed: Option<Number>,
    /// -2 to 2.
    pub presence_penalty: Option<Number>,
    /// -2 to 2.
    pub frequency_penalty: Option<Number>,
    /// Whether the probabilities of the tokens are wanted.
    pub logprobs: Option<bool>,
    /// For how many alternatives of each token.
    pub top_logprobs: Option<u64>,
}

/// How much the model is to think.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Thinking {
    /// Whether it thinks, where that is said apart from how much.
    pub mode: Option<ThinkingMode>,
    /// How much, in words; wins over `budget`.
    pub effort: Option<Effort>,
    /// How much, in tokens; -1 leaves it to the model (Gemini).
    pub budget: Option<i64>,
    /// Whether the client wants to read the thoughts (`summary`, `display`, `includeThoughts`).
    pub shown: Option<bool>,
    /// The fields that have no neutral form.
    pub extra: Extra,
}

/// Whether the model thinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThinkingMode {
    /// No.
    Off,
    /// Yes, up to a budget.
    On,
    /// As much as it finds right.
    Adaptive,
}

/// How much the model is to think, in words; in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// Not at all.
    None,
    /// Next to nothing.
    Minimal,
    /// A little.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
    /// Very much.
    Xhigh,
    /// As much as it can.
    Max,
}

/// The shape of the answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Format {
    /// Words, said explicitly.
    Text,
    /// Some JSON object.
    Json,
    /// JSON of this shape.
    Schema {
        /// Its name; protocols without names get `response`.
        name: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// The JSON Schema as it came.
        schema: Value,
        /// Whether the answer must follow it.
        strict: Option<bool>,
    },
}

impl Effort {
    /// All of them, in rising order.
    pub const ALL: [Self; 7] = [
        Self::None,
        Self::Minimal,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Xhigh,
        Self::Max,
    ];

    /// The word that Chat, Responses and Anthropic have for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Xhigh => "xhigh",
            Self::Max => "max",
        }
    }
}

impl FromStr for Effort {
    type Err = ();

    /// Reads the word in any case.
    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|effort| effort.as_str().eq_ignore_ascii_case(word))
            .ok_or(())
    }
}

impl Turn {
    /// A turn without a name or extras.
    pub fn new(role: Role, content: Parts) -> Self {
        Self {
            role,
            content,
            name: None,
            extra: Extra::default(),
        }
    }

    /// A turn of these parts.
    pub fn of(role: Role, parts: Vec<Part>) -> Self {
        Self::new(role, Parts::list(parts))
    }

    /// The parts.
    pub fn parts(&self) -> &[Part] {
        &self.content.list
    }
}

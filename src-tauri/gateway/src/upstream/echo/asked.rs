//! A request, as far as Echo cares about it.

use keyway_protocols::Protocol;
use serde_json::Value;

use super::{anthropic, chat, gemini, responses, script};

/// What clients put around or beside what the person wrote.
const WRAPPINGS: [(&str, &str); 4] = [
    ("<system-reminder>", "</system-reminder>"),
    ("<environment_context>", "</environment_context>"),
    ("<session_context>", "</session_context>"),
    ("<user_instructions>", "</user_instructions>"),
];

/// A request of any protocol.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) protocol: Option<Protocol>,
    pub(super) turns: Vec<Turn>,
    pub(super) tools: Vec<Tool>,
    pub(super) streamed: bool,
    pub(super) max_output: Option<u64>,
    pub(super) schema: Option<Value>,
    pub(super) input_tokens: u64,
}

/// What one message from the client's side holds.
#[derive(Debug, Default, Clone)]
pub(super) struct Turn {
    pub(super) texts: Vec<String>,
    pub(super) results: Vec<String>,
}

/// A tool that may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    pub(super) input: ToolInput,
}

/// What a tool takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ToolInput {
    /// A JSON object.
    Object,
    /// Any text.
    Text,
}

/// The field a request cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Missing(pub(super) &'static str);

impl Asked {
    pub(super) fn read(protocol: Protocol, body: &Value) -> Result<Self, Missing> {
        let asked = match protocol {
            Protocol::Anthropic => anthropic::read(body),
            Protocol::OpenAi => chat::read(body),
            Protocol::OpenAiResponses => responses::read(body),
            Protocol::Gemini => gemini::read(body),
        }?;
        Ok(Self {
            protocol: Some(protocol),
            ..asked
        })
    }

    /// What the person last wrote, a text per block, without what the client added.
    pub(super) fn prompt(&self) -> Vec<String> {
        self.last_prompt()
            .map(|(_, texts)| texts)
            .unwrap_or_default()
    }

    /// What tools answered since.
    pub(super) fn results(&self) -> Vec<&str> {
        let from = self.last_prompt().map_or(0, |(index, _)| index + 1);
        self.turns[from..]
            .iter()
            .flat_map(|turn| &turn.results)
            .map(String::as_str)
            .collect()
    }

    /// Clients add remarks of their own to tool results: only directions make such a message a new prompt.
    fn last_prompt(&self) -> Option<(usize, Vec<String>)> {
        self.turns
            .iter()
            .enumerate()
            .rev()
            .find_map(|(index, turn)| {
                let texts: Vec<String> = turn.texts.iter().filter_map(|text| plain(text)).collect();
                let is_prompt = match (texts.is_empty(), turn.results.is_empty()) {
                    (true, _) => false,
                    (false, true) => true,
                    (false, false) => texts.iter().any(|text| script::has_directions(text)),
                };
                is_prompt.then_some((index, texts))
            })
    }
}

impl Turn {
    pub(super) fn text(text: &str) -> Self {
        Self {
            texts: vec![text.to_owned()],
            ..Self::default()
        }
    }

    pub(super) fn result(result: String) -> Self {
        Self {
            results: vec![result],
            ..Self::default()
        }
    }
}

impl Tool {
    pub(super) fn function(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            namespace: None,
            input: ToolInput::Object,
        }
    }
}

/// The text of a string, or of all text parts of a list.
pub(super) fn all_text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts: Vec<&str> = parts
                .iter()
                .filter_map(|part| part["text"].as_str())
                .collect();
            texts.join("\n")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => String::new(),
        Value::Object(_) => content.to_string(),
    }
}

fn plain(text: &str) -> Option<String> {
    let mut text = text.to_owned();
    for (open, close) in WRAPPINGS {
        while let Some(start) = text.find(open) {
            let end = text[start..]
                .find(close)
                .map_or(text.len(), |end| start + end + close.len());
            text.replace_range(start..end, "");
        }
    }
    let plain = text.trim();
    (!plain.is_empty()).then(|| plain.to_owned())
}

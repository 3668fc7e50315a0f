//! What is asked: the bodies a client sends, and under which model names.

use bytes::Bytes;
use serde_json::{Value, json};

/// What Claude Code sent when it was recorded.
const CLAUDE_CODE: &str = include_str!("../fixtures/recorded/claude-code-2.1.328-02.body.json");

/// How the target answers; the model's name tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// One JSON object.
    Json,
    /// 200 events as fast as they go, a write each.
    Burst,
    /// 20 events a second until the client hangs up.
    Live,
}

impl Answer {
    pub(crate) const ALL: [Self; 3] = [Self::Json, Self::Burst, Self::Live];

    /// The name the target knows.
    pub(crate) fn model(self) -> &'static str {
        match self {
            Self::Json => "bench-json",
            Self::Burst => "bench-burst",
            Self::Live => "bench-live",
        }
    }

    /// The name Keyway's clients know; never the target's, so that it must be rewritten.
    pub(crate) fn alias(self) -> &'static str {
        match self {
            Self::Json => "quick-reply",
            Self::Burst => "long-reply",
            Self::Live => "slow-reply",
        }
    }
}

/// The dialect a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    OpenAi,
    Anthropic,
}

/// One kind of request: how large it is and what it wants back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    pub(crate) dialect: Dialect,
    pub(crate) answer: Answer,
    pub(crate) bytes: usize,
}

impl Question {
    pub(crate) fn path(self) -> &'static str {
        match self.dialect {
            Dialect::OpenAi => "/v1/chat/completions",
            Dialect::Anthropic => "/v1/messages",
        }
    }

    /// The request body under this model name: an agent's turns, grown to the wanted size.
    pub(crate) fn body(self, model: &str) -> Bytes {
        let mut turns = Vec::new();
        let mut body = self.with_turns(model, &turns);
        while body.len() < self.bytes {
            let turn = turn(turns.len(), self.bytes - body.len());
            turns.push(turn);
            body = self.with_turns(model, &turns);
        }
        Bytes::from(body)
    }

    fn with_turns(self, model: &str, turns: &[Value]) -> String {
        let mut body = match self.dialect {
            Dialect::OpenAi => self.chat(model),
            Dialect::Anthropic => self.claude_code(model),
        };
        if let Some(messages) = body["messages"].as_array_mut() {
            messages.extend_from_slice(turns);
        }
        body.to_string()
    }

    /// The first turn of a real session, with its tools.
    fn claude_code(self, model: &str) -> Value {
        let mut body: Value = serde_json::from_str(CLAUDE_CODE).unwrap_or_default();
        body["model"] = json!(model);
        body["stream"] = json!(self.answer != Answer::Json);
        body
    }

    fn chat(self, model: &str) -> Value {
        let mut body = json!({
            "model": model,
            "max_tokens": 4096,
            "stream": self.answer != Answer::Json,
            "messages": [{"role": "user", "content": "Read the failing test and fix what it shows."}],
        });
        if self.answer != Answer::Json {
            body["stream_options"] = json!({"include_usage": true});
        }
        body
    }
}

const FILE: &str = "fn total(lines: &[Line]) -> u64 {\n\tlines.iter().map(|line| line.amount * \"2\".len() as u64)\
    .sum() // näh: the \\ rounding\n}\n\n";

fn turn(number: usize, room: usize) -> Value {
    const ENVELOPE: usize = 40;
    let role = if number.is_multiple_of(2) {
        "assistant"
    } else {
        "user"
    };
    let mut text = format!("Turn {number}. ");
    while text.len() < room.saturating_sub(ENVELOPE).min(4_000) {
        text.push_str(FILE);
    }
    json!({"role": role, "content": text})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_about_the_size_asked_for() {
        for bytes in [1_000, 60_000, 400_000] {
            let question = Question {
                dialect: Dialect::OpenAi,
                answer: Answer::Burst,
                bytes,
            };
            let size = question.body("m").len();
            assert!((bytes..bytes + 400).contains(&size), "{size} for {bytes}");
        }
    }
}

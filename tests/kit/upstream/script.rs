use std::collections::{HashMap, VecDeque};
use std::fmt;

use serde_json::json;

use super::answer::Answer;
use super::received::Received;
use super::turn::Talk;
use super::{anthropic, gemini, openai};
use crate::Protocol;

/// What an upstream answers to whom.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) for_all: Line,
    pub(super) by_model: HashMap<String, Line>,
    pub(super) by_path: HashMap<String, Answer>,
    pub(super) models: Option<Vec<String>>,
    pub(super) key: Option<String>,
    pub(super) counts: Option<u64>,
    pub(super) mind: Option<Mind>,
}

/// What makes up the answers as the conversations go.
pub(super) struct Mind(pub(super) Box<dyn FnMut(&Received) -> Answer + Send>);

impl fmt::Debug for Mind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Mind")
    }
}

/// Answers to be given once, one after the other, and the one for ever after.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) once: VecDeque<Answer>,
    pub(super) always: Option<Answer>,
}

impl Line {
    fn take(&mut self) -> Option<Answer> {
        self.once.pop_front().or_else(|| self.always.clone())
    }
}

impl Script {
    /// A model that greets.
    pub(super) fn greeting() -> Self {
        let greeting = Answer::talking(Talk::saying("Hello from the scripted upstream."));
        Self {
            for_all: Line {
                once: VecDeque::new(),
                always: Some(greeting),
            },
            by_model: HashMap::new(),
            by_path: HashMap::new(),
            models: None,
            key: None,
            counts: None,
            mind: None,
        }
    }

    /// Chooses the answer to a request.
    pub(super) fn answer(&mut self, request: &Received) -> Answer {
        if self.key.is_some() && self.key != request.key() {
            return Answer::status(401);
        }
        if let Some(answer) = self.by_path.get(request.path()) {
            return answer.clone();
        }
        if let (true, Some(mind)) = (request.asks_a_model(), &mut self.mind) {
            return (mind.0)(request);
        }
        if request.asks_a_model() {
            return self.answer_of_model(request);
        }
        self.answer_beside(request)
    }

    fn answer_of_model(&mut self, request: &Received) -> Answer {
        let model = request.model();
        let unknown = self
            .models
            .as_ref()
            .is_some_and(|models| !models.contains(&model));
        if unknown {
            return Answer::status(404);
        }
        let own = self.by_model.get_mut(&model).and_then(Line::take);
        own.or_else(|| self.for_all.take())
            .unwrap_or_else(|| Answer::status(500))
    }

    /// The answers to all that is no conversation.
    fn answer_beside(&self, request: &Received) -> Answer {
        let names = self
            .models
            .clone()
            .unwrap_or_else(|| vec!["scripted-model".to_owned()]);
        let path = request.path();
        let body = match (request.protocol(), self.counts) {
            (Protocol::Gemini, Some(count)) if path.ends_with(":countTokens") => {
                gemini::count(count)
            }
            (Protocol::Anthropic, Some(count)) if path.ends_with("/count_tokens") => {
                anthropic::count(count)
            }
            _ if path.ends_with("/models") && request.header("x-goog-api-key").is_some() => {
                gemini::models(&names)
            }
            _ if path.ends_with("/models") && request.header("anthropic-version").is_some() => {
                anthropic::models(&names)
            }
            _ if path.ends_with("/models") => openai::models(&names),
            _ if path.ends_with("/embeddings") => openai::embeddings(&request.model()),
            _ if matches!(path, "/" | "/v1") => json!({}),
            _ => return Answer::status(404),
        };
        Answer::json(&body)
    }
}

//! A request as the model understands it, whichever protocol it came in.

use serde_json::Value;

/// A request: what is offered and what was said.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// The tools it may call.
    pub(crate) tools: Vec<Tool>,
    /// The tool that it must call.
    pub(crate) must_call: Option<String>,
    /// The JSON schema that its answer has to follow.
    pub(crate) format: Option<Value>,
    /// Whether it is to think.
    pub(crate) thinks: bool,
    /// The conversation, in its order.
    pub(crate) said: Vec<Said>,
}

/// A tool as it is declared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tool {
    /// Its name.
    pub(crate) name: String,
    /// The namespace it stands in.
    pub(crate) namespace: Option<String>,
    /// The schema of its arguments; null when it takes free text.
    pub(crate) schema: Value,
}

/// One thing of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Said {
    /// The user's words.
    User(String),
    /// The user's image: its media type and its bytes in base64.
    Image(String, String),
    /// The model's thoughts, sealed or not.
    Thought(String, Option<String>),
    /// The model's words.
    Answer(String),
    /// The model's call: its id and the tool's name.
    Call(String, String),
    /// A tool's result: the call's id and the text.
    Result(String, String),
}

impl Reading {
    /// What was said since the user last said something with `marker` in it.
    pub(crate) fn since(&self, marker: &str) -> Option<&[Said]> {
        let marks = |said: &Said| matches!(said, Said::User(text) if text.contains(marker));
        let at = self.said.iter().rposition(marks)?;
        Some(&self.said[at + 1..])
    }
}

impl Tool {
    /// Whether this is the tool of that name, also when something was put before the name.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.strip_suffix(name).is_some_and(|before| {
            before.is_empty() || before.ends_with(|last: char| !last.is_alphanumeric())
        })
    }

    /// The names of its parameters.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &String> {
        self.schema["properties"]
            .as_object()
            .into_iter()
            .flat_map(|properties| properties.keys())
    }
}

/// The texts of the results.
pub(crate) fn results(said: &[Said]) -> impl Iterator<Item = &str> {
    said.iter().filter_map(|said| match said {
        Said::Result(_, text) => Some(text.as_str()),
        Said::User(_) | Said::Image(..) | Said::Thought(..) | Said::Answer(_) | Said::Call(..) => {
            None
        }
    })
}

//! What a request leaves behind so that its answer finds the way back.

use std::collections::HashMap;
use std::sync::Arc;

use super::ReasoningForm;
use super::search::Search;
use crate::Protocol;
use crate::codec::Reply;
use crate::quirks::Quirks;
use crate::request::ToolName;

/// What brings an answer back to the client's protocol.
#[derive(Debug, Clone)]
pub struct WayBack {
    /// What the client speaks.
    pub(super) client: Protocol,
    /// What the provider speaks.
    pub(super) target: Protocol,
    /// The gateway's tag for the provider, for the carriers of its answer.
    pub(super) provider: String,
    /// How the provider differs from its protocol's book.
    pub(super) quirks: Arc<Quirks>,
    /// How the client takes the model's thoughts.
    pub(super) reasoning: ReasoningForm,
    /// What the writer of the answer has to know.
    pub(super) reply: Reply,
    /// The tools' names, as the client knows them.
    pub(super) names: Names,
    /// The searches that the gateway makes for the target, if the client wants any.
    pub(super) search: Option<Arc<Search>>,
}

impl WayBack {
    /// Whether the answer may want searches.
    pub fn searches(&self) -> bool {
        self.search.is_some()
    }
}

/// The tools' names at the provider, and what the client calls them.
///
/// Ids of calls need no such table: the ids of an answer are the provider's own, and those of the history stay
/// with the client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Names(HashMap<String, Known>);

/// A tool as the client knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// Its name there.
    pub(super) tool: ToolName,
    /// Whether its free text travels as the one argument `input` of a function.
    pub(super) wraps: bool,
}

impl Names {
    /// Notes what the client calls the tool that the provider knows as `name`.
    pub(super) fn note(&mut self, name: String, known: Known) {
        self.0.insert(name, known);
    }

    /// What the client calls a tool; nothing if it has the same name and form on both sides.
    pub(super) fn known(&self, name: &str) -> Option<&Known> {
        self.0.get(name)
    }
}

//! What a client asks, before anybody is asked.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};
use keyway_protocols::{Protocol, cross::ReasoningForm, envelope};

use crate::{ids::KeyId, toolloop::Searcher, upstream::address::Action};

/// What the client asked, ready to be sent to any target.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    /// The method, for endpoints that are passed through.
    pub method: Method,
    /// The protocol the client speaks.
    pub protocol: Protocol,
    /// What is asked of the upstream.
    pub action: OwnedAction,
    /// The client's headers.
    pub headers: &'a HeaderMap,
    /// The client's query, without its key.
    pub query: Option<String>,
    /// The body as it came.
    pub pieces: Vec<Bytes>,
    /// Where the model's name stands in it; Gemini has it in the path.
    pub spot: Option<Spot>,
    /// What else there is to know of a turn of a conversation, which may have to be said in another protocol.
    pub turn: Option<Turn>,
}

/// A turn of a conversation, as far as its body does not say it.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    /// The exchange it belongs to.
    pub id: Arc<str>,
    /// The key it is asked with, whose thoughts may be recalled.
    pub key: KeyId,
    /// The name the client knows the model by.
    pub alias: Arc<str>,
    /// Whether events are wanted, where the path says it.
    pub streamed: Option<bool>,
    /// Whether they are wanted as a JSON list (Gemini without `alt=sse`).
    pub list: bool,
    /// How the client takes the model's thoughts.
    pub reasoning: ReasoningForm,
    /// Whether the conversation is to be summed up (`/responses/compact`).
    pub compacts: bool,
    /// What searches the web for targets that do not, for clients that leave that to them.
    pub searcher: Option<Searcher>,
}

/// Where the model's name stands in a body, and how it is written there.
#[derive(Debug)]
pub(super) enum Spot {
    /// In JSON, quoted.
    Json(envelope::ModelSpot),
    /// In a form, as it is.
    Form(envelope::ModelSpot),
}

/// An [`Action`] that owns its path.
#[derive(Debug, Clone)]
pub(super) enum OwnedAction {
    /// The protocol's main endpoint.
    Generate {
        /// Whether Gemini's streaming form is meant.
        streamed: bool,
    },
    /// Counting tokens.
    CountTokens,
    /// A path below the base URL.
    Below(String),
}

impl OwnedAction {
    /// The same, lent.
    pub(super) fn borrowed(&self) -> Action<'_> {
        match self {
            Self::Generate { streamed } => Action::Generate {
                streamed: *streamed,
            },
            Self::CountTokens => Action::CountTokens,
            Self::Below(path) => Action::Below(path),
        }
    }
}

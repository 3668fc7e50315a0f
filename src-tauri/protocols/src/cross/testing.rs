//! Ways back for tests, without the requests that lead to them.

use std::sync::Arc;

use super::ReasoningForm;
use super::way_back::{Known, Names, WayBack};
use crate::Protocol;
use crate::codec::Reply;
use crate::quirks::Quirks;
use crate::request::ToolName;

/// A way back from a provider that is like its protocol's book.
pub(super) fn way(client: Protocol, target: Protocol) -> WayBack {
    WayBack {
        client,
        target,
        provider: "prov".to_owned(),
        quirks: Arc::new(Quirks::book(target)),
        reasoning: ReasoningForm::Native,
        reply: Reply {
            model: "alias".to_owned(),
            id: "0001".to_owned(),
            created: 1_700_000_000,
            stream_usage: true,
            input_estimate: 11,
            ..Reply::default()
        },
        names: Names::default(),
        search: None,
    }
}

impl WayBack {
    /// Has a tool that the provider knows as `name`.
    pub(super) fn with_tool(mut self, name: &str, tool: ToolName, wraps: bool) -> Self {
        self.names.note(name.to_owned(), Known { tool, wraps });
        self
    }
}

//! A client that asks for its conversation to be summed up gets a summary that it can go on from.

use serde_json::Value;

use crate::part::{Kind, Part};
use crate::request::{Request, Role, ToolChoice, Turn};

/// What asks a model for a summary.
const ASK: &str = "Sum up the conversation so far, so that you can go on from your summary alone. Say what the user \
    wants, what was decided and why, what was done (with names of files, commands and identifiers), what the results \
    were, and what is left to do. Quote what has to be kept word for word. Answer with the summary only.";

/// Turns the item that asks for a compaction into a question; says whether there was one.
pub(crate) fn ask(request: &mut Request) -> bool {
    let mut is_asked = false;
    for turn in &mut request.turns {
        let count = turn.content.list.len();
        turn.content.list.retain(|part| !is_trigger(part));
        is_asked |= turn.content.list.len() < count;
    }
    if is_asked {
        request
            .turns
            .push(Turn::of(Role::User, vec![Part::text(ASK)]));
        request.tool_choice = Some(ToolChoice::None);
        request.format = None;
    }
    is_asked
}

fn is_trigger(part: &Part) -> bool {
    let Kind::Foreign(foreign) = &part.kind else {
        return false;
    };
    foreign.value.get("type").and_then(Value::as_str) == Some("compaction_trigger")
}

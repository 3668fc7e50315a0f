//! What needs a memory that a conversion has not: requests that lean on it are refused.

use serde_json::Value;

use super::fields::Field;
use super::way::Way;
use crate::codec::Unsayable;
use crate::loss::{How, Losses, Weight};
use crate::part::Kind;
use crate::request::Request;
use crate::{Protocol, gemini};

/// Fields that cannot be left out without changing what is asked, and what to do about them.
const STATEFUL: [(Protocol, &str, &str); 8] = [
    (
        Protocol::OpenAiResponses,
        "previous_response_id",
        "earlier answers are not kept; send the whole conversation in input",
    ),
    (
        Protocol::OpenAiResponses,
        "conversation",
        "conversations are not kept; send the whole conversation in input",
    ),
    (
        Protocol::OpenAiResponses,
        "prompt",
        "stored prompts cannot be read; send the prompt itself",
    ),
    (
        Protocol::OpenAiResponses,
        "background",
        "this model answers in the foreground only; leave background out",
    ),
    (
        Protocol::Anthropic,
        "thread",
        "threads are not kept; send the whole conversation in messages",
    ),
    (
        Protocol::Anthropic,
        "mcp_servers",
        "this model cannot reach MCP servers; offer their tools instead",
    ),
    (
        Protocol::OpenAi,
        "audio",
        "this model does not answer in sound; leave audio out",
    ),
    (
        Protocol::OpenAi,
        "modalities",
        "this model answers in text only; leave modalities out",
    ),
];

/// Refuses what needs a memory at the provider, and several answers where only one is given.
pub(super) fn state(
    request: &mut Request,
    way: &Way<'_>,
    losses: &mut Losses,
) -> Result<(), Unsayable> {
    for (protocol, key, message) in STATEFUL {
        let asked = request.extra.get(protocol, key);
        if asked.is_some_and(|value| is_asked(key, value)) {
            return Err(Unsayable::new(key, message));
        }
    }
    if way.client == Protocol::Gemini {
        gemini::refusals(request)?;
    }
    references(request)?;
    if request.extra.get(Protocol::OpenAiResponses, "store") == Some(&Value::Bool(true)) {
        losses.add(
            "store",
            How::Replaced,
            Weight::Harmless,
            "answers are not kept",
        );
    }
    answers(request, way)
}

/// Whether a field asks for anything: `null`, `false` and text as the only modality do not.
fn is_asked(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Array(list) if key == "modalities" => list
            .iter()
            .any(|modality| modality.as_str() != Some("text")),
        Value::Array(list) => !list.is_empty(),
        Value::Number(_) | Value::String(_) | Value::Object(_) => true,
    }
}

/// An item that is named but not sent cannot be looked up.
fn references(request: &Request) -> Result<(), Unsayable> {
    for (index, turn) in request.turns.iter().enumerate() {
        for part in turn.parts() {
            let Kind::Foreign(foreign) = &part.kind else {
                continue;
            };
            let kind = foreign.value.get("type").and_then(Value::as_str);
            // Responses knows references without a type, too.
            let is_bare = kind.is_none() && foreign.origin == Protocol::OpenAiResponses;
            if kind == Some("item_reference") || is_bare {
                let field = format!("input[{index}]");
                return Err(Unsayable::new(
                    field,
                    "items are not kept; send the item itself",
                ));
            }
        }
    }
    Ok(())
}

fn answers(request: &mut Request, way: &Way<'_>) -> Result<(), Unsayable> {
    let Some(wanted) = request.answers else {
        return Ok(());
    };
    let gives_several = way.is_to(Protocol::OpenAi) || way.is_to(Protocol::Gemini);
    if wanted > 1 && (!gives_several || request.stream == Some(true)) {
        let message = "this model gives one answer at a time; ask for one";
        return Err(way.refuse(Field::Answers, message));
    }
    if wanted <= 1 {
        request.answers = None;
    }
    Ok(())
}

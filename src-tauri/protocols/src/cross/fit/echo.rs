//! Some Chat models want their own thoughts back, each in its own way; others refuse to see any.

use super::way::Way;
use crate::Protocol;
use crate::carrier::Opaque;
use crate::part::{Kind, Part, Reasoning};
use crate::quirks::Echo;
use crate::request::{Request, Role, Turn};

/// Leaves thoughts in the turns that the target wants them in, and puts empty ones where it insists.
pub(super) fn arrange(request: &mut Request, way: &Way<'_>) {
    if !way.is_to(Protocol::OpenAi) {
        return;
    }
    let question = request.turns.iter().rposition(is_question).unwrap_or(0);
    for (index, turn) in request.turns.iter_mut().enumerate() {
        if turn.role != Role::Assistant {
            continue;
        }
        let calls = turn.parts().iter().any(|part| part.as_call().is_some());
        let (wanted, needed) = match way.quirks().reasoning_echo {
            Echo::Never => (false, false),
            Echo::ToolLoops => (calls && index > question, calls && index > question),
            Echo::ToolCalls => (calls, calls),
            Echo::Always => (true, false),
        };
        settle(turn, wanted, needed);
    }
}

/// Whether the client asks something in this turn, instead of answering calls.
fn is_question(turn: &Turn) -> bool {
    turn.role == Role::User && !turn.parts().iter().any(|part| part.as_result().is_some())
}

fn settle(turn: &mut Turn, wanted: bool, needed: bool) {
    let list = &mut turn.content.list;
    list.retain(|part| match &part.kind {
        Kind::Reasoning(reasoning) => wanted || has_details(reasoning),
        Kind::Text(_)
        | Kind::Refusal(_)
        | Kind::Image(_)
        | Kind::Audio(_)
        | Kind::Document(_)
        | Kind::Call(_)
        | Kind::Result(_)
        | Kind::Foreign(_) => true,
    });
    let has_any = list
        .iter()
        .any(|part| matches!(part.kind, Kind::Reasoning(_)));
    if needed && !has_any {
        list.insert(0, Part::new(Kind::Reasoning(Reasoning::default())));
    }
}

/// `reasoning_details` go back wherever they came from.
fn has_details(reasoning: &Reasoning) -> bool {
    let opaque = reasoning.carrier.as_ref().map(|carrier| &carrier.opaque);
    matches!(opaque, Some(Opaque::Details(_)))
}

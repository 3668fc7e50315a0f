//! Every call is followed by its result, and every result follows a call: providers insist on it.

use std::collections::{HashMap, HashSet};

use super::fields::Field;
use super::way::Way;
use crate::loss::{How, Losses, Weight};
use crate::part::{Call, Kind, Part, Parts, ToolResult};
use crate::request::{Request, Role, Turn};

/// What stands for the result of a call that was interrupted.
const ABORTED: &str = "The call was interrupted: there is no result.";

/// What is said before a result whose call is not in the conversation.
const ORPHAN: &str = "The result of a call that is no longer part of the conversation:";

/// Puts the results of each turn's calls directly behind it, in the order of the calls, before anything else.
///
/// Missing results are made up, of several for one call the last counts, and those of no call become text.
pub(super) fn join(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    let mut results = Results::collect(&mut request.turns);
    let mut joined: Vec<Turn> = Vec::with_capacity(request.turns.len());
    for mut turn in std::mem::take(&mut request.turns) {
        tell_orphans(&mut turn, way, losses);
        let answers: Vec<Part> = calls(&turn)
            .map(|call| results.take(call, way, losses))
            .collect();
        joined.push(turn);
        if !answers.is_empty() {
            joined.push(Turn::of(Role::User, answers));
        }
    }
    request.turns = joined;
}

fn calls(turn: &Turn) -> impl Iterator<Item = &Call> {
    turn.parts().iter().filter_map(Part::as_call)
}

/// The results of the conversation, taken out of their turns.
struct Results(HashMap<String, Part>);

impl Results {
    /// Takes those that answer an earlier call; the others stay where they are.
    fn collect(turns: &mut [Turn]) -> Self {
        let mut called: HashSet<String> = HashSet::new();
        let mut results = HashMap::new();
        for turn in turns {
            let parts = std::mem::take(&mut turn.content.list);
            for part in parts {
                if let Some(call) = part.as_call() {
                    called.insert(call.id.clone());
                }
                match part.as_result().map(|result| result.call.clone()) {
                    Some(id) if called.contains(&id) => {
                        results.insert(id, part);
                    }
                    Some(_) | None => turn.content.list.push(part),
                }
            }
        }
        Self(results)
    }

    /// The result of a call, which also learns the tool's name.
    fn take(&mut self, call: &Call, way: &Way<'_>, losses: &mut Losses) -> Part {
        let mut part = self.0.remove(&call.id).unwrap_or_else(|| {
            way.note(
                Field::Turns,
                How::Replaced,
                "a result that was missing",
                losses,
            );
            aborted(call)
        });
        if let Kind::Result(result) = &mut part.kind {
            result.name = Some(call.name.clone());
        }
        part
    }
}

fn aborted(call: &Call) -> Part {
    Part::new(Kind::Result(ToolResult {
        call: call.id.clone(),
        name: None,
        form: call.form,
        is_error: Some(true),
        content: Parts::plain(ABORTED),
    }))
}

/// Results that belong to no call are told in words, with what they hold.
fn tell_orphans(turn: &mut Turn, way: &Way<'_>, losses: &mut Losses) {
    if turn.parts().iter().all(|part| part.as_result().is_none()) {
        return;
    }
    let parts = std::mem::take(&mut turn.content.list);
    let mut list = Vec::with_capacity(parts.len());
    for part in parts {
        if let Kind::Result(result) = part.kind {
            let field = format!("{}[tool_result]", way.any_part());
            losses.add(
                field,
                How::Replaced,
                Weight::Notable,
                "a text: its call is gone",
            );
            list.push(Part::text(ORPHAN));
            list.extend(result.content.list);
        } else {
            list.push(part);
        }
    }
    turn.content = Parts::list(list);
}

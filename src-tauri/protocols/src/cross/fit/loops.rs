//! Older Anthropic models think in a tool loop only if they did so from its beginning.

use super::fields::Field;
use super::way::Way;
use crate::Protocol;
use crate::carrier::Opaque;
use crate::loss::{How, Losses};
use crate::part::{Kind, Part};
use crate::quirks::ReasoningStyle;
use crate::request::{Request, Role, ThinkingMode, Turn};

/// Turns thinking off where a turn of the running loop lacks its signed thoughts; then no thoughts go along at all.
///
/// Says whether it turned thinking off.
pub(super) fn check(request: &mut Request, way: &Way<'_>, losses: &mut Losses) -> bool {
    if !way.is_to(Protocol::Anthropic) {
        return false;
    }
    let is_budget = request.thinking.mode == Some(ThinkingMode::On);
    let breaks = is_budget && running(&request.turns).any(|turn| !begins_with_thoughts(turn));
    if breaks {
        request.thinking.mode = Some(ThinkingMode::Off);
        request.thinking.budget = None;
        way.note(
            Field::Thinking,
            How::Replaced,
            "off: earlier thoughts are another model's",
            losses,
        );
    }
    let may_think = match way.quirks().reasoning {
        ReasoningStyle::Adaptive => request.thinking.mode != Some(ThinkingMode::Off),
        ReasoningStyle::None
        | ReasoningStyle::Effort
        | ReasoningStyle::Budget
        | ReasoningStyle::Level
        | ReasoningStyle::Switch
        | ReasoningStyle::SwitchAndEffort
        | ReasoningStyle::EnableThinking
        | ReasoningStyle::Object => {
            matches!(
                request.thinking.mode,
                Some(ThinkingMode::On | ThinkingMode::Adaptive)
            )
        }
    };
    if !may_think {
        for turn in &mut request.turns {
            turn.content
                .list
                .retain(|part| !matches!(part.kind, Kind::Reasoning(_)));
        }
    }
    breaks
}

/// Drops thoughts that nothing follows: what they led to is gone, and they are refused without it.
pub(super) fn prune(request: &mut Request, way: &Way<'_>) {
    if way.is_to(Protocol::Gemini) {
        // A signature may end a turn, but is none by itself.
        let is_thought = |part: &Part| matches!(part.kind, Kind::Reasoning(_));
        for turn in &mut request.turns {
            if turn.parts().iter().all(is_thought) {
                turn.content.list.clear();
            }
        }
    }
    if !way.is_to(Protocol::Anthropic) && !way.is_to(Protocol::OpenAiResponses) {
        return;
    }
    for turn in &mut request.turns {
        let list = &mut turn.content.list;
        while matches!(list.last(), Some(part) if matches!(part.kind, Kind::Reasoning(_))) {
            list.pop();
        }
    }
}

/// The model's turns with calls since the last question.
fn running(turns: &[Turn]) -> impl Iterator<Item = &Turn> {
    let has_result = |turn: &Turn| turn.parts().iter().any(|part| part.as_result().is_some());
    let question = turns
        .iter()
        .rposition(|turn| turn.role == Role::User && !has_result(turn));
    let calls = |turn: &&Turn| turn.parts().iter().any(|part| part.as_call().is_some());
    turns[question.unwrap_or(0)..]
        .iter()
        .filter(|turn| turn.role == Role::Assistant)
        .filter(calls)
}

fn begins_with_thoughts(turn: &Turn) -> bool {
    turn.parts().first().is_some_and(is_signed)
}

fn is_signed(part: &Part) -> bool {
    let Kind::Reasoning(reasoning) = &part.kind else {
        return false;
    };
    let opaque = reasoning.carrier.as_ref().map(|carrier| &carrier.opaque);
    matches!(opaque, Some(Opaque::Signature(_) | Opaque::Redacted(_)))
}

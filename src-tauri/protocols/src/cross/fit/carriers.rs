//! Thoughts go back to whom they are from; another provider gets their words at most.

use super::way::Way;
use crate::Protocol;
use crate::carrier::{Carrier, Opaque};
use crate::cross::{Memory, Thought};
use crate::loss::{Losses, Weight};
use crate::part::{Call, Kind, Part, Reasoning};
use crate::quirks::Echo;
use crate::request::{Request, Role};

/// Keeps the thoughts that the target can read, finds those that the client did not bring back, drops the rest.
pub(super) fn settle(
    request: &mut Request,
    way: &Way<'_>,
    memory: &dyn Memory,
    losses: &mut Losses,
) {
    for turn in &mut request.turns {
        let parts = std::mem::take(&mut turn.content.list);
        let is_model = turn.role == Role::Assistant;
        turn.content.list = settled(parts, is_model, way, memory, losses);
    }
}

fn settled(
    parts: Vec<Part>,
    is_model: bool,
    way: &Way<'_>,
    memory: &dyn Memory,
    losses: &mut Losses,
) -> Vec<Part> {
    let mut kept: Vec<Part> = Vec::with_capacity(parts.len());
    let mut has_thought = false;
    for mut part in parts {
        match &mut part.kind {
            Kind::Reasoning(reasoning) => {
                let had_carrier = (reasoning.carrier.as_ref()).is_some_and(|own| !own.is_bare());
                open(reasoning, way);
                if is_of_use(reasoning, way) {
                    has_thought = true;
                    kept.push(part);
                } else {
                    note(had_carrier, way, losses);
                }
            }
            Kind::Call(call) if is_model => {
                recall(call, has_thought, &mut kept, way, memory);
                has_thought = false;
                kept.push(part);
            }
            Kind::Call(_)
            | Kind::Text(_)
            | Kind::Refusal(_)
            | Kind::Image(_)
            | Kind::Audio(_)
            | Kind::Document(_)
            | Kind::Result(_)
            | Kind::Foreign(_) => kept.push(part),
        }
    }
    kept
}

/// Unwraps what is for this provider, takes away what is not.
fn open(reasoning: &mut Reasoning, way: &Way<'_>) {
    let Some(carrier) = reasoning.carrier.take() else {
        return;
    };
    if !is_readable(&carrier, way) {
        return;
    }
    match carrier.opaque {
        Opaque::Plain(text) => {
            if reasoning.text.is_empty() {
                reasoning.text = text;
            }
        }
        opaque @ (Opaque::Signature(_)
        | Opaque::Redacted(_)
        | Opaque::Encrypted(_)
        | Opaque::Thought(_)
        | Opaque::Details(_)) => {
            if way.is_to(Protocol::Gemini) {
                reasoning.text.clear();
            }
            reasoning.carrier = Some(Carrier::genuine(opaque));
        }
    }
}

/// Whether the target made it, or somebody who makes such for the same protocol.
fn is_readable(carrier: &Carrier, way: &Way<'_>) -> bool {
    if carrier.is_broken() {
        return false;
    }
    let is_from_there = carrier.provider.is_empty() || carrier.is_for(way.target.provider);
    is_from_there && carrier.protocol() == way.target.protocol
}

fn is_of_use(reasoning: &Reasoning, way: &Way<'_>) -> bool {
    reasoning.carrier.is_some() || (takes_text(way) && !reasoning.text.is_empty())
}

/// Whether the target reads thoughts as plain text.
fn takes_text(way: &Way<'_>) -> bool {
    way.is_to(Protocol::OpenAi) && way.quirks().reasoning_echo != Echo::Never
}

fn note(had_carrier: bool, way: &Way<'_>, losses: &mut Losses) {
    let weight = if had_carrier {
        Weight::Notable
    } else {
        Weight::Harmless
    };
    losses.dropped(format!("{}.thinking", way.any_part()), weight);
}

/// Looks for the thoughts before a call where the client did not bring them back, or without their text.
fn recall(
    call: &Call,
    has_thought: bool,
    kept: &mut Vec<Part>,
    way: &Way<'_>,
    memory: &dyn Memory,
) {
    let before = thought_before(kept);
    let lacks_text = way.is_to(Protocol::Anthropic)
        && before
            .as_ref()
            .is_some_and(|reasoning| reasoning.text.is_empty());
    if has_thought && !lacks_text {
        return;
    }
    let Some(found) = memory
        .recall(&call.id)
        .and_then(|thought| remembered(thought, way))
    else {
        return;
    };
    match before {
        Some(reasoning) if reasoning.carrier == found.carrier => reasoning.text = found.text,
        Some(_) | None if has_thought => {}
        Some(_) | None => kept.push(Part::new(Kind::Reasoning(found))),
    }
}

/// The thought that the next call belongs to; words may stand between the two.
fn thought_before(kept: &mut [Part]) -> Option<&mut Reasoning> {
    let since = kept
        .iter_mut()
        .rev()
        .take_while(|part| !matches!(part.kind, Kind::Call(_)));
    let mut thoughts = since.filter_map(|part| match &mut part.kind {
        Kind::Reasoning(reasoning) => Some(reasoning),
        Kind::Text(_)
        | Kind::Refusal(_)
        | Kind::Image(_)
        | Kind::Audio(_)
        | Kind::Document(_)
        | Kind::Call(_)
        | Kind::Result(_)
        | Kind::Foreign(_) => None,
    });
    thoughts.next()
}

fn remembered(thought: Thought, way: &Way<'_>) -> Option<Reasoning> {
    let mut reasoning = Reasoning {
        text: thought.text,
        carrier: thought.carrier,
    };
    open(&mut reasoning, way);
    is_of_use(&reasoning, way).then_some(reasoning)
}

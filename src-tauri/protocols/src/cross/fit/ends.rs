//! How a conversation begins and ends.

use super::fields::Field;
use super::way::Way;
use crate::Protocol;
use crate::loss::{How, Losses, Weight};
use crate::part::{Kind, Part, Parts};
use crate::request::{Request, Role, Turn};

/// What stands for the beginning that a trimmed conversation lacks.
const CONTINUED: &str = "(continued)";
/// What asks a model to go on that cannot be given the beginning of its answer.
const GO_ON: &str = "Continue.";

/// Lets the user speak first where the target insists, and sees to an answer that is begun in the last turn.
pub(super) fn settle(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    fill(request);
    let insists = way.is_to(Protocol::Anthropic) || way.is_to(Protocol::Gemini);
    let begins_well = request
        .turns
        .first()
        .is_some_and(|turn| turn.role == Role::User);
    if insists && !begins_well {
        request.turns.insert(0, said(CONTINUED));
        losses.add(
            way.name(Field::Turns),
            How::Replaced,
            Weight::Harmless,
            "a first user turn",
        );
    }
    let is_begun = request
        .turns
        .last()
        .is_some_and(|turn| turn.role == Role::Assistant);
    if is_begun && !way.quirks().prefill {
        request.turns.push(said(GO_ON));
        way.note(
            Field::Turns,
            How::Replaced,
            "a last user turn: answers cannot be begun",
            losses,
        );
    } else if is_begun && way.is_to(Protocol::Anthropic) {
        trim(request);
    }
}

/// Instructions alone are asked as a question.
fn fill(request: &mut Request) {
    if !request.turns.is_empty() {
        return;
    }
    let parts = request
        .system
        .take()
        .map(|system| system.list)
        .unwrap_or_default();
    let turn = if parts.is_empty() {
        said(CONTINUED)
    } else {
        Turn::of(Role::User, parts)
    };
    request.turns.push(turn);
}

fn said(text: &str) -> Turn {
    Turn::new(Role::User, Parts::plain(text))
}

/// An answer that is begun may not end in white space.
fn trim(request: &mut Request) {
    let last = request
        .turns
        .last_mut()
        .and_then(|turn| turn.content.list.last_mut());
    if let Some(Part {
        kind: Kind::Text(text),
        ..
    }) = last
    {
        text.text.truncate(text.text.trim_end().len());
    }
}

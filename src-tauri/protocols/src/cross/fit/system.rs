//! Instructions: those at the beginning hold for the whole conversation, later ones stay where they are said.

use super::way::Way;
use crate::Protocol;
use crate::loss::{How, Losses, Weight};
use crate::part::{Kind, Part, Parts};
use crate::request::{Request, Role, Turn};

/// How a reminder begins; Claude's own clients mark instructions amid a conversation this way.
const OPEN: &str = "<system-reminder>";
const CLOSE: &str = "</system-reminder>";

/// Moves leading instructions to the system prompt, and turns later ones into reminders where the target knows no
/// instructions but at the beginning.
pub(super) fn place(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    lead(request);
    let roles: Vec<Role> = request.turns.iter().map(|turn| turn.role).collect();
    for (index, turn) in request.turns.iter_mut().enumerate() {
        if is_instruction(turn.role) && !may_stay(&roles, index, way) {
            remind(turn);
            let place = format!("{}[].role", way.name(super::fields::Field::Turns));
            losses.add(
                place,
                How::Replaced,
                Weight::Harmless,
                "a reminder in a user turn",
            );
        } else if turn.role == Role::System && way.quirks().developer_role {
            // Models that know developers want one kind of instruction, not both.
            turn.role = Role::Developer;
        }
    }
}

fn is_instruction(role: Role) -> bool {
    matches!(role, Role::System | Role::Developer)
}

fn lead(request: &mut Request) {
    let count = request
        .turns
        .iter()
        .take_while(|turn| is_instruction(turn.role))
        .count();
    let leading: Vec<Part> = request
        .turns
        .drain(..count)
        .flat_map(|turn| turn.content.list)
        .collect();
    let mut parts = request
        .system
        .take()
        .map(|system| system.list)
        .unwrap_or_default();
    parts.extend(leading);
    parts.retain(|part| part.as_text().is_some_and(|text| !text.trim().is_empty()));
    if !parts.is_empty() {
        let plain = parts.len() == 1;
        request.system = Some(Parts { list: parts, plain });
    }
}

/// Anthropic takes instructions only between a user's turn and the model's; others anywhere, if at all.
fn may_stay(roles: &[Role], index: usize, way: &Way<'_>) -> bool {
    if !way.quirks().late_system || way.is_to(Protocol::Gemini) {
        return false;
    }
    let before = index.checked_sub(1).and_then(|before| roles.get(before));
    let after = roles.get(index + 1);
    !way.is_to(Protocol::Anthropic)
        || (before == Some(&Role::User) && matches!(after, None | Some(Role::Assistant)))
}

fn remind(turn: &mut Turn) {
    turn.role = Role::User;
    turn.content.plain = false;
    for part in &mut turn.content.list {
        if let Kind::Text(text) = &mut part.kind
            && !text.text.trim_start().starts_with(OPEN)
            && !text.text.trim().is_empty()
        {
            text.text = format!("{OPEN}\n{}\n{CLOSE}", text.text);
        }
    }
}

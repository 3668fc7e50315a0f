//! Only models think and call, and only clients bring results, whoever's turn a client puts them in.

use crate::part::{Kind, Part};
use crate::request::{Request, Role, Turn};

/// Splits turns so that every part stands in a turn of the role it belongs to.
pub(super) fn sort(request: &mut Request) {
    let is_sorted = |turn: &Turn| {
        turn.parts()
            .iter()
            .all(|part| owner(part, turn.role) == turn.role)
    };
    if request.turns.iter().all(is_sorted) {
        return;
    }
    let turns = std::mem::take(&mut request.turns);
    for turn in turns {
        if is_sorted(&turn) {
            request.turns.push(turn);
        } else {
            split(turn, &mut request.turns);
        }
    }
}

fn split(turn: Turn, turns: &mut Vec<Turn>) {
    let mut piece: Vec<Part> = Vec::new();
    let mut role = turn.role;
    for part in turn.content.list {
        let owner = owner(&part, turn.role);
        if owner != role && !piece.is_empty() {
            turns.push(Turn::of(role, std::mem::take(&mut piece)));
        }
        role = owner;
        piece.push(part);
    }
    turns.push(Turn::of(role, piece));
}

/// Who a part can be from; most can be from anybody.
fn owner(part: &Part, role: Role) -> Role {
    match &part.kind {
        Kind::Call(_) | Kind::Reasoning(_) => Role::Assistant,
        Kind::Result(_) => Role::User,
        Kind::Text(_)
        | Kind::Refusal(_)
        | Kind::Image(_)
        | Kind::Audio(_)
        | Kind::Document(_)
        | Kind::Foreign(_) => role,
    }
}

//! Neighbours that say the same person's words become one turn.

use super::way::Way;
use crate::extra::Place;
use crate::loss::Losses;
use crate::part::Parts;
use crate::request::{Request, Turn};

/// Merges turns of the same role that follow each other, and drops those in which nothing is said.
pub(super) fn neighbours(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    let mut merged: Vec<Turn> = Vec::with_capacity(request.turns.len());
    for turn in std::mem::take(&mut request.turns) {
        if turn.content.list.is_empty() {
            continue;
        }
        match merged.last_mut() {
            Some(last) if last.role == turn.role => join(last, turn, way, losses),
            Some(_) | None => merged.push(turn),
        }
    }
    request.turns = merged;
}

fn join(last: &mut Turn, next: Turn, way: &Way<'_>, losses: &mut Losses) {
    next.extra
        .note_lost(way.target.protocol, Place::Turn, losses);
    let mut parts = std::mem::take(&mut last.content.list);
    parts.extend(next.content.list);
    last.content = Parts::list(parts);
}

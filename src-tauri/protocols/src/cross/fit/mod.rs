//! A request that was read faithfully becomes one that the target takes.
//!
//! Every pass is a function from a request to a better one; what the target is like is told by its quirks. They run
//! in this order:

mod cache;
mod call_ids;
mod carriers;
mod changes;
mod choice;
mod clean;
mod compaction;
mod custom;
mod echo;
mod empty;
mod ends;
mod fields;
mod foreign;
mod format;
pub(super) mod hosted;
mod limits;
mod loops;
mod media;
mod merge;
mod names;
mod pairs;
mod plain;
mod privacy;
mod refuse;
mod results;
mod roles;
mod straight;
mod system;
#[cfg(test)]
mod tests;
mod thinking;
mod tools;
pub(super) mod way;

use super::Memory;
use super::way_back::Names;
use crate::codec::Unsayable;
use crate::loss::Losses;
use crate::request::Request;
pub(super) use clean::clean;
pub(super) use compaction::ask as compaction;
use way::Way;

/// Fits a request to its target, or passes it to one of the client's own protocol as it came.
pub(super) fn fit_or_pass(
    request: &mut Request,
    way: &Way<'_>,
    memory: &dyn Memory,
    losses: &mut Losses,
) -> Result<Names, Unsayable> {
    if way.is_straight() {
        Ok(straight::pass(request, way, losses))
    } else {
        fit(request, way, memory, losses)
    }
}

/// Fits a request to its target; the names of its tools are noted for the way back.
fn fit(
    request: &mut Request,
    way: &Way<'_>,
    memory: &dyn Memory,
    losses: &mut Losses,
) -> Result<Names, Unsayable> {
    // What cannot be said is refused before anything is changed, while places are still the client's.
    refuse::state(request, way, losses)?;
    media::settle(request, way, losses)?;
    let names = words(request, way, memory, losses)?;
    turns(request, way, losses);
    controls(request, way, losses);
    last(request, way, losses);
    Ok(names)
}

/// What is said and with which tools.
fn words(
    request: &mut Request,
    way: &Way<'_>,
    memory: &dyn Memory,
    losses: &mut Losses,
) -> Result<Names, Unsayable> {
    // Tools offered amid the conversation are offered from the start.
    changes::apply(request, way, losses);
    roles::sort(request);
    // A thought may stand in the turn before that of its call, and calls of several turns are answered together.
    merge::neighbours(request, way, losses);
    // Thoughts are remembered by the ids that the client knows, so before ids change.
    carriers::settle(request, way, memory, losses);
    privacy::keep(request, way, losses);
    foreign::tell(request, way, losses);
    system::place(request, way, losses);
    hosted::settle(request, way, losses)?;
    // Names are settled while custom tools can still be told from functions.
    let names = names::settle(request, way, losses);
    custom::wrap(request, way);
    tools::settle(request, way, losses)?;
    choice::settle(request, way, losses);
    call_ids::settle(request, way);
    Ok(names)
}

/// Who speaks when.
fn turns(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    empty::sweep(request);
    pairs::join(request, way, losses);
    merge::neighbours(request, way, losses);
    results::unload(request, way);
}

/// How the answer is to be made.
fn controls(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    format::settle(request, way, losses);
    // Thoughts have to fit into the answer's limit.
    limits::length(request, way, losses);
    limits::sampling(request, way, losses);
    thinking::express(request, way, losses);
    loops::check(request, way, losses);
    thinking::give_way(request, way, losses);
}

/// What is left to see to once all that goes is gone.
fn last(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    loops::prune(request, way);
    echo::arrange(request, way);
    // Turns of thoughts only may be gone.
    merge::neighbours(request, way, losses);
    ends::settle(request, way, losses);
    plain::settle(request, way);
    // Marks stand on the parts as they will be sent.
    cache::mark(request, way);
}

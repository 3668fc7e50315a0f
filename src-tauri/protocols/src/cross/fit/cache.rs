//! Where the target may end what it keeps in its prompt cache.

use super::way::Way;
use crate::Protocol;
use crate::part::{Cache, Kind, Part};
use crate::quirks::CacheStyle;
use crate::request::{Request, Role, Tool, Turn};

/// The most marks that Anthropic takes.
const MOST_MARKS: usize = 4;

/// Keeps, makes or drops the marks.
pub(super) fn mark(request: &mut Request, way: &Way<'_>) {
    match way.quirks().cache {
        CacheStyle::Implicit => each(request, |mark| *mark = None),
        CacheStyle::Breakpoint => each(request, |mark| {
            if let Some(cache) = mark {
                cache.ttl = cache.ttl.take().map(|ttl| longer(&ttl, "12h", "30m"));
            }
        }),
        CacheStyle::Anthropic => {
            each(request, |mark| {
                if let Some(cache) = mark {
                    cache.ttl = cache.ttl.take().map(|ttl| longer(&ttl, "1h", "5m"));
                }
            });
            anthropic(request, way);
        }
    }
}

fn anthropic(request: &mut Request, way: &Way<'_>) {
    let mut marks = 0;
    each(request, |mark| marks += usize::from(mark.is_some()));
    if marks == 0 && way.is_to(Protocol::Anthropic) {
        automatic(request, way.client);
    } else if marks > MOST_MARKS {
        thin(request);
    }
    order(request);
}

/// The word for a long or a short time.
fn longer(ttl: &str, long: &str, short: &str) -> String {
    let is_long = matches!(ttl, "1h" | "12h" | "24h");
    if is_long { long } else { short }.to_owned()
}

/// Every place a mark can stand, in the order of the prompt.
fn each(request: &mut Request, mut see: impl FnMut(&mut Option<Cache>)) {
    for tool in &mut request.tools {
        see(&mut tool.cache);
    }
    for part in request
        .system
        .iter_mut()
        .flat_map(|system| &mut system.list)
    {
        see(&mut part.cache);
    }
    for part in request
        .turns
        .iter_mut()
        .flat_map(|turn| &mut turn.content.list)
    {
        if let Kind::Result(result) = &mut part.kind {
            for inner in &mut result.content.list {
                see(&mut inner.cache);
            }
        }
        see(&mut part.cache);
    }
}

/// The last tool, the last instruction and the last two turns of the user.
fn automatic(request: &mut Request, client: Protocol) {
    let is_deferred = |tool: &Tool| tool.extra.get(client, "defer_loading").is_some();
    if let Some(tool) = request.tools.iter_mut().rfind(|tool| !is_deferred(tool)) {
        tool.cache = Some(Cache::default());
    }
    let system = request
        .system
        .iter_mut()
        .flat_map(|system| &mut system.list);
    if let Some(part) = system.rev().find(|part| can_carry(part)) {
        part.cache = Some(Cache::default());
    }
    let is_user = |turn: &&mut Turn| turn.role == Role::User;
    for turn in request.turns.iter_mut().rev().filter(is_user).take(2) {
        if let Some(part) = turn.content.list.iter_mut().rfind(|part| can_carry(part)) {
            part.cache = Some(Cache::default());
        }
    }
}

/// Thoughts and empty texts carry no mark.
fn can_carry(part: &Part) -> bool {
    match &part.kind {
        Kind::Text(text) => !text.text.trim().is_empty(),
        Kind::Reasoning(_) => false,
        Kind::Refusal(_)
        | Kind::Image(_)
        | Kind::Audio(_)
        | Kind::Document(_)
        | Kind::Call(_)
        | Kind::Result(_)
        | Kind::Foreign(_) => true,
    }
}

/// Of too many marks, the last of the tools, the last of the instructions and the last of the conversation stay.
fn thin(request: &mut Request) {
    let tools = last(request.tools.iter_mut().map(|tool| &mut tool.cache), 1);
    let system = request
        .system
        .iter_mut()
        .flat_map(|system| &mut system.list);
    let system = last(system.map(|part| &mut part.cache), 1);
    let mut turns: Vec<&mut Option<Cache>> = Vec::new();
    for part in request
        .turns
        .iter_mut()
        .flat_map(|turn| &mut turn.content.list)
    {
        if let Kind::Result(result) = &mut part.kind {
            turns.extend(result.content.list.iter_mut().map(|inner| &mut inner.cache));
        }
        turns.push(&mut part.cache);
    }
    last(turns.into_iter(), MOST_MARKS - tools - system);
}

/// Leaves the last `most` marks; says how many there are then.
fn last<'a>(marks: impl DoubleEndedIterator<Item = &'a mut Option<Cache>>, most: usize) -> usize {
    let mut left = most;
    for mark in marks.rev().filter(|mark| mark.is_some()) {
        if left == 0 {
            *mark = None;
        } else {
            left -= 1;
        }
    }
    most - left
}

/// Long-lived marks have to come before short-lived ones: behind a short one, all are short.
fn order(request: &mut Request) {
    let mut is_short = false;
    each(request, |mark| {
        if let Some(cache) = mark {
            is_short |= cache.ttl.as_deref() != Some("1h");
            if is_short {
                cache.ttl = None;
            }
        }
    });
}

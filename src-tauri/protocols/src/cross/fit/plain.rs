//! Whether content is a string or a list of parts.

use super::way::Way;
use crate::Protocol;
use crate::part::{Kind, Part, Parts};
use crate::request::{Request, Role};

/// Makes content a string or a list, whichever the target reads best.
pub(super) fn settle(request: &mut Request, way: &Way<'_>) {
    check(request);
    match way.target.protocol {
        Protocol::OpenAi => join(request),
        Protocol::Anthropic => list(request),
        Protocol::OpenAiResponses | Protocol::Gemini => {}
    }
}

/// Content that was a string may hold other things since, and only one text is one string.
fn check(request: &mut Request) {
    request.system.iter_mut().for_each(check_one);
    for turn in &mut request.turns {
        check_one(&mut turn.content);
        for part in &mut turn.content.list {
            if let Kind::Result(result) = &mut part.kind {
                check_one(&mut result.content);
            }
        }
    }
}

fn check_one(content: &mut Parts) {
    content.plain &= match content.list.as_slice() {
        [] => true,
        [one] => one.as_text().is_some(),
        _ => false,
    };
}

/// Cache marks need lists and move on from turn to turn: lists throughout keep what was sent before the same.
fn list(request: &mut Request) {
    let system = request.system.iter_mut();
    for content in system.chain(request.turns.iter_mut().map(|turn| &mut turn.content)) {
        content.plain = false;
    }
}

/// Chat's many vendors read strings more surely than lists of texts; only cache marks need the pieces.
fn join(request: &mut Request) {
    if let Some(system) = request.system.as_mut() {
        joined(system, "\n\n");
    }
    for turn in &mut request.turns {
        for part in &mut turn.content.list {
            if let Kind::Result(result) = &mut part.kind {
                joined(&mut result.content, "\n");
            }
        }
        match turn.role {
            Role::System | Role::Developer => joined(&mut turn.content, "\n\n"),
            Role::User => neighbours(&mut turn.content, "\n\n"),
            Role::Assistant => neighbours(&mut turn.content, ""),
        }
    }
}

fn joined(content: &mut Parts, separator: &str) {
    let is_text = content.list.iter().all(is_unmarked_text);
    if is_text && !content.list.is_empty() {
        *content = Parts::plain(content.joined(separator));
    }
}

fn is_unmarked_text(part: &Part) -> bool {
    part.as_text().is_some() && part.cache.is_none()
}

/// Texts that follow each other become one.
fn neighbours(content: &mut Parts, separator: &str) {
    let parts = std::mem::take(&mut content.list);
    let mut list: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        let is_next = is_unmarked_text(&part) && list.last().is_some_and(is_unmarked_text);
        match (list.last_mut().map(|last| &mut last.kind), part.as_text()) {
            (Some(Kind::Text(whole)), Some(text)) if is_next => {
                whole.text.push_str(separator);
                whole.text.push_str(text);
            }
            _ => list.push(part),
        }
    }
    content.plain = list.len() == 1 && list.iter().all(is_unmarked_text);
    content.list = list;
}

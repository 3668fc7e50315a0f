//! What only the client's protocol has words for is said in words that any model reads, or left out.

use serde_json::Value;

use super::way::Way;
use crate::Protocol;
use crate::loss::{How, Losses, Weight};
use crate::pages;
use crate::part::{Foreign, Kind, Part, Source};
use crate::request::{Request, Role};

/// Replaces foreign parts by their gist, refusals and citations by plain text.
pub(super) fn tell(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    for turn in &mut request.turns {
        let list = &mut turn.content.list;
        if turn.role == Role::Assistant {
            space(list);
        }
        told(list, way, losses);
    }
    if let Some(system) = request.system.as_mut() {
        told(&mut system.list, way, losses);
    }
}

/// What a model says comes in pieces that belong together word by word; a gist is a paragraph of its own.
fn space(list: &mut [Part]) {
    for at in 1..list.len() {
        let is_gist =
            |part: &Part| matches!(&part.kind, Kind::Foreign(foreign) if gist(foreign).is_some());
        let is_beside = is_gist(&list[at]) || is_gist(&list[at - 1]);
        let goes_on = is_gist(&list[at]) || list[at].as_text().is_some();
        if !is_beside || !goes_on {
            continue;
        }
        match &mut list[at - 1].kind {
            Kind::Text(text) => text.text.push_str("\n\n"),
            Kind::Foreign(foreign) => {
                foreign.gist = gist(foreign).map(|gist| format!("{gist}\n\n"));
            }
            Kind::Refusal(_)
            | Kind::Image(_)
            | Kind::Audio(_)
            | Kind::Document(_)
            | Kind::Reasoning(_)
            | Kind::Call(_)
            | Kind::Result(_) => {}
        }
    }
}

fn told(list: &mut Vec<Part>, way: &Way<'_>, losses: &mut Losses) {
    let parts = std::mem::take(list);
    list.extend(
        parts
            .into_iter()
            .filter_map(|part| plain(part, way, losses)),
    );
}

/// The part in words that the target has; nothing if there are none.
fn plain(mut part: Part, way: &Way<'_>, losses: &mut Losses) -> Option<Part> {
    match &mut part.kind {
        // What the target's own protocol has stays, but for what the gateway made up.
        Kind::Foreign(foreign) if way.is_to(foreign.origin) && !pages::is_ours(&foreign.value) => {}
        Kind::Foreign(foreign) => {
            let text = gist(foreign);
            note(foreign, text.is_some(), way, losses);
            let mut told = Part::text(text?);
            told.cache = part.cache;
            return Some(told);
        }
        Kind::Refusal(text) if !has_refusals(way) => {
            let text = std::mem::take(text);
            part.kind = Part::text(text).kind;
        }
        Kind::Text(text) => text.citations.clear(),
        Kind::Result(result) => told(&mut result.content.list, way, losses),
        Kind::Document(document) => {
            if let Source::Parts(parts) = &mut document.source {
                told(parts, way, losses);
            }
        }
        Kind::Refusal(_) | Kind::Image(_) | Kind::Audio(_) | Kind::Reasoning(_) | Kind::Call(_) => {
        }
    }
    Some(part)
}

fn has_refusals(way: &Way<'_>) -> bool {
    way.is_to(Protocol::OpenAi) || way.is_to(Protocol::OpenAiResponses)
}

fn gist(foreign: &Foreign) -> Option<String> {
    let text = |key: &str| foreign.value.get(key).and_then(Value::as_str);
    match text("type") {
        Some("tool_reference") => {
            let name = text("tool_name").or(text("name"))?;
            Some(format!("Tool {name} is now available"))
        }
        _ => foreign.gist.clone(),
    }
    .filter(|gist| !gist.trim().is_empty())
}

fn note(foreign: &Foreign, has_gist: bool, way: &Way<'_>, losses: &mut Losses) {
    let kind = foreign.value.get("type").and_then(Value::as_str);
    let key = foreign
        .value
        .as_object()
        .and_then(|fields| fields.keys().next());
    let kind = kind.or(key.map(String::as_str)).unwrap_or_default();
    let field = format!("{}[{kind}]", way.any_part());
    if has_gist {
        losses.add(field, How::Replaced, Weight::Notable, "a text");
    } else {
        losses.dropped(field, Weight::Notable);
    }
}

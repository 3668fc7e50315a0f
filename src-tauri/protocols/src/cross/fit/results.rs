//! Pictures in results, for targets whose results are words only: they follow behind the results.

use super::way::Way;
use crate::part::{Kind, Part};
use crate::request::Request;

/// Moves media out of results, to right behind the last result of their turn.
pub(super) fn unload(request: &mut Request, way: &Way<'_>) {
    if way.quirks().images_in_results {
        return;
    }
    for turn in &mut request.turns {
        let mut moved = Vec::new();
        for part in &mut turn.content.list {
            if let Kind::Result(result) = &mut part.kind {
                let list = std::mem::take(&mut result.content.list);
                result.content.list = emptied(list, &result.call, &mut moved);
            }
        }
        if !moved.is_empty() {
            let list = &mut turn.content.list;
            let result = list.iter().rposition(|part| part.as_result().is_some());
            let behind = result.map_or(0, |result| result + 1);
            list.splice(behind..behind, moved);
        }
    }
}

/// The content with a word for each medium, which is moved away.
fn emptied(list: Vec<Part>, call: &str, moved: &mut Vec<Part>) -> Vec<Part> {
    let mut count = 0;
    let mut kept = Vec::with_capacity(list.len());
    for part in list {
        let what = match &part.kind {
            Kind::Image(_) => "image",
            Kind::Audio(_) => "recording",
            Kind::Document(_) => "document",
            Kind::Text(_)
            | Kind::Refusal(_)
            | Kind::Reasoning(_)
            | Kind::Call(_)
            | Kind::Result(_)
            | Kind::Foreign(_) => {
                kept.push(part);
                continue;
            }
        };
        count += 1;
        let name = format!("[{what} {count} of call {call}]");
        kept.push(Part::text(name.clone()));
        moved.push(Part::text(name));
        moved.push(part);
    }
    kept
}

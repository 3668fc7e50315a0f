//! A model that answers what the SDKs ask it.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::json;

use super::plot::Line;
use super::reading::{Reading, Said, results};
use super::spelling::Act;

/// A model that greets, asks two tools at the same time, looks at an image, or fills in a report.
pub(crate) fn guide(reading: &Reading) -> Line {
    if let Some(since) = reading.since("weather") {
        return weather(since);
    }
    if reading.since("image").is_some() {
        let seen: Vec<_> = reading.said.iter().filter_map(look).collect();
        return Line::saying(format!("I see {}.", seen.join(" and ")));
    }
    if reading.since("structured").is_some() {
        return report(reading);
    }
    Line::saying("Grüße aus Zürich – all is well 👋 here.")
}

fn weather(since: &[Said]) -> Line {
    match results(since).collect::<Vec<_>>().as_slice() {
        [] => Line::saying("I ask both – at once.")
            .thinking("Weather „and“ time are told by tools.")
            .doing(Act::Call(
                "get_weather".into(),
                json!({"city": "Zürich \"Süd\" 👋"}),
            ))
            .doing(Act::Call(
                "get_time".into(),
                json!({"zone": "Europe/Zurich", "at": 1.5}),
            )),
        [weather, time] => Line::saying(format!("It is {weather} in Zürich at {time}."))
            .thinking("Both have answered."),
        others => Line::saying(format!("I lost my way after {others:?}")),
    }
}

/// What kind of image it is, and a number that tells its bytes from others.
fn look(said: &Said) -> Option<String> {
    let Said::Image(kind, data) = said else {
        return None;
    };
    let mut hash = DefaultHasher::new();
    data.hash(&mut hash);
    Some(format!("{kind} {:x}", hash.finish()))
}

/// The report, as a call where a call is wanted.
fn report(reading: &Reading) -> Line {
    let report = json!({"city": "Zürich", "degrees": 21});
    match &reading.must_call {
        Some(tool) => Line::default().doing(Act::Call(tool.clone(), report)),
        None if reading.format.is_none() => Line::saying("Nobody wants a structure."),
        None => Line::saying(report.to_string()),
    }
}

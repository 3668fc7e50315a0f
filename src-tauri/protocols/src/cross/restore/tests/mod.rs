mod calls;
mod ending;
mod parts;

use super::{Ended, Restore};
use crate::carrier::{Carrier, Opaque};
use crate::cross::way_back::WayBack;
use crate::event::{Event, Opening, Start};
use crate::part::{Call, Kind, Part};
use crate::response::Stop;

/// Takes events the way back and tells what the client gets, one line for each, and what is known at the end.
fn told(way: &WayBack, events: Vec<Event>) -> (Vec<String>, Ended) {
    let mut restore = Restore::new(way);
    let mut out = Vec::new();
    for event in events {
        restore.take(event, &mut out);
    }
    (out.iter().map(line).collect(), restore.ended())
}

fn line(event: &Event) -> String {
    match event {
        Event::Start(start) => format!("start {}", start.id),
        Event::Open(Opening::Text) => "text".to_owned(),
        Event::Open(Opening::Refusal) => "refusal".to_owned(),
        Event::Open(Opening::Reasoning) => "thought".to_owned(),
        Event::Open(Opening::Call(call)) => {
            let space = call.namespace.as_deref().unwrap_or("-");
            format!("call {} {space} {} {:?}", call.id, call.name, call.form)
        }
        Event::Text(text) | Event::Reasoning(text) | Event::Arguments(text) => format!("+{text}"),
        Event::Citation(citation) => format!("cites {}", citation.url),
        Event::Close => "close".to_owned(),
        Event::CloseWith(carrier) => format!("close {}", carried(carrier)),
        Event::Whole(part) => match &part.kind {
            Kind::Reasoning(reasoning) => {
                format!(
                    "whole {}",
                    reasoning.carrier.as_ref().map_or_else(String::new, carried)
                )
            }
            Kind::Text(_)
            | Kind::Refusal(_)
            | Kind::Image(_)
            | Kind::Audio(_)
            | Kind::Document(_)
            | Kind::Call(_)
            | Kind::Result(_)
            | Kind::Foreign(_) => "whole".to_owned(),
        },
        Event::Usage(usage) => {
            format!(
                "usage {} {} {} {} {}",
                usage.input, usage.cached, usage.written, usage.output, usage.reasoning
            )
        }
        Event::Stop(stop) => format!("stop {stop:?}"),
        Event::Alive => "alive".to_owned(),
        Event::Failed(error) => format!("failed {:?} {}", error.kind, error.message),
        Event::End => "end".to_owned(),
    }
}

fn carried(carrier: &Carrier) -> String {
    format!("{} {:?}", carrier.provider, carrier.opaque)
}

/// The lines between the beginning and the end.
fn middle(lines: &[String]) -> Vec<&str> {
    let is_middle = |line: &&str| {
        !["start", "usage", "stop", "end"]
            .iter()
            .any(|edge| line.starts_with(edge))
    };
    lines.iter().map(String::as_str).filter(is_middle).collect()
}

fn start() -> Event {
    Event::Start(Start {
        id: "a".to_owned(),
        ..Start::default()
    })
}

fn text(words: &str) -> Vec<Event> {
    vec![
        Event::Open(Opening::Text),
        Event::Text(words.to_owned()),
        Event::Close,
    ]
}

fn call(id: &str, name: &str, arguments: &[&str]) -> Vec<Event> {
    let call = Call {
        id: id.to_owned(),
        name: name.to_owned(),
        ..Call::default()
    };
    let mut events = vec![Event::Open(Opening::Call(call))];
    events.extend(
        arguments
            .iter()
            .map(|more| Event::Arguments((*more).to_owned())),
    );
    events.push(Event::Close);
    events
}

fn thought(words: &str, signature: Option<&str>) -> Vec<Event> {
    let close = signature.map_or(Event::Close, |signature| {
        Event::CloseWith(Carrier::genuine(Opaque::Signature(signature.to_owned())))
    });
    vec![
        Event::Open(Opening::Reasoning),
        Event::Reasoning(words.to_owned()),
        close,
    ]
}

fn redacted(data: &str) -> Vec<Event> {
    vec![Event::Whole(Part::new(Kind::Reasoning(
        crate::part::Reasoning {
            text: String::new(),
            carrier: Some(Carrier::genuine(Opaque::Redacted(data.to_owned()))),
        },
    )))]
}

fn ended(stop: Stop) -> Vec<Event> {
    vec![Event::Stop(stop), Event::End]
}

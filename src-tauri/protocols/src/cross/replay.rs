//! A whole answer told as a stream, so that both take the same way.

use crate::carrier::Opaque;
use crate::event::{Event, Opening, Start};
use crate::part::{Call, Kind, Part, Reasoning};
use crate::response::{Response, Stop};

/// Adds the events of a stream that says all of `response` to `out`; further answers are left out.
pub(super) fn replay(response: Response, out: &mut Vec<Event>) {
    out.push(Event::Start(Start {
        id: response.id,
        model: response.model,
        created: response.created,
    }));
    parts(response.parts, response.stop, out);
    // The counts come before the end, wherever a stream would have told them.
    let end = out.len() - 1;
    if let Some(usage) = response.usage {
        out.insert(end, Event::Usage(usage));
    }
}

/// Adds what says these parts, and the end.
pub(super) fn parts(parts: Vec<Part>, stop: Stop, out: &mut Vec<Event>) {
    for part in parts {
        self::part(part, out);
    }
    out.push(Event::Stop(stop));
    out.push(Event::End);
}

/// Adds what says one part.
pub(super) fn part(part: Part, out: &mut Vec<Event>) {
    match part.kind {
        Kind::Text(text) => {
            out.push(Event::Open(Opening::Text));
            out.push(Event::Text(text.text));
            out.extend(text.citations.into_iter().map(Event::Citation));
            out.push(Event::Close);
        }
        Kind::Refusal(text) => {
            out.push(Event::Open(Opening::Refusal));
            out.push(Event::Text(text));
            out.push(Event::Close);
        }
        Kind::Call(call) => self::call(call, out),
        Kind::Reasoning(reasoning) if is_readable(&reasoning) => thought(reasoning, out),
        Kind::Reasoning(_)
        | Kind::Image(_)
        | Kind::Audio(_)
        | Kind::Document(_)
        | Kind::Result(_)
        | Kind::Foreign(_) => out.push(Event::Whole(part)),
    }
}

/// Whether a thought comes piece by piece: all but those that are hidden altogether.
fn is_readable(reasoning: &Reasoning) -> bool {
    let opaque = reasoning.carrier.as_ref().map(|carrier| &carrier.opaque);
    !matches!(opaque, Some(Opaque::Redacted(_)))
}

fn thought(reasoning: Reasoning, out: &mut Vec<Event>) {
    out.push(Event::Open(Opening::Reasoning));
    if !reasoning.text.is_empty() {
        out.push(Event::Reasoning(reasoning.text));
    }
    out.push(match reasoning.carrier {
        Some(carrier) => Event::CloseWith(carrier),
        None => Event::Close,
    });
}

fn call(call: Call, out: &mut Vec<Event>) {
    let mut call = call;
    let arguments = std::mem::take(&mut call.arguments);
    out.push(Event::Open(Opening::Call(call)));
    if !arguments.is_empty() {
        out.push(Event::Arguments(arguments));
    }
    out.push(Event::Close);
}

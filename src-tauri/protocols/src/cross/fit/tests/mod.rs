//! The passes, on requests made by hand.

mod choice;
mod controls;
mod conversation;
mod foreign;
mod format;
mod ids;
mod marks;
mod media;
mod names;
mod privacy;
mod thinking;
mod thoughts;
mod tools;

use std::collections::HashMap;

use serde_json::{Value, json};

use super::fit;
use super::way::Way;
use crate::Protocol;
use crate::carrier::{Carrier, Opaque};
use crate::codec::{Target, Unsayable};
use crate::cross::way_back::Names;
use crate::cross::{Memory, Thought};
use crate::extra::Extra;
use crate::loss::Losses;
use crate::part::{Call, Foreign, Kind, Part, Parts, Reasoning, ToolResult};
use crate::quirks::Quirks;
use crate::request::{Request, Role, Tool, ToolKind, Turn};

/// The tag of the provider that is asked.
const HERE: &str = "here";

/// What a request became.
#[derive(Debug)]
struct Fitted {
    request: Request,
    names: Names,
    losses: Losses,
}

impl Fitted {
    /// The conversation, a line per turn.
    fn script(&self) -> Vec<String> {
        self.request.turns.iter().map(line).collect()
    }

    fn lost(&self) -> String {
        self.losses.header().unwrap_or_default()
    }
}

fn line(turn: &Turn) -> String {
    let role = match turn.role {
        Role::System => "system",
        Role::Developer => "developer",
        Role::User => "user",
        Role::Assistant => "model",
    };
    let parts: Vec<String> = turn.parts().iter().map(word).collect();
    format!("{role}: {}", parts.join(" | "))
}

fn word(part: &Part) -> String {
    match &part.kind {
        Kind::Text(text) => text.text.clone(),
        Kind::Refusal(text) => format!("refusal {text}"),
        Kind::Image(_) => "IMAGE".to_owned(),
        Kind::Audio(_) => "AUDIO".to_owned(),
        Kind::Document(_) => "DOCUMENT".to_owned(),
        Kind::Reasoning(reasoning) => match &reasoning.carrier {
            Some(carrier) => format!("thought({}) {:?}", reasoning.text, carrier.opaque),
            None => format!("thought({})", reasoning.text),
        },
        Kind::Call(call) => format!("call {} {} {}", call.id, call.name, call.arguments),
        Kind::Result(result) => {
            let parts: Vec<String> = result.content.list.iter().map(word).collect();
            let failed = if result.is_error == Some(true) {
                "!"
            } else {
                ""
            };
            format!("result{failed} {} [{}]", result.call, parts.join(" | "))
        }
        Kind::Foreign(_) => "FOREIGN".to_owned(),
    }
}

/// What a gateway remembers.
#[derive(Default)]
struct Remembered(HashMap<String, Thought>);

impl Memory for Remembered {
    fn recall(&self, call: &str) -> Option<Thought> {
        self.0.get(call).cloned()
    }
}

/// Fits a request for a target that is by the book but for a change.
fn try_fit(
    client: Protocol,
    protocol: Protocol,
    change: impl FnOnce(&mut Quirks),
    mut request: Request,
    memory: &Remembered,
) -> Result<Fitted, Unsayable> {
    let mut quirks = Quirks::book(protocol);
    change(&mut quirks);
    let target = Target {
        protocol,
        model: "model",
        provider: HERE,
        quirks: &quirks,
    };
    let way = Way {
        client,
        target: &target,
    };
    let mut losses = Losses::default();
    let names = fit(&mut request, &way, memory, &mut losses)?;
    Ok(Fitted {
        request,
        names,
        losses,
    })
}

fn fitted_with(
    client: Protocol,
    protocol: Protocol,
    change: impl FnOnce(&mut Quirks),
    request: Request,
) -> Fitted {
    try_fit(client, protocol, change, request, &Remembered::default()).unwrap()
}

fn fitted(client: Protocol, protocol: Protocol, request: Request) -> Fitted {
    fitted_with(client, protocol, |_| {}, request)
}

fn refused(
    client: Protocol,
    protocol: Protocol,
    change: impl FnOnce(&mut Quirks),
    request: Request,
) -> Unsayable {
    try_fit(client, protocol, change, request, &Remembered::default()).unwrap_err()
}

/// A request of these turns.
fn talk(turns: Vec<Turn>) -> Request {
    Request {
        turns,
        ..Request::default()
    }
}

fn user(parts: Vec<Part>) -> Turn {
    Turn::of(Role::User, parts)
}

fn model(parts: Vec<Part>) -> Turn {
    Turn::of(Role::Assistant, parts)
}

fn system(text: &str) -> Turn {
    Turn::new(Role::System, Parts::plain(text))
}

fn text(text: &str) -> Part {
    Part::text(text)
}

fn call(id: &str, name: &str) -> Part {
    Part::new(Kind::Call(Call {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments: "{}".to_owned(),
        ..Call::default()
    }))
}

fn result(id: &str, said: &str) -> Part {
    result_of(id, vec![text(said)])
}

fn result_of(id: &str, parts: Vec<Part>) -> Part {
    Part::new(Kind::Result(ToolResult {
        call: id.to_owned(),
        content: Parts::list(parts),
        ..ToolResult::default()
    }))
}

fn thought(text: &str, provider: &str, opaque: Opaque) -> Part {
    Part::new(Kind::Reasoning(Reasoning {
        text: text.to_owned(),
        carrier: Some(Carrier {
            provider: provider.to_owned(),
            opaque,
        }),
    }))
}

fn bare_thought(text: &str) -> Part {
    Part::new(Kind::Reasoning(Reasoning {
        text: text.to_owned(),
        carrier: None,
    }))
}

fn foreign(origin: Protocol, value: Value, gist: Option<&str>) -> Part {
    Part::new(Kind::Foreign(Foreign {
        origin,
        value,
        gist: gist.map(str::to_owned),
    }))
}

fn function(name: &str) -> Tool {
    tool(
        name,
        ToolKind::Function {
            schema: Some(json!({"type": "object", "properties": {}})),
            strict: None,
        },
    )
}

fn tool(name: &str, kind: ToolKind) -> Tool {
    Tool {
        name: name.to_owned(),
        namespace: None,
        description: None,
        kind,
        cache: None,
        extra: Extra::default(),
    }
}

fn tool_names(request: &Request) -> Vec<&str> {
    request
        .tools
        .iter()
        .map(|tool| tool.name.as_str())
        .collect()
}

/// The system prompt.
fn instructions(request: &Request) -> String {
    let system = request.system.as_ref();
    system.map(|system| system.joined("\n")).unwrap_or_default()
}

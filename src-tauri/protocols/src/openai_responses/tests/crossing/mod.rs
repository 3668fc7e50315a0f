//! What is asked of providers by requests that came in another protocol.

mod controls;
mod items;
mod tools;

use serde_json::Value;

use super::write;
use crate::Protocol;
use crate::carrier::{Carrier, Opaque};
use crate::extra::Extra;
use crate::part::{
    Call, CallForm, Document, Kind, Media, Part, Parts, Reasoning, Source, ToolResult,
};
use crate::quirks::Quirks;
use crate::request::{Hosted, Request, Role, Tool, ToolKind, Turn};

fn book() -> Quirks {
    Quirks::book(Protocol::OpenAiResponses)
}

fn asking(turns: Vec<Turn>) -> Request {
    Request {
        model: "m".into(),
        turns,
        ..Request::default()
    }
}

fn model(parts: Vec<Part>) -> Turn {
    Turn::of(Role::Assistant, parts)
}

fn user(parts: Vec<Part>) -> Turn {
    Turn::of(Role::User, parts)
}

fn items(turns: Vec<Turn>) -> Value {
    write(&asking(turns)).0["input"].clone()
}

fn thought(text: &str, carrier: Option<Opaque>) -> Part {
    Part::new(Kind::Reasoning(Reasoning {
        text: text.into(),
        carrier: carrier.map(Carrier::genuine),
    }))
}

fn call(form: CallForm, arguments: &str) -> Part {
    Part::new(Kind::Call(Call {
        id: "c".into(),
        name: "f".into(),
        namespace: None,
        form,
        arguments: arguments.into(),
    }))
}

fn result(is_error: Option<bool>, content: Parts) -> Part {
    Part::new(Kind::Result(ToolResult {
        call: "c".into(),
        name: Some("f".into()),
        form: CallForm::Function,
        is_error,
        content,
    }))
}

fn image(source: Source) -> Part {
    Part::new(Kind::Image(Media {
        source,
        detail: None,
    }))
}

fn inline(mime: &str) -> Source {
    Source::Inline {
        mime: mime.into(),
        data: "aGk=".into(),
    }
}

fn document(source: Source, title: Option<&str>) -> Part {
    Part::new(Kind::Document(Document {
        source,
        title: title.map(str::to_owned),
        context: None,
    }))
}

fn tool(name: &str, kind: ToolKind) -> Tool {
    Tool {
        name: name.into(),
        namespace: None,
        description: None,
        kind,
        cache: None,
        extra: Extra::default(),
    }
}

fn hosted(what: Hosted, origin: Protocol, raw: Value) -> Tool {
    tool("h", ToolKind::Hosted { what, origin, raw })
}

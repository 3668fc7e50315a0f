//! What a client is told.

use bytes::BytesMut;
use serde_json::Value;

use super::grammar::message;
use crate::anthropic::StreamWriter;
use crate::carrier::{Carrier, Opaque};
use crate::codec::{Reply, WriteStream};
use crate::event::{Event, Opening, Start};
use crate::part::{Call, CallForm};

pub(super) fn reply() -> Reply {
    Reply {
        model: "alias".into(),
        id: "x1".into(),
        input_estimate: 50,
        ..Reply::default()
    }
}

pub(super) fn started(then: Vec<Event>) -> Vec<Event> {
    let start = Start {
        id: "chatcmpl-9".into(),
        model: "real".into(),
        created: None,
    };
    std::iter::once(Event::Start(start)).chain(then).collect()
}

pub(super) fn wire(all: Vec<Event>) -> String {
    let mut writer = StreamWriter::new(&reply());
    let mut out = BytesMut::new();
    for event in all {
        writer.write(event, &mut out);
    }
    String::from_utf8(out.to_vec()).unwrap()
}

pub(super) fn call(id: &str, form: CallForm) -> Event {
    Event::Open(Opening::Call(Call {
        id: id.into(),
        name: "f".into(),
        form,
        ..Call::default()
    }))
}

/// The message that a whole answer makes.
pub(super) fn told(mut parts: Vec<Event>) -> Value {
    parts.push(Event::End);
    message(&wire(started(parts)))
}

pub(super) fn text(text: &str) -> [Event; 3] {
    [
        Event::Open(Opening::Text),
        Event::Text(text.into()),
        Event::Close,
    ]
}

pub(super) fn args(text: &str) -> Vec<Event> {
    vec![
        call("a", CallForm::Function),
        Event::Arguments(text.into()),
        Event::Close,
    ]
}

pub(super) fn signed(provider: &str) -> Carrier {
    Carrier {
        provider: provider.into(),
        opaque: Opaque::Signature("sig".into()),
    }
}

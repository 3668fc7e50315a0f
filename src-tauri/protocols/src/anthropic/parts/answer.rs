//! Blocks of an answer, written for clients.

use serde_json::{Map, Value};

use super::write::{call_block, text_block};
use super::{citations, signature_of};
use crate::Protocol::Anthropic;
use crate::anthropic::fields::{add_kept, object};
use crate::carrier::{Carrier, Opaque};
use crate::part::{Citation, Foreign, Kind, Media, Part, Reasoning, Source, Text};

/// One block of an answer; nothing for what says nothing.
pub(in crate::anthropic) fn answer_block(part: &Part) -> Option<Map<String, Value>> {
    let mut block = match &part.kind {
        Kind::Text(text) => cited(text)?,
        Kind::Refusal(text) => text_block(some(text)?),
        Kind::Image(media) => text_block(&placeholder("image", media)),
        Kind::Audio(media) => text_block(&placeholder("audio", media)),
        Kind::Document(document) => {
            let title = document.title.as_deref().unwrap_or("untitled");
            text_block(&format!("[document: {title}]"))
        }
        Kind::Reasoning(reasoning) => reasoning_block(reasoning)?,
        Kind::Call(call) => call_block(call),
        // A model gives no results of the client's tools.
        Kind::Result(_) => return None,
        Kind::Foreign(foreign) => foreign_block(foreign)?,
    };
    add_kept(&part.extra, &mut block);
    Some(block)
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn cited(text: &Text) -> Option<Map<String, Value>> {
    let mut block = text_block(some(&text.text)?);
    if !text.citations.is_empty() {
        let list: Vec<Value> = text.citations.iter().map(citation_value).collect();
        block.insert("citations".to_owned(), list.into());
    }
    Some(block)
}

/// A citation of an answer.
pub(in crate::anthropic) fn citation_value(citation: &Citation) -> Value {
    citations::value(citation)
}

/// A block of thought; what its provider wants back goes where the client keeps it.
pub(in crate::anthropic) fn reasoning_block(reasoning: &Reasoning) -> Option<Map<String, Value>> {
    let carrier = reasoning.carrier.as_ref();
    if let Some(data) = carrier
        .and_then(redacted_data)
        .filter(|_| reasoning.text.is_empty())
    {
        return Some(object([
            ("type", "redacted_thinking".into()),
            ("data", data.into()),
        ]));
    }
    let signature = carrier.map(signature_of).unwrap_or_default();
    (!signature.is_empty() || !reasoning.text.is_empty()).then(|| {
        object([
            ("type", "thinking".into()),
            ("thinking", reasoning.text.as_str().into()),
            ("signature", signature.into()),
        ])
    })
}

/// What a client keeps of a thought that it may not read.
fn redacted_data(carrier: &Carrier) -> Option<String> {
    match &carrier.opaque {
        Opaque::Redacted(own) if carrier.provider.is_empty() => Some(own.clone()),
        Opaque::Redacted(_) => Some(carrier.wrapped()),
        Opaque::Signature(_)
        | Opaque::Encrypted(_)
        | Opaque::Thought(_)
        | Opaque::Details(_)
        | Opaque::Plain(_) => None,
    }
}

/// What stands for a medium: Anthropic's answers are words.
fn placeholder(kind: &str, media: &Media) -> String {
    match &media.source {
        Source::Inline { mime, .. } if !mime.is_empty() => format!("[{kind}: {mime}]"),
        Source::Url { url, .. } => format!("[{kind}: {url}]"),
        Source::Inline { .. } | Source::File(_) | Source::Text(_) | Source::Parts(_) => {
            format!("[{kind}]")
        }
    }
}

fn foreign_block(foreign: &Foreign) -> Option<Map<String, Value>> {
    if foreign.origin == Anthropic {
        return foreign.value.as_object().cloned();
    }
    Some(text_block(some(foreign.gist.as_deref()?)?))
}

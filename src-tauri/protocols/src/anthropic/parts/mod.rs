//! The blocks of a message.

mod answer;
mod arguments;
mod citations;
mod gist;
mod read;
mod source;
mod write;

use crate::carrier::{Carrier, Opaque};

pub(super) use answer::{answer_block, citation_value, reasoning_block};
pub(super) use arguments::{arguments_of, input_of, object_text};
pub(super) use citations::neutral as neutral_citation;
pub(super) use read::{Side, block, cache_mark, parts};
pub(super) use write::Pen;

/// What a client keeps of a thought and brings back as its signature: wrapped, unless it is Anthropic's own.
pub(super) fn signature_of(carrier: &Carrier) -> String {
    match &carrier.opaque {
        Opaque::Signature(own) if carrier.provider.is_empty() => own.clone(),
        Opaque::Signature(_)
        | Opaque::Redacted(_)
        | Opaque::Encrypted(_)
        | Opaque::Thought(_)
        | Opaque::Details(_)
        | Opaque::Plain(_) => carrier.wrapped(),
    }
}

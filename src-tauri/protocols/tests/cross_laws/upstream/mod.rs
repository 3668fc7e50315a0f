//! Providers that say a script in their protocol.

mod anthropic;
mod chat;
mod gemini;
mod responses;

use keyway_protocols::Protocol;
use serde_json::Value;

use super::script::{Manner, Script};

/// The script as a stream.
pub(crate) fn stream(protocol: Protocol, script: &Script, manner: &Manner) -> Vec<u8> {
    let text = match protocol {
        Protocol::Anthropic => anthropic::stream(script, manner),
        Protocol::OpenAi => chat::stream(script, manner),
        Protocol::OpenAiResponses => responses::stream(script, manner),
        Protocol::Gemini => gemini::stream(script, manner),
    };
    text.into_bytes()
}

/// The script as a whole answer.
pub(crate) fn whole(protocol: Protocol, script: &Script) -> Vec<u8> {
    let value: Value = match protocol {
        Protocol::Anthropic => anthropic::whole(script),
        Protocol::OpenAi => chat::whole(script),
        Protocol::OpenAiResponses => responses::whole(script),
        Protocol::Gemini => gemini::whole(script),
    };
    value.to_string().into_bytes()
}

/// Pieces of several texts in turns: which text, and the piece.
fn in_turns(texts: &[Vec<String>]) -> Vec<(usize, &String)> {
    let mut pieces: Vec<(usize, usize, &String)> = texts
        .iter()
        .enumerate()
        .flat_map(|(text, pieces)| {
            (pieces.iter().enumerate()).map(move |(at, piece)| (text, at, piece))
        })
        .collect();
    pieces.sort_by_key(|(text, at, _)| (*at, *text));
    pieces
        .into_iter()
        .map(|(text, _, piece)| (text, piece))
        .collect()
}

//! The golden streams, told to the clients of every other protocol.

use bytes::Bytes;
use keyway_protocols::Protocol;
use keyway_protocols::cross::ReasoningForm;
use serde_json::Value;

use super::grammar::{Ended, check};
use super::ways::{pairs, streamed, way};

fn golden(protocol: Protocol) -> &'static [u8] {
    match protocol {
        Protocol::Anthropic => include_bytes!("../golden/anthropic.sse"),
        Protocol::OpenAi => include_bytes!("../golden/openai.sse"),
        Protocol::OpenAiResponses => include_bytes!("../golden/openai-responses.sse"),
        Protocol::Gemini => include_bytes!("../golden/gemini.sse"),
    }
}

#[test]
fn golden_streams_reach_every_client() {
    for (client, target) in pairs() {
        let way = way(client, target, ReasoningForm::Native);
        let (out, end) = streamed(&way, [Bytes::from_static(golden(target))]);

        assert_eq!(check(client.as_str(), &out), Ok(Ended::Whole));
        let told = String::from_utf8(out).unwrap();
        let told = format!("{}\n\n{end:#?}", told.trim_end());
        insta::assert_snapshot!(format!("{target}_to_{client}"), told);
    }
}

#[test]
fn golden_streams_are_gathered_for_every_client() {
    for (client, target) in pairs() {
        let way = way(client, target, ReasoningForm::Native);
        let whole = way.events_as_whole(golden(target)).expect("an answer");

        assert_eq!(check(client.as_str(), &whole.body), Ok(Ended::Whole));
        let value: Value = serde_json::from_slice(&whole.body).unwrap();
        insta::assert_snapshot!(format!("{target}_to_{client}_whole"), format!("{value:#}"));
    }
}

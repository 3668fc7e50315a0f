//! What every fuzz target does with the bytes it is given.

use bytes::Bytes;
use keyway_protocols::Protocol;
use keyway_protocols::cross::{self, Asked, Forgetful, ReasoningForm, Target, WayBack};
use keyway_protocols::quirks::Quirks;

/// An answer may grow when it is told in another protocol (Responses says every text four times), but not without
/// bound: so many bytes for each that came, and so many more for what every answer has.
const GROWTH: usize = 400;
const FRAME: usize = 64 << 10;

/// A body nobody thought of, asked in `client`'s protocol: refused in words, or valid JSON for the target.
///
/// The length says which target, so that bodies stay what they are.
pub fn request(client: Protocol, body: &[u8]) {
    let target = Protocol::ALL[body.len() % Protocol::ALL.len()];
    let quirks = Quirks::book(target);
    let target = target_of(target, &quirks);
    if let Ok(crossed) = cross::request(&asked(client, body), &target, &Forgetful) {
        is_json(&crossed.body);
    }
    if client == target.protocol
        && let Ok(Some((cleaned, _))) = cross::cleaned(client, body, &target)
    {
        is_json(&cleaned);
    }
}

/// An answer nobody thought of from a provider of `target`'s protocol, streamed and whole.
///
/// The first byte says how the stream is cut, the second for whom: one cut or another, the client gets the same.
pub fn answer(target: Protocol, data: &[u8]) {
    let [cut, whom, data @ ..] = data else {
        return;
    };
    let client = Protocol::ALL[usize::from(*whom) % Protocol::ALL.len()];
    let reasoning = match whom {
        ..128 => ReasoningForm::Native,
        128.. => ReasoningForm::Tags,
    };
    let way_back = way_back(client, target, reasoning);
    let whole = streamed(&way_back, data, data.len().max(1));
    let pieces = streamed(&way_back, data, usize::from(*cut).max(1));
    assert_eq!(
        String::from_utf8_lossy(&whole),
        String::from_utf8_lossy(&pieces)
    );
    assert!(
        whole.len() <= data.len() * GROWTH + FRAME,
        "it grows too much"
    );
    for body in [way_back.whole(data), way_back.events_as_whole(data)]
        .into_iter()
        .flatten()
    {
        is_json(&body.body);
    }
    drop(way_back.whole_as_events(data));
}

fn streamed(way_back: &WayBack, data: &[u8], size: usize) -> Vec<u8> {
    let mut stream = way_back.stream();
    let mut out = Vec::new();
    for piece in data.chunks(size) {
        if stream
            .push(Bytes::copy_from_slice(piece), &mut out)
            .is_err()
        {
            return out.concat();
        }
    }
    stream.finish(&mut out);
    out.concat()
}

fn way_back(client: Protocol, target: Protocol, reasoning: ReasoningForm) -> WayBack {
    let quirks = Quirks {
        think_tags: true,
        calls_in_text: true,
        ..Quirks::book(target)
    };
    let asked = Asked {
        reasoning,
        ..asked(client, plain_request(client))
    };
    cross::request(&asked, &target_of(target, &quirks), &Forgetful)
        .expect("a plain request can be said to anybody")
        .way_back
}

fn asked(protocol: Protocol, body: &[u8]) -> Asked<'_> {
    Asked {
        protocol,
        body,
        alias: "m",
        streamed: (protocol == Protocol::Gemini).then_some(true),
        list: false,
        id: "0",
        now: 1,
        reasoning: ReasoningForm::Native,
        searches: false,
    }
}

fn target_of(protocol: Protocol, quirks: &Quirks) -> Target<'_> {
    Target {
        protocol,
        model: "m",
        provider: "p",
        quirks,
    }
}

fn plain_request(client: Protocol) -> &'static [u8] {
    match client {
        Protocol::Anthropic => {
            br#"{"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"x"}],
            "tools":[{"name":"a.b","input_schema":{"type":"object"}}]}"#
        }
        Protocol::OpenAi => {
            br#"{"model":"m","stream":true,"messages":[{"role":"user","content":"x"}],
            "tools":[{"type":"function","function":{"name":"a.b"}},{"type":"custom","custom":{"name":"c"}}]}"#
        }
        Protocol::OpenAiResponses => {
            br#"{"model":"m","stream":true,"input":"x","tools":[{"type":"custom","name":"c"},
            {"type":"namespace","name":"n","tools":[{"type":"function","name":"a.b"}]}]}"#
        }
        Protocol::Gemini => {
            br#"{"contents":[{"role":"user","parts":[{"text":"x"}]}],
            "tools":[{"functionDeclarations":[{"name":"a.b"}]}]}"#
        }
    }
}

fn is_json(body: &[u8]) {
    serde_json::from_slice::<&serde_json::value::RawValue>(body).expect("what goes out is JSON");
}

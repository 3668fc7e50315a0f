use bytes::Bytes;
use keyway_protocols::Protocol;
use keyway_protocols::cross::ReasoningForm;
use keyway_protocols::quirks::Quirks;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::client::{Call, Heard, heard, read};
use super::grammar::{Ended, check};
use super::script::{Manner, Script, manner, script};
use super::upstream;
use super::ways::{pairs, pieces, streamed, way, way_from};

/// What every client should hear of a script.
fn expected(script: &Script, client: Protocol) -> Heard {
    let has_calls = script.has_calls();
    let stop = match (client, script.is_cut, has_calls) {
        (Protocol::Anthropic, true, _) => "max_tokens",
        (Protocol::Anthropic, false, true) => "tool_use",
        (Protocol::Anthropic, false, false) => "end_turn",
        (Protocol::OpenAi, true, _) => "length",
        (Protocol::OpenAi, false, true) => "tool_calls",
        (Protocol::OpenAi, false, false) => "stop",
        (Protocol::OpenAiResponses, true, _) => "incomplete",
        (Protocol::OpenAiResponses, false, _) => "completed",
        (Protocol::Gemini, true, _) => "MAX_TOKENS",
        (Protocol::Gemini, false, _) => "STOP",
    };
    Heard {
        thought: script.thought(),
        // Chat has one text for all.
        text: if client == Protocol::OpenAi {
            script.paragraphs()
        } else {
            script.text()
        },
        calls: script
            .calls()
            .map(|call| Call {
                id: call.id.clone(),
                name: call.name.clone(),
                arguments: call.arguments.clone(),
            })
            .collect(),
        stop: stop.to_owned(),
        input: script.input,
        output: script.output,
    }
}

/// A client and a provider.
fn pair() -> impl Strategy<Value = (Protocol, Protocol)> {
    select(pairs().collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Text, thoughts, each call's arguments, counts and the reason to stop arrive as they were said, in a stream
    /// that keeps its protocol's grammar, whatever its provider's manner and whatever else comes at the same time.
    #[test]
    fn streams_say_what_was_said((client, target) in pair(), script in script(), manner in manner()) {
        let bytes = upstream::stream(target, &script, &manner);
        let way = way(client, target, ReasoningForm::Native);
        let (out, end) = streamed(&way, [Bytes::from(bytes)]);

        prop_assert_eq!(check(client.as_str(), &out), Ok(Ended::Whole), "{} -> {}", target, client);
        prop_assert_eq!(heard(client, &out), expected(&script, client), "{} -> {}", target, client);
        prop_assert!(end.whole && !end.estimated && end.error.is_none());
    }

    /// The same holds for whole answers, and for those that change their form on the way.
    #[test]
    fn p024_p025_whole_answers_say_the_same_as_streams((client, target) in pair(), script in script(), manner in manner()) {
        let way = way(client, target, ReasoningForm::Native);
        let (body, events) = (upstream::whole(target, &script), upstream::stream(target, &script, &manner));
        let expected = expected(&script, client);
        for whole in [way.whole(&body), way.whole(&events), way.events_as_whole(&events)] {
            let whole = whole.expect("an answer");
            prop_assert_eq!(check(client.as_str(), &whole.body), Ok(Ended::Whole), "{} -> {}", target, client);
            let value: Value = serde_json::from_slice(&whole.body).unwrap();
            prop_assert_eq!(&read(client, &value), &expected, "{} -> {}", target, client);
            prop_assert!(whole.end.whole);
        }
        for whole in [way.whole_as_events(&body), way.whole_as_events(&events)] {
            let whole = whole.expect("an answer");
            prop_assert_eq!(check(client.as_str(), &whole.body), Ok(Ended::Whole), "{} -> {}", target, client);
            prop_assert_eq!(&heard(client, &whole.body), &expected, "{} -> {}", target, client);
        }
    }

    /// Wherever the network cuts the bytes, the client gets the same ones.
    #[test]
    fn p031_cuts_change_nothing((client, target) in pair(), script in script(), manner in manner(), cuts in vec(any::<usize>(), 0..6)) {
        let bytes = upstream::stream(target, &script, &manner);
        let way = way(client, target, ReasoningForm::Tags);
        let (whole, end) = streamed(&way, pieces(&bytes, bytes.len()));
        for size in [1, 7, 1024] {
            let (out, other) = streamed(&way, pieces(&bytes, size));
            prop_assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&whole));
            prop_assert_eq!(&other, &end);
        }
        let (out, _) = streamed(&way, cut(&bytes, &cuts));
        prop_assert_eq!(out, whole);
    }

    /// Thoughts and calls that a provider left in its text are found, in whatever pieces the text comes.
    #[test]
    fn p195_p229_marks_in_texts_are_found_in_any_pieces((client, target) in pair(), script in script(), step in 1_usize..9) {
        let quirks = Quirks {
            think_tags: true,
            calls_in_text: true,
            ..Quirks::book(target)
        };
        let way = way_from(client, target, &quirks, ReasoningForm::Native);
        let told = |step| {
            let manner = Manner { step, ..Manner::usual() };
            let bytes = upstream::stream(target, &script, &manner);
            let (out, end) = streamed(&way, pieces(&bytes, 100));
            (check(client.as_str(), &out), heard(client, &out), end.thoughts)
        };
        let whole = told(1000);
        prop_assert_eq!(&whole.0, &Ok(Ended::Whole));
        prop_assert_eq!(told(step), whole);
    }

    /// A stream that ends too early is never told as whole, and what was told of it can be failed properly.
    #[test]
    fn p052_a_cut_stream_is_not_told_as_whole((client, target) in pair(), script in script(), manner in manner(), at in any::<usize>()) {
        let bytes = upstream::stream(target, &script, &manner);
        let way = way(client, target, ReasoningForm::Native);
        let at = at % (bytes.len() + 1);
        let mut stream = way.stream();
        let mut out = Vec::new();
        stream.push(Bytes::copy_from_slice(&bytes[..at]), &mut out).unwrap();
        let end = stream.finish_or_fail(super::ways::broken(), &mut out);
        let out = out.concat();

        let ended = check(client.as_str(), &out);
        let told_end = if end.whole { Ended::Whole } else { Ended::Failed };
        prop_assert_eq!(ended, Ok(told_end), "{} -> {}", target, client);
        if end.whole {
            let mut told = heard(client, &out);
            let whole = expected(&script, client);
            // What comes behind the reason to stop are counts only.
            (told.input, told.output) = (whole.input, whole.output);
            prop_assert_eq!(told, whole, "{} -> {}", target, client);
        }
    }

    /// Bytes that nobody thought of do no harm: no panic, and no more memory than the bytes account for.
    #[test]
    fn any_bytes_do_no_harm((client, target) in pair(), bytes in vec(any::<u8>(), 0..300), at in any::<usize>(), script in script()) {
        let way = way(client, target, ReasoningForm::Native);
        let mut stream = upstream::stream(target, &script, &Manner::usual());
        let at = at % (stream.len() + 1);
        stream.splice(at..at, bytes.iter().copied());
        for input in [&stream, &bytes] {
            let (out, _) = streamed(&way, pieces(input, 64));
            prop_assert!(out.len() <= 400 * input.len() + (64 << 10));
            drop(way.whole(input));
            drop(way.whole_as_events(input));
        }
    }
}

fn cut(bytes: &[u8], cuts: &[usize]) -> Vec<Bytes> {
    let whole = Bytes::copy_from_slice(bytes);
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    cuts.push(bytes.len());
    cuts.sort_unstable();
    let mut from = 0;
    cuts.into_iter()
        .map(|cut| whole.slice(std::mem::replace(&mut from, cut)..cut))
        .collect()
}

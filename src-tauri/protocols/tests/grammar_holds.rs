//! The checkers know right from wrong.

mod grammar;

use grammar::{Ended, check};

const GOLDEN: [(&str, &str); 4] = [
    ("anthropic", include_str!("golden/anthropic.sse")),
    ("openai", include_str!("golden/openai.sse")),
    (
        "openai-responses",
        include_str!("golden/openai-responses.sse"),
    ),
    ("gemini", include_str!("golden/gemini.sse")),
];

#[test]
fn the_golden_streams_are_right() {
    for (protocol, stream) in GOLDEN {
        assert_eq!(check(protocol, stream.as_bytes()), Ok(Ended::Whole));
    }
}

/// Every stream that lacks one of its events, or has one twice, is wrong, but for events without which it is whole.
#[test]
fn streams_with_a_hole_or_an_echo_are_wrong() {
    let harmless = |event: &str| {
        let is_delta =
            event.contains("_delta\",") || event.contains("\"delta\":{\"reasoning_content");
        let is_fragment = ["{\"index\":0,\"function\":", "{\"index\":1,\"id\":"]
            .iter()
            .any(|call| event.contains(call));
        let is_chunk =
            event.contains("\"delta\":{\"content\":\"ok") || event.contains("\"parts\":[");
        let is_usage = event.contains("\"choices\":[]");
        is_delta || is_fragment || is_chunk || is_usage || event.contains("response.in_progress")
    };
    for (protocol, stream) in GOLDEN {
        let events: Vec<&str> = stream.split_inclusive("\n\n").collect();
        for at in (0..events.len()).filter(|at| !harmless(events[*at])) {
            let mut holed = events.clone();
            holed.remove(at);
            assert!(
                check(protocol, holed.concat().as_bytes()).is_err(),
                "without {}",
                events[at]
            );
            let mut echoed = events.clone();
            echoed.insert(at, events[at]);
            assert!(
                check(protocol, echoed.concat().as_bytes()).is_err(),
                "twice {}",
                events[at]
            );
        }
    }
}

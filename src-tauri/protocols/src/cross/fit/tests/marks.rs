//! Cache marks.

use super::{call, fitted, fitted_with, function, model, result, system, talk, text, user};
use crate::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::part::{Cache, Part};
use crate::quirks::{CacheStyle, Quirks};
use crate::request::{Request, Turn};

fn marked(part: Part, ttl: &str) -> Part {
    Part {
        cache: Some(Cache {
            ttl: Some(ttl.to_owned()),
        }),
        ..part
    }
}

/// The marks in the order of the prompt: where they stand, and for how long.
fn marks(request: &Request) -> Vec<String> {
    let tools = request
        .tools
        .iter()
        .map(|tool| (tool.name.clone(), &tool.cache));
    let system = request.system.iter().flat_map(|system| &system.list);
    let turns = request.turns.iter().flat_map(Turn::parts);
    let parts = system
        .chain(turns)
        .map(|part| (super::word(part), &part.cache));
    let told = |(place, cache): (String, &Option<Cache>)| {
        let cache = cache.as_ref()?;
        Some(format!("{place} {}", cache.ttl.as_deref().unwrap_or("-")))
    };
    tools.chain(parts).filter_map(told).collect()
}

fn long_talk() -> Request {
    let mut request = talk(vec![
        system("one"),
        system("two"),
        user(vec![text("first")]),
        model(vec![call("a", "read")]),
        user(vec![result("a", "done")]),
        model(vec![text("so")]),
        user(vec![text("last")]),
    ]);
    request.tools = vec![function("read"), function("write")];
    request
}

#[test]
fn p177_anthropic_gets_marks_where_the_client_makes_none() {
    let fitted = fitted(OpenAi, Anthropic, long_talk());

    assert_eq!(
        marks(&fitted.request),
        ["write -", "two -", "result a [done] -", "last -"]
    );
}

#[test]
fn p079_deferred_tools_get_no_mark() {
    let mut request = long_talk();
    request.tools[1]
        .extra
        .keep(OpenAiResponses, "defer_loading", serde_json::json!(true));

    assert_eq!(
        marks(&fitted(OpenAiResponses, Anthropic, request).request)[0],
        "read -"
    );
}

#[test]
fn p178_of_too_many_marks_the_telling_ones_stay() {
    let parts = (0..6)
        .map(|n| marked(text(&format!("t{n}")), "30m"))
        .collect();
    let mut request = talk(vec![user(parts)]);
    request.system = Some(crate::part::Parts::list(vec![
        marked(text("s0"), "30m"),
        marked(text("s1"), "30m"),
    ]));

    let fitted = fitted(OpenAiResponses, Anthropic, request);

    assert_eq!(marks(&fitted.request), ["s1 -", "t3 -", "t4 -", "t5 -"]);
}

#[test]
fn p179_long_marks_come_before_short_ones() {
    let request = talk(vec![user(vec![
        marked(text("a"), "12h"),
        marked(text("b"), "30m"),
        marked(text("c"), "12h"),
    ])]);

    assert_eq!(
        marks(&fitted(OpenAi, Anthropic, request).request),
        ["a 1h", "b -", "c -"]
    );
}

#[test]
fn p233_marks_go_only_where_they_are_known() {
    let request = || talk(vec![user(vec![marked(text("a"), "1h")])]);
    for target in [OpenAi, Gemini] {
        assert!(marks(&fitted(Anthropic, target, request()).request).is_empty());
    }
    let knows = |quirks: &mut Quirks| quirks.cache = CacheStyle::Breakpoint;
    let knows = fitted_with(Anthropic, OpenAiResponses, knows, request());
    assert_eq!(marks(&knows.request), ["a 12h"]);
}

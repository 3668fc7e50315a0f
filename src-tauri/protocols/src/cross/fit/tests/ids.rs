//! Ids of calls.

use super::{call, fitted, fitted_with, model, result, talk, text, user};
use crate::Protocol::{Anthropic, OpenAi, OpenAiResponses};
use crate::part::{Kind, Part};
use crate::quirks::CallIds;
use crate::request::{Request, Turn};

#[test]
fn p123_p165_ids_become_legal_alike_in_calls_and_results() {
    let long = "x".repeat(90);
    let request = talk(vec![
        user(vec![text("hi")]),
        model(vec![call("functions.Bash:0", "read"), call(&long, "read")]),
        user(vec![
            result("functions.Bash:0", "one"),
            result(&long, "two"),
        ]),
    ]);

    let fitted = fitted(OpenAi, OpenAiResponses, request);

    let ids = ids(&fitted.request);
    assert!(ids[0].starts_with("functions_Bash_0_"), "{ids:?}");
    assert!(ids.iter().all(|id| id.len() <= 64), "{ids:?}");
    assert_eq!((&ids[0], &ids[1]), (&ids[2], &ids[3]));
}

fn ids(request: &Request) -> Vec<String> {
    let parts = request.turns.iter().flat_map(Turn::parts);
    let id = |part: &Part| {
        let result = part.as_result().map(|result| result.call.clone());
        result.or_else(|| part.as_call().map(|call| call.id.clone()))
    };
    parts.filter_map(id).collect()
}

#[test]
fn p091_p271_calls_with_the_same_id_get_ids_of_their_own() {
    let request = talk(vec![
        user(vec![text("hi")]),
        model(vec![call("a", "read"), call("a", "read")]),
        user(vec![result("a", "one"), result("a", "two")]),
        model(vec![call("a", "read")]),
        user(vec![result("a", "three")]),
    ]);

    let fitted = fitted(OpenAi, Anthropic, request);

    assert_eq!(ids(&fitted.request), ["a", "a_2", "a", "a_2", "a_3", "a_3"]);
    assert_eq!(
        fitted.script()[2],
        "user: result a [one] | result a_2 [two]"
    );
}

/// Counting up from the beginning for each of them would take minutes.
#[test]
fn ids_that_come_thousands_of_times_are_soon_told_apart() {
    let many = |part: fn() -> Part| std::iter::repeat_with(part).take(20_000).collect();
    let request = talk(vec![
        user(vec![text("hi")]),
        model(many(|| call("a", "read"))),
        user(many(|| result("a", "one"))),
    ]);

    let fitted = fitted(OpenAi, Anthropic, request);

    assert_eq!(ids(&fitted.request).last().unwrap(), "a_20000");
}

#[test]
fn p230_ids_of_nine_letters_where_only_those_are_taken() {
    let request = talk(vec![
        user(vec![text("hi")]),
        model(vec![call("toolu_01", "read"), call("abcdefgh9", "read")]),
    ]);

    let fitted = fitted_with(
        Anthropic,
        OpenAi,
        |quirks| quirks.call_ids = CallIds::Nine,
        request,
    );

    let ids = ids(&fitted.request);
    assert!(
        ids[0].len() == 9 && ids[0].chars().all(|c| c.is_ascii_alphanumeric()),
        "{ids:?}"
    );
    assert_eq!(ids[1], "abcdefgh9");
    assert_eq!(ids[0], ids[2]);
}

#[test]
fn p232_empty_arguments_are_an_empty_object() {
    let mut part = call("a", "read");
    if let Kind::Call(call) = &mut part.kind {
        call.arguments.clear();
    }
    let fitted = fitted(
        OpenAiResponses,
        OpenAi,
        talk(vec![user(vec![text("hi")]), model(vec![part])]),
    );

    assert_eq!(fitted.script()[1], "model: call a read {}");
}

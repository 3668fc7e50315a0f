//! What only the client's protocol has words for.

use serde_json::json;

use super::{HERE, call, fitted, foreign, model, result_of, talk, text, thought, user};
use crate::Protocol::{Anthropic, OpenAi, OpenAiResponses};
use crate::carrier::Opaque;
use crate::part::{Kind, Part};

#[test]
fn what_only_the_client_has_is_told_in_words_or_left_out() {
    let request = talk(vec![
        user(vec![text("hi")]),
        model(vec![
            foreign(
                Anthropic,
                json!({"type": "server_tool_use"}),
                Some("searched for x"),
            ),
            foreign(Anthropic, json!({"type": "container_upload"}), None),
            text("found"),
        ]),
    ]);

    let fitted = fitted(Anthropic, OpenAiResponses, request);

    assert_eq!(fitted.script()[1], "model: searched for x | found");
    assert!(
        fitted
            .lost()
            .contains("dropped messages[].content[][container_upload]")
    );
}

#[test]
fn p077_a_reference_to_a_tool_is_told_in_words() {
    let reference = foreign(
        Anthropic,
        json!({"type": "tool_reference", "tool_name": "Deploy"}),
        None,
    );
    let request = talk(vec![
        user(vec![text("hi")]),
        model(vec![call("a", "ToolSearch")]),
        user(vec![result_of("a", vec![reference])]),
    ]);

    assert_eq!(
        fitted(Anthropic, OpenAi, request).script()[2],
        "user: result a [Tool Deploy is now available]"
    );
}

#[test]
fn p124_thoughts_that_nothing_follows_are_dropped() {
    let kept = thought("", HERE, Opaque::Encrypted("e".into()));
    let request = talk(vec![
        user(vec![text("hi")]),
        model(vec![kept, text(" ")]),
        user(vec![text("well?")]),
    ]);

    assert_eq!(
        fitted(Anthropic, OpenAiResponses, request).script(),
        ["user: hi | well?"]
    );
}

#[test]
fn refusals_are_texts_where_the_target_has_none() {
    let refusal = Part::new(Kind::Refusal("no".into()));
    let request = || {
        talk(vec![
            user(vec![text("hi")]),
            model(vec![refusal.clone()]),
            user(vec![text("why?")]),
        ])
    };

    assert_eq!(
        fitted(OpenAi, Anthropic, request()).script()[1],
        "model: no"
    );
    assert_eq!(
        fitted(OpenAi, OpenAiResponses, request()).script()[1],
        "model: refusal no"
    );
}

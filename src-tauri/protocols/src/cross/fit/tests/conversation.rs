//! Who speaks when, and which results follow which calls.

use super::{call, fitted, fitted_with, model, result, system, talk, text, user};
use crate::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::part::Parts;
use crate::request::{Role, Turn};

#[test]
fn p070_a_late_system_message_becomes_a_reminder_where_it_stands() {
    let request = talk(vec![
        user(vec![text("hi")]),
        system("be brief"),
        model(vec![text("hello")]),
        user(vec![text("go on")]),
    ]);

    let fitted = fitted(Anthropic, OpenAi, request);

    assert_eq!(
        fitted.script(),
        [
            "user: hi\n\n<system-reminder>\nbe brief\n</system-reminder>",
            "model: hello",
            "user: go on",
        ]
    );
}

#[test]
fn p070_a_late_system_message_stays_where_the_target_knows_them() {
    let request = talk(vec![
        user(vec![text("hi")]),
        system("be brief"),
        model(vec![text("hello")]),
    ]);

    let fitted = fitted(Anthropic, OpenAiResponses, request);

    assert_eq!(
        fitted.script(),
        ["user: hi", "developer: be brief", "model: hello"]
    );
}

#[test]
fn p187_p231_only_leading_instructions_go_to_the_front() {
    let request = talk(vec![
        system("one"),
        developer("two"),
        user(vec![text("hi")]),
        system("three"),
        user(vec![text("you")]),
    ]);

    let fitted = fitted(OpenAi, Anthropic, request);

    let said: Vec<_> = fitted
        .request
        .system
        .iter()
        .flat_map(|system| &system.list)
        .collect();
    assert_eq!(
        said.iter()
            .filter_map(|part| part.as_text())
            .collect::<Vec<_>>(),
        ["one", "two"]
    );
    assert_eq!(
        fitted.script(),
        ["user: hi | <system-reminder>\nthree\n</system-reminder> | you"]
    );
}

fn developer(text: &str) -> Turn {
    Turn::new(Role::Developer, Parts::plain(text))
}

#[test]
fn p071_p215_a_reminder_never_parts_calls_from_results() {
    let request = talk(vec![
        user(vec![text("hi")]),
        model(vec![call("a", "read")]),
        system("hurry"),
        user(vec![result("a", "done")]),
    ]);

    let fitted = fitted(Anthropic, OpenAi, request);

    assert_eq!(
        fitted.script(),
        [
            "user: hi",
            "model: call a read {}",
            "user: result a [done] | <system-reminder>\nhurry\n</system-reminder>",
        ]
    );
}

#[test]
fn p071_a_late_system_turn_that_stays_comes_behind_the_results() {
    let request = talk(vec![
        user(vec![text("hi")]),
        model(vec![call("a", "read")]),
        system("hurry"),
        user(vec![result("a", "done")]),
    ]);

    let fitted = fitted(Anthropic, OpenAiResponses, request);

    assert_eq!(
        fitted.script(),
        [
            "user: hi",
            "model: call a read {}",
            "user: result a [done]",
            "developer: hurry"
        ]
    );
}

#[test]
fn p129_p158_results_come_first_and_in_the_order_of_the_calls() {
    let request = talk(vec![
        user(vec![text("hi")]),
        model(vec![call("a", "read"), call("b", "read")]),
        user(vec![result("b", "two")]),
        user(vec![text("by the way")]),
        user(vec![result("a", "one")]),
    ]);

    let fitted = fitted(OpenAiResponses, Anthropic, request);

    assert_eq!(
        fitted.script()[2],
        "user: result a [one] | result b [two] | by the way"
    );
}

#[test]
fn p128_p186_neighbouring_turns_of_the_model_become_one() {
    let request = talk(vec![
        user(vec![text("hi")]),
        model(vec![text("I look")]),
        model(vec![call("a", "read")]),
        model(vec![call("b", "read")]),
        user(vec![result("a", "one")]),
        user(vec![result("b", "two")]),
    ]);

    let fitted = fitted(OpenAiResponses, OpenAi, request);

    assert_eq!(
        fitted.script(),
        [
            "user: hi",
            "model: I look | call a read {} | call b read {}",
            "user: result a [one] | result b [two]",
        ]
    );
}

#[test]
fn p130_p255_missing_results_are_made_up_and_the_last_of_two_counts() {
    let request = talk(vec![
        user(vec![text("hi")]),
        model(vec![call("a", "read"), call("b", "read")]),
        user(vec![result("a", "first"), result("a", "second")]),
    ]);

    let fitted = fitted(OpenAiResponses, Gemini, request);

    assert_eq!(
        fitted.script()[2],
        "user: result a [second] | result! b [The call was interrupted: there is no result.]"
    );
    assert!(
        fitted.lost().contains("replaced input"),
        "{}",
        fitted.lost()
    );
}

#[test]
fn p159_a_result_of_no_call_is_told_as_text() {
    let request = talk(vec![user(vec![result("gone", "42"), text("and now?")])]);

    let fitted = fitted(OpenAi, Anthropic, request);

    assert_eq!(
        fitted.script(),
        ["user: The result of a call that is no longer part of the conversation: | 42 | and now?"]
    );
}

#[test]
fn p254_results_learn_the_name_of_their_tool() {
    let request = talk(vec![
        user(vec![text("hi")]),
        model(vec![call("a", "read")]),
        user(vec![result("a", "one")]),
    ]);

    let fitted = fitted(Anthropic, Gemini, request);

    let found = fitted.request.turns[2].parts()[0].as_result().unwrap();
    assert_eq!(found.name.as_deref(), Some("read"));
}

#[test]
fn p161_p162_texts_in_which_nothing_is_said_are_dropped() {
    let request = talk(vec![
        user(vec![text("hi"), text("\n")]),
        model(vec![text("")]),
        user(vec![text("there?")]),
    ]);

    assert_eq!(
        fitted(OpenAi, Anthropic, request).script(),
        ["user: hi | there?"]
    );
}

#[test]
fn p149_p163_p269_the_user_speaks_first_where_the_target_insists() {
    let request = || {
        talk(vec![
            model(vec![call("a", "read")]),
            user(vec![result("a", "one")]),
        ])
    };

    for target in [Anthropic, Gemini] {
        let fitted = fitted(OpenAi, target, request());
        assert_eq!(fitted.script()[0], "user: (continued)", "{target}");
    }
    assert_eq!(
        fitted(Anthropic, OpenAi, request()).script()[0],
        "model: call a read {}"
    );
}

#[test]
fn instructions_alone_are_asked_as_a_question() {
    let fitted = fitted(OpenAi, Anthropic, talk(vec![system("say hi")]));

    assert_eq!(fitted.script(), ["user: say hi"]);
    assert_eq!(fitted.request.system, None);
}

#[test]
fn p164_an_answer_that_is_begun_is_asked_to_go_on_or_trimmed() {
    let request = || talk(vec![user(vec![text("hi")]), model(vec![text("I am ")])]);

    let refuses = fitted_with(
        OpenAi,
        Anthropic,
        |quirks| quirks.prefill = false,
        request(),
    );
    assert_eq!(
        refuses.script(),
        ["user: hi", "model: I am ", "user: Continue."]
    );

    let takes = fitted(OpenAi, Anthropic, request());
    assert_eq!(takes.script(), ["user: hi", "model: I am"]);
}

#[test]
fn calls_and_results_go_to_whom_they_belong_whoever_says_them() {
    let request = talk(vec![user(vec![
        text("hi"),
        call("a", "read"),
        result("a", "one"),
        text("go on"),
    ])]);

    assert_eq!(
        fitted(Gemini, Anthropic, request).script(),
        [
            "user: hi",
            "model: call a read {}",
            "user: result a [one] | go on"
        ]
    );
}

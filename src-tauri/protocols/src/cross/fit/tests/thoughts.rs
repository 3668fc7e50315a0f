//! Thoughts and what their providers want back.

use super::{
    HERE, Remembered, bare_thought, call, fitted, fitted_with, model, result, talk, text, thought,
    try_fit, user,
};
use crate::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::carrier::{Carrier, Opaque};
use crate::cross::Thought;
use crate::part::Part;
use crate::quirks::{Echo, Quirks, ReasoningStyle};
use crate::request::{Effort, Request, ThinkingMode};

/// One question, a call with these thoughts before it, and its result.
fn looped(before: Vec<Part>) -> Request {
    let parts = before.into_iter().chain([call("a", "read")]).collect();
    let mut request = talk(vec![
        user(vec![text("hi")]),
        model(parts),
        user(vec![result("a", "done")]),
    ]);
    request.thinking.mode = Some(ThinkingMode::On);
    request.thinking.budget = Some(4096);
    request
}

fn second(client: Protocol, target: Protocol, before: Vec<Part>) -> String {
    fitted(client, target, looped(before)).script()[1].clone()
}

#[test]
fn a_carrier_goes_back_to_its_own_provider_unwrapped() {
    let kept = thought("hm", HERE, Opaque::Signature("s".into()));
    assert_eq!(
        second(OpenAi, Anthropic, vec![kept]),
        r#"model: thought(hm) Signature("s") | call a read {}"#
    );
    let kept = thought("hm", HERE, Opaque::Thought("t".into()));
    assert_eq!(
        second(Anthropic, Gemini, vec![kept]),
        r#"model: thought() Thought("t") | call a read {}"#
    );
}

#[test]
fn p096_p170_thoughts_of_others_never_reach_a_provider_that_checks_them() {
    let others = [
        thought("hm", "elsewhere", Opaque::Signature("s".into())),
        thought("hm", "", Opaque::Encrypted("e".into())),
        thought("hm", HERE, Opaque::Encrypted("e".into())),
        bare_thought("hm"),
    ];
    for other in others {
        for target in [Anthropic, Gemini] {
            let line = second(OpenAiResponses, target, vec![other.clone()]);
            assert_eq!(line, "model: call a read {}", "{other:?} {target}");
        }
    }
}

#[test]
fn a4_words_of_others_go_along_where_plain_words_are_taken() {
    let other = thought("hm", "elsewhere", Opaque::Signature("s".into()));
    let echoes = |quirks: &mut Quirks| quirks.reasoning_echo = Echo::ToolCalls;

    let takes = fitted_with(Anthropic, OpenAi, echoes, looped(vec![other.clone()]));
    assert_eq!(takes.script()[1], "model: thought(hm) | call a read {}");

    let refuses = fitted(Anthropic, OpenAi, looped(vec![other]));
    assert_eq!(refuses.script()[1], "model: call a read {}");
    assert!(refuses.lost().contains("thinking"), "{}", refuses.lost());
}

#[test]
fn p188_p189_p190_calls_get_an_empty_thought_where_one_is_insisted_on() {
    let echoes = |quirks: &mut Quirks| quirks.reasoning_echo = Echo::ToolCalls;
    let fitted = fitted_with(Anthropic, OpenAi, echoes, looped(Vec::new()));

    assert_eq!(fitted.script()[1], "model: thought() | call a read {}");
}

#[test]
fn p191_earlier_thoughts_are_left_out_where_only_the_running_loop_counts() {
    let mut request = looped(vec![bare_thought("old")]);
    request
        .turns
        .push(model(vec![bare_thought("mine"), text("so")]));
    request.turns.push(user(vec![text("and?")]));
    request
        .turns
        .push(model(vec![bare_thought("new"), call("b", "read")]));
    request.turns.push(user(vec![result("b", "done")]));
    let echoes = |quirks: &mut Quirks| quirks.reasoning_echo = Echo::ToolLoops;

    let fitted = fitted_with(Anthropic, OpenAi, echoes, request);

    assert_eq!(fitted.script()[1], "model: call a read {}");
    assert_eq!(fitted.script()[3], "model: so");
    assert_eq!(fitted.script()[5], "model: thought(new) | call b read {}");
}

#[test]
fn p192_no_thoughts_for_those_that_refuse_them() {
    assert_eq!(
        second(Anthropic, OpenAi, vec![bare_thought("hm")]),
        "model: call a read {}"
    );
}

#[test]
fn p194_reasoning_details_go_back_as_they_came() {
    let details = serde_json::json!([{"type": "reasoning.encrypted", "data": "x"}]);
    let kept = thought("", HERE, Opaque::Details(details.clone()));

    let fitted = fitted(Anthropic, OpenAi, looped(vec![kept]));

    let expected = thought("", "", Opaque::Details(details));
    assert_eq!(fitted.request.turns[1].parts()[0], expected);
}

#[test]
fn what_a_client_does_not_bring_back_is_remembered_by_the_call() {
    let carrier = Carrier {
        provider: HERE.into(),
        opaque: Opaque::Signature("s".into()),
    };
    let remembered = Thought {
        text: "I look".into(),
        carrier: Some(carrier),
    };
    let memory = Remembered([("a".to_owned(), remembered)].into());

    for before in [
        Vec::new(),
        vec![thought("", "", Opaque::Encrypted("other".into()))],
        vec![thought("", HERE, Opaque::Signature("s".into()))],
        vec![thought("I look", HERE, Opaque::Signature("s".into()))],
    ] {
        let fitted = try_fit(OpenAi, Anthropic, |_| {}, looped(before), &memory).unwrap();
        assert_eq!(
            fitted.script()[1],
            r#"model: thought(I look) Signature("s") | call a read {}"#
        );
    }
}

#[test]
fn the_text_of_a_signed_thought_is_remembered_also_where_words_stand_before_the_call() {
    let signed = |text: &str| thought(text, HERE, Opaque::Signature("s".into()));
    let remembered = Thought {
        text: "I look".into(),
        carrier: Some(Carrier {
            provider: HERE.into(),
            opaque: Opaque::Signature("s".into()),
        }),
    };
    let memory = Remembered([("a".to_owned(), remembered)].into());

    let request = looped(vec![signed(""), text("wait")]);
    let fitted = try_fit(Gemini, Anthropic, |_| {}, request, &memory).unwrap();

    assert_eq!(
        fitted.script()[1],
        r#"model: thought(I look) Signature("s") | wait | call a read {}"#
    );
}

#[test]
fn p127_every_thought_stays_a_thought_of_its_own() {
    let kept = |n: &str| thought("", HERE, Opaque::Encrypted(n.into()));
    assert_eq!(
        second(Anthropic, OpenAiResponses, vec![kept("1"), kept("2")]),
        r#"model: thought() Encrypted("1") | thought() Encrypted("2") | call a read {}"#
    );
}

#[test]
fn p171_p172_thinking_goes_off_where_the_running_loop_lacks_its_signed_thoughts() {
    let mut request = looped(Vec::new());
    request.turns.insert(0, user(vec![text("before")]));
    request.turns.insert(
        1,
        model(vec![
            thought("old", HERE, Opaque::Signature("s".into())),
            text("so"),
        ]),
    );

    let fitted = fitted(OpenAi, Anthropic, request);

    assert_eq!(fitted.request.thinking.mode, Some(ThinkingMode::Off));
    assert_eq!(fitted.request.thinking.budget, None);
    assert_eq!(fitted.script()[1], "model: so");
    assert!(
        fitted.lost().contains("replaced reasoning_effort"),
        "{}",
        fitted.lost()
    );
}

#[test]
fn p171_a_loop_that_is_over_does_not_matter() {
    let mut request = looped(Vec::new());
    request.turns.push(model(vec![text("so")]));
    request.turns.push(user(vec![text("and?")]));

    let fitted = fitted(OpenAi, Anthropic, request);

    assert_eq!(fitted.request.thinking.mode, Some(ThinkingMode::On));
}

#[test]
fn p172_signed_thoughts_stay_home_where_thinking_is_off() {
    let mut request = looped(vec![thought("hm", HERE, Opaque::Signature("s".into()))]);
    request.thinking.mode = Some(ThinkingMode::Off);

    assert_eq!(
        fitted(OpenAi, Anthropic, request).script()[1],
        "model: call a read {}"
    );
}

#[test]
fn p097_signed_thoughts_without_words_stay() {
    let signed = thought("", HERE, Opaque::Signature("s".into()));
    let adaptive = |quirks: &mut Quirks| quirks.reasoning = ReasoningStyle::Adaptive;
    let mut request = looped(vec![signed]);
    request.thinking.effort = Some(Effort::High);

    let fitted = fitted_with(OpenAiResponses, Anthropic, adaptive, request);

    assert_eq!(
        fitted.script()[1],
        r#"model: thought() Signature("s") | call a read {}"#
    );
}

#[test]
fn a_thought_that_comes_in_a_turn_of_its_own_is_not_remembered_once_more() {
    let carrier = Carrier {
        provider: HERE.into(),
        opaque: Opaque::Signature("s".into()),
    };
    let remembered = Thought {
        text: "I look".into(),
        carrier: Some(carrier),
    };
    let memory = Remembered([("a".to_owned(), remembered)].into());
    let mut request = looped(Vec::new());
    let own = thought("I look", HERE, Opaque::Signature("s".into()));
    request.turns.insert(1, model(vec![own, text("wait")]));

    let fitted = try_fit(OpenAiResponses, Anthropic, |_| {}, request, &memory).unwrap();

    assert_eq!(
        fitted.script()[1],
        r#"model: thought(I look) Signature("s") | wait | call a read {}"#
    );
}

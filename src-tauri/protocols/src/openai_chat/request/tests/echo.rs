//! Which thoughts a Chat target hears again.

use serde_json::json;

use super::{book, call, messages, of, result, thought, written_with_losses};
use crate::carrier::Opaque;
use crate::part::{Kind, Part, Parts};
use crate::quirks::{Echo, Quirks};
use crate::request::{Role, Turn};

/// A question, a call with a thought, its result, a question, and the same once more.
fn loops() -> Vec<Turn> {
    let ask = || Turn::of(Role::User, vec![Part::text("q")]);
    let act = |id: &str| Turn::of(Role::Assistant, vec![thought("hm", None), call(id, "{}")]);
    let done = |id: &str| Turn::of(Role::User, vec![result(id, Parts::plain("r"))]);
    vec![ask(), act("a"), done("a"), ask(), act("b"), done("b")]
}

fn told_thoughts(turns: Vec<Turn>, echo: Echo) -> Vec<Option<String>> {
    let quirks = Quirks {
        reasoning_echo: echo,
        ..book()
    };
    let messages = messages(turns, &quirks);
    let messages = messages.as_array().unwrap().iter();
    let assistants = messages.filter(|message| message["role"] == "assistant");
    assistants
        .map(|message| Some(message.get("reasoning_content")?.as_str()?.to_owned()))
        .collect()
}

#[test]
fn p188_every_message_with_calls_brings_its_thought_or_an_empty_one() {
    let mut turns = loops();
    turns[1].content.list.remove(0);
    assert_eq!(
        told_thoughts(turns, Echo::ToolCalls),
        [Some(String::new()), Some("hm".into())]
    );
}

#[test]
fn p189_an_empty_thought_is_written() {
    let turns = vec![Turn::of(
        Role::Assistant,
        vec![thought("", None), call("a", "{}")],
    )];
    assert_eq!(told_thoughts(turns, Echo::ToolCalls), [Some(String::new())]);
}

#[test]
fn p190_no_words_are_put_into_a_models_mouth() {
    let turns = vec![Turn::of(Role::Assistant, vec![call("a", "{}")])];
    assert_eq!(told_thoughts(turns, Echo::ToolCalls), [Some(String::new())]);
    let turns = vec![Turn::of(Role::Assistant, vec![Part::text("x")])];
    assert_eq!(told_thoughts(turns, Echo::Always), [None]);
}

#[test]
fn p191_thoughts_of_older_questions_are_left_out() {
    assert_eq!(
        told_thoughts(loops(), Echo::ToolLoops),
        [None, Some("hm".into())]
    );
    assert_eq!(
        told_thoughts(loops(), Echo::Always),
        [Some("hm".into()), Some("hm".into())]
    );
}

#[test]
fn p192_a_target_that_refuses_thoughts_gets_none() {
    let (body, losses) = written_with_losses(&of(loops()), &book());
    assert!(!body.to_string().contains("reasoning"));
    assert_eq!(losses.header().as_deref(), Some("dropped reasoning"));
}

#[test]
fn p194_details_go_back_unchanged_and_in_order() {
    let (a, b) = (
        json!([{"type": "reasoning.text", "text": "a"}]),
        json!([{"type": "reasoning.encrypted", "data": "b"}]),
    );
    let turn = Turn::of(
        Role::Assistant,
        vec![
            thought("a", Some(Opaque::Details(a))),
            Part::text("x"),
            thought("", Some(Opaque::Details(b))),
            call("c", "{}"),
        ],
    );
    let message = &messages(vec![turn], &book())[0];
    assert_eq!(
        message["reasoning_details"],
        json!([
        {"type": "reasoning.text", "text": "a"}, {"type": "reasoning.encrypted", "data": "b"}])
    );
}

#[test]
fn a_thought_kept_for_the_client_is_told_from_its_carrier() {
    let turn = Turn::of(
        Role::Assistant,
        vec![
            thought("", Some(Opaque::Plain("hm".into()))),
            call("a", "{}"),
        ],
    );
    assert_eq!(
        told_thoughts(vec![turn], Echo::ToolCalls),
        [Some("hm".into())]
    );
}

#[test]
fn carriers_of_other_providers_never_leave() {
    let mut turn = Turn::of(
        Role::Assistant,
        vec![
            thought("x", Some(Opaque::Details(json!([1])))),
            call("a", "{}"),
        ],
    );
    let Kind::Reasoning(reasoning) = &mut turn.content.list[0].kind else {
        unreachable!()
    };
    reasoning.carrier.as_mut().unwrap().provider = "p2".into();
    assert_eq!(
        messages(vec![turn], &book())[0].get("reasoning_details"),
        None
    );
}

#[test]
fn a_gemini_signature_goes_back_onto_its_call() {
    let turn = Turn::of(
        Role::Assistant,
        vec![
            thought("", Some(Opaque::Thought("c2ln".into()))),
            call("a", "{}"),
            call("b", "{}"),
        ],
    );
    let calls = &messages(vec![turn], &book())[0]["tool_calls"];
    assert_eq!(
        calls[0]["extra_content"],
        json!({"google": {"thought_signature": "c2ln"}})
    );
    assert_eq!(calls[1].get("extra_content"), None);
}

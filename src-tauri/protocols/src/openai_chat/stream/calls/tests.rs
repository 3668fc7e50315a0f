use serde_json::{Value, json};

use super::super::fragment::Fragment;
use super::{Calls, Step};

/// The calls of deltas, each as `id name arguments`, in the order in which they were told.
fn told(deltas: &[Value]) -> Vec<String> {
    let mut calls = Calls::default();
    let mut steps = Vec::new();
    for delta in deltas {
        let delta = json!({ "tool_calls": delta });
        for fragment in Fragment::all(delta.as_object().unwrap(), 0) {
            calls.push(fragment);
        }
        calls.advance(&mut steps);
    }
    calls.finish(&mut steps);
    in_words(steps)
}

fn in_words(steps: Vec<Step>) -> Vec<String> {
    let (mut all, mut open) = (Vec::new(), None);
    for step in steps {
        match step {
            Step::Open(call, _) => {
                assert_eq!(open, None, "one call at a time");
                open = Some(format!("{} {} ", call.id, call.name));
            }
            Step::Arguments(text) => open.as_mut().expect("a call is open").push_str(&text),
            Step::Close => all.push(open.take().expect("a call is open")),
        }
    }
    assert_eq!(open, None, "every call is closed");
    all
}

#[test]
fn numbered_fragments_are_put_together() {
    let calls = told(&[
        json!([{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}]),
        json!([{"index": 0, "function": {"arguments": "{\"x\""}}]),
        json!([{"index": 0, "function": {"arguments": ":1}"}}]),
        json!([{"index": 1, "id": "b", "function": {"name": "g", "arguments": "{}"}}]),
    ]);
    assert_eq!(calls, ["a f {\"x\":1}", "b g {}"]);
}

#[test]
fn the_first_call_comes_live() {
    let mut calls = Calls::default();
    let mut steps = Vec::new();
    for (arguments, expected) in [("{\"a\"", 2), (":1", 1), ("}", 1)] {
        let delta = json!({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": arguments}}]});
        calls.push(Fragment::all(delta.as_object().unwrap(), 0).remove(0));
        steps.clear();
        calls.advance(&mut steps);
        assert_eq!(steps.len(), expected, "{arguments}");
    }
}

#[test]
fn p197_calls_without_numbers_are_told_apart_by_ids_then_names_then_places() {
    let by_id = told(&[
        json!([{"id": "a", "function": {"name": "f", "arguments": "{\"x\":"}}]),
        json!([{"id": "a", "function": {"arguments": "1}"}}]),
        json!([{"id": "b", "function": {"name": "f", "arguments": "{}"}}]),
    ]);
    assert_eq!(by_id, ["a f {\"x\":1}", "b f {}"]);

    let in_one = told(&[json!([
        {"id": "a", "function": {"name": "f", "arguments": "{\"x\":1}"}},
        {"id": "b", "function": {"name": "g", "arguments": "{\"y\":2}"}},
    ])]);
    assert_eq!(in_one, ["a f {\"x\":1}", "b g {\"y\":2}"]);

    let by_place = told(&[
        json!([{"id": "a", "function": {"name": "f"}}, {"id": "b", "function": {"name": "g"}}]),
        json!([{"function": {"arguments": "{\"x\":1}"}}, {"function": {"arguments": "{\"y\":2}"}}]),
    ]);
    assert_eq!(by_place, ["a f {\"x\":1}", "b g {\"y\":2}"]);

    let bare = told(&[
        json!([{"id": "a", "function": {"name": "f"}}]),
        json!([{"function": {"arguments": "{\"x\""}}]),
        json!([{"function": {"arguments": ":1}"}}]),
    ]);
    assert_eq!(bare, ["a f {\"x\":1}"]);
}

#[test]
fn p198_the_same_number_for_several_calls() {
    let by_id = told(&[
        json!([{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\":1}"}}]),
        json!([{"index": 0, "id": "b", "function": {"name": "f", "arguments": "{\"x\":2}"}}]),
    ]);
    assert_eq!(by_id, ["a f {\"x\":1}", "b f {\"x\":2}"]);

    let without_ids = told(&[
        json!([{"index": 0, "function": {"name": "f", "arguments": "{\"x\":1}"}}]),
        json!([{"index": 0, "function": {"name": "f", "arguments": "{\"x\":2}"}}]),
    ]);
    assert_eq!(without_ids.len(), 2);
}

#[test]
fn p199_ids_and_names_repeated_on_every_fragment() {
    let calls = told(&[
        json!([{"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}]),
        json!([{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\":"}}]),
        json!([{"index": 0, "id": "a", "function": {"name": "f", "arguments": "1}"}}]),
        json!([{"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}]),
    ]);
    assert_eq!(calls, ["a f {\"x\":1}"]);
}

#[test]
fn p200_an_id_that_changes_in_the_middle_of_a_call() {
    let calls = told(&[
        json!([{"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}]),
        json!([{"index": 0, "id": "b", "function": {"arguments": "{\"x\":"}}]),
        json!([{"index": 0, "id": "c", "function": {"arguments": "1}"}}]),
    ]);
    assert_eq!(calls, ["a f {\"x\":1}"]);
}

#[test]
fn p201_interleaved_calls_come_one_after_the_other() {
    let fragment = |index: u64, id: &str, arguments: &str| json!([{"index": index, "id": id, "function": {"name": id, "arguments": arguments}}]);
    let calls = told(&[
        fragment(0, "a", "{\"x\":"),
        fragment(1, "b", "{\"y\":"),
        fragment(0, "a", "1}"),
        fragment(2, "c", ""),
        fragment(1, "b", "2}"),
        fragment(2, "c", "{\"z\":3}"),
    ]);
    assert_eq!(calls, ["a a {\"x\":1}", "b b {\"y\":2}", "c c {\"z\":3}"]);
}

#[test]
fn p202_a_call_told_again_at_the_end_is_told_once() {
    for again in [
        json!([{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\":1}"}}]),
        json!([{"index": 0, "function": {"name": "f", "arguments": "{\"x\":1}"}}]),
        json!([{"id": "a", "function": {"name": "f", "arguments": "{\"x\": 1}"}}]),
    ] {
        let calls = told(&[
            json!([{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\""}}]),
            json!([{"index": 0, "function": {"arguments": ":1}"}}]),
            again,
        ]);
        assert_eq!(calls, ["a f {\"x\":1}"]);
    }
}

#[test]
fn p203_arguments_that_are_an_object() {
    let calls = told(&[
        json!([{"index": 0, "id": "a", "function": {"name": "f", "arguments": {"x": 1.0, "a": []}}}]),
    ]);
    assert_eq!(calls, ["a f {\"x\":1.0,\"a\":[]}"]);
}

#[test]
fn p204_arguments_written_as_a_string_once_too_often() {
    let calls = told(&[
        json!([{"index": 0, "id": "a", "function": {"name": "f", "arguments": "\"{\\\"x\\\""}}]),
        json!([{"index": 0, "function": {"arguments": ":1}\""}}]),
    ]);
    assert_eq!(calls, ["a f {\"x\":1}"]);
}

#[test]
fn p205_a_missing_id_is_derived_and_unlike_any_other() {
    let call = json!({"id": null, "function": {"name": "f", "arguments": "{\"x\":1}"}});
    let other = json!({"id": "", "function": {"name": "f", "arguments": "{\"x\":2}"}});
    let calls = told(&[json!([call, other])]);

    let ids: Vec<&str> = calls
        .iter()
        .map(|call| call.split(' ').next().unwrap())
        .collect();
    assert!(
        ids.iter()
            .all(|id| id.len() == 21 && id.starts_with("call_")),
        "{ids:?}"
    );
    assert_ne!(ids[0], ids[1]);
    assert_eq!(told(&[json!([call, other])]), calls);
}

#[test]
fn p206_empty_lists_and_null_are_no_calls() {
    assert_eq!(told(&[json!([]), json!(null)]), [""; 0]);
}

#[test]
fn an_empty_object_in_front_is_a_placeholder() {
    let calls = told(&[
        json!([{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}]),
        json!([{"index": 0, "function": {"arguments": "{\"x\":1}"}}]),
        json!([{"index": 1, "id": "b", "function": {"name": "g", "arguments": "{}"}}]),
    ]);
    assert_eq!(calls, ["a f {\"x\":1}", "b g {}"]);
}

#[test]
fn p136_arguments_that_are_no_json_stay_as_they_are() {
    let calls = told(&[
        json!([{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"a\":"}}]),
    ]);
    assert_eq!(calls, ["a f {\"a\":"]);
}

#[test]
fn free_text_is_told_as_it_is() {
    let calls = told(&[
        json!([{"index": 0, "id": "a", "type": "custom", "custom": {"name": "patch", "input": "*** {"}}]),
        json!([{"index": 0, "custom": {"input": "{\"x"}}]),
        json!([{"index": 1, "id": "b", "custom": {"name": "patch", "input": "y"}}]),
    ]);
    assert_eq!(calls, ["a patch *** {{\"x", "b patch y"]);
}

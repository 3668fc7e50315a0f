use super::{call, ended, middle, start, told};
use crate::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::cross::testing::way;
use crate::event::{Event, Opening};
use crate::part::{Call, CallForm};
use crate::quirks::Quirks;
use crate::request::ToolName;
use crate::response::Stop;

fn answer(calls: Vec<Vec<Event>>) -> Vec<Event> {
    let mut events = vec![start()];
    events.extend(calls.into_iter().flatten());
    events.extend(ended(Stop::ToolUse));
    events
}

fn arguments(client: Protocol, pieces: &[&str]) -> String {
    let (lines, _) = told(&way(client, OpenAi), answer(vec![call("c", "f", pieces)]));
    let said = middle(&lines)[1..].to_vec();
    assert_eq!(said.last(), Some(&"close"));
    said[..said.len() - 1]
        .iter()
        .map(|line| &line[1..])
        .collect()
}

#[test]
fn p118_a_call_has_the_name_and_namespace_that_the_client_knows() {
    let tool = ToolName {
        name: "spawn".into(),
        namespace: Some("multi_agent_v1".into()),
        custom: false,
    };
    let way = way(OpenAiResponses, OpenAi).with_tool("multi_agent_v1__spawn", tool, false);
    let (lines, _) = told(
        &way,
        answer(vec![
            call("c", "multi_agent_v1__spawn", &["{}"]),
            call("d", "unknown", &[]),
        ]),
    );

    insta::assert_snapshot!(middle(&lines).join("\n"), @r"
    call c multi_agent_v1 spawn Function
    +{}
    close
    call d - unknown Function
    close
    ");
}

#[test]
fn p115_a_call_of_a_bridged_custom_tool_is_free_text_again() {
    let tool = ToolName {
        name: "exec".into(),
        namespace: None,
        custom: true,
    };
    let way = way(OpenAiResponses, OpenAi).with_tool("exec", tool, true);
    let (lines, _) = told(
        &way,
        answer(vec![
            call("c", "exec", &["{\"inp", "ut\":\"a\\", "n", "b\"}"]),
            call("d", "exec", &["{\"command\":[\"apply_patch\",", "\"p\"]}"]),
        ]),
    );

    insta::assert_snapshot!(middle(&lines).join("\n"), @r"
    call c - exec Custom
    +a
    +

    +b
    close
    call d - exec Custom
    +p
    close
    ");
}

#[test]
fn free_text_for_a_client_without_custom_tools_is_json() {
    let custom = Call {
        id: "c".into(),
        name: "exec".into(),
        form: CallForm::Custom,
        ..Call::default()
    };
    for client in [Anthropic, Gemini] {
        let mut events = vec![Event::Open(Opening::Call(custom.clone()))];
        events.extend(["a\n", "\"b\""].map(|more| Event::Arguments(more.into())));
        events.push(Event::Close);
        let empty = vec![Event::Open(Opening::Call(custom.clone())), Event::Close];
        let (lines, _) = told(&way(client, OpenAiResponses), answer(vec![events, empty]));

        insta::allow_duplicates! {
            insta::assert_snapshot!(middle(&lines).join("\n"), @r#"
            call c - exec Function
            +{"input":"a\n
            +\"b\"
            +"}
            close
            call c_2 - exec Function
            +{"input":""}
            close
            "#);
        }
    }
}

#[test]
fn p091_ids_of_calls_are_unique_and_never_empty() {
    let ids = ["a", "a", "a_2", "", "a", ""];
    let calls = ids.iter().map(|id| call(id, "f", &[])).collect();
    let (lines, _) = told(&way(Anthropic, OpenAi), answer(calls));
    let ids: Vec<&str> = middle(&lines)
        .into_iter()
        .filter_map(|line| line.strip_prefix("call ")?.split(' ').next())
        .collect();

    assert_eq!(
        ids,
        ["a", "a_2", "a_2_2", "call_0001_4", "a_3", "call_0001_6"]
    );
}

#[test]
fn p090_p093_a_call_without_a_name_is_left_out_and_is_no_reason_to_wait() {
    let (lines, end) = told(
        &way(Anthropic, OpenAi),
        answer(vec![call("c", " ", &["{}"])]),
    );

    assert!(middle(&lines).is_empty());
    assert!(lines.contains(&"stop End".to_owned()));
    assert_eq!(end.losses.iter().count(), 1);
}

#[test]
fn p063_arguments_are_an_object_for_those_who_need_one() {
    for (pieces, anthropic, chat) in [
        (vec![" ", "{\"a\"", ":1}"], " {\"a\":1}", " {\"a\":1}"),
        (vec!["[1,", "2]"], "{\"value\":[1,2]}", "[1,2]"),
        (vec!["\"str\""], "{\"value\":\"str\"}", "\"str\""),
        (vec!["nu", "ll"], "", ""),
        (vec!["\"\""], "", ""),
        (vec!["", "  "], "", ""),
        (vec!["7"], "{\"value\":7}", "7"),
    ] {
        let pieces = pieces.as_slice();
        assert_eq!(
            arguments(Anthropic, pieces).trim_start(),
            anthropic.trim_start(),
            "{pieces:?}"
        );
        assert_eq!(
            arguments(Gemini, pieces).trim_start(),
            anthropic.trim_start(),
            "{pieces:?}"
        );
        assert_eq!(
            arguments(OpenAi, pieces).trim_start(),
            chat.trim_start(),
            "{pieces:?}"
        );
    }
}

#[test]
fn p136_broken_arguments_are_passed_on_as_they_are() {
    for client in Protocol::ALL {
        assert_eq!(arguments(client, &["{\"a\":", " tru"]), "{\"a\": tru");
        assert_eq!(arguments(client, &["ls", " -l"]), "ls -l");
        assert_eq!(arguments(client, &["\"cut"]), "\"cut");
    }
}

#[test]
fn p204_arguments_encoded_twice_are_unwrapped_once() {
    for client in Protocol::ALL {
        assert_eq!(arguments(client, &["\"{\\\"x\\\":", " 1}\""]), "{\"x\": 1}");
    }
}

#[test]
fn p105_empty_arguments_are_left_out_where_the_quirk_says_so() {
    let mut way = way(Anthropic, OpenAi);
    let pieces: &[&str] = &["{\"path\":\"a\",", "\"pages\":\"\"}"];
    let read = |way: &_, name| {
        let (lines, _) = told(way, answer(vec![call("c", name, pieces)]));
        middle(&lines)[1..].join("")
    };
    assert!(read(&way, "Read").contains("pages"));

    way.quirks = std::sync::Arc::new(Quirks {
        drop_empty_arguments: vec!["Read".into()],
        ..Quirks::book(OpenAi)
    });
    assert_eq!(read(&way, "Read"), "+{\"path\":\"a\"}close");
    assert!(read(&way, "Write").contains("pages"));
}

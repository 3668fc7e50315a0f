use super::{call, ended, redacted, start, text, thought, told};
use crate::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::cross::testing::way;
use crate::error::{ErrorKind, UpstreamError};
use crate::event::{Event, Start};
use crate::response::Stop;
use crate::usage::Usage;

fn stopped(client: Protocol, has_calls: bool, stop: Stop) -> String {
    let mut events = vec![start()];
    events.extend(if has_calls {
        call("c", "f", &[])
    } else {
        text("x")
    });
    events.extend(ended(stop));
    let (lines, _) = told(&way(client, OpenAi), events);
    let stops: Vec<&String> = lines
        .iter()
        .filter(|line| line.starts_with("stop "))
        .collect();
    assert_eq!(stops.len(), 1);
    stops[0]["stop ".len()..].to_owned()
}

fn usage(input: u64, cached: u64, output: u64) -> Usage {
    Usage {
        input,
        cached,
        output,
        ..Usage::default()
    }
}

#[test]
fn p092_p263_an_answer_with_calls_stops_for_its_calls() {
    for stop in [Stop::End, Stop::ToolUse, Stop::StopString(None)] {
        assert_eq!(stopped(Anthropic, true, stop), "ToolUse");
    }
    for stop in [
        Stop::Length,
        Stop::ContextFull,
        Stop::Filtered("SAFETY".into()),
    ] {
        let told = format!("{stop:?}");
        assert_eq!(stopped(Anthropic, true, stop), told);
    }
}

#[test]
fn p093_an_answer_without_calls_does_not_wait_for_them() {
    assert_eq!(stopped(Anthropic, false, Stop::ToolUse), "End");
    assert_eq!(
        stopped(OpenAi, false, Stop::StopString(Some("X".into()))),
        "StopString(Some(\"X\"))"
    );
}

#[test]
fn p181_a_pause_is_a_cut_answer_where_nobody_knows_pauses() {
    for client in [OpenAi, OpenAiResponses, Gemini] {
        assert_eq!(stopped(client, false, Stop::Paused), "Length");
    }
    assert_eq!(stopped(Anthropic, false, Stop::Paused), "Paused");
}

#[test]
fn p262_a_call_that_cannot_be_read_is_an_error_where_there_is_no_word_for_it() {
    for client in [Anthropic, OpenAiResponses] {
        let mut events = vec![start()];
        events.extend(ended(Stop::Malformed("MALFORMED_FUNCTION_CALL".into())));
        let (lines, end) = told(&way(client, Gemini), events);

        let failed = "failed Upstream the model made a tool call that cannot be read (MALFORMED_FUNCTION_CALL)";
        assert_eq!(lines.last().map(String::as_str), Some(failed));
        assert!(!end.is_whole && end.error.is_some());
    }
    let malformed = Stop::Malformed("X".into());
    assert_eq!(
        stopped(Gemini, false, malformed.clone()),
        "Malformed(\"X\")"
    );
    assert_eq!(stopped(OpenAi, false, malformed), "Malformed(\"X\")");
}

#[test]
fn p045_p046_p047_beginning_reason_and_counts_are_told_once() {
    let mut events = vec![start(), start(), Event::Stop(Stop::End)];
    events.extend(text("late"));
    events.push(Event::Stop(Stop::Length));
    events.push(Event::Usage(usage(5, 2, 3)));
    events.push(Event::End);
    let (lines, end) = told(&way(Anthropic, OpenAi), events);

    insta::assert_snapshot!(lines.join("\n"), @r"
    start a
    text
    +late
    close
    usage 5 2 0 3 0
    stop Length
    end
    ");
    assert_eq!(end.finish_reason.as_deref(), Some("max_tokens"));
    assert!(end.is_whole && !end.is_estimated);
}

#[test]
fn p037_nothing_comes_behind_the_end() {
    let mut events = vec![start()];
    events.extend(text("x"));
    events.extend(ended(Stop::End));
    events.extend(text("y"));
    events.extend([Event::Usage(usage(9, 0, 9)), Event::Alive, Event::End]);
    let (lines, _) = told(&way(OpenAi, Anthropic), events);

    assert_eq!(lines.iter().filter(|line| *line == "end").count(), 1);
    assert_eq!(lines.last().map(String::as_str), Some("end"));
}

#[test]
fn p275_later_counts_overwrite_unless_they_are_zero() {
    let mut events = vec![start(), Event::Usage(usage(10, 4, 1))];
    events.extend(text("x"));
    events.extend([Event::Usage(usage(12, 0, 20)), Event::Usage(usage(0, 0, 0))]);
    events.extend(ended(Stop::End));
    let (lines, end) = told(&way(Anthropic, OpenAi), events);

    assert!(lines.contains(&"usage 12 4 0 20 0".to_owned()));
    assert_eq!(end.usage, Some(usage(12, 4, 20)));
}

#[test]
fn p277_counts_that_nobody_told_are_guessed_and_marked() {
    let mut events = vec![start(), Event::Usage(Usage::default())];
    events.extend(text("twelve bytes"));
    events.extend(thought("hm, so", None));
    events.extend(call("c", "f", &["{\"x\":1}"]));
    events.extend(ended(Stop::End));
    let (_, end) = told(&way(Anthropic, OpenAi), events);

    assert_eq!(end.usage, Some(usage(11, 0, 7)));
    assert!(end.is_estimated);
}

#[test]
fn p098_p099_empty_answers_and_mere_thoughts_are_told_as_they_are() {
    let mut events = vec![start()];
    events.extend(redacted("x"));
    events.extend(ended(Stop::End));
    let (lines, end) = told(&way(Anthropic, Anthropic), events);
    assert_eq!(lines[1], "whole prov Redacted(\"x\")");
    assert!(end.is_whole);

    let (lines, end) = told(&way(Anthropic, OpenAi), vec![start(), Event::End]);
    assert_eq!(lines[0], "start a");
    assert_eq!(lines.last().map(String::as_str), Some("end"));
    assert!(end.is_whole);
}

#[test]
fn p051_an_error_ends_the_answer_and_is_remembered() {
    let error = UpstreamError {
        kind: ErrorKind::Overloaded,
        code: None,
        message: "busy".into(),
    };
    let mut events = vec![start()];
    events.extend(text("x"));
    events.extend([
        Event::Usage(usage(3, 0, 1)),
        Event::Failed(error.clone()),
        Event::End,
    ]);
    let (lines, end) = told(&way(OpenAi, Anthropic), events);

    assert_eq!(
        lines.last().map(String::as_str),
        Some("failed Overloaded busy")
    );
    assert_eq!(end.error, Some(error));
    assert_eq!((end.is_whole, end.usage), (false, Some(usage(3, 0, 1))));
}

#[test]
fn an_answer_without_a_beginning_gets_one() {
    let (lines, _) = told(
        &way(OpenAi, Anthropic),
        [text("x"), vec![Event::Start(Start::default())]].concat(),
    );

    assert_eq!(lines, ["start ", "text", "+x", "close"]);
}

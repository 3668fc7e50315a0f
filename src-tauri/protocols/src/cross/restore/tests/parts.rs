use serde_json::json;

use super::{call, ended, middle, redacted, start, text, thought, told};
use crate::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::carrier::{Carrier, Opaque};
use crate::cross::testing::way;
use crate::cross::{ReasoningForm, Thought};
use crate::event::{Event, Opening};
use crate::part::{Citation, Foreign, Kind, Media, Part, Source};
use crate::response::Stop;

fn answer(parts: Vec<Vec<Event>>) -> Vec<Event> {
    let mut events = vec![start()];
    events.extend(parts.into_iter().flatten());
    events.extend(ended(Stop::End));
    events
}

#[test]
fn p054_parts_that_hold_nothing_are_none() {
    let empty = |opening| {
        vec![
            Event::Open(opening),
            Event::Text(String::new()),
            Event::Close,
        ]
    };
    let (lines, _) = told(
        &way(Anthropic, OpenAi),
        answer(vec![
            empty(Opening::Text),
            empty(Opening::Refusal),
            thought("", None),
            text("x"),
            vec![Event::Text("nowhere".into()), Event::Close],
        ]),
    );

    assert_eq!(middle(&lines), ["text", "+x", "close"]);
}

#[test]
fn parts_that_nobody_closed_are_closed() {
    let open = vec![
        Event::Open(Opening::Text),
        Event::Text("a".into()),
        Event::Open(Opening::Reasoning),
        Event::Reasoning("b".into()),
    ];
    let (lines, _) = told(&way(Anthropic, OpenAi), answer(vec![open]));

    assert_eq!(
        middle(&lines),
        [
            "text",
            "+a",
            "close",
            "thought",
            "+b",
            "close prov Plain(\"\")"
        ]
    );
}

#[test]
fn what_a_provider_wants_back_behind_words_goes_with_the_part_that_follows_or_not_at_all() {
    let signed = || thought("", Some("s"));
    let parts = |events: Vec<Vec<Event>>| {
        let (lines, _) = told(&way(Anthropic, Gemini), answer(events));
        middle(&lines).join(" ")
    };

    assert_eq!(parts(vec![text("x"), signed()]), "text +x close");
    let before = parts(vec![signed(), text("x")]);
    assert!(
        before.starts_with("thought close") && before.ends_with("text +x close"),
        "{before}"
    );
    let between = parts(vec![text("x"), signed(), text("y")]);
    assert!(
        between.starts_with("text +x close thought close"),
        "{between}"
    );
}

#[test]
fn words_in_one_piece_come_as_a_stream() {
    let parts = [Part::text("x"), Part::new(Kind::Refusal("no".into()))];
    let (lines, _) = told(
        &way(Anthropic, OpenAi),
        answer(vec![parts.map(Event::Whole).to_vec()]),
    );

    assert_eq!(
        middle(&lines),
        ["text", "+x", "close", "refusal", "+no", "close"]
    );
}

#[test]
fn thoughts_carry_the_tag_of_their_provider() {
    let (lines, end) = told(
        &way(OpenAi, Anthropic),
        answer(vec![
            thought("hm", Some("c2ln")),
            redacted("x"),
            thought("", Some("c2ln")),
        ]),
    );

    insta::assert_snapshot!(middle(&lines).join("\n"), @r#"
    thought
    +hm
    close prov Signature("c2ln")
    whole prov Redacted("x")
    thought
    close prov Signature("c2ln")
    "#);
    assert!(end.thoughts.is_empty());
}

#[test]
fn p094_thoughts_in_tags_are_text_of_their_own() {
    let mut way = way(OpenAi, Anthropic);
    way.reasoning = ReasoningForm::Tags;
    let mut more = thought("hm", Some("c2ln"));
    more.insert(2, Event::Reasoning(", so".into()));
    let (lines, end) = told(
        &way,
        answer(vec![
            more,
            thought("", Some("c2ln")),
            text("ok"),
            call("c", "f", &[]),
        ]),
    );

    insta::assert_snapshot!(middle(&lines).join("\n"), @r"
    text
    +<think>hm
    +, so
    +</think>


    close
    text
    +ok
    close
    call c - f Function
    close
    ");
    assert_eq!(end.thoughts.len(), 1);
}

#[test]
fn thoughts_that_nobody_wants_are_dropped_and_remembered() {
    let mut way = way(OpenAi, Anthropic);
    way.reasoning = ReasoningForm::Drop;
    let (lines, end) = told(
        &way,
        answer(vec![
            thought("hm", Some("c2ln")),
            redacted("x"),
            call("c", "f", &[]),
        ]),
    );

    assert_eq!(middle(&lines), ["call c - f Function", "close"]);
    assert_eq!(end.thoughts.len(), 1);
}

#[test]
fn the_thoughts_before_a_call_are_remembered_by_the_id_that_the_client_knows() {
    let (_, end) = told(
        &way(OpenAi, Anthropic),
        answer(vec![
            thought("hm", Some("c2ln")),
            thought("no carrier", None),
            text("ok"),
            call("c", "f", &[]),
            call("c", "g", &[]),
            thought("so", None),
            call("c", "h", &[]),
        ]),
    );

    let signed = Carrier {
        provider: "prov".into(),
        opaque: Opaque::Signature("c2ln".into()),
    };
    let thought = |text: &str, carrier| Thought {
        text: text.into(),
        carrier,
    };
    assert_eq!(
        end.thoughts,
        [
            ("c".to_owned(), thought("hm", Some(signed))),
            ("c_3".to_owned(), thought("so", None)),
        ]
    );
}

#[test]
fn citations_stay_with_their_text() {
    let cited = vec![
        Event::Open(Opening::Text),
        Event::Text("x".into()),
        Event::Citation(Citation {
            url: "https://x".into(),
            ..Citation::default()
        }),
        Event::Close,
    ];
    let (lines, _) = told(&way(Anthropic, OpenAi), answer(vec![cited]));

    assert_eq!(middle(&lines), ["text", "+x", "cites https://x", "close"]);
}

#[test]
fn what_a_client_cannot_show_is_said_in_words() {
    let image = Part::new(Kind::Image(Media {
        source: Source::Inline {
            mime: "image/png".into(),
            data: "AAAA".into(),
        },
        detail: None,
    }));
    let code = |origin| {
        Part::new(Kind::Foreign(Foreign {
            origin,
            value: json!({"executableCode": {}}),
            gist: Some("```\n1\n```".into()),
        }))
    };
    let parts = || {
        [image.clone(), code(Gemini), code(OpenAiResponses)]
            .map(Event::Whole)
            .to_vec()
    };

    let (lines, end) = told(&way(Anthropic, Gemini), answer(vec![parts()]));
    insta::assert_snapshot!(middle(&lines).join("\n"), @r"
    text
    +[image: image/png]
    close
    text
    +```
    1
    ```
    close
    whole
    ");
    assert_eq!(end.losses.iter().count(), 3);

    for shows in [OpenAi, OpenAiResponses] {
        let (lines, _) = told(
            &way(shows, Gemini),
            answer(vec![vec![Event::Whole(image.clone())]]),
        );
        assert_eq!(middle(&lines), ["whole"]);
    }
    let (lines, _) = told(&way(Gemini, Gemini), answer(vec![parts()]));
    assert_eq!(middle(&lines), ["whole", "whole", "whole"]);
}

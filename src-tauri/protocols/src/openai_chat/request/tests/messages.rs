//! The messages that a Chat target gets of conversations that came in other protocols: they bring no notes.

use serde_json::{Value, json};

use super::{book, call, messages, result, written};
use crate::part::{Cache, Document, Kind, Media, Part, Parts, Source};
use crate::quirks::{CacheStyle, Quirks};
use crate::request::{Request, Role, Turn};

#[test]
fn texts_become_one_string_and_results_messages_of_their_own() {
    let turns = vec![
        Turn::of(Role::User, vec![Part::text("a"), Part::text("b")]),
        Turn::of(
            Role::Assistant,
            vec![
                Part::text("x"),
                Part::text("y"),
                call("c", "{\"k\":1}"),
                Part::text("z"),
            ],
        ),
        Turn::of(
            Role::User,
            vec![
                result("c", Parts::list(vec![Part::text("1"), Part::text("2")])),
                Part::text("go"),
            ],
        ),
    ];
    assert_eq!(
        messages(turns, &book()),
        json!([
            {"role": "user", "content": "a\n\nb"},
            {"role": "assistant", "content": "xy\n\nz",
             "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{\"k\":1}"}}]},
            {"role": "tool", "tool_call_id": "c", "content": "1\n2"},
            {"role": "user", "content": "go"},
        ])
    );
}

#[test]
fn the_system_text_has_the_role_that_the_target_knows() {
    let request = Request {
        system: Some(Parts::list(vec![Part::text("a"), Part::text("b")])),
        ..Request::default()
    };
    assert_eq!(
        written(&request, &book())["messages"],
        json!([{"role": "system", "content": "a\n\nb"}])
    );
    let quirks = Quirks {
        developer_role: true,
        ..book()
    };
    assert_eq!(
        written(&request, &quirks)["messages"][0]["role"],
        "developer"
    );
}

#[test]
fn a_developers_turn_is_a_systems_where_that_role_is_unknown() {
    let turns = || vec![Turn::new(Role::Developer, Parts::plain("d"))];
    assert_eq!(messages(turns(), &book())[0]["role"], "system");
    let quirks = Quirks {
        developer_role: true,
        ..book()
    };
    assert_eq!(messages(turns(), &quirks)[0]["role"], "developer");
}

#[test]
fn p213_an_assistant_that_only_calls_has_the_content_that_the_target_takes() {
    let turns = || vec![Turn::of(Role::Assistant, vec![call("a", "{}")])];
    assert_eq!(messages(turns(), &book())[0]["content"], Value::Null);
    let quirks = Quirks {
        empty_content: true,
        ..book()
    };
    assert_eq!(messages(turns(), &quirks)[0]["content"], "");
}

#[test]
fn p214_a_result_is_a_string() {
    let turns = vec![Turn::of(
        Role::User,
        vec![result("a", Parts::list(vec![Part::text("x")]))],
    )];
    assert_eq!(messages(turns, &book())[0]["content"], "x");
}

#[test]
fn a_failed_result_says_so_once() {
    for (text, expected) in [
        ("boom", "Error: boom"),
        ("error: boom", "error: boom"),
        ("", "Error: "),
    ] {
        let mut part = result("a", Parts::plain(text));
        let Kind::Result(told) = &mut part.kind else {
            unreachable!()
        };
        told.is_error = Some(true);
        assert_eq!(
            messages(vec![Turn::of(Role::User, vec![part])], &book())[0]["content"],
            expected
        );
    }
}

#[test]
fn a_failed_result_that_is_a_list_says_so_too() {
    let mut text = Part::text("boom");
    text.cache = Some(Cache::default());
    let mut part = result("a", Parts::list(vec![text]));
    let Kind::Result(told) = &mut part.kind else {
        unreachable!()
    };
    told.is_error = Some(true);
    let quirks = Quirks {
        cache: CacheStyle::Anthropic,
        ..book()
    };

    let messages = messages(vec![Turn::of(Role::User, vec![part])], &quirks);

    assert_eq!(messages[0]["content"][0]["text"], "Error:");
    assert_eq!(messages[0]["content"][1]["text"], "boom");
}

#[test]
fn p232_no_arguments_are_an_empty_object() {
    let turns = vec![Turn::of(Role::Assistant, vec![call("a", "")])];
    assert_eq!(
        messages(turns, &book())[0]["tool_calls"][0]["function"]["arguments"],
        "{}"
    );
}

#[test]
fn media_are_written_in_chats_shapes() {
    let inline = |mime: &str| Source::Inline {
        mime: mime.into(),
        data: "AAAA".into(),
    };
    let turn = Turn::of(
        Role::User,
        vec![
            Part::text("see"),
            Part::new(Kind::Image(Media {
                source: inline("image/png"),
                detail: Some("low".into()),
            })),
            Part::new(Kind::Audio(Media {
                source: inline("audio/mpeg"),
                detail: None,
            })),
            Part::new(Kind::Document(Document {
                source: inline("application/pdf"),
                title: None,
                context: None,
            })),
            Part::new(Kind::Document(Document {
                source: Source::Text("words".into()),
                title: Some("t".into()),
                context: None,
            })),
        ],
    );
    assert_eq!(
        messages(vec![turn], &book())[0]["content"],
        json!([
            {"type": "text", "text": "see"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "document.pdf"}},
            {"type": "text", "text": "t\n\nwords"},
        ])
    );
}

#[test]
fn p221_the_original_size_is_asked_only_of_those_that_know_it() {
    let image = || {
        Part::new(Kind::Image(Media {
            source: Source::Url {
                url: "https://a.example/x.png".into(),
                mime: None,
            },
            detail: Some("original".into()),
        }))
    };
    let detail = |quirks: &Quirks| {
        messages(vec![Turn::of(Role::User, vec![image()])], quirks)[0]["content"][0]["image_url"]["detail"].clone()
    };
    assert_eq!(detail(&book()), "auto");
    assert_eq!(
        detail(&Quirks {
            original_images: true,
            ..book()
        }),
        "original"
    );
}

#[test]
fn p233_cache_marks_go_only_to_those_that_know_them() {
    let marked = |ttl: Option<&str>| {
        let mut part = Part::text("x");
        part.cache = Some(Cache {
            ttl: ttl.map(str::to_owned),
        });
        vec![Turn::of(Role::User, vec![part])]
    };
    assert_eq!(messages(marked(None), &book())[0]["content"], "x");

    let breakpoint = Quirks {
        cache: CacheStyle::Breakpoint,
        ..book()
    };
    assert_eq!(
        messages(marked(Some("1h")), &breakpoint)[0]["content"],
        json!([
        {"type": "text", "text": "x", "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "12h"}}])
    );

    let anthropic = Quirks {
        cache: CacheStyle::Anthropic,
        ..book()
    };
    assert_eq!(
        messages(marked(Some("5m")), &anthropic)[0]["content"],
        json!([
        {"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "5m"}}])
    );
}

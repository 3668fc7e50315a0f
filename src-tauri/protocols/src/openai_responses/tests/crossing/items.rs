//! The conversation.

use serde_json::{Value, json};

use super::super::{write, write_to};
use super::{asking, book, call, document, image, inline, items, model, result, thought, user};
use crate::Protocol;
use crate::carrier::Opaque;
use crate::part::{Cache, CallForm, Citation, Foreign, Kind, Media, Part, Parts, Source, Text};
use crate::quirks::{CacheStyle, Quirks};
use crate::request::{Request, Role, Turn};

#[test]
fn p241_p124_what_a_model_said_keeps_its_order_and_its_thoughts_stand_in_front() {
    let turn = model(vec![
        thought("hm", Some(Opaque::Encrypted("e".into()))),
        Part::text("ok"),
        call(CallForm::Function, "{}"),
        call(CallForm::Custom, "x"),
    ]);

    assert_eq!(
        items(vec![turn]),
        json!([
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "e"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "ok"}]},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
            {"type": "custom_tool_call", "call_id": "c", "name": "f", "input": "x"},
        ])
    );
}

#[test]
fn p122_items_go_out_without_ids() {
    let turns = vec![
        model(vec![
            thought("hm", None),
            Part::text("ok"),
            call(CallForm::Function, "{}"),
        ]),
        user(vec![
            result(None, Parts::plain("done")),
            Part::text("go on"),
        ]),
    ];
    for item in items(turns).as_array().unwrap() {
        assert!(item.get("id").is_none(), "{item}");
    }
}

#[test]
fn p125_a_thought_always_has_a_summary() {
    let turn = model(vec![thought("", Some(Opaque::Encrypted("e".into())))]);
    assert_eq!(
        items(vec![turn]),
        json!([{"type": "reasoning", "summary": [], "encrypted_content": "e"}])
    );
}

#[test]
fn signatures_of_others_are_not_sent() {
    let turn = model(vec![thought("hm", Some(Opaque::Signature("s".into())))]);
    let (body, losses) = write(&asking(vec![turn]));
    assert!(!body.to_string().contains("encrypted_content\":"));
    assert!(!losses.is_empty());
}

#[test]
fn marks_of_a_cache_are_kept_where_the_target_knows_them() {
    let mut marked = Part::text("a");
    marked.cache = Some(Cache {
        ttl: Some("1h".into()),
    });
    let request = Request {
        system: Some(Parts::list(vec![marked.clone(), Part::text("b")])),
        ..asking(vec![user(vec![marked])])
    };
    let quirks = Quirks {
        cache: CacheStyle::Breakpoint,
        ..book()
    };
    let mark = json!({"mode": "explicit", "ttl": "12h"});

    let (body, losses) = write_to(&request, &quirks);
    assert!(body.get("instructions").is_none());
    assert_eq!(body["input"][0]["role"], "developer");
    assert_eq!(
        body["input"][0]["content"][0]["prompt_cache_breakpoint"],
        mark
    );
    assert_eq!(
        body["input"][1]["content"][0]["prompt_cache_breakpoint"],
        mark
    );
    assert!(losses.is_empty());

    let (body, losses) = write(&request);
    assert!(!body.to_string().contains("prompt_cache_breakpoint"));
    assert_eq!(losses.iter().count(), 2);
}

#[test]
fn p121_developers_are_systems_where_nobody_knows_developers() {
    let turn = Turn::new(Role::Developer, Parts::plain("d"));
    let quirks = Quirks {
        developer_role: false,
        ..book()
    };
    let request = asking(vec![turn]);
    assert_eq!(write(&request).0["input"][0]["role"], "developer");
    assert_eq!(write_to(&request, &quirks).0["input"][0]["role"], "system");
}

#[test]
fn media_are_said_in_this_protocols_words() {
    let web = Source::Url {
        url: "https://x.test/a".into(),
        mime: None,
    };
    let recording = Part::new(Kind::Audio(Media {
        source: inline("audio/mpeg"),
        detail: None,
    }));
    let turn = user(vec![
        image(inline("image/png")),
        image(web.clone()),
        image(Source::File("file-1".into())),
        document(inline("application/pdf"), None),
        document(inline("application/pdf"), Some("a.pdf")),
        document(web, Some("t")),
        document(Source::Text("words".into()), Some("t")),
        document(Source::Parts(vec![Part::text("inner")]), None),
        recording,
    ]);

    assert_eq!(
        items(vec![turn])[0]["content"],
        json!([
            {"type": "input_image", "image_url": "data:image/png;base64,aGk=", "detail": "auto"},
            {"type": "input_image", "image_url": "https://x.test/a", "detail": "auto"},
            {"type": "input_image", "file_id": "file-1", "detail": "auto"},
            {"type": "input_file", "filename": "document.pdf", "file_data": "data:application/pdf;base64,aGk="},
            {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,aGk="},
            {"type": "input_file", "file_url": "https://x.test/a"},
            {"type": "input_text", "text": "t\n\nwords"},
            {"type": "input_text", "text": "inner"},
            {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "mp3"}},
        ])
    );
}

#[test]
fn results_keep_their_images_and_say_that_they_failed() {
    let seen = Parts::list(vec![Part::text("look"), image(inline("image/png"))]);
    let turns = vec![
        user(vec![result(None, Parts::list(vec![Part::text("one")]))]),
        user(vec![result(Some(true), Parts::plain("no such file"))]),
        user(vec![result(Some(true), Parts::plain("Error: said so"))]),
        user(vec![result(Some(true), seen.clone())]),
        user(vec![result(None, Parts::default())]),
    ];

    let outputs: Vec<Value> = items(turns)
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["output"].clone())
        .collect();

    let picture =
        json!({"type": "input_image", "image_url": "data:image/png;base64,aGk=", "detail": "auto"});
    assert_eq!(
        outputs,
        [
            json!("one"),
            json!("Error: no such file"),
            json!("Error: said so"),
            json!([{"type": "input_text", "text": "Error:"}, {"type": "input_text", "text": "look"}, picture]),
            json!(""),
        ]
    );
}

#[test]
fn what_came_before_results_and_behind_them_keeps_its_place() {
    let turn = user(vec![
        result(None, Parts::plain("a")),
        result(None, Parts::plain("b")),
        Part::text("and now?"),
    ]);
    let kinds: Vec<String> = items(vec![turn])
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        kinds,
        ["function_call_output", "function_call_output", "message"]
    );
}

#[test]
fn citations_are_annotations_of_what_the_model_said() {
    let cited = Part::new(Kind::Text(Text {
        text: "ok".into(),
        citations: vec![Citation {
            url: "https://x.test".into(),
            title: "X".into(),
            quote: Some("q".into()),
            span: Some((0, 2)),
        }],
    }));
    let annotation = json!({"type": "url_citation", "start_index": 0, "end_index": 2, "url": "https://x.test", "title": "X"});
    assert_eq!(
        items(vec![model(vec![cited])])[0]["content"][0]["annotations"],
        json!([annotation])
    );
}

#[test]
fn what_only_another_protocol_has_is_said_in_words_or_left_out() {
    let foreign = |gist: Option<&str>| {
        Part::new(Kind::Foreign(Foreign {
            origin: Protocol::Anthropic,
            value: json!({"type": "x"}),
            gist: gist.map(str::to_owned),
        }))
    };
    let (body, losses) = write(&asking(vec![user(vec![
        foreign(Some("words")),
        foreign(None),
    ])]));
    assert_eq!(
        body["input"],
        json!([{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "words"}]}])
    );
    assert!(!losses.is_empty());
}

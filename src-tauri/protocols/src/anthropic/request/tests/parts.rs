//! What other protocols' clients say, as blocks.

use serde_json::{Value, json};

use super::{asking, blocks, book, function, lost, refused, sent};
use crate::Protocol::OpenAiResponses;
use crate::carrier::{Carrier, Opaque};
use crate::part::{
    Cache, Call, CallForm, Citation, Document, Foreign, Kind, Media, Part, Parts, Reasoning,
    Source, Text, ToolResult,
};
use crate::quirks::{CacheStyle, Quirks};
use crate::request::{Role, Turn};

#[test]
fn parts_of_other_protocols_are_blocks() {
    let inline = |mime: &str, data: &str| Source::Inline {
        mime: mime.into(),
        data: data.into(),
    };
    let document = |source| {
        Part::new(Kind::Document(Document {
            source,
            title: Some("T".into()),
            context: None,
        }))
    };
    let image = Part::new(Kind::Image(Media {
        source: inline("image/png", "aaaa"),
        detail: Some("high".into()),
    }));
    let said = blocks(vec![
        Part::new(Kind::Refusal("no".into())),
        image,
        document(inline("application/pdf", "JVBERi0=")),
        document(inline("text/markdown", "aGk=")),
    ]);
    assert_eq!(
        said,
        json!([
            {"type": "text", "text": "no"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aaaa"}},
            {"type": "document", "title": "T",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}},
            {"type": "document", "title": "T",
                "source": {"type": "text", "media_type": "text/plain", "data": "hi"}},
        ])
    );
}

#[test]
fn audio_is_refused_at_its_place() {
    let source = Source::Inline {
        mime: "audio/wav".into(),
        data: "aaaa".into(),
    };
    let audio = Part::new(Kind::Audio(Media {
        source,
        detail: None,
    }));
    let result = Part::new(Kind::Result(ToolResult {
        call: "a".into(),
        content: Parts::list(vec![Part::text("x"), audio]),
        ..ToolResult::default()
    }));
    assert_eq!(
        refused(&asking(vec![result])).unwrap().field,
        "messages[0].content[0].content[1]"
    );
}

#[test]
fn p063_p136_arguments_of_history_become_objects() {
    let call = |arguments: &str, form| {
        Part::new(Kind::Call(Call {
            id: "a".into(),
            name: "f".into(),
            namespace: Some("n".into()),
            form,
            arguments: arguments.into(),
        }))
    };
    let said = blocks(vec![
        call("{\"b\":1.0,\"a\":2}", CallForm::Function),
        call("", CallForm::Function),
        call("{\"a\":", CallForm::Function),
        call("free \"text\"", CallForm::Custom),
    ]);
    let inputs: Vec<String> = said
        .as_array()
        .unwrap()
        .iter()
        .map(|block| block["input"].to_string())
        .collect();
    assert_eq!(
        inputs,
        [
            r#"{"b":1.0,"a":2}"#,
            "{}",
            r#"{"__unparsedToolInput":{"raw":"{\"a\":","len":5}}"#,
            r#"{"input":"free \"text\""}"#,
        ]
    );
    assert_eq!(said[0]["name"], "n__f");
}

#[test]
fn p096_thoughts_that_anthropic_cannot_read_are_left_out() {
    let thought = |opaque: Option<Opaque>| {
        Part::new(Kind::Reasoning(Reasoning {
            text: "t".into(),
            carrier: opaque.map(Carrier::genuine),
        }))
    };
    let mut request = asking(vec![
        thought(Some(Opaque::Encrypted("e".into()))),
        thought(Some(Opaque::Thought("g".into()))),
        thought(Some(Opaque::Signature("s".into()))),
        thought(Some(Opaque::Redacted("r".into()))),
    ]);
    request.turns.push(Turn::of(
        Role::Assistant,
        vec![thought(Some(Opaque::Plain("p".into())))],
    ));
    let (body, losses) = sent(&request, &book());
    assert_eq!(
        body["messages"],
        json!([{"role": "user", "content": [
            {"type": "thinking", "thinking": "t", "signature": "s"},
            {"type": "redacted_thinking", "data": "r"},
        ]}]),
        "a turn of which nothing can be said is none"
    );
    assert_eq!(lost(&losses), ["messages[].content[].reasoning"]);
}

#[test]
fn p185_pages_that_other_answers_rested_on_are_left_out() {
    let text = Text {
        text: "x".into(),
        citations: vec![Citation {
            url: "https://a.example".into(),
            ..Citation::default()
        }],
    };
    let (body, losses) = sent(&asking(vec![Part::new(Kind::Text(text))]), &book());
    assert_eq!(
        body["messages"][0]["content"],
        json!([{"type": "text", "text": "x"}])
    );
    assert_eq!(lost(&losses), ["messages[].content[].citations"]);
}

#[test]
fn what_only_others_have_is_told_in_words_or_noted() {
    let foreign = |gist: Option<&str>| {
        Part::new(Kind::Foreign(Foreign {
            origin: OpenAiResponses,
            value: json!({"type": "web_search_call"}),
            gist: gist.map(str::to_owned),
        }))
    };
    let (body, losses) = sent(
        &asking(vec![
            foreign(Some("searched")),
            foreign(None),
            Part::text("x"),
        ]),
        &book(),
    );
    assert_eq!(
        body["messages"][0]["content"],
        json!([{"type": "text", "text": "searched"}, {"type": "text", "text": "x"}])
    );
    assert_eq!(lost(&losses), ["messages[].content[].web_search_call"]);
}

#[test]
fn cache_marks_are_said_in_anthropics_lengths_where_they_are_taken() {
    let marked = |ttl: Option<&str>| {
        let mut part = Part::text("x");
        part.cache = Some(Cache {
            ttl: ttl.map(str::to_owned),
        });
        part
    };
    let mut request = asking(vec![
        marked(None),
        marked(Some("30m")),
        marked(Some("12h")),
        marked(Some("1h")),
    ]);
    request.tools = vec![function("f")];
    request.tools[0].cache = Some(Cache { ttl: None });
    request.system = Some(Parts {
        list: vec![marked(None)],
        plain: true,
    });
    let (body, losses) = sent(&request, &book());
    let marks: Vec<&Value> = body["messages"][0]["content"]
        .as_array()
        .unwrap()
        .iter()
        .map(|block| &block["cache_control"])
        .collect();
    let ephemeral = |ttl: &str| json!({"type": "ephemeral", "ttl": ttl});
    assert_eq!(
        marks,
        [
            &json!({"type": "ephemeral"}),
            &ephemeral("5m"),
            &ephemeral("1h"),
            &ephemeral("1h")
        ]
    );
    assert_eq!(body["tools"][0]["cache_control"]["type"], "ephemeral");
    assert_eq!(
        body["system"][0]["cache_control"]["type"], "ephemeral",
        "a mark needs a block"
    );
    assert!(losses.is_empty());

    let quirks = Quirks {
        cache: CacheStyle::Implicit,
        ..book()
    };
    let (body, losses) = sent(&request, &quirks);
    assert!(!body.to_string().contains("cache_control"));
    assert_eq!(body["system"], "x");
    assert_eq!(losses.iter().map(|loss| loss.count).sum::<u32>(), 6);
}

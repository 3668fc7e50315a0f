//! Pictures, recordings and documents.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{call, fitted, fitted_with, model, refused, result_of, talk, text, user};
use crate::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::part::{Document, Kind, Media, Part, Source};
use crate::quirks::Quirks;
use crate::request::Request;

fn inline(mime: &str, bytes: &[u8]) -> Source {
    Source::Inline {
        mime: mime.to_owned(),
        data: STANDARD.encode(bytes),
    }
}

fn image(source: Source) -> Part {
    Part::new(Kind::Image(Media {
        source,
        detail: None,
    }))
}

fn png() -> Part {
    image(inline("image/png", b"\x89PNG\r\n\x1a\n0000IHDR"))
}

fn document(source: Source) -> Part {
    Part::new(Kind::Document(Document {
        source,
        title: Some("plan".into()),
        context: None,
    }))
}

fn pdf() -> Part {
    document(inline("application/pdf", b"%PDF-1.7\n"))
}

fn shown(part: Part) -> Request {
    talk(vec![user(vec![text("look"), part])])
}

#[test]
fn p067_the_type_that_is_declared_is_the_one_it_is() {
    let fitted = fitted(
        OpenAi,
        Anthropic,
        shown(image(inline("image/jpg", b"\x89PNG\r\n\x1a\n0000IHDR"))),
    );

    let Kind::Image(media) = &fitted.request.turns[0].parts()[1].kind else {
        panic!("{:?}", fitted.script());
    };
    assert!(matches!(&media.source, Source::Inline { mime, .. } if mime == "image/png"));
}

#[test]
fn p176_types_of_images_that_nobody_takes_are_refused_by_place() {
    let error = refused(
        OpenAi,
        Anthropic,
        |_| {},
        shown(image(inline("image/bmp", b"BM......"))),
    );
    assert_eq!(error.field, "messages[0].content[1]");
    assert!(error.message.contains("image/bmp"), "{error}");
}

#[test]
fn p222_a_model_that_sees_nothing_is_told_so() {
    let blind = |quirks: &mut Quirks| quirks.images = false;
    let fitted = fitted_with(Anthropic, OpenAi, blind, shown(png()));

    assert_eq!(
        fitted.script(),
        ["user: look\n\n[image left out: this model cannot see images]"]
    );
    assert!(fitted.lost().contains("replaced messages[0].content[1]"));
}

#[test]
fn p140_p214_images_in_results_follow_behind_all_results() {
    let mut request = talk(vec![
        user(vec![text("hi")]),
        model(vec![call("a", "view"), call("b", "view")]),
        user(vec![
            result_of("a", vec![text("here"), png()]),
            result_of("b", vec![text("none")]),
        ]),
    ]);
    let moved = fitted(OpenAiResponses, OpenAi, request.clone());
    assert_eq!(
        moved.script()[2],
        "user: result a [here\n[image 1 of call a]] | result b [none] | [image 1 of call a] | IMAGE"
    );

    let stays = fitted(OpenAiResponses, Anthropic, request.clone());
    assert_eq!(
        stays.script()[2],
        "user: result a [here | IMAGE] | result b [none]"
    );

    request.turns.truncate(2);
    assert!(fitted(OpenAiResponses, OpenAi, request).script()[2].starts_with("user: result! a"));
}

#[test]
fn p175_addresses_are_refused_where_the_target_fetches_none() {
    let url = || Source::Url {
        url: "https://x/y.png".into(),
        mime: None,
    };
    assert_eq!(
        refused(OpenAi, Gemini, |_| {}, shown(image(url()))).field,
        "messages[0].content[1]"
    );
    fitted(OpenAi, Anthropic, shown(image(url())));
    assert_eq!(
        refused(Anthropic, OpenAi, |_| {}, shown(document(url()))).field,
        "messages[0].content[1]"
    );
}

#[test]
fn files_at_another_provider_are_refused() {
    for part in [
        image(Source::File("file_1".into())),
        document(Source::File("file_1".into())),
    ] {
        let error = refused(Anthropic, OpenAiResponses, |_| {}, shown(part));
        assert_eq!(error.field, "messages[0].content[1]");
    }
}

#[test]
fn p295_audio_is_refused_by_place_where_nobody_hears_it() {
    let audio = Part::new(Kind::Audio(Media {
        source: inline("audio/wav", b"RIFF"),
        detail: None,
    }));
    let error = refused(OpenAi, Anthropic, |_| {}, shown(audio.clone()));
    assert_eq!(error.field, "messages[0].content[1]");
    assert_eq!(
        fitted(OpenAi, Gemini, shown(audio)).script(),
        ["user: look | AUDIO"]
    );
}

#[test]
fn p223_documents_go_along_or_are_told_in_words() {
    assert_eq!(
        fitted(Anthropic, Gemini, shown(pdf())).script(),
        ["user: look | DOCUMENT"]
    );
    assert_eq!(
        fitted(Anthropic, OpenAi, shown(pdf())).script(),
        ["user: look\n\n[document left out: this model cannot read it (plan)]"]
    );
    let words = document(Source::Text("step 1".into()));
    assert_eq!(
        fitted(Anthropic, OpenAi, shown(words)).script(),
        ["user: look\n\nplan\n\nstep 1"]
    );
    let coded = document(inline("text/plain", b"step 1"));
    assert_eq!(
        fitted(OpenAi, Anthropic, shown(coded)).script(),
        ["user: look | plan\n\nstep 1"]
    );
    let parts = document(Source::Parts(vec![text("step 1"), png()]));
    assert_eq!(
        fitted(Anthropic, Gemini, shown(parts)).script(),
        ["user: look | plan | step 1 | IMAGE"]
    );
}

#[test]
fn p268_inline_data_beyond_the_limit_is_refused_with_the_limit() {
    let small = |quirks: &mut Quirks| quirks.most_inline_bytes = Some(8);
    let error = refused(Anthropic, Gemini, small, shown(png()));
    assert!(error.message.contains("at most 8 bytes"), "{error}");
}

#[test]
fn p185_what_a_model_drew_is_a_note_where_models_only_speak() {
    let drawn = || {
        talk(vec![
            user(vec![text("draw")]),
            model(vec![text("here"), png()]),
            user(vec![text("nice")]),
        ])
    };
    assert_eq!(
        fitted(Gemini, Anthropic, drawn()).script()[1],
        "model: here | [a medium that was made here]"
    );
    assert_eq!(
        fitted(OpenAi, Gemini, drawn()).script()[1],
        "model: here | IMAGE"
    );
}

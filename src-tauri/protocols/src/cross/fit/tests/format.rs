//! The shape of the answer.

use serde_json::json;

use super::controls::hi;
use super::{fitted, fitted_with, function, instructions};
use crate::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::quirks::Quirks;
use crate::request::{Format, Request};

fn shaped(schema: serde_json::Value) -> Request {
    let format = Format::Schema {
        name: None,
        description: None,
        schema,
        strict: Some(true),
    };
    Request {
        format: Some(format),
        ..hi()
    }
}

#[test]
fn p180_answers_schemas_are_cleaned_for_anthropic_or_told_in_words() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "integer", "minimum": 3}}});
    let native = |quirks: &mut Quirks| quirks.format_schema = true;

    let clean = fitted_with(OpenAi, Anthropic, native, shaped(schema.clone())).request;
    let Some(Format::Schema { schema: sent, .. }) = clean.format else {
        panic!("{:?}", clean.format);
    };
    assert_eq!(sent["additionalProperties"], false);
    assert_eq!(sent["properties"]["a"].get("minimum"), None);

    let told = fitted(OpenAi, Anthropic, shaped(schema)).request;
    assert_eq!(told.format, None);
    assert!(
        instructions(&told).contains(r#""minimum":3"#),
        "{}",
        instructions(&told)
    );
}

#[test]
fn p265_the_shape_is_told_in_words_where_it_does_not_go_with_tools() {
    let mut request = shaped(json!({"type": "object"}));
    request.tools = vec![function("read")];
    let apart = |quirks: &mut Quirks| quirks.format_with_tools = false;

    let fitted = fitted_with(OpenAi, Gemini, apart, request).request;

    assert_eq!(fitted.format, None);
    assert!(instructions(&fitted).contains("JSON Schema"));
}

#[test]
fn json_is_asked_for_in_words_where_the_target_has_no_mode_or_insists_on_the_word() {
    let json = |client, target| {
        let request = Request {
            format: Some(Format::Json),
            ..hi()
        };
        fitted(client, target, request).request
    };
    let anthropic = json(OpenAi, Anthropic);
    assert_eq!(anthropic.format, None);
    assert!(instructions(&anthropic).contains("JSON"));

    let from_gemini = json(Gemini, OpenAi);
    assert_eq!(from_gemini.format, Some(Format::Json));
    assert!(instructions(&from_gemini).contains("JSON"));
    assert_eq!(instructions(&json(OpenAi, OpenAiResponses)), "");
}

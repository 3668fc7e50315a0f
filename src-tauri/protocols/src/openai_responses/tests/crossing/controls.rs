//! All the rest.

use serde_json::json;

use super::super::{write, write_to};
use super::{asking, book, user};
use crate::Protocol;
use crate::codec::Target;
use crate::extra::Extra;
use crate::loss::Losses;
use crate::openai_responses::write_request;
use crate::part::{Part, Parts};
use crate::quirks::{Quirks, ReasoningStyle};
use crate::request::{Effort, Format, Request, Sampling, Thinking};

#[test]
fn p237_nothing_is_stored_and_thoughts_come_back_encrypted() {
    let (body, _) = write(&asking(vec![user(vec![Part::text("hi")])]));
    assert_eq!(body["store"], false);
    assert_eq!(body["include"], json!(["reasoning.encrypted_content"]));

    let quirks = Quirks {
        reasoning: ReasoningStyle::None,
        ..book()
    };
    let (body, _) = write_to(&asking(Vec::new()), &quirks);
    assert_eq!(body["store"], false);
    assert!(
        body.get("include").is_none(),
        "models that do not think refuse it"
    );
}

#[test]
fn p235_the_limit_of_the_answer_is_said_in_this_protocols_words() {
    let sampling = Sampling {
        max_output: Some(16),
        ..Sampling::default()
    };
    let request = Request {
        sampling,
        ..asking(Vec::new())
    };
    assert_eq!(write(&request).0["max_output_tokens"], 16);
}

#[test]
fn p236_what_this_protocol_cannot_be_told_is_a_loss() {
    let sampling = Sampling {
        stop: vec!["END".into()],
        top_k: Some(5.into()),
        seed: Some(1.into()),
        ..Sampling::default()
    };
    let request = Request {
        sampling,
        ..asking(Vec::new())
    };

    let (body, losses) = write(&request);

    assert!(body.get("stop").is_none());
    assert_eq!(
        losses.header().as_deref(),
        Some("dropped stop, dropped top_k, dropped seed")
    );
}

#[test]
fn p238_a_model_that_cannot_be_told_to_think_is_not_told() {
    let thinking = Thinking {
        effort: Some(Effort::High),
        ..Thinking::default()
    };
    let request = Request {
        thinking,
        ..asking(Vec::new())
    };
    assert_eq!(
        write(&request).0["reasoning"],
        json!({"effort": "high", "summary": "auto"})
    );

    let quirks = Quirks {
        reasoning: ReasoningStyle::None,
        ..book()
    };
    assert!(write_to(&request, &quirks).0.get("reasoning").is_none());
    assert!(write(&asking(Vec::new())).0.get("reasoning").is_none());
}

#[test]
fn thoughts_that_nobody_wants_to_read_are_not_summed_up() {
    let hidden = Thinking {
        effort: Some(Effort::Low),
        shown: Some(false),
        ..Thinking::default()
    };
    let off = Thinking {
        effort: Some(Effort::None),
        ..Thinking::default()
    };
    for (thinking, expected) in [
        (hidden, json!({"effort": "low"})),
        (off, json!({"effort": "none"})),
    ] {
        let request = Request {
            thinking,
            ..asking(Vec::new())
        };
        assert_eq!(write(&request).0["reasoning"], expected);
    }
}

#[test]
fn p239_instructions_are_one_text() {
    let system = Parts::list(vec![Part::text("a"), Part::text("b")]);
    let request = Request {
        system: Some(system),
        ..asking(vec![user(vec![Part::text("hi")])])
    };
    assert_eq!(write(&request).0["instructions"], "a\n\nb");
}

#[test]
fn formats_are_flat() {
    let schema = json!({"type": "object"});
    let format = Format::Schema {
        name: None,
        description: None,
        schema: schema.clone(),
        strict: Some(true),
    };
    let request = Request {
        format: Some(format),
        verbosity: Some("low".into()),
        ..asking(Vec::new())
    };
    assert_eq!(
        write(&request).0["text"],
        json!({"format": {"type": "json_schema", "name": "response", "schema": schema, "strict": true}, "verbosity": "low"})
    );
}

#[test]
fn what_chat_says_in_the_same_words_is_copied_and_the_rest_is_a_loss() {
    let said = json!({"metadata": {"a": "b"}, "store": true, "service_tier": "flex", "logit_bias": {"1": 2}});
    let extra = Extra::of(Protocol::OpenAi, said.as_object().cloned().unwrap());
    let request = Request {
        extra,
        user: Some("u".into()),
        cache_key: Some("k".into()),
        ..asking(Vec::new())
    };

    let (body, losses) = write(&request);

    assert_eq!(body["metadata"], json!({"a": "b"}));
    assert_eq!(
        (&body["store"], &body["service_tier"]),
        (&json!(true), &json!("flex"))
    );
    assert_eq!(
        (&body["safety_identifier"], &body["prompt_cache_key"]),
        (&json!("u"), &json!("k"))
    );
    assert_eq!(losses.header().as_deref(), Some("dropped logit_bias"));

    let quirks = Quirks {
        cache_hints: false,
        ..book()
    };
    let (body, _) = write_to(&request, &quirks);
    assert_eq!(body["user"], "u");
    assert!(body.get("prompt_cache_key").is_none());
}

#[test]
fn what_cannot_be_had_is_refused() {
    let several = Request {
        answers: Some(2),
        ..asking(Vec::new())
    };
    let said = json!({"modalities": ["text", "audio"]});
    let spoken = Request {
        extra: Extra::of(Protocol::OpenAi, said.as_object().cloned().unwrap()),
        ..asking(Vec::new())
    };
    let quirks = book();
    let target = Target {
        protocol: Protocol::OpenAiResponses,
        model: "m",
        provider: "p",
        quirks: &quirks,
    };
    for (request, field) in [(several, "n"), (spoken, "modalities")] {
        let refused = write_request(&request, &target, &mut Losses::default());
        assert_eq!(refused.unwrap_err().field, field);
    }
}

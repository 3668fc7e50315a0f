//! Limits, drawing, and what needs a memory.

use serde_json::{Number, json};

use super::{fitted, fitted_with, refused, talk, text, user};
use crate::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::quirks::Quirks;
use crate::request::{Effort, Request, Sampling};

pub(super) fn hi() -> Request {
    talk(vec![user(vec![text("hi")])])
}

pub(super) fn sampled(sampling: Sampling) -> Request {
    Request { sampling, ..hi() }
}

pub(super) fn limited(max_output: u64) -> Sampling {
    Sampling {
        max_output: Some(max_output),
        ..Sampling::default()
    }
}

fn number(number: f64) -> Option<Number> {
    Number::from_f64(number)
}

#[test]
fn p134_p154_an_answer_limit_is_always_sent_to_anthropic() {
    assert_eq!(
        fitted(OpenAi, Anthropic, hi()).request.sampling.max_output,
        Some(32_000)
    );
    let small = |quirks: &mut Quirks| quirks.max_output = Some(8_192);
    let small = fitted_with(OpenAi, Anthropic, small, hi());
    assert_eq!(small.request.sampling.max_output, Some(8_192));
    assert_eq!(
        fitted(Anthropic, OpenAi, hi()).request.sampling.max_output,
        None
    );
}

#[test]
fn p235_limits_are_brought_into_range() {
    let few = fitted(OpenAi, OpenAiResponses, sampled(limited(1)));
    assert_eq!(few.request.sampling.max_output, Some(16));
    assert!(few.lost().contains("clamped max_tokens"));

    let most = |quirks: &mut Quirks| quirks.max_output = Some(8_192);
    let many = fitted_with(Anthropic, OpenAi, most, sampled(limited(128_000)));
    assert_eq!(many.request.sampling.max_output, Some(8_192));
}

#[test]
fn p156_anthropics_temperature_ends_at_1() {
    for (asked, sent) in [(1.7, "1"), (0.2, "0.2")] {
        let sampling = Sampling {
            temperature: number(asked),
            ..Sampling::default()
        };
        let fitted = fitted(OpenAi, Anthropic, sampled(sampling));
        assert_eq!(
            fitted.request.sampling.temperature.unwrap().to_string(),
            sent
        );
    }
}

#[test]
fn p157_drawing_goes_where_the_model_thinks_or_takes_none() {
    let both = || Sampling {
        temperature: number(0.2),
        top_p: number(0.9),
        top_k: Some(Number::from(40)),
        ..Sampling::default()
    };
    let mut request = sampled(both());
    request.thinking.effort = Some(Effort::High);
    let thinks = fitted(OpenAi, Anthropic, request).request.sampling;
    assert_eq!(
        (thinks.temperature, thinks.top_p, thinks.top_k),
        (None, None, None)
    );

    let one = |quirks: &mut Quirks| quirks.temperature_with_top_p = false;
    let one = fitted_with(OpenAi, Anthropic, one, sampled(both()))
        .request
        .sampling;
    assert_eq!((one.temperature, one.top_p), (number(0.2), None));
}

#[test]
fn p210_drawing_is_left_out_where_it_is_refused() {
    let refuses = |quirks: &mut Quirks| quirks.sampling = false;
    let sampling = Sampling {
        temperature: number(0.2),
        ..Sampling::default()
    };
    let cold = fitted_with(Anthropic, OpenAi, refuses, sampled(sampling));
    assert_eq!(cold.request.sampling.temperature, None);
    assert!(cold.lost().contains("dropped temperature"));

    let sampling = Sampling {
        temperature: number(1.0),
        ..Sampling::default()
    };
    let usual = fitted_with(Anthropic, OpenAi, refuses, sampled(sampling));
    assert_eq!(
        (
            usual.request.sampling.temperature.clone(),
            usual.lost().as_str()
        ),
        (None, "")
    );
}

#[test]
fn p211_p236_stops_are_as_many_as_the_target_takes() {
    let stops = |count: usize| Sampling {
        stop: (0..count).map(|n| format!("s{n}")).collect(),
        ..Sampling::default()
    };
    let kept = |target| fitted(Anthropic, target, sampled(stops(6)));

    assert_eq!(kept(OpenAi).request.sampling.stop, ["s0", "s1", "s2", "s3"]);
    assert_eq!(kept(Gemini).request.sampling.stop.len(), 5);
    assert!(kept(OpenAiResponses).request.sampling.stop.is_empty());
    assert!(
        kept(OpenAiResponses)
            .lost()
            .contains("dropped stop_sequences")
    );
}

#[test]
fn anthropic_takes_no_blank_stops() {
    let sampling = Sampling {
        stop: vec!["\n\n".into(), "END".into()],
        ..Sampling::default()
    };
    let fitted = fitted(OpenAi, Anthropic, sampled(sampling));
    assert_eq!(fitted.request.sampling.stop, ["END"]);
}

#[test]
fn p294_p296_what_only_some_protocols_have_is_dropped_and_told() {
    let all = || Sampling {
        seed: Some(Number::from(1)),
        presence_penalty: number(0.5),
        frequency_penalty: number(0.5),
        logprobs: Some(true),
        top_logprobs: Some(3),
        ..Sampling::default()
    };
    let to_anthropic = fitted(OpenAi, Anthropic, sampled(all()));
    let left = Sampling {
        max_output: Some(32_000),
        ..Sampling::default()
    };
    assert_eq!(to_anthropic.request.sampling, left);
    assert!(to_anthropic.lost().contains("dropped logprobs"));

    assert_eq!(
        fitted(OpenAi, Gemini, sampled(all())).request.sampling,
        all()
    );

    let mut wordy = hi();
    wordy.verbosity = Some("low".into());
    assert_eq!(
        fitted(OpenAi, Gemini, wordy.clone()).request.verbosity,
        None
    );
    assert_eq!(
        fitted(OpenAi, OpenAiResponses, wordy)
            .request
            .verbosity
            .as_deref(),
        Some("low")
    );
}

#[test]
fn p293_several_answers_are_refused_where_only_one_is_given() {
    let several = |answers| Request {
        answers: Some(answers),
        ..hi()
    };
    for target in [Anthropic, OpenAiResponses] {
        assert_eq!(refused(OpenAi, target, |_| {}, several(2)).field, "n");
        assert_eq!(fitted(OpenAi, target, several(1)).request.answers, None);
    }
    assert_eq!(fitted(OpenAi, Gemini, several(2)).request.answers, Some(2));
    let streamed = Request {
        stream: Some(true),
        ..several(2)
    };
    assert_eq!(
        refused(Gemini, OpenAi, |_| {}, streamed).field,
        "generationConfig.candidateCount"
    );
}

#[test]
fn p131_what_needs_a_memory_is_refused_by_name() {
    for (client, target, key, value) in [
        (
            OpenAiResponses,
            OpenAi,
            "previous_response_id",
            json!("resp_1"),
        ),
        (
            OpenAiResponses,
            Anthropic,
            "conversation",
            json!({"id": "c"}),
        ),
        (OpenAiResponses, Anthropic, "background", json!(true)),
        (Anthropic, OpenAi, "mcp_servers", json!([{"name": "x"}])),
        (Gemini, OpenAi, "cachedContent", json!("cachedContents/1")),
        (OpenAi, Anthropic, "modalities", json!(["text", "audio"])),
    ] {
        let mut request = hi();
        request.extra.keep(client, key, value);
        assert_eq!(refused(client, target, |_| {}, request).field, key);
    }
    for (key, value) in [
        ("previous_response_id", json!(null)),
        ("background", json!(false)),
    ] {
        let mut request = hi();
        request.extra.keep(OpenAiResponses, key, value);
        fitted(OpenAiResponses, OpenAi, request);
    }
}

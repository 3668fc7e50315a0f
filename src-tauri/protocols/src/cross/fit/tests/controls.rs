//! Limits, drawing, thinking, the shape of the answer, and who asks.

use serde_json::{Number, json};

use super::{fitted, fitted_with, function, refused, system, talk, text, user};
use crate::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::quirks::{Quirks, ReasoningStyle};
use crate::request::{
    Effort, Format, Request, Sampling, Thinking, ThinkingMode, ToolChoice, ToolName,
};

fn hi() -> Request {
    talk(vec![user(vec![text("hi")])])
}

fn sampled(sampling: Sampling) -> Request {
    Request { sampling, ..hi() }
}

fn limited(max_output: u64) -> Sampling {
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

fn thinking(thinking: Thinking, target: Protocol, style: ReasoningStyle) -> Thinking {
    let request = Request { thinking, ..hi() };
    fitted_with(
        OpenAiResponses,
        target,
        |quirks| quirks.reasoning = style,
        request,
    )
    .request
    .thinking
}

fn much(effort: Effort) -> Thinking {
    Thinking {
        effort: Some(effort),
        ..Thinking::default()
    }
}

#[test]
fn p072_thinking_is_said_in_the_targets_style() {
    let adaptive = Thinking {
        mode: Some(ThinkingMode::Adaptive),
        ..Thinking::default()
    };
    let told = |thought: Thinking| (thought.mode, thought.effort, thought.budget);
    let on = Some(ThinkingMode::On);
    for (wish, target, style, said) in [
        (
            adaptive.clone(),
            Anthropic,
            ReasoningStyle::Budget,
            (on, None, Some(16_384)),
        ),
        (
            much(Effort::Medium),
            Anthropic,
            ReasoningStyle::Budget,
            (on, None, Some(8_192)),
        ),
        (
            much(Effort::High),
            Anthropic,
            ReasoningStyle::Adaptive,
            (Some(ThinkingMode::Adaptive), Some(Effort::High), None),
        ),
        (
            much(Effort::Xhigh),
            Gemini,
            ReasoningStyle::Level,
            (None, Some(Effort::High), None),
        ),
        (
            much(Effort::Xhigh),
            Gemini,
            ReasoningStyle::Budget,
            (None, None, Some(32_768)),
        ),
        (
            adaptive.clone(),
            Gemini,
            ReasoningStyle::Budget,
            (None, None, Some(-1)),
        ),
        (
            much(Effort::None),
            Gemini,
            ReasoningStyle::Budget,
            (None, None, Some(0)),
        ),
        (adaptive, OpenAi, ReasoningStyle::Effort, (None, None, None)),
        (
            much(Effort::Max),
            OpenAi,
            ReasoningStyle::Effort,
            (None, Some(Effort::High), None),
        ),
        (
            much(Effort::None),
            OpenAi,
            ReasoningStyle::Switch,
            (Some(ThinkingMode::Off), None, None),
        ),
        (
            much(Effort::Low),
            OpenAi,
            ReasoningStyle::SwitchAndEffort,
            (on, Some(Effort::Low), None),
        ),
        (
            much(Effort::Low),
            OpenAi,
            ReasoningStyle::EnableThinking,
            (on, None, Some(4_096)),
        ),
    ] {
        assert_eq!(
            told(thinking(wish.clone(), target, style)),
            said,
            "{wish:?} {style:?}"
        );
    }
}

#[test]
fn p238_thinking_is_left_out_where_it_cannot_be_told() {
    let quiet = thinking(much(Effort::High), OpenAi, ReasoningStyle::None);
    assert_eq!(quiet, Thinking::default());
}

#[test]
fn p259_budgets_become_words_and_words_budgets() {
    let tokens = |budget| Thinking {
        budget: Some(budget),
        ..Thinking::default()
    };
    for (budget, effort) in [
        (1_024, Effort::Low),
        (8_000, Effort::Medium),
        (31_999, Effort::High),
    ] {
        let level = thinking(tokens(budget), Gemini, ReasoningStyle::Level);
        assert_eq!((level.effort, level.budget), (Some(effort), None));
        let exact = thinking(tokens(budget), Gemini, ReasoningStyle::Budget);
        assert_eq!((exact.effort, exact.budget), (None, Some(budget)));
    }
}

#[test]
fn p155_budgets_leave_room_for_the_answer() {
    let said = |limit| {
        let request = Request {
            thinking: much(Effort::High),
            ..sampled(limited(limit))
        };
        fitted(OpenAi, Anthropic, request).request.thinking
    };

    assert_eq!(said(2_000).budget, Some(1_999));
    assert_eq!((said(500).mode, said(500).budget), (None, None));
    assert_eq!(said(64_000).budget, Some(16_384));
}

#[test]
fn p260_little_room_means_short_thoughts_for_gemini() {
    let request = Request {
        thinking: much(Effort::High),
        ..sampled(limited(500))
    };
    let level = fitted(OpenAi, Gemini, request.clone()).request.thinking;
    assert_eq!(level.effort, Some(Effort::Minimal));

    let budget = |quirks: &mut Quirks| quirks.reasoning = ReasoningStyle::Budget;
    let budget = fitted_with(OpenAi, Gemini, budget, request)
        .request
        .thinking;
    assert_eq!(budget.budget, Some(250));
}

#[test]
fn p173_p216_no_tool_is_forced_while_the_model_thinks() {
    let read = ToolName {
        name: "read".into(),
        ..ToolName::default()
    };
    let request = |effort| Request {
        tools: vec![function("read")],
        tool_choice: Some(ToolChoice::Tool(read.clone())),
        thinking: Thinking {
            effort,
            ..Thinking::default()
        },
        ..hi()
    };

    let thinks = fitted(OpenAi, Anthropic, request(Some(Effort::High))).request;
    assert_eq!(thinks.tool_choice, Some(ToolChoice::Auto));
    let does_not = fitted(OpenAi, Anthropic, request(None)).request;
    assert_eq!(does_not.tool_choice, Some(ToolChoice::Tool(read.clone())));

    let switched = |quirks: &mut Quirks| {
        quirks.reasoning = ReasoningStyle::Switch;
        quirks.forced_tools_while_thinking = false;
    };
    let by_default = fitted_with(Anthropic, OpenAi, switched, request(None)).request;
    assert_eq!(by_default.tool_choice, Some(ToolChoice::Auto));
    let off = fitted_with(Anthropic, OpenAi, switched, request(Some(Effort::None))).request;
    assert_eq!(off.tool_choice, Some(ToolChoice::Tool(read.clone())));
}

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

fn instructions(request: &Request) -> String {
    request
        .system
        .as_ref()
        .map(|system| system.joined("\n"))
        .unwrap_or_default()
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

#[test]
fn p069_the_billing_block_stays_with_anthropic() {
    let mut request = talk(vec![
        system("x-anthropic-billing-header: cc_version=2.1.328; cch=1"),
        system("You are helpful."),
        user(vec![text("hi")]),
    ]);
    let leading: Vec<_> = request
        .turns
        .drain(..2)
        .flat_map(|turn| turn.content.list)
        .collect();
    request.system = Some(crate::part::Parts::list(leading));

    assert_eq!(
        instructions(&fitted(Anthropic, OpenAi, request).request),
        "You are helpful."
    );
}

#[test]
fn p085_p279_p299_ids_of_people_and_sessions_are_fingerprints() {
    let id =
        json!({"device_id": "d".repeat(64), "account_uuid": "", "session_id": "s-1"}).to_string();
    let ask = |id: &str| Request {
        user: Some(id.to_owned()),
        ..hi()
    };
    let hints = |quirks: &mut Quirks| quirks.cache_hints = true;

    let request = fitted_with(Anthropic, OpenAi, hints, ask(&id)).request;
    let user = request.user.unwrap();
    let key = request.cache_key.unwrap();
    for print in [&user, &key] {
        assert!(
            print.len() == 64 && print.chars().all(|c| c.is_ascii_hexdigit()),
            "{print}"
        );
    }
    // The person stays the same from session to session; the session does not.
    let other = id.replace("s-1", "s-2");
    let other = fitted_with(Anthropic, OpenAi, hints, ask(&other)).request;
    assert_eq!(other.user.as_ref(), Some(&user));
    assert_ne!(other.cache_key.as_ref(), Some(&key));

    let long = fitted(OpenAi, OpenAiResponses, ask(&"u".repeat(200)))
        .request
        .user
        .unwrap();
    assert_eq!(long.len(), 64);
    let short = fitted(OpenAi, OpenAiResponses, ask("me"))
        .request
        .user
        .unwrap();
    assert_eq!(short, "me");
}

#[test]
fn p279_cache_keys_go_only_where_they_are_known() {
    let ask = || Request {
        cache_key: Some("k".into()),
        ..hi()
    };
    assert_eq!(
        fitted(OpenAiResponses, OpenAi, ask()).request.cache_key,
        None
    );
    let anthropic = fitted(OpenAiResponses, Anthropic, ask()).request;
    assert_eq!(anthropic.cache_key, None);
    assert_eq!(anthropic.user.map(|user| user.len()), Some(64));
    assert_eq!(
        fitted(OpenAi, OpenAiResponses, ask())
            .request
            .cache_key
            .as_deref(),
        Some("k")
    );
}

//! How the answer is to be made, as other protocols' clients ask for it.

use serde_json::{Map, Value, json};

use super::refused;
use super::{book, hello, lost, sent};
use crate::Protocol::{Gemini, OpenAi, OpenAiResponses};
use crate::extra::Extra;
use crate::loss::Losses;
use crate::part::Parts;
use crate::quirks::{Quirks, ReasoningStyle};
use crate::request::{Effort, Format, Request, Thinking, ThinkingMode, ToolChoice};

fn thinking(thinking: Thinking, style: ReasoningStyle, max: u64) -> (Value, Losses) {
    let mut request = hello();
    request.thinking = thinking;
    request.sampling.max_output = Some(max);
    let quirks = Quirks {
        reasoning: style,
        ..book()
    };
    sent(&request, &quirks)
}

#[test]
fn p154_an_answer_limit_is_always_sent() {
    let quirks = Quirks {
        default_max_output: 777,
        ..book()
    };
    let (body, _) = sent(&hello(), &quirks);
    assert_eq!(body["max_tokens"], 777);
    let mut limited = hello();
    limited.sampling.max_output = Some(5);
    assert_eq!(sent(&limited, &quirks).0["max_tokens"], 5);
}

#[test]
fn p300_empty_lists_are_left_out() {
    let mut request = hello();
    request.system = Some(Parts::default());
    request.tool_choice = Some(ToolChoice::Auto);
    request.parallel_tools = Some(false);
    let (body, _) = sent(&request, &book());
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["model", "max_tokens", "messages"]);
}

#[test]
fn efforts_are_budgets_below_the_answer_limit_for_older_models() {
    for (effort, max, budget) in [
        (Effort::Minimal, 50_000, 1024),
        (Effort::Low, 50_000, 4096),
        (Effort::Medium, 50_000, 8192),
        (Effort::High, 50_000, 16_384),
        (Effort::Xhigh, 50_000, 31_999),
        (Effort::Max, 50_000, 49_999),
        (Effort::High, 2000, 1999),
    ] {
        let wish = Thinking {
            effort: Some(effort),
            ..Thinking::default()
        };
        let (body, losses) = thinking(wish, ReasoningStyle::Budget, max);
        assert_eq!(
            body["thinking"],
            json!({"type": "enabled", "budget_tokens": budget})
        );
        assert_eq!(body.get("output_config"), None);
        assert!(losses.is_empty());
    }
}

#[test]
fn p155_an_answer_without_room_is_not_thought_about() {
    let wish = Thinking {
        effort: Some(Effort::High),
        ..Thinking::default()
    };
    let (body, losses) = thinking(wish, ReasoningStyle::Budget, 1024);
    assert_eq!(body.get("thinking"), None);
    assert_eq!(lost(&losses), ["thinking"]);
}

#[test]
fn efforts_are_words_for_newer_models() {
    let words = |wish: Thinking| {
        let (body, _) = thinking(wish, ReasoningStyle::Adaptive, 9000);
        (body["thinking"].clone(), body.get("output_config").cloned())
    };
    let effort = |effort| Thinking {
        effort: Some(effort),
        ..Thinking::default()
    };
    let budget = |budget| Thinking {
        budget: Some(budget),
        ..Thinking::default()
    };
    let adaptive = json!({"type": "adaptive"});
    let disabled = json!({"type": "disabled"});
    let config = |word: &str| Some(json!({ "effort": word }));
    for (wish, said) in [
        (effort(Effort::Minimal), (adaptive.clone(), config("low"))),
        (effort(Effort::Max), (adaptive.clone(), config("max"))),
        (effort(Effort::None), (disabled.clone(), None)),
        (budget(0), (disabled, None)),
        (budget(-1), (adaptive.clone(), None)),
        (budget(3999), (adaptive.clone(), config("low"))),
        (budget(4000), (adaptive.clone(), config("medium"))),
        (budget(16_000), (adaptive.clone(), config("high"))),
        (
            Thinking {
                mode: Some(ThinkingMode::On),
                shown: Some(true),
                ..Thinking::default()
            },
            (json!({"type": "adaptive", "display": "summarized"}), None),
        ),
        (Thinking::default(), (Value::Null, None)),
    ] {
        assert_eq!(words(wish.clone()), said, "{wish:?}");
    }
}

#[test]
fn p072_models_that_cannot_be_told_to_think_are_not_told() {
    let wish = Thinking {
        mode: Some(ThinkingMode::Adaptive),
        effort: Some(Effort::High),
        ..Thinking::default()
    };
    let (body, losses) = thinking(wish.clone(), ReasoningStyle::None, 9000);
    assert_eq!(body.get("thinking").or(body.get("output_config")), None);
    assert_eq!(lost(&losses), ["thinking"]);
    let (body, _) = thinking(wish, ReasoningStyle::Budget, 9000);
    assert_eq!(body["thinking"]["type"], "enabled");
}

#[test]
fn shapes_of_answers_are_output_formats() {
    let mut request = hello();
    request.format = Some(Format::Schema {
        name: Some("n".into()),
        description: None,
        schema: json!({"type": "object"}),
        strict: Some(true),
    });
    request.user = Some("u".into());
    let (body, losses) = sent(&request, &book());
    assert_eq!(
        body["output_config"],
        json!({"format": {"type": "json_schema", "schema": {"type": "object"}}})
    );
    assert_eq!(body["metadata"], json!({"user_id": "u"}));
    assert!(losses.is_empty());
    request.format = Some(Format::Json);
    assert_eq!(lost(&sent(&request, &book()).1), ["response_format"]);
}

#[test]
fn what_anthropic_has_no_field_for_is_noted() {
    let mut request = hello();
    request.sampling.seed = Some(7.into());
    request.sampling.presence_penalty = Some(1.into());
    request.sampling.logprobs = Some(true);
    request.verbosity = Some("low".into());
    let fields: Map<String, Value> = [("store".to_owned(), json!(true))].into_iter().collect();
    request.extra = Extra::of(OpenAiResponses, fields);
    request.turns[0].extra.keep(OpenAi, "weight", json!(1));
    request.turns[0].content.list[0]
        .extra
        .keep(Gemini, "videoMetadata", json!({}));
    let (body, losses) = sent(&request, &book());
    assert_eq!(
        lost(&losses),
        [
            "contents[].parts[].videoMetadata",
            "messages[].weight",
            "seed",
            "verbosity",
            "presence_penalty",
            "logprobs",
            "store",
        ]
    );
    assert!(!body.to_string().contains("store"));
}

#[test]
fn several_answers_are_refused() {
    for (answers, is_refused) in [(None, false), (Some(1), false), (Some(2), true)] {
        let request = Request { answers, ..hello() };
        assert_eq!(refused(&request).is_some(), is_refused);
    }
}

//! How much the model is to think.

use super::controls::{hi, limited, sampled};
use super::{fitted, fitted_with, function};
use crate::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::quirks::{Quirks, ReasoningStyle};
use crate::request::{Effort, Request, Thinking, ThinkingMode, ToolChoice, ToolName};

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

/// The mode, the word and the number that a wish becomes.
fn told(wish: &Thinking, target: Protocol, style: ReasoningStyle) -> String {
    let said = thinking(wish.clone(), target, style);
    let mode = said.mode.map(|mode| format!("{mode:?}"));
    let word = said.effort.map(|effort| effort.as_str().to_owned());
    let number = said.budget.map(|budget| budget.to_string());
    let told: Vec<String> = [mode, word, number].into_iter().flatten().collect();
    told.join(" ")
}

#[test]
fn p072_words_are_said_in_the_targets_style() {
    use ReasoningStyle::{Adaptive, Budget, Effort as Word, EnableThinking, Level, Switch};
    for (effort, target, style, said) in [
        (Effort::Medium, Anthropic, Budget, "On 8192"),
        (Effort::High, Anthropic, Adaptive, "Adaptive high"),
        (Effort::None, Anthropic, Adaptive, "Off"),
        (Effort::Xhigh, Gemini, Level, "high"),
        (Effort::Xhigh, Gemini, Budget, "32768"),
        (Effort::None, Gemini, Budget, "0"),
        (Effort::Max, OpenAi, Word, "high"),
        (Effort::None, OpenAi, Switch, "Off"),
        (
            Effort::Low,
            OpenAi,
            ReasoningStyle::SwitchAndEffort,
            "On low",
        ),
        (Effort::None, OpenAi, ReasoningStyle::SwitchAndEffort, "Off"),
        (Effort::Low, OpenAi, EnableThinking, "On 4096"),
        (Effort::Low, OpenAi, ReasoningStyle::Object, "On low"),
    ] {
        assert_eq!(
            told(&much(effort), target, style),
            said,
            "{effort:?} {style:?}"
        );
    }
}

#[test]
fn p072_as_much_as_needed_is_said_in_the_targets_style() {
    use ReasoningStyle::{Adaptive, Budget, Effort as Word, EnableThinking, Level};
    let adaptive = Thinking {
        mode: Some(ThinkingMode::Adaptive),
        ..Thinking::default()
    };
    for (target, style, said) in [
        (Anthropic, Budget, "On 16384"),
        (Anthropic, Adaptive, "Adaptive"),
        (Gemini, Budget, "-1"),
        (Gemini, Level, ""),
        (OpenAi, Word, ""),
        (OpenAi, EnableThinking, "On"),
    ] {
        assert_eq!(told(&adaptive, target, style), said, "{target} {style:?}");
    }
}

#[test]
fn p238_thinking_is_left_out_where_it_cannot_be_told() {
    let quiet = thinking(much(Effort::High), OpenAi, ReasoningStyle::None);
    assert_eq!(quiet, Thinking::default());
}

#[test]
fn p259_budgets_stay_within_what_the_model_takes() {
    let change = |quirks: &mut Quirks| {
        quirks.reasoning = ReasoningStyle::Budget;
        (quirks.least_thinking, quirks.most_thinking) = (128, Some(24_576));
    };
    for (effort, limit, budget) in [
        (Effort::None, None, 128),
        (Effort::Max, None, 24_576),
        (Effort::Low, None, 4_096),
        (Effort::High, Some(200), 128),
    ] {
        let mut request = hi();
        request.thinking.effort = Some(effort);
        request.sampling.max_output = limit;
        let fitted = fitted_with(OpenAi, Gemini, change, request);
        assert_eq!(fitted.request.thinking.budget, Some(budget), "{effort:?}");
    }
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

//! What a Chat target is told besides messages, of requests that came in other protocols.

use serde_json::json;

use super::{book, written, written_with_losses};
use crate::Protocol;
use crate::extra::Extra;
use crate::quirks::{MaxTokensField, Quirks, ReasoningStyle};
use crate::request::{
    Effort, Format, Hosted, Request, Sampling, Thinking, ThinkingMode, Tool, ToolChoice, ToolKind,
    ToolName,
};

fn function(name: &str) -> Tool {
    Tool {
        name: name.into(),
        namespace: None,
        description: None,
        kind: ToolKind::Function {
            schema: Some(json!({"type": "object"})),
            strict: None,
        },
        cache: None,
        extra: Extra::default(),
    }
}

#[test]
fn p209_the_limit_stands_in_the_field_that_the_target_knows() {
    let request = Request {
        sampling: Sampling {
            max_output: Some(9),
            ..Sampling::default()
        },
        ..Request::default()
    };
    let body = written(&request, &book());
    assert_eq!(
        (body.get("max_tokens"), body.get("max_completion_tokens")),
        (Some(&json!(9)), None)
    );
    let quirks = Quirks {
        max_tokens_field: MaxTokensField::MaxCompletionTokens,
        ..book()
    };
    let body = written(&request, &quirks);
    assert_eq!(
        (body.get("max_tokens"), body.get("max_completion_tokens")),
        (None, Some(&json!(9)))
    );
}

#[test]
fn p208_optional_fields_go_only_to_those_that_know_them() {
    let request = Request {
        stream: Some(true),
        tools: vec![function("f")],
        parallel_tools: Some(false),
        user: Some("u".into()),
        cache_key: Some("k".into()),
        verbosity: Some("low".into()),
        ..Request::default()
    };
    let plain = Quirks {
        stream_options: false,
        parallel_tool_calls: false,
        ..book()
    };
    let body = written(&request, &plain);
    let keys: Vec<&str> = body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(keys, ["model", "messages", "tools", "stream"]);

    let rich = Quirks {
        cache_hints: true,
        verbosity: true,
        ..book()
    };
    let body = written(&request, &rich);
    assert_eq!(body["stream_options"], json!({"include_usage": true}));
    assert_eq!(body["parallel_tool_calls"], false);
    assert_eq!(body["safety_identifier"], "u");
    assert_eq!(
        (&body["prompt_cache_key"], &body["verbosity"]),
        (&json!("k"), &json!("low"))
    );
}

#[test]
fn p217_a_choice_without_tools_is_left_out() {
    let request = Request {
        tool_choice: Some(ToolChoice::Any),
        parallel_tools: Some(true),
        ..Request::default()
    };
    let body = written(&request, &book());
    assert_eq!(
        (body.get("tool_choice"), body.get("parallel_tool_calls")),
        (None, None)
    );
}

#[test]
fn p218_choices_are_said_in_chats_words() {
    let name = || ToolName {
        name: "f".into(),
        ..ToolName::default()
    };
    for (choice, expected) in [
        (ToolChoice::Auto, json!("auto")),
        (ToolChoice::Any, json!("required")),
        (ToolChoice::None, json!("none")),
        (
            ToolChoice::Tool(name()),
            json!({"type": "function", "function": {"name": "f"}}),
        ),
    ] {
        let request = Request {
            tools: vec![function("f")],
            tool_choice: Some(choice),
            ..Request::default()
        };
        assert_eq!(written(&request, &book())["tool_choice"], expected);
    }
}

#[test]
fn only_the_allowed_tools_are_offered_to_a_target_that_cannot_be_told() {
    let names = vec![ToolName {
        name: "g".into(),
        ..ToolName::default()
    }];
    let request = Request {
        tools: vec![function("f"), function("g")],
        tool_choice: Some(ToolChoice::Allowed {
            required: true,
            names,
        }),
        ..Request::default()
    };
    let body = written(&request, &book());
    assert_eq!(
        (
            body["tools"].as_array().unwrap().len(),
            &body["tool_choice"]
        ),
        (1, &json!("required"))
    );

    let body = written(
        &request,
        &Quirks {
            allowed_tools: true,
            ..book()
        },
    );
    assert_eq!(body["tools"].as_array().unwrap().len(), 2);
    assert_eq!(body["tool_choice"]["allowed_tools"]["mode"], "required");
}

fn thinking_said(style: ReasoningStyle, thinking: Thinking) -> String {
    let quirks = Quirks {
        reasoning: style,
        efforts: Effort::ALL.to_vec(),
        ..book()
    };
    let request = Request {
        thinking,
        ..Request::default()
    };
    let mut body = written(&request, &quirks);
    let object = body.as_object_mut().unwrap();
    object.shift_remove("model");
    object.shift_remove("messages");
    body.to_string()
}

#[test]
fn an_effort_is_said_in_the_targets_words() {
    use ReasoningStyle::{Effort as Word, EnableThinking, None, Object, Switch, SwitchAndEffort};
    for (style, expected) in [
        (None, "{}"),
        (Word, r#"{"reasoning_effort":"high"}"#),
        (Switch, r#"{"thinking":{"type":"enabled"}}"#),
        (
            SwitchAndEffort,
            r#"{"thinking":{"type":"enabled"},"reasoning_effort":"high"}"#,
        ),
        (EnableThinking, r#"{"enable_thinking":true}"#),
        (Object, r#"{"reasoning":{"effort":"high"}}"#),
    ] {
        let effort = Thinking {
            effort: Some(Effort::High),
            ..Thinking::default()
        };
        assert_eq!(thinking_said(style, effort), expected, "{style:?}");
    }
}

#[test]
fn a_budget_is_said_in_the_targets_words() {
    use ReasoningStyle::{Budget, Effort as Word, EnableThinking, Object, Switch};
    for (style, expected) in [
        (Word, r#"{"reasoning_effort":"medium"}"#),
        (Switch, r#"{"thinking":{"type":"enabled"}}"#),
        (
            Budget,
            r#"{"thinking":{"type":"enabled","budget_tokens":5000}}"#,
        ),
        (
            EnableThinking,
            r#"{"enable_thinking":true,"thinking_budget":5000}"#,
        ),
        (Object, r#"{"reasoning":{"max_tokens":5000}}"#),
    ] {
        let budget = Thinking {
            mode: Some(ThinkingMode::On),
            budget: Some(5000),
            ..Thinking::default()
        };
        assert_eq!(thinking_said(style, budget), expected, "{style:?}");
    }
}

#[test]
fn no_thinking_is_said_in_the_targets_words() {
    use ReasoningStyle::{Effort as Word, EnableThinking, Object, Switch, SwitchAndEffort};
    for (style, expected) in [
        (Word, r#"{"reasoning_effort":"none"}"#),
        (Switch, r#"{"thinking":{"type":"disabled"}}"#),
        (SwitchAndEffort, r#"{"thinking":{"type":"disabled"}}"#),
        (EnableThinking, r#"{"enable_thinking":false}"#),
        (Object, r#"{"reasoning":{"enabled":false}}"#),
    ] {
        let off = Thinking {
            mode: Some(ThinkingMode::Off),
            ..Thinking::default()
        };
        assert_eq!(thinking_said(style, off), expected, "{style:?}");
        assert_eq!(thinking_said(style, Thinking::default()), "{}", "{style:?}");
    }
}

#[test]
fn the_shape_of_the_answer_is_nested() {
    let schema = Format::Schema {
        name: None,
        description: None,
        schema: json!({"type": "object"}),
        strict: Some(true),
    };
    let request = Request {
        format: Some(schema),
        ..Request::default()
    };
    assert_eq!(
        written(&request, &book())["response_format"],
        json!({"type": "json_schema",
        "json_schema": {"name": "response", "schema": {"type": "object"}, "strict": true}})
    );
}

#[test]
fn a_hosted_search_is_an_option_where_the_target_searches() {
    let raw = json!({"type": "web_search_20250305", "user_location": {"type": "approximate", "city": "Bonn"}});
    let kind = ToolKind::Hosted {
        what: Hosted::WebSearch,
        origin: Protocol::Anthropic,
        raw,
    };
    let request = Request {
        tools: vec![Tool {
            kind,
            ..function("web_search")
        }],
        ..Request::default()
    };

    let (body, losses) = written_with_losses(&request, &book());
    assert_eq!(body.get("tools"), None);
    assert_eq!(losses.header().as_deref(), Some("dropped tools[]"));
    let body = written(
        &request,
        &Quirks {
            web_search: true,
            ..book()
        },
    );
    assert_eq!(
        body["web_search_options"],
        json!({"user_location": {"type": "approximate", "approximate": {"city": "Bonn"}}})
    );
}

#[test]
fn p297_and_p298_what_other_protocols_keep_for_themselves_is_not_copied() {
    let mut request = Request::default();
    request
        .extra
        .keep(Protocol::Anthropic, "metadata", json!({"user_id": "u"}));
    request
        .extra
        .keep(Protocol::Anthropic, "service_tier", "standard_only".into());
    let (body, losses) = written_with_losses(&request, &book());
    assert_eq!(body, json!({"model": "m", "messages": []}));
    assert_eq!(
        losses.header().as_deref(),
        Some("dropped metadata, dropped service_tier")
    );
}

#[test]
fn p300_empty_lists_are_left_out() {
    let body = written(&Request::default(), &book());
    assert_eq!(body, json!({"model": "m", "messages": []}));
}

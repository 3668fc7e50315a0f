//! The tools that other protocols' clients offer.

use serde_json::{Value, json};

use super::{book, function, hello, lost, sent};
use crate::Protocol::OpenAiResponses;
use crate::request::{Hosted, Request, ToolChoice, ToolKind, ToolName};

#[test]
fn p174_one_call_at_a_time_needs_a_choice_to_say_so() {
    let mut request = hello();
    request.tools = vec![function("f")];
    request.parallel_tools = Some(false);
    let choice = |request: &Request| sent(request, &book()).0.get("tool_choice").cloned();
    assert_eq!(
        choice(&request),
        Some(json!({"type": "auto", "disable_parallel_tool_use": true}))
    );
    request.parallel_tools = Some(true);
    assert_eq!(choice(&request), None);
    request.tool_choice = Some(ToolChoice::Any);
    assert_eq!(
        choice(&request),
        Some(json!({"type": "any", "disable_parallel_tool_use": false}))
    );
}

#[test]
fn choices_of_other_protocols_become_the_nearest() {
    let name = |name: &str| ToolName {
        name: name.into(),
        ..ToolName::default()
    };
    let allowed = |required, names: &[&str]| ToolChoice::Allowed {
        required,
        names: names.iter().map(|one| name(one)).collect(),
    };
    let hosted = |what| ToolChoice::Hosted {
        what,
        origin: OpenAiResponses,
        raw: json!({}),
    };
    for (choice, said, is_loss) in [
        (
            allowed(true, &["f"]),
            json!({"type": "tool", "name": "f"}),
            false,
        ),
        (allowed(true, &["f", "g"]), json!({"type": "any"}), true),
        (allowed(false, &["f"]), json!({"type": "auto"}), true),
        (
            hosted(Hosted::WebSearch),
            json!({"type": "tool", "name": "web_search"}),
            false,
        ),
        (hosted(Hosted::Other), json!({"type": "auto"}), true),
        (ToolChoice::None, json!({"type": "none"}), false),
    ] {
        let mut request = hello();
        request.tools = vec![function("f"), function("g")];
        request.tool_choice = Some(choice);
        let (body, losses) = sent(&request, &book());
        assert_eq!(body["tool_choice"], said);
        assert_eq!(!losses.is_empty(), is_loss);
    }
}

#[test]
fn p168_schemas_are_objects() {
    let schema = |schema: Option<Value>| {
        let mut request = hello();
        request.tools = vec![function("f")];
        request.tools[0].kind = ToolKind::Function {
            schema,
            strict: Some(true),
        };
        let (body, _) = sent(&request, &book());
        assert_eq!(body["tools"][0]["strict"], true);
        body["tools"][0]["input_schema"].clone()
    };
    let empty = json!({"type": "object", "properties": {}});
    assert_eq!(schema(None), empty);
    assert_eq!(schema(Some(Value::Null)), empty);
    assert_eq!(
        schema(Some(json!({"properties": {"a": {}}}))),
        json!({"properties": {"a": {}}, "type": "object"})
    );
}

#[test]
fn tools_that_only_others_have_are_said_in_anthropics_words_or_left_out() {
    let hosted = |what, raw| {
        let mut tool = function("");
        tool.kind = ToolKind::Hosted {
            what,
            origin: OpenAiResponses,
            raw,
        };
        tool
    };
    let mut custom = function("patch");
    custom.description = Some("edits".into());
    custom.kind = ToolKind::Custom {
        format: Some(json!({"type": "grammar", "definition": "start: x"})),
    };
    let mut request = hello();
    request.tools = vec![
        custom,
        hosted(
            Hosted::WebSearch,
            json!({"type": "web_search", "filters": {"allowed_domains": ["a.example"]}}),
        ),
        hosted(Hosted::Other, json!({"type": "file_search"})),
    ];
    let (body, losses) = sent(&request, &book());
    assert_eq!(
        body["tools"],
        json!([
            {"name": "patch", "description": "edits", "input_schema": {"type": "object", "properties":
                {"input": {"type": "string", "description": "Has to follow this grammar:\nstart: x"}},
                "required": ["input"]}},
            {"type": "web_search_20250305", "name": "web_search", "allowed_domains": ["a.example"]},
        ])
    );
    assert_eq!(lost(&losses), ["tools[].file_search"]);
}

//! The tools.

use serde_json::json;

use super::super::{write, write_to};
use super::{asking, book, hosted, tool};
use crate::Protocol;
use crate::quirks::Quirks;
use crate::request::{Hosted, Request, ToolChoice, ToolKind, ToolName};

#[test]
fn p234_free_schemas_are_not_strict() {
    let schema = json!({"type": "object", "properties": {"a": {}}});
    let function = |strict| ToolKind::Function {
        schema: Some(schema.clone()),
        strict,
    };
    let request = Request {
        tools: vec![
            tool("a", function(None)),
            tool("b", function(Some(true))),
            tool(
                "c",
                ToolKind::Function {
                    schema: None,
                    strict: None,
                },
            ),
        ],
        ..asking(Vec::new())
    };

    let (body, _) = write(&request);
    assert_eq!(
        body["tools"],
        json!([
            {"type": "function", "name": "a", "parameters": schema, "strict": false},
            {"type": "function", "name": "b", "parameters": schema, "strict": true},
            {"type": "function", "name": "c", "parameters": {"type": "object", "properties": {}}, "strict": false},
        ])
    );

    let quirks = Quirks {
        strict_schemas: false,
        ..book()
    };
    assert_eq!(write_to(&request, &quirks).0["tools"][1]["strict"], false);
}

#[test]
fn choices_of_tools_are_flat() {
    let name = |custom| ToolName {
        name: "f".into(),
        namespace: None,
        custom,
    };
    for (choice, expected) in [
        (ToolChoice::Any, json!("required")),
        (
            ToolChoice::Tool(name(false)),
            json!({"type": "function", "name": "f"}),
        ),
        (
            ToolChoice::Tool(name(true)),
            json!({"type": "custom", "name": "f"}),
        ),
        (
            ToolChoice::Allowed {
                required: true,
                names: vec![name(false)],
            },
            json!({"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "f"}]}),
        ),
        (
            ToolChoice::Hosted {
                what: Hosted::WebSearch,
                origin: Protocol::Anthropic,
                raw: json!({"type": "tool", "name": "web_search"}),
            },
            json!({"type": "web_search"}),
        ),
    ] {
        let request = Request {
            tool_choice: Some(choice),
            ..asking(Vec::new())
        };
        assert_eq!(write(&request).0["tool_choice"], expected);
    }
}

#[test]
fn searches_of_other_protocols_are_searches_here() {
    let place = json!({"type": "approximate", "city": "B"});
    let anthropic = json!({"type": "web_search_20250305", "name": "web_search", "allowed_domains": ["x"], "user_location": place});
    let chat = json!({"search_context_size": "low", "user_location": {"type": "approximate", "approximate": {"city": "B"}}});
    let code = json!({"type": "code_execution_20250522"});
    let request = Request {
        tools: vec![
            hosted(Hosted::WebSearch, Protocol::Anthropic, anthropic),
            hosted(Hosted::WebSearch, Protocol::OpenAi, chat),
            hosted(
                Hosted::WebSearch,
                Protocol::Gemini,
                json!({"googleSearch": {}}),
            ),
            hosted(Hosted::CodeExecution, Protocol::Anthropic, code),
        ],
        ..asking(Vec::new())
    };

    let (body, losses) = write(&request);

    assert_eq!(
        body["tools"],
        json!([
            {"type": "web_search", "user_location": place, "filters": {"allowed_domains": ["x"]}},
            {"type": "web_search", "user_location": place, "search_context_size": "low"},
            {"type": "web_search"},
        ])
    );
    assert_eq!(body["include"][1], "web_search_call.action.sources");
    assert_eq!(losses.iter().count(), 1);
}

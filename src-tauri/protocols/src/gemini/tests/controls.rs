//! What requests of other protocols say besides the conversation.

use serde_json::{Value, json};

use super::super::refusals;
use super::{book, read, write, write_for};
use crate::Protocol;
use crate::extra::Extra;
use crate::quirks::{Quirks, ReasoningStyle, Schemas};
use crate::request::{
    Effort, Format, Hosted, Request, Thinking, ThinkingMode, Tool, ToolChoice, ToolKind,
};

#[test]
fn p259_thinking_is_told_by_a_level_or_by_a_budget_and_never_by_both() {
    let told = |thinking: Thinking, reasoning| {
        let request = Request {
            thinking,
            ..Request::default()
        };
        let quirks = Quirks {
            reasoning,
            ..book()
        };
        write_for(&request, &quirks)["generationConfig"]["thinkingConfig"].clone()
    };
    let both = Thinking {
        effort: Some(Effort::Xhigh),
        budget: Some(9000),
        ..Thinking::default()
    };
    let off = Thinking {
        mode: Some(ThinkingMode::Off),
        ..Thinking::default()
    };
    let budget = Thinking {
        budget: Some(9000),
        ..Thinking::default()
    };
    let shown = json!({"includeThoughts": true, "thinkingLevel": "HIGH"});
    assert_eq!(told(both.clone(), ReasoningStyle::Level), shown);
    assert_eq!(
        told(both.clone(), ReasoningStyle::Budget),
        json!({"includeThoughts": true, "thinkingBudget": 9000})
    );
    assert_eq!(told(both, ReasoningStyle::None), Value::Null);
    assert_eq!(
        told(budget, ReasoningStyle::Level),
        json!({"includeThoughts": true, "thinkingLevel": "MEDIUM"})
    );
    assert_eq!(
        told(off.clone(), ReasoningStyle::Level),
        json!({"includeThoughts": false, "thinkingLevel": "MINIMAL"})
    );
    assert_eq!(
        told(off, ReasoningStyle::Budget),
        json!({"includeThoughts": false, "thinkingBudget": 0})
    );
    assert_eq!(
        told(Thinking::default(), ReasoningStyle::Level),
        Value::Null
    );
}

fn tool(name: &str, schema: Option<Value>) -> Tool {
    Tool {
        name: name.into(),
        namespace: None,
        description: None,
        kind: ToolKind::Function {
            schema,
            strict: None,
        },
        cache: None,
        extra: Extra::default(),
    }
}

#[test]
fn tools_of_other_protocols_are_written_in_the_dialect_of_the_target() {
    let hosted = Tool {
        kind: ToolKind::Hosted {
            what: Hosted::WebSearch,
            origin: Protocol::Anthropic,
            raw: json!({"type": "web_search_20250305"}),
        },
        ..tool("web_search", None)
    };
    let schema = json!({"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "additionalProperties": false});
    let nothing = json!({"type": "object", "properties": {}});
    let request = Request {
        tools: vec![
            tool("f", Some(schema.clone())),
            tool("g", Some(nothing)),
            hosted,
            tool("h", None),
        ],
        tool_choice: Some(ToolChoice::Any),
        ..Request::default()
    };
    let quirks = Quirks {
        schemas: Schemas::OpenApi,
        ..book()
    };
    assert_eq!(
        write(&request)["tools"],
        json!([{"functionDeclarations": [{"name": "f", "parametersJsonSchema": schema}, {"name": "g"}]},
            {"googleSearch": {}}, {"functionDeclarations": [{"name": "h"}]}])
    );
    let older = write_for(&request, &quirks);
    assert_eq!(
        older["tools"][0]["functionDeclarations"][0],
        json!({"name": "f", "parameters": {"type": "OBJECT", "properties": {"a": {"type": "STRING", "nullable": true}}}})
    );
    assert_eq!(
        older["toolConfig"],
        json!({"functionCallingConfig": {"mode": "ANY"}})
    );
}

#[test]
fn the_shape_of_the_answer_is_a_media_type_and_a_schema() {
    let request = Request {
        format: Some(Format::Schema {
            name: Some("n".into()),
            description: None,
            schema: json!({"type": "object", "properties": {"a": {"const": "x"}}}),
            strict: Some(true),
        }),
        ..Request::default()
    };
    let quirks = Quirks {
        schemas: Schemas::OpenApi,
        ..book()
    };
    assert_eq!(
        write(&request)["generationConfig"],
        json!({"responseMimeType": "application/json",
            "responseJsonSchema": {"type": "object", "properties": {"a": {"const": "x"}}}})
    );
    assert_eq!(
        write_for(&request, &quirks)["generationConfig"]["responseSchema"],
        json!({"type": "OBJECT", "properties": {"a": {"type": "STRING", "enum": ["x"]}}})
    );
}

#[test]
fn what_only_google_can_give_is_refused_elsewhere() {
    for (name, value, field) in [
        (
            "cachedContent",
            json!("cachedContents/x"),
            Some("cachedContent"),
        ),
        ("cachedContent", json!(""), None),
        (
            "generationConfig",
            json!({"responseModalities": ["TEXT", "IMAGE"]}),
            Some("generationConfig.responseModalities"),
        ),
        (
            "generation_config",
            json!({"response_modalities": "audio"}),
            Some("generationConfig.responseModalities"),
        ),
        (
            "generationConfig",
            json!({"responseModalities": ["text"]}),
            None,
        ),
    ] {
        let mut body = json!({"contents": []});
        body[name] = value;
        let fault = refusals(&read(body)).err().map(|fault| fault.field);
        assert_eq!(fault.as_deref(), field);
    }
}

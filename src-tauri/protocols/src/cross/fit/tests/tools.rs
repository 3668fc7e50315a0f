//! Schemas, and how many tools.

use serde_json::{Value, json};

use super::{
    call, fitted, fitted_with, foreign, function, model, refused, talk, text, tool, tool_names,
    user,
};
use crate::Protocol::{self, Anthropic, OpenAi, OpenAiResponses};
use crate::request::{Hosted, Request, Tool, ToolKind, ToolName};

pub(super) fn asked(tools: Vec<Tool>) -> Request {
    Request {
        tools,
        ..talk(vec![user(vec![text("hi")])])
    }
}

pub(super) fn named(name: &str, namespace: Option<&str>, custom: bool) -> ToolName {
    ToolName {
        name: name.to_owned(),
        namespace: namespace.map(str::to_owned),
        custom,
    }
}

pub(super) fn schema_of(tool: &Tool) -> &Value {
    let ToolKind::Function { schema, .. } = &tool.kind else {
        panic!("{tool:?} is no function");
    };
    schema.as_ref().unwrap()
}

pub(super) fn custom(name: &str) -> Tool {
    let format =
        json!({"type": "grammar", "syntax": "lark", "definition": "start: \"*** Begin Patch\""});
    tool(
        name,
        ToolKind::Custom {
            format: Some(format),
        },
    )
}

pub(super) fn hosted(name: &str, what: Hosted, origin: Protocol) -> Tool {
    let raw = json!({"type": format!("{name}_20250305"), "name": name});
    tool(name, ToolKind::Hosted { what, origin, raw })
}

#[test]
fn p168_p169_schemas_are_objects_without_choices_at_the_top() {
    let bare = tool(
        "a",
        ToolKind::Function {
            schema: None,
            strict: None,
        },
    );
    let either = json!({"anyOf": [
        {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]},
        {"type": "object", "properties": {"y": {"type": "string"}}},
    ]});
    let either = tool(
        "b",
        ToolKind::Function {
            schema: Some(either),
            strict: None,
        },
    );

    let fitted = fitted(OpenAi, Anthropic, asked(vec![bare, either]));

    for tool in &fitted.request.tools {
        assert_eq!(schema_of(tool)["type"], "object", "{}", tool.name);
        assert_eq!(schema_of(tool).get("anyOf"), None);
    }
    let properties = schema_of(&fitted.request.tools[1])["properties"]
        .as_object()
        .unwrap();
    assert_eq!(properties.keys().collect::<Vec<_>>(), ["x", "y"]);
}

#[test]
fn p120_keywords_that_the_target_refuses_are_stripped() {
    let schema = json!({"type": "object", "properties": {"encrypted": {"type": "string", "encrypted": true}}});
    let secret = tool(
        "a",
        ToolKind::Function {
            schema: Some(schema),
            strict: None,
        },
    );

    let fitted = fitted(OpenAiResponses, OpenAi, asked(vec![secret]));

    assert_eq!(
        schema_of(&fitted.request.tools[0])["properties"],
        json!({"encrypted": {"type": "string"}})
    );
}

#[test]
fn p219_p220_strict_only_if_asked_for_and_possible_and_never_by_changing_the_schema() {
    let schema = |required: Value| {
        json!({
            "type": "object", "additionalProperties": false,
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": required,
        })
    };
    let of = |required: Value, strict| {
        tool(
            "a",
            ToolKind::Function {
                schema: Some(schema(required)),
                strict,
            },
        )
    };
    let strict = |tool: Tool| {
        let fitted = fitted(Anthropic, OpenAi, asked(vec![tool]));
        let tool = &fitted.request.tools[0];
        let required = schema_of(tool)["required"].clone();
        match &tool.kind {
            ToolKind::Function { strict, .. } => (*strict, required),
            ToolKind::Custom { .. } | ToolKind::Hosted { .. } => panic!("{tool:?}"),
        }
    };

    assert_eq!(
        strict(of(json!(["a", "b"]), Some(true))),
        (Some(true), json!(["a", "b"]))
    );
    assert_eq!(strict(of(json!(["a"]), Some(true))), (None, json!(["a"])));
    assert_eq!(strict(of(json!(["a", "b"]), None)).0, None);
}

#[test]
fn p160_tools_of_the_history_are_declared_where_that_is_needed() {
    let mut request = asked(Vec::new());
    request
        .turns
        .push(model(vec![call("a", "gone"), call("b", "gone")]));

    let fitted = fitted_with(
        OpenAi,
        Anthropic,
        |quirks| quirks.history_tools_declared = true,
        request,
    );

    assert_eq!(tool_names(&fitted.request), ["gone"]);
}

#[test]
fn p212_too_many_tools_are_refused_but_deferred_ones_go_first() {
    let mut tools: Vec<Tool> = (0..4).map(|n| function(&format!("t{n}"))).collect();
    let few = |quirks: &mut crate::quirks::Quirks| quirks.most_tools = Some(3);

    let error = refused(Anthropic, OpenAi, few, asked(tools.clone()));
    assert_eq!(error.field, "tools");
    assert!(error.message.contains("at most 3"), "{error}");

    tools[1].extra.keep(Anthropic, "defer_loading", json!(true));
    let fitted = fitted_with(Anthropic, OpenAi, few, asked(tools));
    assert_eq!(tool_names(&fitted.request), ["t0", "t2", "t3"]);
}

#[test]
fn p078_tools_that_are_taken_back_are_gone_and_so_are_the_words_for_it() {
    let mut request = asked(vec![function("a"), function("b")]);
    let removal = json!({"type": "tool_removal", "tool_name": "a"});
    request.turns.push(crate::request::Turn::of(
        crate::request::Role::System,
        vec![foreign(Anthropic, removal, None)],
    ));

    let fitted = fitted(Anthropic, OpenAi, request);

    assert_eq!(tool_names(&fitted.request), ["b"]);
    assert_eq!(fitted.script(), ["user: hi"]);
}

//! Tools, their names, and which of them have to be used.

use serde_json::{Value, json};

use super::{
    call, fitted, fitted_with, foreign, function, model, refused, result, talk, text, tool,
    tool_names, user,
};
use crate::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::cross::way_back::Known;
use crate::part::{CallForm, Kind};
use crate::request::{Hosted, Request, Tool, ToolChoice, ToolKind, ToolName};

fn asked(tools: Vec<Tool>) -> Request {
    Request {
        tools,
        ..talk(vec![user(vec![text("hi")])])
    }
}

fn named(name: &str, namespace: Option<&str>, custom: bool) -> ToolName {
    ToolName {
        name: name.to_owned(),
        namespace: namespace.map(str::to_owned),
        custom,
    }
}

fn schema_of(tool: &Tool) -> &Value {
    match &tool.kind {
        ToolKind::Function {
            schema: Some(schema),
            ..
        } => schema,
        other => panic!("{other:?} has no schema"),
    }
}

fn custom(name: &str) -> Tool {
    let format =
        json!({"type": "grammar", "syntax": "lark", "definition": "start: \"*** Begin Patch\""});
    tool(
        name,
        ToolKind::Custom {
            format: Some(format),
        },
    )
}

fn hosted(name: &str, what: Hosted, origin: Protocol) -> Tool {
    let raw = json!({"type": format!("{name}_20250305"), "name": name});
    tool(name, ToolKind::Hosted { what, origin, raw })
}

#[test]
fn p115_p116_a_custom_tool_travels_as_a_function_and_its_grammar_is_told() {
    let mut request = asked(vec![custom("apply_patch")]);
    let mut history = call("a", "apply_patch");
    if let Kind::Call(call) = &mut history.kind {
        call.form = CallForm::Custom;
        call.arguments = "*** Begin \"Patch\"".into();
    }
    request.turns.push(model(vec![history]));
    request.turns.push(user(vec![result("a", "done")]));

    let fitted = fitted(OpenAiResponses, Anthropic, request);

    let input = &schema_of(&fitted.request.tools[0])["properties"]["input"];
    let told = input["description"].as_str().unwrap();
    assert!(told.contains("start: \"*** Begin Patch\""), "{told}");
    assert!(told.contains("Example"), "{told}");
    assert_eq!(
        fitted.script()[1],
        r#"model: call a apply_patch {"input":"*** Begin \"Patch\""}"#
    );
    let known = fitted.names.known("apply_patch").unwrap();
    assert_eq!((known.tool.custom, known.wraps), (true, true));
}

#[test]
fn custom_tools_stay_where_the_target_knows_them() {
    let fitted = fitted(OpenAi, OpenAiResponses, asked(vec![custom("exec")]));

    assert!(matches!(
        fitted.request.tools[0].kind,
        ToolKind::Custom { .. }
    ));
    assert_eq!(fitted.names.known("exec"), None);
}

#[test]
fn p118_groups_of_tools_are_flattened_and_restored() {
    let mut spawn = function("spawn");
    spawn.namespace = Some("agents".into());
    let mut request = asked(vec![spawn]);
    request.tool_choice = Some(ToolChoice::Tool(named("spawn", Some("agents"), false)));

    let fitted = fitted(OpenAiResponses, OpenAi, request);

    assert_eq!(tool_names(&fitted.request), ["agents__spawn"]);
    assert_eq!(fitted.request.tools[0].namespace, None);
    let choice = ToolChoice::Tool(named("agents__spawn", None, false));
    assert_eq!(fitted.request.tool_choice, Some(choice));
    let known = Known {
        tool: named("spawn", Some("agents"), false),
        wraps: false,
    };
    assert_eq!(fitted.names.known("agents__spawn"), Some(&known));
}

#[test]
fn p166_p242_p305_illegal_names_become_legal_in_every_place() {
    let odd = format!("mcp.server/tool:{}", "x".repeat(70));
    let mut request = asked(vec![function(&odd), function("fine")]);
    request.turns.push(model(vec![call("a", &odd)]));
    request.turns.push(user(vec![result("a", "done")]));
    request.tool_choice = Some(ToolChoice::Allowed {
        required: false,
        names: vec![named(&odd, None, false), named("fine", None, false)],
    });

    let fitted = fitted(Gemini, OpenAiResponses, request);

    let name = tool_names(&fitted.request)[0].to_owned();
    assert_eq!(name.len(), 64);
    assert!(name.starts_with("mcp_server_tool_x"), "{name}");
    assert_eq!(fitted.script()[1], format!("model: call a {name} {{}}"));
    let result = fitted.request.turns[2].parts()[0].as_result().unwrap();
    assert_eq!(result.name.as_deref(), Some(name.as_str()));
    let Some(ToolChoice::Allowed { names, .. }) = &fitted.request.tool_choice else {
        panic!("{:?}", fitted.request.tool_choice);
    };
    assert_eq!(names[0].name, name);
    assert_eq!(fitted.names.known(&name).unwrap().tool.name, odd);
    assert_eq!(fitted.names.known("fine"), None);
}

#[test]
fn p167_the_same_tool_twice_is_one_and_a_namesake_gets_a_name_of_its_own() {
    let other = Tool {
        description: Some("another".into()),
        ..function("read")
    };
    let fitted = fitted(
        OpenAi,
        Anthropic,
        asked(vec![function("read"), function("read"), other]),
    );

    assert_eq!(tool_names(&fitted.request), ["read", "read_2"]);
    assert_eq!(fitted.names.known("read_2").unwrap().tool.name, "read");
}

#[test]
fn p166_names_that_become_alike_stay_apart() {
    let fitted = fitted(
        Gemini,
        OpenAi,
        asked(vec![function("a.b"), function("a:b")]),
    );

    let names = tool_names(&fitted.request);
    assert_ne!(names[0], names[1]);
    assert_eq!(fitted.names.known(names[0]).unwrap().tool.name, "a.b");
    assert_eq!(fitted.names.known(names[1]).unwrap().tool.name, "a:b");
}

#[test]
fn p306_p310_names_depend_on_the_request_only() {
    let request = || asked(vec![function("a.b"), function("c/d")]);

    let (first, second) = (
        fitted(Gemini, OpenAi, request()),
        fitted(Gemini, OpenAi, request()),
    );

    assert_eq!(first.request, second.request);
    assert_eq!(first.names, second.names);
}

#[test]
fn p082_p217_p300_a_choice_without_tools_is_dropped() {
    let mut request = asked(Vec::new());
    request.tool_choice = Some(ToolChoice::Auto);
    request.parallel_tools = Some(false);

    let fitted = fitted(Anthropic, OpenAi, request);

    assert_eq!(fitted.request.tool_choice, None);
    assert_eq!(fitted.request.parallel_tools, None);
}

#[test]
fn p106_a_hosted_tool_that_is_not_there_is_dropped_or_refused_if_forced() {
    let search = || hosted("web_search", Hosted::WebSearch, Anthropic);

    let with_others = fitted(Anthropic, OpenAi, asked(vec![search(), function("read")]));
    assert_eq!(tool_names(&with_others.request), ["read"]);
    assert!(
        with_others
            .lost()
            .contains("dropped tools[web_search_20250305]")
    );

    let forced = ToolChoice::Hosted {
        what: Hosted::WebSearch,
        origin: Anthropic,
        raw: json!({"type": "tool", "name": "web_search"}),
    };
    let mut request = asked(vec![search()]);
    request.tool_choice = Some(forced.clone());
    assert_eq!(
        refused(Anthropic, OpenAi, |_| {}, request).field,
        "tool_choice"
    );

    let mut request = asked(vec![search(), function("read")]);
    request.tool_choice = Some(forced);
    let loosened = fitted(Anthropic, OpenAi, request);
    assert_eq!(loosened.request.tool_choice, Some(ToolChoice::Auto));

    let has_it = fitted_with(
        Anthropic,
        OpenAiResponses,
        |quirks| quirks.web_search = true,
        asked(vec![search()]),
    );
    assert_eq!(has_it.request.tools.len(), 1);
}

#[test]
fn p264_hosted_tools_go_where_they_do_not_go_together_with_functions() {
    let search = || hosted("web_search", Hosted::WebSearch, Anthropic);
    let searches = |quirks: &mut crate::quirks::Quirks| quirks.web_search = true;

    let both = fitted_with(
        Anthropic,
        Gemini,
        searches,
        asked(vec![search(), function("read")]),
    );
    assert_eq!(tool_names(&both.request), ["read"]);

    let alone = fitted_with(Anthropic, Gemini, searches, asked(vec![search()]));
    assert_eq!(tool_names(&alone.request), ["web_search"]);
}

#[test]
fn tools_that_anthropics_clients_run_become_functions() {
    let fitted = fitted(
        Anthropic,
        OpenAi,
        asked(vec![hosted("bash", Hosted::Other, Anthropic)]),
    );

    assert_eq!(tool_names(&fitted.request), ["bash"]);
    assert!(schema_of(&fitted.request.tools[0])["properties"]["command"].is_object());

    let computer = asked(vec![hosted("computer", Hosted::Other, Anthropic)]);
    assert_eq!(
        refused(Anthropic, OpenAi, |_| {}, computer).field,
        "tools[0]"
    );
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
        match fitted.request.tools.into_iter().next().unwrap().kind {
            ToolKind::Function { strict, schema } => (strict, schema.unwrap()["required"].clone()),
            other => panic!("{other:?}"),
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
fn p174_one_call_at_a_time_has_a_choice_to_stand_in() {
    let mut request = asked(vec![function("read")]);
    request.parallel_tools = Some(false);

    let fitted = fitted(OpenAi, Anthropic, request);

    assert_eq!(fitted.request.tool_choice, Some(ToolChoice::Auto));
    assert_eq!(fitted.request.parallel_tools, Some(false));
}

#[test]
fn a_choice_among_some_tools_is_a_shorter_list_where_the_target_has_no_word_for_it() {
    let request = || {
        let mut request = asked(vec![function("a"), function("b"), function("c")]);
        request.tool_choice = Some(ToolChoice::Allowed {
            required: true,
            names: vec![named("a", None, false), named("c", None, false)],
        });
        request
    };

    let shorter = fitted(OpenAi, Anthropic, request());
    assert_eq!(tool_names(&shorter.request), ["a", "c"]);
    assert_eq!(shorter.request.tool_choice, Some(ToolChoice::Any));

    let knows = fitted(OpenAi, OpenAiResponses, request());
    assert_eq!(tool_names(&knows.request), ["a", "b", "c"]);
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

//! Names of tools, and free text through functions.

use super::tools::{asked, custom, named, schema_of};
use super::{call, fitted, function, model, result, tool_names, user};
use crate::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::cross::way_back::Known;
use crate::part::{CallForm, Kind};
use crate::request::{Tool, ToolChoice, ToolKind};

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

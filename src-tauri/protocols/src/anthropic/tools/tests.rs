use serde_json::json;

use super::client_tool;
use crate::request::ToolKind;

#[test]
fn tools_that_clients_run_are_functions_with_their_schema() {
    for (kind, name, property) in [
        ("bash_20250124", "bash", "restart"),
        (
            "text_editor_20250728",
            "str_replace_based_edit_tool",
            "insert_text",
        ),
        ("text_editor_20250124", "str_replace_editor", "view_range"),
        ("memory_20250818", "memory", "old_path"),
    ] {
        let tool = client_tool(&json!({ "type": kind })).unwrap();
        let ToolKind::Function {
            schema: Some(schema),
            ..
        } = tool.kind
        else {
            panic!("{kind} is no function");
        };
        assert_eq!(tool.name, name);
        assert!(schema["properties"].get(property).is_some(), "{kind}");
        assert_eq!(schema["type"], "object");
    }
    let named = client_tool(&json!({"type": "bash_20250124", "name": "shell"})).unwrap();
    assert_eq!(named.name, "shell");
}

#[test]
fn tools_that_need_a_trained_model_or_a_provider_are_no_functions() {
    for kind in [
        "computer_20250124",
        "web_search_20250305",
        "text_editor_code_execution_20250825",
        "custom",
    ] {
        assert!(client_tool(&json!({ "type": kind })).is_none(), "{kind}");
    }
    assert!(client_tool(&json!({})).is_none());
}

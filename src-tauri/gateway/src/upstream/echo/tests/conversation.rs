//! Which words count: those the person wrote last, and what tools answered since.

use keyway_protocols::Protocol;
use serde_json::{Value, json};

use super::{Form, ask, play};

fn claude(messages: &Value) -> String {
    let body = json!({"tools": [{"name": "Bash"}], "messages": messages});
    let whole: Value =
        serde_json::from_str(&play(&ask(Protocol::Anthropic, &body, Form::Whole))).unwrap();
    whole["content"].to_string()
}

#[test]
fn remarks_of_the_client_are_not_the_prompt() {
    let content = claude(&json!([
        {"role": "user", "content": [
            {"type": "text", "text": "<system-reminder>\necho: status 500\n</system-reminder>"},
            {"type": "text", "text": "say hello"}
        ]},
        {"role": "system", "content": "# Environment"}
    ]));
    assert!(content.contains("You said: say hello"), "{content}");
}

#[test]
fn a_direction_is_found_behind_remarks_in_the_same_block() {
    let content = claude(&json!([{"role": "user", "content":
        "<system-reminder>be quick</system-reminder>\necho: call Bash {\"command\":\"ls\"}"}]));
    assert!(
        content.contains(r#""name":"Bash","input":{"command":"ls"}"#),
        "{content}"
    );
}

#[test]
fn results_end_the_loop_whatever_the_client_adds_to_them() {
    let content = claude(&json!([
        {"role": "user", "content": "echo: call Bash {\"command\":\"ls\"}\necho: call Bash {}"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "Bash", "input": {}}]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "a", "content": "notes.txt"},
            {"type": "tool_result", "tool_use_id": "b", "content": [{"type": "text", "text": "no such file"}]},
            {"type": "text", "text": "<system-reminder>todo</system-reminder>"},
            {"type": "text", "text": "The user has files open."}
        ]}
    ]));
    assert!(!content.contains("tool_use"), "{content}");
    assert!(
        content.contains(r"The tools answered:\n- notes.txt\n- no such file"),
        "{content}"
    );
}

#[test]
fn a_direction_after_results_is_a_new_prompt() {
    let content = claude(&json!([
        {"role": "user", "content": "echo: call Bash {}"},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "a", "content": "notes.txt"},
            {"type": "text", "text": "echo: say next"}
        ]}
    ]));
    assert!(content.contains(r#""text":"next""#), "{content}");
}

#[test]
fn an_older_direction_no_longer_holds() {
    let content = claude(&json!([
        {"role": "user", "content": "echo: status 500"},
        {"role": "assistant", "content": "oh"},
        {"role": "user", "content": "fine"}
    ]));
    assert!(content.contains("You said: fine"), "{content}");
}

#[test]
fn every_protocol_has_results() {
    let cases = [
        (
            Protocol::OpenAi,
            json!({"messages": [
                {"role": "user", "content": [{"type": "text", "text": "echo: call f {}"}]},
                {"role": "assistant", "tool_calls": []},
                {"role": "tool", "tool_call_id": "a", "content": "sunny"}
            ]}),
        ),
        (
            Protocol::OpenAiResponses,
            json!({"input": [
                {"role": "user", "content": "echo: call f {}"},
                {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "a", "output": [{"type": "input_text", "text": "sunny"}]}
            ]}),
        ),
        (
            Protocol::Gemini,
            json!({"contents": [
                {"parts": {"text": "echo: call f {}"}},
                {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]},
                {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"output": "sunny"}}}]}
            ]}),
        ),
    ];
    for (protocol, body) in cases {
        let whole = play(&ask(protocol, &body, Form::Whole));
        assert!(
            whole.contains(r"The tool answered:\n- sunny"),
            "{protocol}: {whole}"
        );
    }
}

#[test]
fn a_call_nobody_can_answer_is_explained() {
    let body = json!({"messages": [{"role": "user", "content": "echo: call Bash {}"}]});
    let whole = play(&ask(Protocol::OpenAi, &body, Form::Whole));
    assert!(whole.contains("the request declares no tools"), "{whole}");
    assert!(
        whole.contains("echo: status 529"),
        "the directions are listed"
    );
}

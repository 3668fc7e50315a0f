//! Conversations that are fitted to their targets.

use keyway_protocols::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::carrier::Opaque;
use keyway_protocols::quirks::{Echo, Quirks};
use serde_json::{Value, json};

use crate::fit::{hi, wrapped};
use crate::kit::{HERE, sent, sent_with};

#[test]
fn p121_developers_are_systems_where_that_role_is_not_known() {
    let body = json!({"model": "m", "input": [
        {"type": "message", "role": "developer", "content": "Be kind."},
        {"type": "message", "role": "user", "content": "hi"},
    ]});
    let sent = sent(OpenAiResponses, OpenAi, &body);
    assert_eq!(
        sent["messages"][0],
        json!({"role": "system", "content": "Be kind."})
    );
}

#[test]
fn p122_ids_of_items_stay_home() {
    let body = json!({"model": "m", "messages": [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "call_1", "content": "ok"},
    ]});
    let sent = sent(OpenAi, OpenAiResponses, &body);
    let call = &sent["input"][1];
    assert_eq!(
        (&call["type"], &call["call_id"]),
        (&json!("function_call"), &json!("call_1"))
    );
    assert_eq!(call.get("id"), None, "{call}");
}

#[test]
fn p108_only_what_failed_is_called_an_error() {
    let body = |failed: bool| {
        hi(json!({"messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "is_error": failed, "content": "so"}]},
        ]}))
    };
    let told = |failed| sent(Anthropic, OpenAi, &body(failed))["messages"][2]["content"].clone();
    assert_eq!(told(false), "so");
    assert_eq!(told(true), "Error: so");
}

#[test]
fn p107_p232_words_behind_a_call_are_kept_and_empty_input_is_an_object() {
    let body = hi(json!({"messages": [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": [
            {"type": "tool_use", "id": "a", "name": "f", "input": {}},
            {"type": "text", "text": "there"},
        ]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "ok"}]},
    ]}));
    let sent = sent(Anthropic, OpenAi, &body);
    let message = &sent["messages"][1];
    assert_eq!(message["content"], "there");
    assert_eq!(message["tool_calls"][0]["function"]["arguments"], "{}");
}

#[test]
fn p188_p189_the_empty_thought_is_really_sent() {
    let body = hi(json!({"messages": [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "ok"}]},
    ]}));
    let echoes = |quirks: &mut Quirks| quirks.reasoning_echo = Echo::ToolCalls;
    let sent = sent_with(Anthropic, OpenAi, echoes, &body);
    assert_eq!(sent["messages"][1]["reasoning_content"], "", "{sent}");
}

#[test]
fn p145_p146_p256_calls_without_ids_and_signatures_get_both() {
    let call = json!({"functionCall": {"name": "f", "args": {}}});
    let answer =
        |text: &str| json!({"functionResponse": {"name": "f", "response": {"output": text}}});
    let body = json!({"contents": [
        {"role": "user", "parts": [{"text": "hi"}]},
        {"role": "model", "parts": [call, call]},
        {"role": "user", "parts": [answer("one"), answer("two")]},
    ]});
    let to_claude = sent(Gemini, Anthropic, &body);
    let ids = |message: usize, key: &str| -> Vec<Value> {
        let blocks = to_claude["messages"][message]["content"]
            .as_array()
            .unwrap();
        blocks.iter().map(|block| block[key].clone()).collect()
    };
    assert_eq!(ids(1, "id"), ids(2, "tool_use_id"));
    assert_ne!(ids(1, "id")[0], ids(1, "id")[1]);
}

#[test]
fn p256_p257_the_first_call_of_a_step_is_signed_and_no_other() {
    let used = |id: &str| json!({"type": "tool_use", "id": id, "name": "f", "input": {}});
    let told = |id: &str| json!({"type": "tool_result", "tool_use_id": id, "content": "ok"});
    let own = wrapped(HERE, Opaque::Thought("c2ln".into()));
    let messages = |thought: Value| {
        hi(json!({"messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [thought, used("a"), used("b")]},
            {"role": "user", "content": [told("a"), told("b")]},
        ]}))
    };
    for (signature, expected) in [
        (own, "c2ln"),
        (
            wrapped("elsewhere", Opaque::Thought("c2ln".into())),
            "skip_thought_signature_validator",
        ),
        ("EqQBgenuine".to_owned(), "skip_thought_signature_validator"),
    ] {
        let thought = json!({"type": "thinking", "thinking": "hm", "signature": signature});
        let sent = sent(Anthropic, Gemini, &messages(thought));
        let parts = sent["contents"][1]["parts"].as_array().unwrap();
        assert_eq!(parts.len(), 2, "{sent}");
        assert_eq!(parts[0]["thoughtSignature"], expected);
        assert_eq!(parts[1].get("thoughtSignature"), None);
    }
}

#[test]
fn p117_a_conversation_is_summed_up_on_request_and_gone_on_from_the_summary() {
    let body = json!({"model": "m", "tool_choice": "auto",
        "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}],
        "input": [
            {"type": "message", "role": "user", "content": "hi"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hello"}]},
            {"type": "compaction_trigger"},
        ],
    });
    let asked = sent(OpenAiResponses, Anthropic, &body);
    let last = asked["messages"].as_array().unwrap().last().unwrap();
    assert_eq!(last["role"], "user");
    assert!(
        last["content"]
            .to_string()
            .contains("Sum up the conversation"),
        "{last}"
    );
    assert_eq!(asked["tool_choice"]["type"], "none");

    let summary = wrapped("elsewhere", Opaque::Plain("we built a house".into()));
    let body = json!({"model": "m", "input": [
        {"type": "compaction", "encrypted_content": summary},
        {"type": "message", "role": "user", "content": "go on"},
    ]});
    let next = sent(OpenAiResponses, Anthropic, &body);
    assert!(
        next["messages"][0]["content"]
            .to_string()
            .contains("we built a house"),
        "{next}"
    );
}

//! What was sent stays the same when the conversation goes on, or no prompt cache finds it again.

use keyway_protocols::Protocol;
use serde_json::{Value, json};

use crate::kit::sent;

const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A conversation, step by step, in the words of a client.
pub(crate) fn steps(client: Protocol) -> Vec<Value> {
    match client {
        Protocol::Anthropic => anthropic(),
        Protocol::OpenAi => chat(),
        Protocol::OpenAiResponses => responses(),
        Protocol::Gemini => gemini(),
    }
}

/// The bodies in which the list under `key` grows.
fn growing(body: &Value, key: &str, turns: &[Value], lengths: &[usize]) -> Vec<Value> {
    let step = |length: &usize| {
        let mut body = body.clone();
        body[key] = turns[..*length].into();
        body
    };
    lengths.iter().map(step).collect()
}

fn anthropic() -> Vec<Value> {
    let body = json!({
        "model": "m", "max_tokens": 1000,
        "system": [
            {"type": "text", "text": "x-anthropic-billing-header: cc_version=1; cch=2"},
            {"type": "text", "text": "You help."},
        ],
        "tools": [{"name": "mcp.view", "input_schema": {"type": "object", "properties": {"p": {"type": "string"}}}}],
    });
    let turns = [
        json!({"role": "user", "content": "hi"}),
        json!({"role": "system", "content": "be brief"}),
        json!({"role": "assistant", "content": [
            {"type": "text", "text": "I look."},
            {"type": "tool_use", "id": "call:1", "name": "mcp.view", "input": {"p": "b", "a": 1.0}},
        ]}),
        json!({"role": "system", "content": "hurry"}),
        json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "call:1", "content": [
            {"type": "text", "text": "here"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
        ]}]}),
        json!({"role": "assistant", "content": "Nice."}),
        json!({"role": "user", "content": [{"type": "text", "text": "thanks"}, {"type": "text", "text": "bye"}]}),
    ];
    growing(&body, "messages", &turns, &[2, 5, 7])
}

fn chat() -> Vec<Value> {
    let body = json!({
        "model": "m",
        "tools": [{"type": "function", "function": {"name": "view", "parameters": {"type": "object", "properties": {}}}}],
    });
    let call = |id: &str| json!({"id": id, "type": "function", "function": {"name": "view", "arguments": "{\"b\": 1,\"a\":2}"}});
    let turns = [
        json!({"role": "system", "content": "You help."}),
        json!({"role": "user", "content": "hi"}),
        json!({"role": "assistant", "content": null, "reasoning_content": "hm", "tool_calls": [call("call|1"), call("call|1")]}),
        json!({"role": "tool", "tool_call_id": "call|1", "content": "one"}),
        json!({"role": "tool", "tool_call_id": "call|1", "content": "two"}),
        json!({"role": "assistant", "content": "Nice."}),
        json!({"role": "developer", "content": "be brief"}),
        json!({"role": "user", "content": [
            {"type": "text", "text": "and this"},
            {"type": "image_url", "image_url": {"url": format!("data:image/png;base64,{PNG}")}},
        ]}),
        json!({"role": "assistant", "content": "A dot."}),
        json!({"role": "user", "content": "bye"}),
    ];
    growing(&body, "messages", &turns, &[2, 5, 8, 10])
}

fn responses() -> Vec<Value> {
    let body = json!({
        "model": "m", "store": false, "instructions": "You help.",
        "tools": [
            {"type": "custom", "name": "apply_patch", "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"}},
            {"type": "namespace", "name": "agents", "description": "", "tools": [
                {"type": "function", "name": "spawn", "parameters": {"type": "object", "properties": {}}},
            ]},
        ],
    });
    let message =
        |role: &str, text: &str| json!({"type": "message", "role": role, "content": text});
    let turns = [
        message("developer", "Be kind."),
        message("user", "hi"),
        json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "abc"}),
        json!({"type": "custom_tool_call", "call_id": "c1", "name": "apply_patch", "input": "*** Begin"}),
        json!({"type": "function_call", "call_id": "c2", "name": "spawn", "namespace": "agents", "arguments": ""}),
        message("user", "quick"),
        json!({"type": "function_call_output", "call_id": "c2", "output": [
            {"type": "input_text", "text": "ran"},
            {"type": "input_image", "image_url": format!("data:image/png;base64,{PNG}")},
        ]}),
        json!({"type": "custom_tool_call_output", "call_id": "c1", "output": "ok"}),
        json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]}),
        message("user", "bye"),
    ];
    growing(&body, "input", &turns, &[2, 8, 10])
}

fn gemini() -> Vec<Value> {
    let body = json!({
        "systemInstruction": {"parts": [{"text": "You help."}]},
        "tools": [{"functionDeclarations": [{"name": "ns:view", "parameters": {"type": "OBJECT", "properties": {"p": {"type": "STRING"}}}}]}],
    });
    let call = json!({"functionCall": {"name": "ns:view", "args": {"p": "x"}}});
    let answer =
        |text: &str| json!({"functionResponse": {"name": "ns:view", "response": {"output": text}}});
    let turns = [
        json!({"role": "user", "parts": [{"text": "hi"}]}),
        json!({"role": "model", "parts": [{"text": "hm", "thought": true}, call, call]}),
        json!({"role": "user", "parts": [answer("one"), answer("two")]}),
        json!({"role": "model", "parts": [{"text": "Nice."}]}),
        json!({"role": "user", "parts": [{"text": "this"}, {"inlineData": {"mimeType": "image/png", "data": PNG}}]}),
        json!({"role": "model", "parts": [call]}),
        json!({"role": "user", "parts": [answer("three")]}),
    ];
    growing(&body, "contents", &turns, &[1, 3, 5, 7])
}

/// A body as the parts that a prompt is made of, in its order, without marks that move on.
fn prompt(protocol: Protocol, mut body: Value) -> (Vec<String>, Vec<String>) {
    unmark(&mut body);
    let (fixed, turns) = match protocol {
        Protocol::Anthropic => (["tools", "system"], "messages"),
        Protocol::OpenAi => (["tools", "response_format"], "messages"),
        Protocol::OpenAiResponses => (["tools", "instructions"], "input"),
        Protocol::Gemini => (["tools", "systemInstruction"], "contents"),
    };
    let fixed = fixed.iter().map(|key| body[*key].to_string()).collect();
    let turns = body[turns].as_array().unwrap_or_else(|| panic!("{body}"));
    (fixed, turns.iter().map(Value::to_string).collect())
}

fn unmark(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.shift_remove("cache_control");
            fields.values_mut().for_each(unmark);
        }
        Value::Array(list) => list.iter_mut().for_each(unmark),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn holds(client: Protocol, target: Protocol) {
    let prompts: Vec<_> = steps(client)
        .iter()
        .map(|body| prompt(target, sent(client, target, body)))
        .collect();
    for pair in prompts.windows(2) {
        let ((fixed, turns), (next_fixed, next_turns)) = (&pair[0], &pair[1]);
        assert_eq!(fixed, next_fixed, "{client} to {target}");
        // Content that was one string may have become a list, so the texts are compared whole.
        assert!(turns.len() < next_turns.len(), "{client} to {target}");
        assert_eq!(turns[..], next_turns[..turns.len()], "{client} to {target}");
    }
}

#[test]
fn p064_the_same_body_gives_the_same_bytes() {
    for client in Protocol::ALL {
        for target in Protocol::ALL.into_iter().filter(|target| *target != client) {
            for body in steps(client) {
                assert_eq!(
                    sent(client, target, &body).to_string(),
                    sent(client, target, &body).to_string()
                );
            }
        }
    }
}

#[test]
fn p278_each_request_is_the_beginning_of_the_next() {
    for client in Protocol::ALL {
        for target in Protocol::ALL.into_iter().filter(|target| *target != client) {
            holds(client, target);
        }
    }
}

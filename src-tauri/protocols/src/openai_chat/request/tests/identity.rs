//! What is read is written again as it came.

use serde_json::{Value, json};

use super::{read, written};
use crate::quirks::Quirks;

fn is_written_as_it_came(body: &Value) {
    let request = read(body.clone());
    assert_eq!(written(&request, &Quirks::default()), *body);
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("the test's own text is JSON")
}

/// A body with these messages and nothing else.
fn conversation(messages: &Value) -> Value {
    json!({ "model": "m", "messages": messages })
}

#[test]
fn every_field_of_a_request() {
    is_written_as_it_came(&parsed(
        r#"{
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "max_completion_tokens": 100, "max_tokens": 90, "temperature": 0.10, "top_p": 1.0, "top_k": 40, "n": 2,
        "stop": ["a", "b"], "stream": true, "stream_options": {"include_usage": true, "include_obfuscation": false},
        "tools": [
            {"type": "function", "function": {"name": "f", "description": "d", "strict": true, "x": 1,
                "parameters": {"type": "object", "properties": {"z": {"type": "number", "minimum": 1e-7}, "a": {}}}},
             "cache_control": {"type": "ephemeral"}},
            {"type": "custom", "custom": {"name": "patch", "description": "p",
                "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: x"}}}},
            {"type": "custom", "custom": {"name": "free", "format": {"type": "text"}}},
            {"type": "builtin_function", "function": {"name": "$web_search"}}
        ],
        "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "required",
            "tools": [{"type": "function", "function": {"name": "f"}}]}},
        "parallel_tool_calls": false,
        "response_format": {"type": "json_schema", "json_schema": {"name": "r", "description": "d",
            "schema": {"type": "object"}, "strict": false}},
        "reasoning_effort": "high", "verbosity": "low", "modalities": ["text"],
        "audio": {"voice": "alloy", "format": "wav"}, "logprobs": true, "top_logprobs": 3, "logit_bias": {"50": -100},
        "seed": 12345678901234567890, "frequency_penalty": -0.5, "presence_penalty": 0.5,
        "prediction": {"type": "content", "content": "x"}, "store": false, "metadata": {"a": "b"},
        "service_tier": "auto", "user": "u", "safety_identifier": "s", "prompt_cache_key": "k",
        "prompt_cache_retention": "24h", "prompt_cache_options": {"mode": "explicit", "ttl": "30m"},
        "web_search_options": {"search_context_size": "low"}, "moderation": {"model": "omni"},
        "thinking": {"type": "enabled", "budget_tokens": 2000, "clear_thinking": false},
        "enable_thinking": true, "thinking_budget": 100, "include_reasoning": true,
        "reasoning": {"effort": "low", "exclude": false}, "provider": {"order": ["a"]}, "unknown": null
    }"#,
    ));
}

#[test]
fn every_kind_of_message() {
    is_written_as_it_came(&conversation(&json!([
        {"role": "developer", "content": "be", "name": "boss"},
        {"role": "system", "content": [{"type": "text", "text": "kind"}]},
        {"role": "latest_reminder", "content": "today"},
        {"role": "user", "content": [
            {"type": "text", "text": "look", "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"}},
            {"type": "text", "text": "here", "cache_control": {"type": "ephemeral"}},
            {"type": "image_url", "image_url": {"url": "https://a.example/x.png", "detail": "original"}},
            {"type": "image_url", "image_url": {"url": "data:image/PNG;base64,iVBO-_", "x": 1}},
            {"type": "image_url", "image_url": "data:image/png;base64,iVBORw0K"},
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0=", "filename": "a.pdf"}},
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0="}},
            {"type": "file", "file": {"file_data": "JVBERi0=", "filename": "b.pdf"}},
            {"type": "file", "file": {"file_id": "file-1"}},
            {"type": "video_url", "video_url": {"url": "https://a.example/x.mp4"}},
            "bare", 7,
        ], "name": "ann"},
        {"role": "assistant", "content": null, "refusal": null, "audio": null, "tool_calls": [
            {"id": "call_1", "type": "function", "index": 0, "function": {"name": "f", "arguments": "{ \"x\": 1.0 }"}},
            {"id": "call_2", "type": "custom", "custom": {"name": "patch", "input": "*** Begin"}},
            {"id": "call_3", "function": {"name": "f", "arguments": {"y": [1]}}},
            {"id": "call_4", "type": "function", "function": {"name": "f", "arguments": ""}},
            {"type": "function", "function": {"name": "f"}},
            {"id": "call_6", "type": "function", "function": {"name": "g", "arguments": "{}"},
             "extra_content": {"google": {"thought_signature": "c2ln"}}},
        ]},
        {"role": "tool", "tool_call_id": "call_1", "content": "ok", "name": "f"},
        {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "tool", "content": ""},
    ])));
}

#[test]
fn every_kind_of_assistant() {
    is_written_as_it_came(&conversation(&json!([
        {"role": "assistant", "content": "", "tool_calls": [], "annotations": []},
        {"role": "assistant", "content": [{"type": "text", "text": "a"}, {"type": "refusal", "refusal": "no"}]},
        {"role": "assistant", "content": {"type": "text", "text": "single"}},
        {"role": "assistant", "content": null, "refusal": "no", "audio": {"id": "a1"}, "name": "bot"},
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
        {"role": "assistant", "content": "x", "reasoning_content": "hm"},
        {"role": "assistant", "content": "x", "reasoning_content": "", "tool_calls": null},
        {"role": "assistant", "content": "x", "reasoning": "hm", "reasoning_content": "hm"},
        {"role": "assistant", "content": "x", "reasoning": null, "reasoning_content": "hm"},
        {"role": "assistant", "content": "x", "reasoning": "hm", "reasoning_details": [
            {"type": "reasoning.text", "text": "hm", "signature": "EqQB", "format": "anthropic-claude-v1", "index": 0},
            {"type": "reasoning.encrypted", "data": "gAAA", "id": "rs_1", "index": 1}]},
        {"role": "assistant", "content": "x", "reasoning_details": [{"type": "reasoning.summary", "summary": "hm"}]},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
            {"type": "text", "text": "x"}]},
        {"role": "assistant", "content": "", "images": [{"type": "image_url", "image_url": {"url": "https://a.example/i.png"}}]},
    ])));
}

#[test]
fn old_forms() {
    is_written_as_it_came(&json!({
        "model": "m",
        "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}},
            {"role": "function", "name": "f", "content": "ok"},
        ],
        "functions": [{"name": "f", "description": "d", "parameters": {"type": "object"}, "x": 1}],
        "function_call": {"name": "f"},
    }));
}

#[test]
fn odd_values() {
    is_written_as_it_came(&json!({
        "model": "m", "messages": [{"role": "user"}, {"role": "user", "content": []}, {"role": "user", "content": null}],
        "temperature": "0.5", "top_p": null, "stop": null, "stream": null, "tools": [], "max_tokens": "12",
        "reasoning_effort": "ultra", "tool_choice": "none", "response_format": {"type": "grammar", "grammar": "x"},
    }));
    is_written_as_it_came(&json!({
        "model": "m", "messages": [], "stop": "x", "tools": [{"name": "flat", "parameters": {}, "type": "function"},
            {"function": {"name": "untyped", "description": null}}], "tool_choice": {"type": "function", "name": "flat"},
    }));
}

#[test]
fn a_result_of_a_tool_without_a_name_keeps_its_empty_name() {
    is_written_as_it_came(&json!({"model": "m", "messages": [{"role": "tool", "name": ""}]}));
}

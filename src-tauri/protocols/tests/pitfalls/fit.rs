//! Requests that are fitted to their targets.

use keyway_protocols::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::carrier::{Carrier, Opaque};
use keyway_protocols::cross::Forgetful;
use keyway_protocols::quirks::{Quirks, ReasoningStyle};
use serde_json::{Value, json};

use crate::kit::{cross_bytes, refused, sent, sent_with, with_target};

pub(crate) fn hi(more: Value) -> Value {
    let mut body =
        json!({"model": "m", "max_tokens": 1000, "messages": [{"role": "user", "content": "hi"}]});
    let (Value::Object(fields), Value::Object(more)) = (&mut body, more) else {
        unreachable!("both are objects");
    };
    fields.extend(more);
    body
}

pub(crate) fn wrapped(provider: &str, opaque: Opaque) -> String {
    let provider = provider.to_owned();
    Carrier { provider, opaque }.wrapped()
}

#[test]
fn p058_p062_lone_halves_and_a_byte_order_mark_do_no_harm() {
    let body = b"\xef\xbb\xbf {\"contents\":[{\"parts\":[{\"text\":\"cut \\ud83d\"}]}]}";
    let crossed = with_target(
        Anthropic,
        |_| {},
        |target| cross_bytes(Gemini, body, target, &Forgetful),
    );
    let sent: Value = serde_json::from_slice(&crossed.unwrap().body).unwrap();
    let text = sent["messages"][0]["content"].to_string();
    assert!(text.contains("cut \u{fffd}"), "{text}");
}

#[test]
fn p289_a_broken_body_is_refused_with_its_place() {
    let error = with_target(
        Anthropic,
        |_| {},
        |target| cross_bytes(Gemini, b"{bad", target, &Forgetful).unwrap_err(),
    );
    assert!(error.message.contains("line 1 column 2"), "{error}");
}

#[test]
fn p086_p297_p298_what_is_the_clients_own_stays_home() {
    let body = hi(json!({
        "safeguards": [{"type": "dangerous_tool_use", "classifier_context": {"path": "/secret"}}],
        "metadata": {"user_id": "u", "a": "b"},
        "service_tier": "standard_only",
        "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        "diagnostics": {},
    }));
    for target in [OpenAi, OpenAiResponses, Gemini] {
        let sent = sent(Anthropic, target, &body).to_string();
        for word in [
            "/secret",
            "safeguards",
            "standard_only",
            "clear_thinking",
            "diagnostics",
            "\"a\":\"b\"",
        ] {
            assert!(!sent.contains(word), "{target}: {word} in {sent}");
        }
    }
}

#[test]
fn p300_empty_lists_are_left_out() {
    let body = hi(json!({"tools": [], "stop_sequences": [], "tool_choice": {"type": "auto"}}));
    for target in [OpenAi, OpenAiResponses, Gemini] {
        let sent = sent(Anthropic, target, &body);
        for key in ["tools", "stop", "tool_choice", "toolConfig"] {
            assert_eq!(sent.get(key), None, "{target}: {sent}");
        }
    }
}

#[test]
fn p106_a_search_of_its_own_is_refused_where_the_model_has_none() {
    let body = hi(json!({
        "tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 8}],
        "tool_choice": {"type": "tool", "name": "web_search"},
    }));
    assert_eq!(refused(Anthropic, OpenAi, &body).field, "tool_choice");
}

#[test]
fn p119_p120_tools_within_the_input_are_offered() {
    let body = json!({"model": "m", "input": [
        {"type": "additional_tools", "role": "developer", "tools": [
            {"type": "namespace", "name": "functions", "description": "", "tools": [
                {"type": "custom", "name": "exec", "format": {"type": "grammar", "syntax": "lark", "definition": "start: JS"}},
                {"type": "function", "name": "wait", "parameters": {"type": "object", "properties": {"n": {"type": "string", "encrypted": true}}}},
            ]},
        ]},
        {"type": "message", "role": "user", "content": "hi"},
    ]});

    let sent = sent(OpenAiResponses, Anthropic, &body);

    assert_eq!(sent["tools"][0]["name"], "functions__exec");
    let input = &sent["tools"][0]["input_schema"]["properties"]["input"];
    assert!(
        input["description"].as_str().unwrap().contains("start: JS"),
        "{sent}"
    );
    assert_eq!(
        sent["tools"][1]["input_schema"]["properties"]["n"],
        json!({"type": "string"})
    );
    assert_eq!(sent["messages"].as_array().unwrap().len(), 1);
}

#[test]
fn p131_earlier_answers_that_are_only_named_are_refused() {
    let body = json!({"model": "m", "input": "hi", "previous_response_id": "resp_1"});
    for target in [Anthropic, OpenAi, Gemini] {
        assert_eq!(
            refused(OpenAiResponses, target, &body).field,
            "previous_response_id"
        );
    }
}

#[test]
fn p218_any_is_required() {
    let tools = json!([{"name": "f", "input_schema": {"type": "object"}}]);
    let body = hi(json!({"tools": tools, "tool_choice": {"type": "any"}}));
    assert_eq!(sent(Anthropic, OpenAi, &body)["tool_choice"], "required");
    assert_eq!(
        sent(Anthropic, OpenAiResponses, &body)["tool_choice"],
        "required"
    );
}

#[test]
fn p234_p237_nothing_is_kept_at_the_provider_and_nothing_strict_that_was_not_asked_for() {
    let tools = json!([{"name": "f", "input_schema": {"type": "object"}}]);
    let sent = sent(Anthropic, OpenAiResponses, &hi(json!({"tools": tools})));
    assert_eq!(sent["store"], false);
    assert_eq!(sent["tools"][0]["strict"], false);
    assert_eq!(sent["include"], json!(["reasoning.encrypted_content"]));
}

#[test]
fn p072_p155_thinking_by_need_becomes_a_budget_within_the_limit() {
    let body = hi(
        json!({"max_tokens": 4000, "thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}),
    );
    let budget = |quirks: &mut Quirks| quirks.reasoning = ReasoningStyle::Budget;
    let sent = sent_with(Anthropic, Gemini, budget, &body);
    let config = &sent["generationConfig"]["thinkingConfig"];
    assert_eq!(
        (&config["thinkingBudget"], &config["includeThoughts"]),
        (&json!(2000), &json!(true))
    );
}

#[test]
fn p184_p154_a_gemini_request_is_all_that_anthropic_needs() {
    let sent = sent(
        Gemini,
        Anthropic,
        &json!({"contents": [{"parts": [{"text": "hi"}]}]}),
    );
    assert_eq!(sent["model"], "target-model");
    assert_eq!(sent["max_tokens"], 32_000);
    assert_eq!(sent["stream"], false);
    assert_eq!(sent["messages"][0]["role"], "user");
}

//! Requests that are fitted to their targets.

use keyway_protocols::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::carrier::{Carrier, Opaque};
use keyway_protocols::cross::Forgetful;
use keyway_protocols::quirks::{Echo, Quirks, ReasoningStyle};
use serde_json::{Value, json};

use crate::kit::{HERE, clean, cross_bytes, refused, sent, sent_with, with_target};

fn hi(more: Value) -> Value {
    let mut body =
        json!({"model": "m", "max_tokens": 1000, "messages": [{"role": "user", "content": "hi"}]});
    let (Value::Object(fields), Value::Object(more)) = (&mut body, more) else {
        unreachable!("both are objects");
    };
    fields.extend(more);
    body
}

fn wrapped(provider: &str, opaque: Opaque) -> String {
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
fn p096_wrapped_thoughts_of_others_are_cleaned_out_of_the_same_protocol() {
    let body = |signature: &str| {
        hi(json!({"messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": signature},
                {"type": "text", "text": "so"},
            ]},
            {"role": "user", "content": "and?"},
        ]}))
    };
    assert_eq!(clean(Anthropic, |_| {}, &body("EqQBgenuine")), None);

    let foreign = clean(
        Anthropic,
        |_| {},
        &body(&wrapped("elsewhere", Opaque::Encrypted("e".into()))),
    )
    .unwrap();
    assert_eq!(
        foreign["messages"][1]["content"],
        json!([{"type": "text", "text": "so"}])
    );
    assert_eq!(
        (&foreign["model"], &foreign["max_tokens"]),
        (&json!("m"), &json!(1000))
    );

    let own = body(&wrapped(HERE, Opaque::Signature("EqQBgenuine".into())));
    assert_eq!(clean(Anthropic, |_| {}, &own), Some(body("EqQBgenuine")));
}

#[test]
fn p074_p171_edits_of_thoughts_go_when_thinking_does() {
    let body = hi(json!({
        "max_tokens": 8000,
        "thinking": {"type": "enabled", "budget_tokens": 4000},
        "context_management": {"edits": [
            {"type": "clear_thinking_20251015", "keep": "all"},
            {"type": "clear_tool_uses_20250919"},
        ]},
        "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": wrapped("elsewhere", Opaque::Encrypted("e".into()))},
                {"type": "tool_use", "id": "a", "name": "f", "input": {}},
            ]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "ok"}]},
        ],
    }));
    let cleaned = clean(Anthropic, |_| {}, &body).unwrap();

    assert_eq!(cleaned["thinking"]["type"], "disabled");
    assert_eq!(
        cleaned["context_management"]["edits"],
        json!([{"type": "clear_tool_uses_20250919"}])
    );
    assert_eq!(
        cleaned["messages"][1]["content"].as_array().unwrap().len(),
        1
    );
}

#[test]
fn p073_what_a_provider_refuses_is_cut_out_of_the_same_protocol() {
    let strict = |quirks: &mut Quirks| quirks.refuses = vec!["context_management".into()];
    let body = hi(json!({"context_management": {"edits": []}}));
    assert_eq!(clean(Anthropic, strict, &body), Some(hi(json!({}))));
    assert_eq!(clean(Anthropic, strict, &hi(json!({}))), None);
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

#[test]
fn wrapped_thoughts_of_others_are_cleaned_out_of_chat_but_their_words_stay() {
    let body = |details: Value| {
        json!({"model": "m", "temperature": 1.0, "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "so", "reasoning_content": "hm", "reasoning_details": details},
            {"role": "user", "content": "and?"},
        ]})
    };
    let ours = |provider: &str, opaque| json!({"type": "reasoning.encrypted", "data": wrapped(provider, opaque), "format": "keyway", "index": 0});
    let genuine = json!([{"type": "reasoning.encrypted", "data": "x", "index": 0}]);
    assert_eq!(clean(OpenAi, |_| {}, &body(genuine)), None);

    let foreign = json!([ours("elsewhere", Opaque::Signature("s".into()))]);
    let cleaned = clean(OpenAi, |_| {}, &body(foreign)).unwrap();
    assert!(!cleaned.to_string().contains("kw1_"), "{cleaned}");
    assert_eq!(cleaned["messages"][1]["content"], "so");
    assert_eq!(cleaned["messages"][1]["reasoning_content"], "hm");
    assert_eq!(
        cleaned["messages"][0],
        json!({"role": "user", "content": "hi"})
    );
}

#[test]
fn p124_wrapped_thoughts_of_others_are_cleaned_out_of_responses() {
    let body = |content: &str| {
        json!({"model": "m", "store": false, "input": [
            {"type": "message", "role": "user", "content": "hi"},
            {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": content},
            {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "ok"},
        ]})
    };
    assert_eq!(clean(OpenAiResponses, |_| {}, &body("genuine")), None);

    let foreign = clean(
        OpenAiResponses,
        |_| {},
        &body(&wrapped("elsewhere", Opaque::Signature("s".into()))),
    );
    let mut expected = body("");
    expected["input"].as_array_mut().unwrap().remove(1);
    assert_eq!(foreign, Some(expected));

    let own = clean(
        OpenAiResponses,
        |_| {},
        &body(&wrapped(HERE, Opaque::Encrypted("genuine".into()))),
    );
    assert_eq!(own, Some(body("genuine")));
}

#[test]
fn p256_a_call_of_another_provider_is_signed_for_gemini_in_its_own_protocol_too() {
    let body = |signature: &str| {
        json!({"contents": [
            {"role": "user", "parts": [{"text": "hi"}]},
            {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}, "thoughtSignature": signature}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"output": "ok"}}}]},
        ]})
    };
    let carrier = |provider: &str, opaque| {
        let provider = provider.to_owned();
        Carrier { provider, opaque }.wrapped_in_base64()
    };
    assert_eq!(clean(Gemini, |_| {}, &body("c2ln")), None);
    let foreign = clean(
        Gemini,
        |_| {},
        &body(&carrier("elsewhere", Opaque::Signature("s".into()))),
    );
    assert_eq!(foreign, Some(body("skip_thought_signature_validator")));
    let own = clean(
        Gemini,
        |_| {},
        &body(&carrier(HERE, Opaque::Thought("c2ln".into()))),
    );
    assert_eq!(own, Some(body("c2ln")));
}

#[test]
fn p073_what_a_provider_wants_is_set_in_its_own_protocol_too() {
    let wants = |quirks: &mut Quirks| {
        quirks.sets.insert("tool_stream".into(), json!(true));
    };
    let body = json!({"model": "m", "messages": []});
    let cleaned = clean(OpenAi, wants, &body).unwrap();
    assert_eq!(cleaned["tool_stream"], true);
    assert_eq!(clean(OpenAi, wants, &cleaned), None);
}

#[test]
fn between_two_of_one_protocol_only_the_model_changes() {
    let body = json!({
        "model": "m", "stream": true, "previous_response_id": "resp_1", "store": true,
        "tools": [{"type": "namespace", "name": "ns", "description": "", "tools": [
            {"type": "function", "name": "f", "parameters": {"type": "object"}},
        ]}],
        "input": [{"type": "compaction_trigger"}],
    });
    let mut expected = body.clone();
    expected["model"] = "target-model".into();
    assert_eq!(sent(OpenAiResponses, OpenAiResponses, &body), expected);

    let body = hi(
        json!({"mcp_servers": [{"type": "url", "name": "x", "url": "https://x"}], "stream": false}),
    );
    let mut expected = body.clone();
    expected["model"] = "target-model".into();
    assert_eq!(sent(Anthropic, Anthropic, &body), expected);
}

//! Requests to a provider of the client's own protocol.

use keyway_protocols::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::carrier::{Carrier, Opaque};
use keyway_protocols::cross::ReasoningForm;
use keyway_protocols::quirks::{Echo, Quirks};
use serde_json::{Value, json};

use crate::fit::{hi, wrapped};
use crate::kit::{HERE, clean, sent, sent_with};
use crate::ways::{pieces, streamed, way};

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
fn p192_wrapped_thoughts_of_others_are_cleaned_out_of_chat_but_their_words_stay_where_taken() {
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
    let takes_words = |quirks: &mut Quirks| quirks.reasoning_echo = Echo::ToolCalls;
    let cleaned = clean(OpenAi, takes_words, &body(foreign.clone())).unwrap();
    assert!(!cleaned.to_string().contains("kw1_"), "{cleaned}");
    assert_eq!(cleaned["messages"][1]["content"], "so");
    assert_eq!(cleaned["messages"][1]["reasoning_content"], "hm");

    // Providers that give no thoughts refuse the field.
    let cleaned = clean(OpenAi, |_| {}, &body(foreign)).unwrap();
    assert_eq!(
        cleaned["messages"][1],
        json!({"role": "assistant", "content": "so"})
    );
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

#[test]
fn p096_a_wrapping_that_came_back_broken_does_not_reach_a_provider_that_checks_it() {
    let thinking = json!({"type": "enabled", "budget_tokens": 500});
    let body = hi(json!({"thinking": thinking, "messages": [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "hm", "signature": "kw1_!!"},
            {"type": "thinking", "thinking": "mine", "signature": "EqQBgenuine"},
            {"type": "text", "text": "so"},
        ]},
        {"role": "user", "content": "and?"},
    ]}));
    assert_eq!(
        clean(Anthropic, |_| {}, &body).unwrap()["messages"][1]["content"],
        json!([
            {"type": "thinking", "thinking": "mine", "signature": "EqQBgenuine"},
            {"type": "text", "text": "so"},
        ])
    );
}

/// The signature that an Anthropic client is given with the words that a Chat model thinks.
fn signature_of_chat(is_streamed: bool) -> String {
    let chunk = |delta: Value, finish: Value| json!({"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]});
    let events = format!(
        "data: {}\n\ndata: {}\n\ndata: [DONE]\n\n",
        chunk(json!({"reasoning_content": "hm"}), Value::Null),
        chunk(json!({"content": "so"}), json!("stop")),
    );
    let way = way(Anthropic, OpenAi, ReasoningForm::Native);
    let told = if is_streamed {
        let (bytes, _) = streamed(&way, pieces(events.as_bytes(), 1 << 20));
        String::from_utf8(bytes).expect("streams are text")
    } else {
        let whole = way.whole(events.as_bytes()).expect("an answer");
        String::from_utf8(whole.body.to_vec()).expect("bodies are text")
    };
    let (_, rest) = told
        .split_once("\"signature\":\"kw1_")
        .expect("a signature");
    let (rest, _) = rest.split_once('"').expect("its end");
    format!("kw1_{rest}")
}

#[test]
fn p096_thoughts_that_nobody_signed_do_not_reach_a_provider_that_checks_signatures() {
    for is_streamed in [true, false] {
        let signature = signature_of_chat(is_streamed);
        let carrier = Carrier::unwrapped(&signature).unwrap();
        assert_eq!(carrier.opaque, Opaque::Plain(String::new()));
        let body = hi(json!({"messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": signature},
                {"type": "text", "text": "so"},
            ]},
            {"role": "user", "content": "and?"},
        ]}));
        assert_eq!(
            clean(Anthropic, |_| {}, &body).unwrap()["messages"][1]["content"],
            json!([{"type": "text", "text": "so"}])
        );
        let echoes = |quirks: &mut Quirks| quirks.reasoning_echo = Echo::Always;
        let elsewhere = sent_with(Anthropic, OpenAi, echoes, &body);
        assert_eq!(elsewhere["messages"][1]["reasoning_content"], "hm");
        let own = body
            .to_string()
            .replace(&signature, &wrapped(HERE, Opaque::Plain(String::new())));
        let own: Value = serde_json::from_str(&own).unwrap();
        let back = sent_with(Anthropic, OpenAi, echoes, &own);
        assert_eq!(back["messages"][1]["reasoning_content"], "hm");
    }
}

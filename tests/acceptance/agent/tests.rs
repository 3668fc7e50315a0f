//! The providers take what is right and refuse what is wrong.

use keyway_tests::{Caller, Protocol, sample};
use serde_json::{Value, json};

use super::{Agent, guide};

const MODEL: &str = "gemini-3-deepseek";

/// Asks a provider, and returns its refusal, if it refuses.
async fn refusal(protocol: Protocol, body: Value) -> Option<String> {
    let agent = Agent::playing(guide, "/");
    let caller = Caller::new(agent.upstream().address(), protocol);
    let reply = caller.ask(body).await;
    let refused = agent.refusals().pop();
    assert_eq!(reply.status == 400, refused.is_some(), "{}", reply.wire());
    refused
}

/// A conversation with a call of a tool, and with its result or without.
fn with_call(protocol: Protocol, id: &str, result_of: Option<&str>) -> Value {
    let mut body = sample::with_tool(protocol, sample::ask(protocol, MODEL, "hi"), "look");
    let city = json!({"city": "Bern"});
    let (field, call, result) = match protocol {
        Protocol::Anthropic => (
            "messages",
            json!({"role": "assistant", "content": [{"type": "tool_use", "id": id, "name": "look", "input": city}]}),
            json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": result_of, "content": "1"}]}),
        ),
        Protocol::OpenAi => (
            "messages",
            json!({"role": "assistant", "content": null, "tool_calls": [
                {"id": id, "type": "function", "function": {"name": "look", "arguments": city.to_string()}},
            ]}),
            json!({"role": "tool", "tool_call_id": result_of, "content": "1"}),
        ),
        Protocol::Responses => (
            "input",
            json!({"type": "function_call", "call_id": id, "name": "look", "arguments": city.to_string()}),
            json!({"type": "function_call_output", "call_id": result_of, "output": "1"}),
        ),
        Protocol::Gemini => (
            "contents",
            json!({"role": "model", "parts": [{
                "functionCall": {"id": id, "name": "look", "args": city},
                "thoughtSignature": "skip_thought_signature_validator",
            }]}),
            json!({"role": "user", "parts": [{
                "functionResponse": {"id": result_of, "name": "look", "response": {"output": "1"}},
            }]}),
        ),
    };
    if body[field].is_string() {
        body[field] = json!([{"role": "user", "content": "hi"}]);
    }
    let list = body[field]
        .as_array_mut()
        .expect("a conversation is a list");
    list.push(call);
    list.extend(result_of.map(|_| result));
    body
}

#[tokio::test]
async fn a_call_and_its_result_are_taken() {
    for protocol in Protocol::ALL {
        assert_eq!(
            refusal(protocol, with_call(protocol, "call_1", Some("call_1"))).await,
            None
        );
    }
}

#[tokio::test]
async fn a_call_without_its_result_and_a_result_without_its_call_are_refused() {
    for protocol in Protocol::ALL {
        for result in [None, Some("call_2")] {
            let refused = refusal(protocol, with_call(protocol, "call_1", result)).await;
            assert!(refused.is_some(), "{protocol} {result:?}");
        }
    }
}

#[tokio::test]
async fn fields_that_nobody_knows_are_refused() {
    for protocol in Protocol::ALL {
        let mut body = sample::ask(protocol, MODEL, "hi");
        body["surprise"] = json!(1);
        let refused = refusal(protocol, body).await;
        assert!(
            refused.is_some_and(|text| text.contains("surprise")),
            "{protocol}"
        );
    }
}

#[tokio::test]
async fn seals_of_others_are_refused() {
    let mut body = with_call(Protocol::Anthropic, "call_1", Some("call_1"));
    let thought = json!({"type": "thinking", "thinking": "hm", "signature": "Zm9yZWlnbg=="});
    body["messages"][1]["content"]
        .as_array_mut()
        .unwrap()
        .insert(0, thought);
    let refused = refusal(Protocol::Anthropic, body).await.unwrap();
    assert!(refused.contains("Invalid `signature`"), "{refused}");

    let mut body = with_call(Protocol::Gemini, "call_1", Some("call_1"));
    body["contents"][1]["parts"][0]["thoughtSignature"] = json!("Zm9yZWlnbg==");
    let refused = refusal(Protocol::Gemini, body).await.unwrap();
    assert!(refused.contains("signature is not valid"), "{refused}");

    let mut body = with_call(Protocol::Responses, "call_1", Some("call_1"));
    let thought = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "Zm9yZWlnbg=="});
    body["input"].as_array_mut().unwrap().insert(1, thought);
    let refused = refusal(Protocol::Responses, body).await.unwrap();
    assert!(refused.contains("could not be verified"), "{refused}");
}

#[tokio::test]
async fn thoughts_that_are_wanted_back_and_do_not_come_are_refused() {
    let mut body = with_call(Protocol::Anthropic, "call_1", Some("call_1"));
    body["max_tokens"] = json!(4096);
    body["thinking"] = json!({"type": "enabled", "budget_tokens": 2048});
    let refused = refusal(Protocol::Anthropic, body).await.unwrap();
    assert!(
        refused.contains("must start with a thinking block"),
        "{refused}"
    );

    let mut body = with_call(Protocol::Gemini, "call_1", Some("call_1"));
    let part = body["contents"][1]["parts"][0].as_object_mut().unwrap();
    part.remove("thoughtSignature");
    let refused = refusal(Protocol::Gemini, body).await.unwrap();
    assert!(refused.contains("missing a thought_signature"), "{refused}");

    let mut body = with_call(Protocol::OpenAi, "call_1", Some("call_1"));
    body["model"] = json!("deepseek-reasoner");
    let refused = refusal(Protocol::OpenAi, body).await.unwrap();
    assert!(refused.contains("reasoning_content"), "{refused}");
}

#[tokio::test]
async fn schemas_outside_geminis_subset_are_refused() {
    let mut body = sample::with_tool(
        Protocol::Gemini,
        sample::ask(Protocol::Gemini, MODEL, "hi"),
        "look",
    );
    for (keyword, value) in [
        (
            "$schema",
            json!("https://json-schema.org/draft/2020-12/schema"),
        ),
        ("additionalProperties", json!(false)),
        ("type", json!(["object", "null"])),
    ] {
        let mut body = body.clone();
        body["tools"][0]["functionDeclarations"][0]["parameters"][keyword] = value;
        assert!(refusal(Protocol::Gemini, body).await.is_some(), "{keyword}");
    }
    let declared = &mut body["tools"][0]["functionDeclarations"][0];
    declared["parametersJsonSchema"] = declared["parameters"].take();
    declared.as_object_mut().unwrap().remove("parameters");
    declared["parametersJsonSchema"]["additionalProperties"] = json!(false);
    assert_eq!(refusal(Protocol::Gemini, body).await, None);
}

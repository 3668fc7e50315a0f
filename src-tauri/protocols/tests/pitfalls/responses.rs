//! Codex and other Responses clients at providers of other protocols, and others at Responses providers.

use bytes::Bytes;
use keyway_protocols::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::error::{ErrorKind, UpstreamError};
use serde_json::{Value, json};

use super::grammar::{Ended, check};
use super::travel::{ask, asked, data, recorded, told};

const OTHERS: [(Protocol, &str); 3] = [
    (Anthropic, include_str!("../golden/anthropic.sse")),
    (OpenAi, include_str!("../golden/openai.sse")),
    (Gemini, include_str!("../golden/gemini.sse")),
];
const OWN: &str = include_str!("../golden/openai-responses.sse");
const CODEX: [&str; 3] = ["codex-0.169.0-01", "codex-0.169.0-02", "codex-0.169.0-03"];

/// An Anthropic answer that calls a tool with this input.
fn calling(name: &str, input: &Value) -> String {
    let start = json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant",
        "model": "m", "content": [], "stop_reason": null, "usage": {"input_tokens": 1, "output_tokens": 1}}});
    let open = json!({"type": "content_block_start", "index": 0,
        "content_block": {"type": "tool_use", "id": "toolu_1", "name": name, "input": {}}});
    let delta = json!({"type": "content_block_delta", "index": 0,
        "delta": {"type": "input_json_delta", "partial_json": input.to_string()}});
    let close = json!({"type": "content_block_stop", "index": 0});
    let stop = json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 2}});
    let end = json!({"type": "message_stop"});
    let events = [start, open, delta, close, stop, end];
    let framed = events.map(|event| {
        let name = event["type"].as_str().unwrap_or_default();
        format!("event: {name}\ndata: {event}\n\n")
    });
    framed.concat()
}

/// What the tools are called in a body of any protocol, and the text of their declarations.
fn tools(body: &Value) -> Vec<(String, String)> {
    let declared = match body["tools"][0].get("functionDeclarations") {
        Some(declared) => declared,
        None => &body["tools"],
    };
    let tools = declared.as_array().expect("there are tools").iter();
    tools
        .map(|tool| {
            let function = tool.get("function").unwrap_or(tool);
            let name = function["name"].as_str().unwrap_or_default();
            (name.to_owned(), function.to_string())
        })
        .collect()
}

#[test]
fn p111_codex_gets_a_whole_answer_from_every_provider() {
    for name in CODEX {
        for (target, golden) in OTHERS {
            let crossed = ask(OpenAiResponses, &recorded(name), target).unwrap();
            let stream = told(&crossed, golden);
            assert_eq!(
                check("openai-responses", stream.as_bytes()),
                Ok(Ended::Whole),
                "{name} at {target}"
            );
            let last = data(&stream).pop().unwrap();
            // Gemini's signature of a call comes in a thought of its own.
            let said: Vec<&Value> = last["response"]["output"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| &item["type"])
                .filter(|kind| *kind != "reasoning")
                .collect();
            assert_eq!(said, ["message", "function_call", "function_call"]);
        }
    }
}

#[test]
fn p111_p132_an_answer_that_is_cut_fails() {
    for (target, golden) in OTHERS {
        let crossed = ask(OpenAiResponses, &recorded(CODEX[2]), target).unwrap();
        let mut stream = crossed.way_back.stream();
        let mut out = Vec::new();
        let half = Bytes::copy_from_slice(&golden.as_bytes()[..golden.len() / 2]);
        stream.push(half, &mut out).unwrap();
        let cut = UpstreamError {
            kind: ErrorKind::Upstream,
            code: None,
            message: "the answer was cut".into(),
        };
        stream.finish_or_fail(cut, &mut out);
        assert_eq!(
            check("openai-responses", &out.concat()),
            Ok(Ended::Failed),
            "{target}"
        );
    }
}

#[test]
fn p116_p119_tools_declared_in_the_conversation_are_offered_with_their_grammar() {
    for (target, _) in OTHERS {
        let crossed = ask(OpenAiResponses, &recorded(CODEX[0]), target).unwrap();
        let tools = tools(&asked(&crossed));
        let names: Vec<&str> = tools.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names[..2],
            ["functions__exec", "functions__wait"],
            "{target}"
        );
        assert_eq!(names.len(), 11);
        assert!(
            tools[0].1.contains("pragma_source"),
            "the grammar is told to {target}"
        );
        assert!(names.iter().all(|name| name.len() <= 64));
    }
}

#[test]
fn p115_p118_free_text_in_a_namespace_comes_back_as_it_was_declared() {
    let crossed = ask(OpenAiResponses, &recorded(CODEX[0]), Anthropic).unwrap();

    let stream = told(
        &crossed,
        &calling("functions__exec", &json!({"input": "text('x')"})),
    );

    let item = data(&stream).pop().unwrap()["response"]["output"][0].clone();
    assert_eq!(item["type"], "custom_tool_call");
    assert_eq!(
        (&item["name"], &item["namespace"]),
        (&json!("exec"), &json!("functions"))
    );
    assert_eq!(
        (&item["input"], &item["call_id"]),
        (&json!("text('x')"), &json!("toolu_1"))
    );
    let kinds: Vec<Value> = data(&stream)
        .iter()
        .map(|event| event["type"].clone())
        .collect();
    assert!(kinds.contains(&json!("response.custom_tool_call_input.done")));
}

#[test]
fn p118_functions_in_a_namespace_come_back_with_it() {
    let crossed = ask(OpenAiResponses, &recorded(CODEX[2]), Anthropic).unwrap();
    let call = calling("multi_agent_v1__close_agent", &json!({"target": "a"}));

    let item = data(&told(&crossed, &call)).pop().unwrap()["response"]["output"][0].clone();

    assert_eq!(item["type"], "function_call");
    assert_eq!(
        (&item["name"], &item["namespace"]),
        (&json!("close_agent"), &json!("multi_agent_v1"))
    );
}

#[test]
fn p117_a_trigger_makes_any_provider_sum_up_and_the_next_turn_knows_the_summary() {
    for (target, golden) in OTHERS {
        let mut body = recorded(CODEX[2]);
        let items = body["input"].as_array_mut().unwrap();
        items.push(json!({"type": "compaction_trigger"}));
        let crossed = ask(OpenAiResponses, &body, target).unwrap();

        let stream = told(&crossed, golden);
        assert_eq!(
            check("openai-responses", stream.as_bytes()),
            Ok(Ended::Whole)
        );
        let output = data(&stream).pop().unwrap()["response"]["output"].clone();
        assert_eq!(output.as_array().unwrap().len(), 1, "{output}");
        assert_eq!(output[0]["type"], "compaction");

        let next = json!({"model": "m", "stream": true,
            "input": [output[0], {"role": "user", "content": "go on"}]});
        let crossed = ask(OpenAiResponses, &next, target).unwrap();
        let body = asked(&crossed).to_string();
        assert!(body.contains("this summary of it:\\n\\nok"), "{body}");
        assert!(!body.contains("kw1_"));
    }
}

#[test]
fn p121_p122_instructions_and_ids_are_made_for_the_provider() {
    for name in CODEX {
        for (target, _) in OTHERS {
            let body = asked(&ask(OpenAiResponses, &recorded(name), target).unwrap()).to_string();
            assert!(!body.contains("\"developer\""), "{target}");
            for id in [
                "msg_0000",
                "at_0000",
                "client_metadata",
                "x-codex-turn-metadata",
            ] {
                assert!(!body.contains(id), "{id} at {target}");
            }
        }
    }
}

#[test]
fn p138_p139_answers_say_that_nothing_is_stored_and_phases_go_nowhere_else() {
    let body = json!({"model": "m", "stream": true, "store": true, "input": [
        {"role": "user", "content": "hi"},
        {"type": "message", "role": "assistant", "phase": "commentary",
            "content": [{"type": "output_text", "text": "on it"}]},
        {"role": "user", "content": "well?"}]});
    for (target, golden) in OTHERS {
        let crossed = ask(OpenAiResponses, &body, target).unwrap();
        assert!(!crossed.body.windows(10).any(|bytes| bytes == b"commentary"));
        for event in data(&told(&crossed, golden)) {
            if let Some(response) = event.get("response") {
                assert_eq!(response["store"], false);
            }
        }
    }
}

#[test]
fn p112_a_whole_answer_has_its_counts() {
    let body = json!({"model": "m", "input": "hi"});
    let answer = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "ok"}], "usage": {"input_tokens": 1, "output_tokens": 2}});
    let crossed = ask(OpenAiResponses, &body, Anthropic).unwrap();

    let told = crossed
        .way_back
        .whole(answer.to_string().as_bytes())
        .unwrap();

    let response: Value = serde_json::from_slice(&told.body).unwrap();
    assert_eq!(response["output"][0]["content"][0]["text"], "ok");
    assert_eq!(
        response["usage"],
        json!({"input_tokens": 1, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 2, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 3})
    );
}

#[test]
fn p234_p237_claude_code_is_understood_by_a_responses_provider() {
    let crossed = ask(
        Anthropic,
        &recorded("claude-code-2.1.328-02"),
        OpenAiResponses,
    )
    .unwrap();
    let body = asked(&crossed);

    assert_eq!(body["store"], false);
    assert_eq!(body["include"][0], "reasoning.encrypted_content");
    assert!(body["instructions"].is_string());
    for tool in body["tools"].as_array().unwrap() {
        assert_eq!(
            (&tool["type"], &tool["strict"]),
            (&json!("function"), &json!(false))
        );
        assert!(tool["parameters"].is_object());
    }
    for item in body["input"].as_array().unwrap() {
        assert!(item.get("id").is_none());
    }
    for field in [
        "max_tokens",
        "thinking",
        "context_management",
        "output_config",
        "messages",
        "system",
    ] {
        assert!(body.get(field).is_none(), "{field}");
    }
}

#[test]
fn p235_p236_limits_are_raised_and_stops_are_told_as_lost() {
    let body = json!({"model": "m", "max_tokens": 1, "stop_sequences": ["END"],
        "messages": [{"role": "user", "content": "hi"}]});

    let crossed = ask(Anthropic, &body, OpenAiResponses).unwrap();

    assert_eq!(asked(&crossed)["max_output_tokens"], 16);
    assert!(asked(&crossed).get("stop").is_none());
    let lost = crossed.losses.header().unwrap();
    assert!(lost.contains("stop"), "{lost}");
}

#[test]
fn p242_names_that_a_provider_refuses_are_made_legal_and_restored() {
    let body = json!({"model": "m", "max_tokens": 100, "stream": true,
        "tools": [{"name": "mcp.a:b", "input_schema": {"type": "object"}}],
        "messages": [{"role": "user", "content": "hi"}]});
    let crossed = ask(Anthropic, &body, OpenAiResponses).unwrap();
    let name = asked(&crossed)["tools"][0]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    );

    let stream = told(
        &crossed,
        &OWN.replace("\"name\":\"f\"", &format!("\"name\":\"{name}\"")),
    );

    assert!(stream.contains("\"mcp.a:b\""), "{stream}");
    assert!(!stream.contains(&name));
}

#[test]
fn p126_p127_thoughts_of_a_responses_provider_come_back_to_it() {
    let ask_with = |messages: Value| {
        let body = json!({"model": "m", "max_tokens": 4096, "stream": true, "messages": messages,
            "thinking": {"type": "enabled", "budget_tokens": 2000},
            "tools": [{"name": "f", "input_schema": {"type": "object"}}]});
        ask(Anthropic, &body, OpenAiResponses).unwrap()
    };
    let crossed = ask_with(json!([{"role": "user", "content": "hi"}]));
    let events = data(&told(&crossed, OWN));
    let signature = events
        .iter()
        .find_map(|event| event["delta"]["signature"].as_str())
        .unwrap();

    let crossed = ask_with(json!([
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "hm", "signature": signature},
            {"type": "tool_use", "id": "toolu_a", "name": "f", "input": {"x": 1}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_a", "content": "done"}]},
    ]));

    let items = asked(&crossed)["input"].clone();
    assert_eq!(
        items[1],
        json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "…"})
    );
    assert_eq!(items[2]["type"], "function_call");
    assert_eq!(items[3]["type"], "function_call_output");
}

#[test]
fn p246_a_provider_without_free_text_tools_and_namespaces_gets_functions() {
    use keyway_protocols::cross::{self, Asked, Forgetful, ReasoningForm, Target};
    use keyway_protocols::quirks::Quirks;

    let own = json!({"custom_tools": false, "tool_namespaces": false, "developer_role": false});
    let own = own.as_object().cloned().unwrap();
    let quirks = Quirks::resolve(OpenAiResponses, "provider.test", "model", &own).unwrap();
    let text = recorded(CODEX[0]).to_string();
    let asked = Asked {
        protocol: OpenAiResponses,
        body: text.as_bytes(),
        alias: "alias",
        streamed: None,
        list: false,
        id: "0001",
        now: 1,
        reasoning: ReasoningForm::Native,
        searches: false,
    };
    let target = Target {
        protocol: OpenAiResponses,
        model: "model",
        provider: "prov",
        quirks: &quirks,
    };

    let crossed = cross::request(&asked, &target, &Forgetful).unwrap();

    let body: Value = serde_json::from_slice(&crossed.body).unwrap();
    for tool in body["tools"].as_array().unwrap() {
        assert_eq!(tool["type"], "function", "{tool}");
    }
    assert_eq!(body["tools"].as_array().unwrap().len(), 11);
    assert!(!body.to_string().contains("additional_tools"));
    assert!(!body.to_string().contains("\"developer\""));
}

#[test]
fn p131_what_a_provider_would_have_to_remember_is_refused_by_name() {
    let hi = json!({"role": "user", "content": "hi"});
    for (body, field) in [
        (
            json!({"input": "hi", "previous_response_id": "resp_1"}),
            "previous_response_id",
        ),
        (
            json!({"input": "hi", "conversation": {"id": "conv_1"}}),
            "conversation",
        ),
        (json!({"input": "hi", "prompt": {"id": "pmpt_1"}}), "prompt"),
        (json!({"input": "hi", "background": true}), "background"),
        (
            json!({"input": [hi, {"type": "item_reference", "id": "rs_1"}]}),
            "input[1]",
        ),
        (json!({"input": [{"id": "rs_1"}, hi]}), "input[0]"),
    ] {
        let refused = ask(OpenAiResponses, &body, Anthropic).unwrap_err();
        assert_eq!(refused.field, field);
    }
    let body = json!({"input": "hi", "previous_response_id": null, "background": false});
    assert!(ask(OpenAiResponses, &body, Anthropic).is_ok());
}

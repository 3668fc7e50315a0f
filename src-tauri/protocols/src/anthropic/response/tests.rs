use serde_json::{Value, json};

use crate::Protocol::OpenAi;
use crate::anthropic::{read_response, write_response};
use crate::carrier::{Carrier, Opaque};
use crate::codec::Reply;
use crate::part::{Call, CallForm, Foreign, Kind, Part, Reasoning};
use crate::response::{Response, Stop};
use crate::usage::Usage;

fn written(response: &Response) -> Value {
    write_response(
        response,
        &Reply {
            id: "x1".into(),
            input_estimate: 50,
            ..Reply::default()
        },
    )
}

fn of(parts: Vec<Part>, stop: Stop) -> Value {
    written(&Response {
        id: "resp_7".into(),
        model: "m".into(),
        parts,
        stop,
        ..Response::default()
    })
}

fn call(arguments: &str) -> Part {
    Part::new(Kind::Call(Call {
        id: "a".into(),
        name: "f".into(),
        arguments: arguments.into(),
        ..Call::default()
    }))
}

/// An answer with every block and field there is.
fn maximal() -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "m",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
            {"type": "thinking", "thinking": "", "signature": "b21pdA=="},
            {"type": "redacted_thinking", "data": "cmVk"},
            {"type": "text", "text": "see", "citations": [
                {"type": "web_search_result_location", "url": "https://a.example", "title": "A",
                    "encrypted_index": "ei", "cited_text": "w"},
                {"type": "page_location", "document_index": 0, "document_title": null, "start_page_number": 1,
                    "end_page_number": 2, "cited_text": "w"}]},
            {"type": "text", "text": "plain", "citations": null},
            {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}},
            {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [
                {"type": "web_search_result", "url": "https://a.example", "title": "A", "encrypted_content": "e"}]},
            {"type": "bash_code_execution_tool_result", "tool_use_id": "srvtoolu_2", "content":
                {"type": "bash_code_execution_result", "stdout": "1", "stderr": "", "return_code": 0}},
            {"type": "mcp_tool_use", "id": "mcptoolu_1", "name": "x", "server_name": "m", "input": {}},
            {"type": "mcp_tool_result", "tool_use_id": "mcptoolu_1", "is_error": false, "content": []},
            {"type": "compaction", "content": "so far"},
            {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}},
            {"type": "container_upload", "file_id": "f"},
            {"type": "some_future_block", "x": [1]},
            {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"z": 1.0, "a": 1}, "caller": {"type": "direct"}},
            {"type": "tool_use", "id": "toolu_2", "name": "g", "input": {}},
        ],
        "stop_reason": "tool_use", "stop_sequence": null, "stop_details": null,
        "container": {"id": "c", "expires_at": "2026-01-01"}, "diagnostics": null,
        "context_management": {"applied_edits": []}, "input_transformations": [],
        "usage": {"input_tokens": 7, "cache_creation_input_tokens": 5, "cache_read_input_tokens": 3,
            "cache_creation": {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 0}, "output_tokens": 20,
            "output_tokens_details": {"thinking_tokens": 8}, "server_tool_use": {"web_search_requests": 1},
            "service_tier": "standard", "inference_geo": null, "iterations": [{"type": "message"}]},
    })
}

#[test]
fn everything_an_answer_can_say_is_written_as_it_was_read() {
    let response = read_response(maximal()).unwrap();
    assert_eq!(
        response.usage,
        Some(Usage {
            input: 15,
            cached: 3,
            written: 5,
            output: 20,
            reasoning: 8
        })
    );
    assert_eq!(written(&response), maximal());
}

#[test]
fn every_reason_is_written_as_it_was_read() {
    let refusal = json!({"type": "refusal", "category": "cyber", "explanation": "no"});
    for (reason, sequence, details, stop) in [
        ("end_turn", Value::Null, Value::Null, Stop::End),
        ("max_tokens", Value::Null, Value::Null, Stop::Length),
        (
            "stop_sequence",
            json!("END"),
            Value::Null,
            Stop::StopString(Some("END".into())),
        ),
        ("pause_turn", Value::Null, Value::Null, Stop::Paused),
        (
            "refusal",
            Value::Null,
            refusal,
            Stop::Refusal(Some("no".into())),
        ),
        (
            "model_context_window_exceeded",
            Value::Null,
            Value::Null,
            Stop::ContextFull,
        ),
        ("compaction", Value::Null, Value::Null, Stop::End),
    ] {
        let mut body = maximal();
        body["content"] = json!([{"type": "text", "text": "x"}]);
        body["stop_reason"] = reason.into();
        body["stop_sequence"] = sequence;
        body["stop_details"] = details;
        let response = read_response(body.clone()).unwrap();
        assert_eq!(response.stop, stop, "{reason}");
        assert_eq!(written(&response), body);
    }
}

#[test]
fn bodies_that_are_no_messages_are_none() {
    for body in [
        json!({"type": "error", "error": {"type": "api_error", "message": "x"}, "content": []}),
        json!({"choices": []}),
        json!({"type": "message"}),
        json!([]),
        Value::Null,
    ] {
        assert!(read_response(body.clone()).is_none(), "{body}");
    }
    let lean = read_response(json!({"content": "just words"})).unwrap();
    assert_eq!(lean.parts, [Part::text("just words")]);
}

#[test]
fn p063_arguments_of_any_kind_become_an_object() {
    for (arguments, input) in [
        ("\"str\"", json!({"value": "str"})),
        ("[1]", json!({"value": [1]})),
        ("null", json!({})),
        ("", json!({})),
    ] {
        assert_eq!(
            of(vec![call(arguments)], Stop::ToolUse)["content"][0]["input"],
            input
        );
    }
}

#[test]
fn p136_arguments_that_are_no_json_are_told_as_such_and_come_back() {
    let body = of(vec![call("{\"a\":é")], Stop::ToolUse);
    let input = json!({"__unparsedToolInput": {"raw": "{\"a\":é", "len": 6}});
    assert_eq!(body["content"][0]["input"], input);
    let response = read_response(body).unwrap();
    assert_eq!(response.parts[0].as_call().unwrap().arguments, "{\"a\":é");
}

#[test]
fn p057_numbers_and_order_of_arguments_survive() {
    let arguments = "{\"z\":12345678901234567890,\"a\":1.0,\"m\":1.10}";
    let body = of(vec![call(arguments)], Stop::ToolUse);
    assert_eq!(body["content"][0]["input"].to_string(), arguments);
    let response = read_response(body).unwrap();
    assert_eq!(response.parts[0].as_call().unwrap().arguments, arguments);
}

#[test]
fn p092_calls_make_the_reason_and_p093_no_calls_unmake_it() {
    assert_eq!(of(vec![call("{}")], Stop::End)["stop_reason"], "tool_use");
    assert_eq!(
        of(vec![call("{")], Stop::Length)["stop_reason"],
        "max_tokens"
    );
    assert_eq!(
        of(vec![Part::text("x")], Stop::ToolUse)["stop_reason"],
        "end_turn"
    );
}

#[test]
fn answers_of_other_protocols_are_messages() {
    let thought = Reasoning {
        text: "hm".into(),
        carrier: Some(Carrier {
            provider: "p1".into(),
            opaque: Opaque::Encrypted("e".into()),
        }),
    };
    let unsigned = Reasoning {
        text: "hm".into(),
        carrier: None,
    };
    let searched = Foreign {
        origin: OpenAi,
        value: json!({}),
        gist: None,
    };
    let patch = Call {
        id: "b".into(),
        name: "p".into(),
        form: CallForm::Custom,
        arguments: "x".into(),
        ..Call::default()
    };
    let body = of(
        vec![
            Part::new(Kind::Reasoning(thought.clone())),
            Part::new(Kind::Reasoning(unsigned)),
            Part::text(""),
            Part::new(Kind::Foreign(searched)),
            Part::new(Kind::Call(patch)),
        ],
        Stop::End,
    );
    let signature = thought.carrier.unwrap().wrapped();
    assert_eq!(
        body,
        json!({"id": "msg_7", "type": "message", "role": "assistant", "model": "m", "content": [
            {"type": "thinking", "thinking": "hm", "signature": signature},
            {"type": "thinking", "thinking": "hm", "signature": ""},
            {"type": "tool_use", "id": "b", "name": "p", "input": {"input": "x"}},
        ], "stop_reason": "tool_use", "stop_sequence": null,
        "usage": {"input_tokens": 50, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
            "output_tokens": 0}})
    );
}

#[test]
fn filtered_answers_and_refusals_are_refused() {
    assert_eq!(
        of(vec![], Stop::Filtered("SAFETY".into()))["stop_reason"],
        "refusal"
    );
    let refused = of(vec![Part::new(Kind::Refusal("no".into()))], Stop::End);
    assert_eq!(refused["stop_reason"], "refusal");
    assert_eq!(refused["content"][0], json!({"type": "text", "text": "no"}));
    let told = of(vec![], Stop::Refusal(Some("why".into())));
    assert_eq!(told["stop_details"]["explanation"], "why");
}

#[test]
fn p092_a_reason_that_forgets_the_calls_is_set_right() {
    let mut body = maximal();
    body["stop_reason"] = "end_turn".into();
    let response = read_response(body).unwrap();
    assert_eq!(written(&response)["stop_reason"], "tool_use");
}

use keyway_protocols::Protocol::{Anthropic, OpenAi, OpenAiResponses};
use serde_json::{Value, json};

use super::{call, told};

fn response(status: &str) -> Value {
    json!({"id": "resp_1", "object": "response", "created_at": 1, "status": status, "model": "m", "output": [],
        "usage": {"input_tokens": 3, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 2,
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 5}})
}

fn answer(middle: Vec<Value>, status: &str) -> Vec<Value> {
    let mut end = response(status);
    if status == "incomplete" {
        end["incomplete_details"] = json!({"reason": "max_output_tokens"});
    }
    let mut events = vec![json!({"type": "response.created", "response": response("in_progress")})];
    events.extend(middle);
    events.push(json!({"type": format!("response.{status}"), "response": end}));
    events
}

fn item(step: &str, index: usize, item: &Value) -> Value {
    json!({"type": format!("response.output_item.{step}"), "output_index": index, "item": item})
}

fn function(index: usize, arguments: &str) -> Value {
    json!({"type": "function_call", "id": format!("fc_{index}"), "call_id": format!("c{index}"), "name": "f",
        "arguments": arguments})
}

fn delta(index: usize, more: &str) -> Value {
    json!({"type": "response.function_call_arguments.delta", "item_id": format!("fc_{index}"),
        "output_index": index, "delta": more})
}

#[test]
fn p126_p127_each_thought_has_the_carrier_of_its_end() {
    let thought = |id: &str, carrier: &str| json!({"type": "reasoning", "id": id, "summary": [], "encrypted_content": carrier});
    let events = answer(
        vec![
            item("added", 0, &thought("rs_1", "stale")),
            item("done", 0, &thought("rs_1", "first")),
            item("added", 1, &thought("rs_2", "stale")),
            item("done", 1, &thought("rs_2", "second")),
            item("added", 2, &function(2, "")),
            item("done", 2, &function(2, "{}")),
        ],
        "completed",
    );
    let told = told(Anthropic, OpenAiResponses, &events);
    let signatures = told
        .events()
        .into_iter()
        .filter(|event| event["delta"]["type"] == "signature_delta")
        .count();

    assert_eq!(signatures, 2);
    assert_eq!(told.count("\"type\":\"thinking\""), 2);
    let carrier = told.end.thoughts[0].1.carrier.clone().unwrap();
    assert_eq!(carrier.provider, "prov");
    assert!(format!("{:?}", carrier.opaque).contains("second"));
}

#[test]
fn p243_an_incomplete_answer_is_a_cut_one() {
    let text = [
        json!({"type": "response.output_item.added", "output_index": 0,
            "item": {"type": "message", "id": "msg_1", "role": "assistant", "content": []}}),
        json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0,
            "delta": "x"}),
    ];
    let events = answer(text.to_vec(), "incomplete");

    let heard = told(OpenAi, OpenAiResponses, &events).heard;
    assert_eq!((heard.text.as_str(), heard.stop.as_str()), ("x", "length"));
    assert_eq!(
        told(Anthropic, OpenAiResponses, &events).heard.stop,
        "max_tokens"
    );
}

#[test]
fn p244_calls_at_the_same_time_are_told_apart_by_their_index() {
    let events = answer(
        vec![
            item("added", 0, &function(0, "")),
            item("added", 1, &function(1, "")),
            delta(1, "{\"y\":"),
            delta(0, "{\"x\":"),
            delta(1, "2}"),
            item("done", 1, &function(1, "{\"y\":2}")),
            delta(0, "1}"),
            item("done", 0, &function(0, "{\"x\":1}")),
        ],
        "completed",
    );
    for client in [Anthropic, OpenAi] {
        let calls = told(client, OpenAiResponses, &events).heard.calls;
        assert_eq!(
            calls,
            [
                call("c0", "f", json!({"x": 1})),
                call("c1", "f", json!({"y": 2}))
            ]
        );
    }
}

#[test]
fn p245_arguments_that_come_at_the_end_only_are_told() {
    let done = json!({"type": "response.function_call_arguments.done", "item_id": "fc_0", "output_index": 0,
        "arguments": "{\"x\":1}"});
    let ways = [
        vec![
            item("added", 0, &function(0, "")),
            done,
            item("done", 0, &function(0, "{\"x\":1}")),
        ],
        vec![
            item("added", 0, &function(0, "")),
            item("done", 0, &function(0, "{\"x\":1}")),
        ],
        vec![
            item("added", 0, &function(0, "")),
            delta(0, "{\"x\""),
            item("done", 0, &function(0, "{\"x\":1}")),
        ],
    ];
    for middle in ways {
        let told = told(Anthropic, OpenAiResponses, &answer(middle, "completed"));
        assert_eq!(told.heard.calls, [call("c0", "f", json!({"x": 1}))]);
    }
}

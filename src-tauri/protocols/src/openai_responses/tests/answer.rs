//! Whole answers.

use serde_json::{Value, json};

use super::{parsed, reply, steps};
use crate::carrier::{Carrier, Opaque};
use crate::codec::{Reply, WriteStream};
use crate::openai_responses::{StreamWriter, read_response, write_response};
use crate::part::{Kind, Part, Reasoning};
use crate::response::{Response, Stop};

fn whole() -> Value {
    json!({
        "id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "m",
        "error": null, "incomplete_details": null, "service_tier": "default", "store": true,
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}],
                "encrypted_content": "e"},
            {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}},
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "phase": "final_answer",
                "content": [{"type": "output_text", "text": "a", "annotations": [], "logprobs": []},
                    {"type": "refusal", "refusal": "no"}]},
            {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": "{}", "status": "completed"},
            {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c2", "name": "g", "namespace": "n", "input": "x"},
        ],
        "usage": {"input_tokens": 15, "input_tokens_details": {"cached_tokens": 3}, "output_tokens": 20,
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 35},
    })
}

#[test]
fn a_whole_answer_is_read() {
    let response = read_response(whole()).unwrap();

    let kinds: Vec<&str> = response.parts.iter().map(|part| kind(part)).collect();
    assert_eq!(
        kinds,
        ["reasoning", "foreign", "text", "refusal", "call", "call"]
    );
    assert_eq!(response.stop, Stop::ToolUse);
    assert_eq!(response.created, Some(1));
    assert_eq!(response.usage.unwrap().total(), 35);
    let Kind::Reasoning(Reasoning { text, carrier }) = &response.parts[0].kind else {
        panic!("it thinks first");
    };
    assert_eq!(text, "hm");
    assert_eq!(
        carrier,
        &Some(Carrier::genuine(Opaque::Encrypted("e".into())))
    );
}

fn kind(part: &Part) -> &'static str {
    match part.kind {
        Kind::Text(_) => "text",
        Kind::Refusal(_) => "refusal",
        Kind::Image(_) | Kind::Audio(_) | Kind::Document(_) => "medium",
        Kind::Reasoning(_) => "reasoning",
        Kind::Call(_) => "call",
        Kind::Result(_) => "result",
        Kind::Foreign(_) => "foreign",
    }
}

#[test]
fn a_whole_answer_stays_as_it_was() {
    let mut fractional = whole();
    fractional["created_at"] = json!(1.5);
    let mut incomplete = whole();
    incomplete["status"] = json!("incomplete");
    incomplete["incomplete_details"] = json!({"reason": "steered"});
    let mut untold = whole();
    untold["usage"] = Value::Null;
    for body in [whole(), fractional, incomplete, untold] {
        let response = read_response(body.clone()).unwrap();
        assert_eq!(write_response(&response, &Reply::default()), body);
    }
}

#[test]
fn what_is_no_answer_is_none() {
    for body in [
        json!(null),
        json!([]),
        json!({"error": {"message": "no"}}),
        json!({"object": "response", "status": "failed", "output": [], "error": {"message": "no"}}),
    ] {
        assert_eq!(read_response(body), None);
    }
}

#[test]
fn p243_a_whole_incomplete_answer_stops_for_length() {
    let mut body = whole();
    body["status"] = json!("incomplete");
    body["incomplete_details"] = json!({"reason": "max_output_tokens"});
    assert_eq!(read_response(body).unwrap().stop, Stop::Length);
}

/// The answer of another provider: without what only this protocol has.
fn neutral() -> Response {
    let mut response = read_response(whole()).unwrap();
    response.extra = crate::extra::Extra::default();
    response.parts.remove(1);
    for part in &mut response.parts {
        part.extra = crate::extra::Extra::default();
    }
    response
}

#[test]
fn a_whole_answer_is_the_last_event_of_the_same_as_a_stream() {
    let response = neutral();
    let streamed = {
        let mut writer = StreamWriter::new(&reply());
        let mut out = bytes::BytesMut::new();
        let mut body = whole();
        body["output"].as_array_mut().unwrap().remove(1);
        for step in steps(&[json!({"type": "response.completed", "response": body})]) {
            writer.write(step, &mut out);
        }
        parsed(&out).pop().unwrap()
    };

    assert_eq!(write_response(&response, &reply()), streamed["response"]);
}

#[test]
fn p112_p138_a_whole_answer_has_all_that_clients_insist_on() {
    let body = write_response(&neutral(), &reply());

    insta::assert_snapshot!(format!("{body:#}"));
}

use keyway_protocols::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use serde_json::{Value, json};

use super::{failed, told};

fn chunk(candidate: &Value) -> Value {
    json!({"candidates": [candidate], "modelVersion": "m", "responseId": "r1",
        "usageMetadata": {"promptTokenCount": 3, "totalTokenCount": 3}})
}

#[test]
fn p261_answers_that_were_blocked_say_so() {
    let without = chunk(&json!({"index": 0, "finishReason": "SAFETY"}));
    let blocked = json!({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "modelVersion": "m",
        "responseId": "r1", "usageMetadata": {"promptTokenCount": 3, "totalTokenCount": 3}});
    for events in [[without], [blocked]] {
        assert_eq!(told(Anthropic, Gemini, &events).heard.stop, "refusal");
        assert_eq!(told(OpenAi, Gemini, &events).heard.stop, "content_filter");
        assert_eq!(
            told(OpenAiResponses, Gemini, &events).heard.stop,
            "incomplete"
        );
    }
}

#[test]
fn p262_a_call_that_cannot_be_read_is_an_error() {
    let events = [chunk(
        &json!({"index": 0, "finishReason": "MALFORMED_FUNCTION_CALL"}),
    )];
    for client in [Anthropic, OpenAiResponses] {
        failed(client, Gemini, &events);
    }
}

#[test]
fn p263_a_call_is_a_reason_to_stop() {
    let part = json!({"functionCall": {"name": "f", "args": {}}});
    let events = [chunk(
        &json!({"index": 0, "content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}),
    )];
    assert_eq!(told(Anthropic, Gemini, &events).heard.stop, "tool_use");
    let heard = told(OpenAi, Gemini, &events).heard;
    assert_eq!(heard.stop, "tool_calls");
    assert!(!heard.calls[0].id.is_empty());
}

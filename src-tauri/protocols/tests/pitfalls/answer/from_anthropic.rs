use keyway_protocols::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use serde_json::{Value, json};

use super::{call, told};

fn answer(blocks: &[Value], stop: &str) -> Vec<Value> {
    let mut events = vec![
        json!({"type": "message_start", "message": {"id": "msg_1", "type": "message",
        "role": "assistant", "model": "m", "content": [], "usage": {"input_tokens": 3, "output_tokens": 1}}}),
    ];
    for (index, block) in blocks.iter().enumerate() {
        events.push(
            json!({"type": "content_block_start", "index": index, "content_block": block["start"]}),
        );
        for delta in block["deltas"].as_array().into_iter().flatten() {
            events.push(json!({"type": "content_block_delta", "index": index, "delta": delta}));
        }
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    events.push(
        json!({"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": null},
        "usage": {"output_tokens": 2}}),
    );
    events.push(json!({"type": "message_stop"}));
    events
}

fn text(words: &str) -> Value {
    json!({"start": {"type": "text", "text": ""}, "deltas": [{"type": "text_delta", "text": words}]})
}

#[test]
fn p043_events_without_names_are_read() {
    // None of these events has an `event:` line.
    for client in [OpenAi, OpenAiResponses, Gemini] {
        assert_eq!(
            told(client, Anthropic, &answer(&[text("x")], "end_turn"))
                .heard
                .text,
            "x"
        );
    }
}

#[test]
fn p181_a_pause_is_a_cut_answer() {
    let events = answer(&[text("x")], "pause_turn");
    assert_eq!(told(OpenAi, Anthropic, &events).heard.stop, "length");
    assert_eq!(
        told(OpenAiResponses, Anthropic, &events).heard.stop,
        "incomplete"
    );
    assert_eq!(told(Gemini, Anthropic, &events).heard.stop, "MAX_TOKENS");
}

#[test]
fn p182_p183_blocks_that_only_anthropic_has_do_no_harm() {
    let events = answer(
        &[
            json!({"start": {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
                "deltas": [{"type": "input_json_delta", "partial_json": "{\"query\":\"q\"}"}]}),
            json!({"start": {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}}),
            json!({"start": {"type": "connector_text", "x": 1}, "deltas": [{"type": "connector_delta"}]}),
            text("ok"),
        ],
        "end_turn",
    );
    for client in [OpenAi, OpenAiResponses, Gemini] {
        let heard = told(client, Anthropic, &events).heard;
        assert_eq!((heard.text.as_str(), heard.calls.len()), ("ok", 0));
    }
}

#[test]
fn calls_without_arguments_have_an_empty_object() {
    let tool = json!({"start": {"type": "tool_use", "id": "c", "name": "f", "input": {}}});
    for client in [OpenAi, OpenAiResponses, Gemini] {
        let heard = told(
            client,
            Anthropic,
            &answer(std::slice::from_ref(&tool), "tool_use"),
        )
        .heard;
        assert_eq!(heard.calls, [call("c", "f", json!({}))]);
    }
}

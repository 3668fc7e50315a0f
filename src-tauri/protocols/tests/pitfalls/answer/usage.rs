use keyway_protocols::Protocol::{Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::usage::Usage;
use serde_json::{Value, json};

use super::{OTHERS, chunk, done, finish, told};

fn answer(usages: &[Value]) -> Vec<Value> {
    let mut events = vec![chunk(json!({"content": "x"})), finish("stop")];
    for usage in usages {
        let mut last = chunk(json!({}));
        last["choices"] = json!([]);
        last["usage"] = usage.clone();
        events.push(last);
    }
    events.push(done());
    events
}

#[test]
fn p103_p104_anthropic_counts_what_was_not_cached() {
    let usage = json!({"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": 105,
        "prompt_tokens_details": {"cached_tokens": 80}});
    let events = told(Anthropic, OpenAi, &answer(&[usage])).events();

    assert!(events[0]["message"]["usage"]["input_tokens"].as_u64() > Some(0));
    let last = &events[events.len() - 2]["usage"];
    assert_eq!(
        (&last["input_tokens"], &last["cache_read_input_tokens"]),
        (&json!(20), &json!(80))
    );
}

#[test]
fn p224_counts_are_found_wherever_vendors_put_them() {
    let counts = json!({"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12});
    let mut kimi = finish("stop");
    kimi["choices"][0]["usage"] = counts.clone();
    let mut groq = finish("stop");
    groq["x_groq"] = json!({"usage": counts});
    let mut qwen = finish("stop");
    qwen["usage"] = counts;
    let mut before = chunk(json!({"content": "x"}));
    before["usage"] = json!({"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8});
    for last in [kimi, groq, qwen] {
        let told = told(Anthropic, OpenAi, &[before.clone(), last, done()]);
        assert_eq!((told.heard.input, told.heard.output), (7, 5));
        assert!(!told.end.estimated);
    }
}

#[test]
fn p225_cached_tokens_are_found_under_every_name() {
    for usage in [
        json!({"prompt_tokens": 10, "completion_tokens": 1, "prompt_cache_hit_tokens": 8, "prompt_cache_miss_tokens": 2}),
        json!({"prompt_tokens": 10, "completion_tokens": 1, "cached_tokens": 8}),
        json!({"input_tokens": 10, "output_tokens": 1, "input_tokens_details": {"cached_tokens": 8}}),
    ] {
        let usage = told(Anthropic, OpenAi, &answer(&[usage]))
            .end
            .usage
            .unwrap();
        assert_eq!((usage.input, usage.cached), (10, 8));
    }
}

#[test]
fn p275_what_is_null_or_zero_overwrites_nothing() {
    let usage = json!({"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14});
    let zero = json!({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0});
    let told = told(Gemini, OpenAi, &answer(&[usage, Value::Null, zero]));

    assert_eq!((told.heard.input, told.heard.output), (10, 4));
}

#[test]
fn p276_more_cached_than_read_is_no_panic() {
    let usage = json!({"prompt_tokens": 100, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 120}});
    for client in OTHERS {
        let usage = told(client, OpenAi, &answer(std::slice::from_ref(&usage)))
            .end
            .usage
            .unwrap();
        assert_eq!((usage.input, usage.cached), (220, 120));
    }
}

#[test]
fn p277_counts_that_are_missing_are_guessed_and_marked() {
    for client in OTHERS {
        let told = told(client, OpenAi, &answer(&[]));
        assert!(told.end.estimated);
        assert!(told.heard.input > 0 && told.heard.output > 0);
    }
}

#[test]
fn p273_gemini_counts_thoughts_apart() {
    let chunk = json!({"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": "x"}]},
        "finishReason": "STOP"}], "modelVersion": "m", "responseId": "r", "usageMetadata": {"promptTokenCount": 3,
        "candidatesTokenCount": 12, "thoughtsTokenCount": 8, "totalTokenCount": 23}});
    let told = told(OpenAi, Gemini, &[chunk]);
    assert_eq!(told.heard.output, 20);
    assert_eq!(told.end.usage.unwrap().reasoning, 8);
}

#[test]
fn p274_tokens_written_to_the_cache_were_read() {
    let start = json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant",
        "model": "m", "content": [], "usage": {"input_tokens": 10, "cache_creation_input_tokens": 5,
        "cache_read_input_tokens": 3, "output_tokens": 1}}});
    let delta = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}});
    for client in [OpenAi, OpenAiResponses, Gemini] {
        let told = told(
            client,
            Anthropic,
            &[
                start.clone(),
                delta.clone(),
                json!({"type": "message_stop"}),
            ],
        );
        assert_eq!(told.heard.input, 18);
        let usage = Usage {
            input: 18,
            cached: 3,
            written: 5,
            output: 2,
            reasoning: 0,
        };
        assert_eq!(told.end.usage, Some(usage));
    }
}

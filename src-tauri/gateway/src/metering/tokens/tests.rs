use base64::{Engine, prelude::BASE64_STANDARD};
use keyway_protocols::Protocol;
use serde_json::{Value, json};

use super::{CountError, count, estimate_request};

fn counted(protocol: Protocol, body: &Value) -> u64 {
    count(protocol, body.to_string().as_bytes()).unwrap()
}

fn claude(body: &Value) -> u64 {
    counted(Protocol::Anthropic, body)
}

/// What published examples of the vendor's counting endpoint say these requests cost.
#[test]
fn documented_counts_are_not_undercut_and_hardly_passed() {
    let weather = json!({
        "model": "claude-sonnet-4-5-20250929",
        "tools": [{
            "name": "get_weather",
            "description": "Get the current weather in a given location",
            "input_schema": {
                "type": "object",
                "properties": {
                    "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"}
                },
                "required": ["location"]
            }
        }],
        "messages": [{"role": "user", "content": "What's the weather like in San Francisco?"}]
    });
    let scientist = json!({
        "model": "claude-sonnet-4-5-20250929",
        "system": "You are a scientist",
        "messages": [{"role": "user", "content": "Hello, Claude"}]
    });
    for (body, truth) in [(weather, 403_u64), (scientist, 14)] {
        let count = claude(&body);
        assert!(count * 10 >= truth * 9, "{count} for {truth}");
        assert!(count * 2 <= truth * 3, "{count} for {truth}");
    }
}

#[test]
fn fifty_kilobytes_of_tools_are_not_four_tokens() {
    let tools: Vec<Value> = (0..100)
        .map(|number| {
            json!({
                "name": format!("tool_{number}"),
                "description": "Reads a file from the disk and returns its text with line numbers. ".repeat(5),
                "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
            })
        })
        .collect();
    let body = json!({"model": "m", "tools": tools, "messages": [{"role": "user", "content": ""}]});
    let length = body.to_string().len() as u64;
    assert!(length > 45_000);
    let count = claude(&body);
    assert!(
        (length / 6..length / 3).contains(&count),
        "{count} for {length} bytes"
    );
}

#[test]
fn golden_numbers() {
    let hello = json!({"messages": [{"role": "user", "content": "hello world"}]});
    let cases = [
        (Protocol::OpenAi, hello.clone(), 2 + 4 + 3),
        (Protocol::Anthropic, hello, 3 + 3 + 3),
        (
            Protocol::OpenAiResponses,
            json!({"input": "hello world"}),
            2 + 4 + 3,
        ),
        (
            Protocol::Gemini,
            json!({"contents": [{"parts": [{"text": "hello world"}]}]}),
            3 + 1,
        ),
    ];
    for (protocol, body, expected) in cases {
        assert_eq!(counted(protocol, &body), expected, "{protocol}");
    }
}

#[test]
fn later_models_cut_finer() {
    let words = "words ".repeat(1_000);
    let body =
        |model: &str| json!({"model": model, "messages": [{"role": "user", "content": words}]});
    let plain = counted(Protocol::OpenAi, &body("m")) - 7;
    for (model, scale) in [
        ("claude-sonnet-4-6", 125),
        ("claude-opus-4-7", 152),
        ("glm-5.2", 125),
    ] {
        assert_eq!(
            claude(&body(model)) - 6,
            (plain * scale).div_ceil(100),
            "{model}"
        );
    }
}

#[test]
fn every_kind_of_block_counts() {
    let plain = claude(
        &json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}),
    );
    let words = "several words that have to be counted somewhere";
    let blocks = [
        json!({"type": "thinking", "thinking": words, "signature": "c2ln"}),
        json!({"type": "thinking", "thinking": "", "signature": "c2ln".repeat(40)}),
        json!({"type": "redacted_thinking", "data": "c2ln".repeat(40)}),
        json!({"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"text": words}}),
        json!({"type": "tool_result", "tool_use_id": "toolu_1", "content": words}),
        json!({"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": words}]}),
        json!({"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": words}]}),
        json!({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": words}}),
        json!({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "AAAA"}}),
        json!({"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}),
        json!({"type": "block_of_next_year", "inner": [{"words": words}]}),
    ];
    for block in blocks {
        let body = json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "x"}, block]}]});
        let more = claude(&body) - plain;
        assert!(more >= 8, "{more} for {block}");
    }
}

#[test]
fn deferred_tools_count_once_a_search_brought_them_in() {
    let tool = json!({"name": "big", "description": "many words ".repeat(50), "input_schema": {}, "defer_loading": true});
    let asked = |content: Value| {
        claude(&json!({"tools": [tool], "messages": [{"role": "user", "content": content}]}))
    };
    let found = asked(json!([{"type": "tool_result", "tool_use_id": "a",
        "content": [{"type": "tool_reference", "tool_name": "big"}]}]));
    assert!(found > asked(json!("hi")) + 100);
}

#[test]
fn p280_base64_never_counts_as_text() {
    let data = png(1_000, 1_000) + &"AAAABBBBCCCC".repeat(20_000);
    let image = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}});
    let url = format!("data:image/png;base64,{data}");
    let cases = [
        (
            Protocol::Anthropic,
            json!({"messages": [{"role": "user", "content": [image]}]}),
        ),
        (
            Protocol::OpenAi,
            json!({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]}),
        ),
        (
            Protocol::OpenAiResponses,
            json!({"input": [{"type": "function_call_output", "call_id": "c",
                "output": [{"type": "input_image", "image_url": url}]}]}),
        ),
        (
            Protocol::Gemini,
            json!({"contents": {"parts": {"inline_data": {"mime_type": "image/png", "data": data}}}}),
        ),
    ];
    for (protocol, body) in cases {
        let count = counted(protocol, &body);
        assert!((200..2_000).contains(&count), "{protocol}: {count}");
    }
}

#[test]
fn p280_pictures_cost_what_their_size_says() {
    let cases: [(&str, u32, u32, u64); 5] = [
        ("claude-sonnet-4-5", 200, 200, 54),
        ("claude-sonnet-4-5", 1_000, 1_000, 1_334),
        ("claude-sonnet-4-5", 8_000, 8_000, 1_600),
        ("claude-sonnet-4-5", 8_000, 200, 84),
        ("claude-opus-5-5", 8_000, 8_000, 4_784),
    ];
    for (model, width, height, expected) in cases {
        let source =
            json!({"type": "base64", "media_type": "image/png", "data": png(width, height)});
        let body = json!({"model": model,
            "messages": [{"role": "user", "content": [{"type": "image", "source": source}]}]});
        assert_eq!(claude(&body), expected + 6, "{model} {width}x{height}");
    }
    let url = format!("data:image/png;base64,{}", png(1_024, 1_024));
    let low = json!({"messages": [{"role": "user",
        "content": [{"type": "image_url", "image_url": {"url": url, "detail": "low"}}]}]});
    let high = json!({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]});
    assert_eq!(counted(Protocol::OpenAi, &low), 85 + 7);
    assert_eq!(counted(Protocol::OpenAi, &high), 765 + 7);
    let part = json!({"inlineData": {"mimeType": "image/png", "data": png(1_000, 700)}});
    assert_eq!(
        counted(Protocol::Gemini, &json!({"contents": [{"parts": [part]}]})),
        2 * 258 + 1
    );
}

/// The head of a PNG of this size, which is all that is read.
fn png(width: u32, height: u32) -> String {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 6, 0, 0, 0, 0]);
    BASE64_STANDARD.encode(bytes)
}

#[test]
fn gemini_takes_both_bodies_and_both_spellings() {
    let camel = json!({"contents": [{"role": "user", "parts": [{"text": "hi there"}]}],
        "systemInstruction": {"parts": [{"text": "be brief"}]}});
    let snake = json!({"contents": {"parts": {"text": "hi there"}}, "system_instruction": {"parts": {"text": "be brief"}}});
    let wrapped = json!({"generateContentRequest": camel});
    let plain = counted(Protocol::Gemini, &camel);
    assert_eq!(counted(Protocol::Gemini, &snake), plain);
    assert_eq!(counted(Protocol::Gemini, &wrapped), plain);
}

#[test]
fn responses_items_all_count() {
    let words = "several words that have to be counted somewhere";
    let items = [
        json!({"role": "user", "content": words}),
        json!({"type": "message", "role": "developer", "content": [{"type": "input_text", "text": words}]}),
        json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": words}),
        json!({"type": "custom_tool_call", "call_id": "c", "name": "f", "input": words}),
        json!({"type": "function_call_output", "call_id": "c", "output": words}),
        json!({"type": "reasoning", "summary": [{"type": "summary_text", "text": words}]}),
        json!({"type": "additional_tools", "tools": [{"type": "function", "name": "f", "description": words}]}),
        json!({"type": "item_of_next_year", "deep": {"words": words}}),
    ];
    for item in items {
        let count = counted(Protocol::OpenAiResponses, &json!({"input": [item]}));
        assert!((15..60).contains(&count), "{count} for {item}");
    }
}

#[test]
fn half_a_character_does_not_stop_the_count() {
    let body = br#"{"messages":[{"role":"user","content":"cut off \ud83d"}]}"#;
    assert!(count(Protocol::Anthropic, body).unwrap() > 8);
}

#[test]
fn what_is_no_request_is_refused_with_the_reason() {
    assert!(matches!(
        count(Protocol::OpenAi, b"{"),
        Err(CountError::NotJson(_))
    ));
    for (protocol, field) in [
        (Protocol::Anthropic, "messages"),
        (Protocol::OpenAi, "messages"),
        (Protocol::OpenAiResponses, "input"),
        (Protocol::Gemini, "contents"),
    ] {
        let error = count(protocol, b"{}").unwrap_err();
        assert_eq!(error.to_string(), format!("{field}: field required"));
    }
}

#[test]
fn long_texts_count_like_their_parts() {
    let sentence = "The quick brown fox jumps over the lazy dog, again and again. ";
    let times = |count: usize| {
        counted(
            Protocol::OpenAi,
            &json!({"messages": [{"role": "user", "content": sentence.repeat(count)}]}),
        ) - 7
    };
    let one = times(10) - times(9);
    assert_eq!(
        times(2_010) - times(10),
        2_000 * one,
        "pieces are cut where tokens are"
    );
}

#[test]
fn a_text_without_a_blank_is_counted_in_bounded_time() {
    for character in [" ", "a", "\n", "é", "#"] {
        let body = json!({"messages": [{"role": "user", "content": character.repeat(70_000)}]});
        assert!(counted(Protocol::OpenAi, &body) > 200, "{character:?}");
    }
}

#[test]
fn the_estimate_is_a_quarter_of_the_bytes() {
    assert_eq!(estimate_request(0), 0);
    assert_eq!(estimate_request(4_001), 1_001);
}

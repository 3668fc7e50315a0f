//! What is read is written as it came.

use serde_json::{Value, json};

use super::super::{read_response, write_response};
use super::{read, write};
use crate::codec::Reply;

fn assert_same(body: &Value) {
    assert_eq!(&write(&read(body.clone())), body);
}

#[test]
fn what_gemini_cli_sends_is_written_as_it_came() {
    let recorded = format!(
        "{}/../../tests/fixtures/recorded",
        env!("CARGO_MANIFEST_DIR")
    );
    let mut seen = 0;
    for entry in std::fs::read_dir(recorded).expect("the recorded bodies are there") {
        let path = entry.expect("the folder can be read").path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.starts_with("gemini-cli-") && name.ends_with(".body.json") {
            let text = std::fs::read(&path).expect("the body can be read");
            assert_same(&serde_json::from_slice(&text).expect("the body is JSON"));
            seen += 1;
        }
    }
    assert!(seen > 0);
}

#[test]
fn a_request_that_says_everything_is_written_as_it_came() {
    assert_same(&json!({
        "contents": [
            {"role": "user", "parts": [
                {"text": "look", "partMetadata": {"my_key": 1}},
                {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}, "mediaResolution": {"level": "MEDIA_RESOLUTION_HIGH"}},
                {"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0=", "displayName": "a.pdf"}},
                {"inlineData": {"mimeType": "audio/wav", "data": "UklGRg=="}},
                {"inlineData": {"mimeType": "video/mp4", "data": "AAAA"}, "videoMetadata": {"fps": 2}},
                {"fileData": {"mimeType": "image/png", "fileUri": "https://generativelanguage.googleapis.com/v1beta/files/x"}},
                {"fileData": {"mimeType": "image/jpeg", "fileUri": "https://example.com/a.jpg"}},
                {"fileData": {"fileUri": "https://www.youtube.com/watch?v=x"}},
            ]},
            {"role": "model", "parts": [
                {"text": "hm", "thought": true},
                {"text": "ok", "thoughtSignature": "c2ln"},
                {"functionCall": {"id": "a", "name": "f", "args": {"z": 1.0, "a": 12_345_678_901_234_567_890_u64}}, "thoughtSignature": "c2ln"},
                {"functionCall": {"name": "f", "args": {}}},
                {"functionCall": {"name": "f"}},
                {"functionCall": {"id": "b", "name": "g", "args": {"x": [null]}}, "thoughtSignature": "skip_thought_signature_validator"},
            ]},
            {"role": "user", "parts": [
                {"functionResponse": {"id": "a", "name": "f", "response": {"output": "done"}}},
                {"functionResponse": {"name": "f", "response": {"output": {"n": 1}}}},
                {"functionResponse": {"id": "other", "name": "f", "response": {"error": "no"}, "scheduling": "SILENT"}},
                {"functionResponse": {"id": "b", "name": "g", "response": {"b": 2, "a": 1},
                    "parts": [{"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}}]}},
            ]},
            {"role": "model", "parts": [
                {"executableCode": {"language": "PYTHON", "code": "print(1)"}, "thoughtSignature": "c2ln"},
                {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}},
                {"toolCall": {"toolType": "GOOGLE_SEARCH", "id": "t"}},
                {"text": "done"},
                {"text": "", "thoughtSignature": "bGFzdA=="},
            ]},
            {"role": "function", "parts": [{"functionResponse": {"name": "nobody"}}]},
            {"parts": [{"text": "and?"}]},
        ],
        "systemInstruction": {"role": "user", "parts": [{"text": "be"}, {"text": "brief"}]},
        "tools": [
            {"functionDeclarations": [
                {"name": "f", "description": "d", "parametersJsonSchema": {"type": "object", "properties": {"a_b": {"type": "string"}}}},
                {"name": "g", "parameters": {"type": "OBJECT", "properties": {"x": {"type": "ARRAY", "items": {"type": "STRING", "nullable": true, "minLength": "1"}}}},
                 "response": {"type": "STRING"}, "behavior": "BLOCKING"},
                {"name": "none"},
            ], "googleSearch": {}},
            {"urlContext": {}},
            {"codeExecution": {}},
            {"googleMaps": {"enableWidget": true}},
            {"functionDeclarations": [{"name": "h"}]},
        ],
        "toolConfig": {"functionCallingConfig": {"mode": "VALIDATED", "allowedFunctionNames": ["f", "g"],
            "streamFunctionCallArguments": true}, "retrievalConfig": {"languageCode": "de"}},
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
        "generationConfig": {
            "temperature": 1.0, "topP": 0.95, "topK": 64, "candidateCount": 2, "maxOutputTokens": 100,
            "stopSequences": ["x"], "responseMimeType": "application/json",
            "responseSchema": {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}, "propertyOrdering": ["a"]},
            "seed": 1, "presencePenalty": 0.5, "frequencyPenalty": 0.25, "responseLogprobs": true, "logprobs": 3,
            "responseModalities": ["TEXT"], "mediaResolution": "MEDIA_RESOLUTION_LOW", "speechConfig": {"languageCode": "de"},
            "imageConfig": {"aspectRatio": "1:1"},
            "thinkingConfig": {"includeThoughts": true, "thinkingLevel": "HIGH", "more": 1},
        },
        "cachedContent": "cachedContents/x",
        "labels": {"my_label": "v"},
        "serviceTier": "flex",
    }));
}

#[test]
fn every_mode_of_choosing_tools_and_thinking_is_written_as_it_came() {
    let contents = json!([{"role": "user", "parts": [{"text": "q"}]}]);
    for config in [
        json!({"mode": "AUTO"}),
        json!({"mode": "ANY"}),
        json!({"mode": "NONE"}),
        json!({"mode": "VALIDATED"}),
        json!({"mode": "ANY", "allowedFunctionNames": ["f"]}),
        json!({"mode": "ANY", "allowedFunctionNames": ["f", "g"]}),
        json!({"mode": "AUTO", "allowedFunctionNames": ["f"]}),
        json!({"mode": "MODE_UNSPECIFIED"}),
        json!({}),
    ] {
        assert_same(
            &json!({"contents": contents, "toolConfig": {"functionCallingConfig": config}}),
        );
    }
    for thinking in [
        json!({}),
        json!({"thinkingBudget": 0}),
        json!({"thinkingBudget": -1, "includeThoughts": false}),
        json!({"thinkingLevel": "MINIMAL"}),
        json!({"thinkingLevel": "THINKING_LEVEL_UNSPECIFIED"}),
        json!({"includeThoughts": true}),
    ] {
        assert_same(
            &json!({"contents": contents, "generationConfig": {"thinkingConfig": thinking}}),
        );
    }
    for config in [
        json!({}),
        json!({"responseMimeType": "text/plain"}),
        json!({"responseMimeType": "application/json"}),
        json!({"responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}}),
        json!({"responseMimeType": "text/x.enum", "responseSchema": {"type": "STRING", "enum": ["a"]}}),
        json!({"responseJsonSchema": {"type": "object"}}),
    ] {
        assert_same(&json!({"contents": contents, "generationConfig": config, "tools": []}));
    }
}

#[test]
fn answers_are_written_as_they_came() {
    for body in [
        json!({"candidates": [{"index": 0, "content": {"role": "model", "parts": [
                {"text": "hm", "thought": true},
                {"functionCall": {"name": "f", "args": {"x": 1}}, "thoughtSignature": "c2ln"},
                {"functionCall": {"name": "f", "args": {}}},
                {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}},
                {"text": "ä b", "thoughtSignature": "c2ln"}]},
            "finishReason": "STOP", "safetyRatings": [{"category": "x", "probability": "LOW"}], "avgLogprobs": -0.5,
            "groundingMetadata": {"webSearchQueries": ["q"], "groundingChunks": [{"web": {"uri": "https://a", "title": "A"}}],
                "groundingSupports": [{"segment": {"endIndex": 2, "text": "ä"}, "groundingChunkIndices": [0]}]}},
            {"index": 1, "content": {"role": "model", "parts": [{"text": "two"}]}, "finishReason": "MAX_TOKENS"}],
            "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 4, "thoughtsTokenCount": 5, "totalTokenCount": 12,
                "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 3}]},
            "modelVersion": "m", "responseId": "r", "createTime": "2026-11-20T00:00:00Z"}),
        json!({"candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS", "index": 0}], "usageMetadata": {"promptTokenCount": 3}}),
        json!({"candidates": [{"finishReason": "SAFETY", "finishMessage": "no"}]}),
        json!({"promptFeedback": {"blockReason": "SAFETY", "safetyRatings": []}, "usageMetadata": {"promptTokenCount": 3}}),
    ] {
        let response = read_response(body.clone()).expect("it is an answer");
        assert_eq!(write_response(&response, &Reply::default()), body);
    }
}

#[test]
fn what_is_no_answer_is_none() {
    for body in [
        json!(null),
        json!([]),
        json!({}),
        json!({"error": {"code": 400}}),
        json!({"totalTokens": 1}),
    ] {
        assert_eq!(read_response(body), None);
    }
}

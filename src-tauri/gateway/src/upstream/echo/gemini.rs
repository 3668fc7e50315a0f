//! Gemini `generateContent`.

use serde_json::{Value, json};

use super::{
    asked::{Asked, Missing, Tool, Turn},
    reply::{Answer, Call, Finish, SIGNATURE},
    text,
};

pub(super) fn read(body: &Value) -> Result<Asked, Missing> {
    let contents = body
        .get("contents")
        .filter(|contents| !contents.is_null())
        .ok_or(Missing("contents"))?;
    let config = either(body, "generationConfig", "generation_config");
    let tools = list(&body["tools"]).iter();
    let declarations = tools.flat_map(|tool| {
        list(either(
            tool,
            "functionDeclarations",
            "function_declarations",
        ))
    });
    let system = either(body, "systemInstruction", "system_instruction");
    Ok(Asked {
        turns: list(contents)
            .iter()
            .filter(|content| content["role"] != "model")
            .map(turn)
            .collect(),
        tools: declarations
            .filter_map(|tool| tool["name"].as_str())
            .map(Tool::function)
            .collect(),
        max_output: number(either(config, "maxOutputTokens", "max_output_tokens")),
        schema: schema(config),
        input_tokens: [contents, &body["tools"], system]
            .into_iter()
            .map(text::tokens_in)
            .sum(),
        ..Asked::default()
    })
}

fn turn(content: &Value) -> Turn {
    let mut turn = Turn::default();
    for part in content.as_str().map_or_else(
        || list(&content["parts"]),
        |_| std::slice::from_ref(content),
    ) {
        let answered = either(part, "functionResponse", "function_response");
        if let Some(text) = part.as_str().or_else(|| part["text"].as_str()) {
            turn.texts.push(text.to_owned());
        } else if !answered.is_null() {
            turn.results.push(result(&answered["response"]));
        }
    }
    turn
}

fn result(response: &Value) -> String {
    let said = ["output", "result", "error"]
        .iter()
        .find_map(|name| response[name].as_str());
    said.map_or_else(|| response.to_string(), str::to_owned)
}

fn schema(config: &Value) -> Option<Value> {
    let kind = either(config, "responseMimeType", "response_mime_type");
    let schemas = [
        either(config, "responseJsonSchema", "response_json_schema"),
        either(config, "responseSchema", "response_schema"),
    ];
    match schemas.into_iter().find(|schema| schema.is_object()) {
        Some(schema) => Some(schema.clone()),
        None if kind == "application/json" => {
            Some(json!({"properties": {"answer": {"type": "string"}}}))
        }
        None => None,
    }
}

/// A field by either of the two names that Google takes.
fn either<'a>(value: &'a Value, camel: &str, snake: &str) -> &'a Value {
    value.get(camel).unwrap_or(&value[snake])
}

/// A list, or one item alone, which Google takes as well.
fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        Value::Null => &[],
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            std::slice::from_ref(value)
        }
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

pub(super) fn whole(answer: &Answer) -> Value {
    let mut parts = Vec::new();
    if let Some(thinking) = &answer.thinking {
        parts.push(json!({"text": thinking, "thought": true}));
    }
    if let Some(text) = &answer.text {
        parts.push(json!({"text": text}));
    }
    parts.extend(call_parts(answer));
    let mut whole = chunk(answer, &parts);
    finish(&mut whole, answer);
    whole
}

/// The chunks of a stream: each holds what is new, the last one why it ended.
pub(super) fn chunks(answer: &Answer) -> Vec<Value> {
    let mut chunks = Vec::new();
    let thoughts = answer
        .thinking
        .as_deref()
        .map(text::pieces)
        .unwrap_or_default();
    for piece in thoughts {
        chunks.push(chunk(answer, &[json!({"text": piece, "thought": true})]));
    }
    let said = answer.text.as_deref().map(text::pieces).unwrap_or_default();
    for piece in said {
        chunks.push(chunk(answer, &[json!({"text": piece})]));
    }
    if !answer.calls.is_empty() {
        chunks.push(chunk(answer, &call_parts(answer)));
    }
    let mut last = chunk(answer, &[json!({"text": ""})]);
    finish(&mut last, answer);
    chunks.push(last);
    chunks
}

/// Clients send a call back with its signature; the first of parallel calls carries it.
fn call_parts(answer: &Answer) -> Vec<Value> {
    let part = |(index, call): (usize, &Call)| {
        let mut part =
            json!({"functionCall": {"id": call.id, "name": call.tool.name, "args": call.value()}});
        if index == 0 {
            part["thoughtSignature"] = SIGNATURE.into();
        }
        part
    };
    answer.calls.iter().enumerate().map(part).collect()
}

fn chunk(answer: &Answer, parts: &[Value]) -> Value {
    json!({
        "candidates": [{"content": {"parts": parts, "role": "model"}, "index": 0}],
        "usageMetadata": {
            "promptTokenCount": answer.usage.input,
            "totalTokenCount": answer.usage.input,
        },
        "modelVersion": answer.model,
        "responseId": answer.id,
    })
}

fn finish(chunk: &mut Value, answer: &Answer) {
    chunk["candidates"][0]["finishReason"] = match answer.finish {
        Finish::Ended | Finish::Called => "STOP".into(),
        Finish::TooLong => "MAX_TOKENS".into(),
    };
    let usage = &answer.usage;
    chunk["usageMetadata"]["candidatesTokenCount"] = (usage.output - usage.reasoning).into();
    if usage.reasoning > 0 {
        chunk["usageMetadata"]["thoughtsTokenCount"] = usage.reasoning.into();
    }
    chunk["usageMetadata"]["totalTokenCount"] = (usage.input + usage.output).into();
}

//! Small request bodies in every protocol.
//!
//! A body for Gemini names `model` and `stream` like the others; the [`Caller`](crate::Caller)
//! moves the two into the path, where that protocol has them.

use serde_json::{Value, json};

use crate::Protocol;

/// Asks `model` with one user message, for a whole answer.
pub fn ask(protocol: Protocol, model: &str, text: &str) -> Value {
    match protocol {
        Protocol::Anthropic => json!({
            "model": model, "max_tokens": 256,
            "messages": [{"role": "user", "content": text}],
        }),
        Protocol::OpenAi => json!({
            "model": model, "messages": [{"role": "user", "content": text}],
        }),
        Protocol::Responses => json!({"model": model, "input": text}),
        Protocol::Gemini => json!({
            "model": model, "contents": [{"role": "user", "parts": [{"text": text}]}],
        }),
    }
}

/// Asks `model` with one user message, for a streamed answer.
pub fn stream(protocol: Protocol, model: &str, text: &str) -> Value {
    let mut body = ask(protocol, model, text);
    body["stream"] = json!(true);
    if protocol == Protocol::OpenAi {
        body["stream_options"] = json!({"include_usage": true});
    }
    body
}

/// Gives a request one tool, `name`, that takes an object with a text `city`.
pub fn with_tool(protocol: Protocol, mut body: Value, name: &str) -> Value {
    let schema = json!({
        "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
    });
    let about = "Looks something up.";
    body["tools"] = match protocol {
        Protocol::Anthropic => {
            json!([{"name": name, "description": about, "input_schema": schema}])
        }
        Protocol::OpenAi => json!([{
            "type": "function",
            "function": {"name": name, "description": about, "parameters": schema},
        }]),
        Protocol::Responses => json!([{
            "type": "function", "name": name, "description": about, "parameters": schema,
        }]),
        Protocol::Gemini => json!([{"functionDeclarations": [
            {"name": name, "description": about, "parameters": schema},
        ]}]),
    };
    body
}

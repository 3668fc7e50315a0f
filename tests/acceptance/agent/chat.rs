//! `OpenAI` Chat Completions, as a strict compatible service reads it.
//!
//! Models whose names begin with `deepseek` want their thoughts back in loops of tools and see no images.

use keyway_tests::Received;
use serde_json::Value;

use super::reading::{Reading, Tool};
use super::refusal::{Read, ensure, is_plain, list, object, refuse, stranger, text};
use super::{chat_messages, schema};

const FIELDS: [&str; 29] = [
    "model",
    "messages",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "n",
    "stop",
    "stream",
    "stream_options",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "response_format",
    "reasoning_effort",
    "verbosity",
    "logprobs",
    "top_logprobs",
    "logit_bias",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "store",
    "metadata",
    "service_tier",
    "user",
    "thinking",
    "prompt_cache_key",
    "top_k", // servers of open models
];

/// Reads a request.
pub(super) fn read(request: &Received) -> Read<Reading> {
    let body = request.json();
    let fields = object(&body, || "the body is not an object".to_owned())?;
    if let Some(name) = stranger(fields, &FIELDS) {
        return refuse(format!("Unrecognized request argument supplied: {name}"));
    }
    ensure(
        body["stream_options"].is_null() || body["stream"] == true,
        || "The 'stream_options' parameter is only allowed when 'stream' is enabled.".to_owned(),
    )?;
    let tools = tools(&body)?;
    let mut reading = Reading {
        must_call: must_call(&body, &tools)?,
        tools,
        format: format(&body)?,
        thinks: body["thinking"]["type"] != "disabled",
        said: Vec::new(),
    };
    let is_deepseek = request.model().starts_with("deepseek");
    chat_messages::read(&body["messages"], is_deepseek, &mut reading.said)?;
    Ok(reading)
}

fn tools(body: &Value) -> Read<Vec<Tool>> {
    let declared = list(&body["tools"], || "Invalid type for 'tools'".to_owned())?;
    ensure(
        body["tools"].is_null() || (1..=128).contains(&declared.len()),
        || {
            format!(
                "Invalid 'tools': expected an array with 1 to 128 items, but got {}",
                declared.len()
            )
        },
    )?;
    let mut tools: Vec<Tool> = Vec::new();
    for (index, tool) in declared.iter().enumerate() {
        let at = format!("tools[{index}]");
        ensure(tool["type"] == "function", || {
            format!(
                "Invalid value: {}. Supported values are: 'function' - '{at}.type'",
                tool["type"]
            )
        })?;
        let function = &tool["function"];
        let fields = object(function, || {
            format!("Missing required parameter: '{at}.function'")
        })?;
        if let Some(name) = stranger(fields, &["name", "description", "parameters", "strict"]) {
            return refuse(format!("Unknown parameter: '{at}.function.{name}'."));
        }
        let name = text(&function["name"], || {
            format!("Missing required parameter: '{at}.function.name'")
        })?;
        ensure(is_plain(name, 64), || {
            format!(
                "Invalid '{at}.function.name': string does not match pattern '^[a-zA-Z0-9_-]+$': {name}"
            )
        })?;
        ensure(tools.iter().all(|known| known.name != name), || {
            format!("Duplicate function name: {name}")
        })?;
        schema::check_openai(&function["parameters"], name, function["strict"] == true)?;
        tools.push(Tool {
            name: name.to_owned(),
            namespace: None,
            schema: function["parameters"].clone(),
        });
    }
    Ok(tools)
}

fn must_call(body: &Value, tools: &[Tool]) -> Read<Option<String>> {
    let choice = &body["tool_choice"];
    ensure(choice.is_null() || !tools.is_empty(), || {
        "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified."
            .to_owned()
    })?;
    match choice.as_str() {
        None if choice.is_null() => Ok(None),
        Some("auto" | "none") => Ok(None),
        Some("required") => Ok(tools.first().map(|tool| tool.name.clone())),
        _ => {
            let name = text(&choice["function"]["name"], || {
                "Invalid value for 'tool_choice'".to_owned()
            })?;
            Ok(Some(name.to_owned()))
        }
    }
}

fn format(body: &Value) -> Read<Option<Value>> {
    let format = &body["response_format"];
    match format["type"].as_str() {
        Some("json_schema") => {
            let at =
                || "Missing required parameter: 'response_format.json_schema.name'.".to_owned();
            text(&format["json_schema"]["name"], at)?;
            Ok(format["json_schema"].get("schema").cloned())
        }
        Some("json_object" | "text") | None => Ok(None),
        Some(other) => refuse(format!("Invalid value: '{other}' - 'response_format.type'")),
    }
}

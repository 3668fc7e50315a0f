//! `OpenAI` Responses, as the service reads it.

use keyway_tests::Received;
use serde_json::Value;

use super::reading::{Reading, Tool};
use super::refusal::{Read, ensure, is_plain, list, object, refuse, stranger, text};
use super::seals::Seals;
use super::{responses_items, schema};

const FIELDS: [&str; 26] = [
    "model",
    "input",
    "instructions",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "reasoning",
    "text",
    "max_output_tokens",
    "max_tool_calls",
    "store",
    "include",
    "stream",
    "stream_options",
    "temperature",
    "top_p",
    "top_logprobs",
    "truncation",
    "metadata",
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "prompt_cache_options",
    "service_tier",
    "client_metadata",
];

/// Reads a request.
pub(super) fn read(request: &Received, seals: &mut Seals) -> Read<Reading> {
    let body = request.json();
    let fields = object(&body, || "the body is not an object".to_owned())?;
    if let Some(name) = stranger(fields, &FIELDS) {
        return refuse(format!("Unknown parameter: '{name}'."));
    }
    check_limits(&body)?;
    let mut tools = Vec::new();
    read_tools(&body["tools"], None, "tools", &mut tools)?;
    let mut reading = Reading {
        must_call: must_call(&body)?,
        format: format(&body)?,
        thinks: body["reasoning"]["effort"] != "none",
        tools,
        said: Vec::new(),
    };
    responses_items::read(&body["input"], seals, &mut reading)?;
    ensure(
        reading.must_call.is_none() || !reading.tools.is_empty(),
        || "Tool choices other than 'auto' require 'tools'.".to_owned(),
    )?;
    Ok(reading)
}

fn check_limits(body: &Value) -> Read<()> {
    let most = body["max_output_tokens"].as_u64();
    ensure(most.is_none_or(|most| most >= 16), || {
        "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16."
            .to_owned()
    })?;
    for name in ["user", "safety_identifier", "prompt_cache_key"] {
        let length = body[name].as_str().map_or(0, str::len);
        ensure(length <= 64, || {
            format!(
                "Invalid '{name}': string too long. Expected a string with maximum length 64, but got {length}."
            )
        })?;
    }
    ensure(
        body["stream_options"].is_null() || body["stream"] == true,
        || "The 'stream_options' parameter is only allowed when 'stream' is enabled.".to_owned(),
    )
}

/// Reads declarations of tools, wherever they stand.
pub(super) fn read_tools(
    declared: &Value,
    namespace: Option<&str>,
    at: &str,
    tools: &mut Vec<Tool>,
) -> Read<()> {
    for (index, tool) in list(declared, || format!("Invalid type for '{at}'"))?
        .iter()
        .enumerate()
    {
        let at = format!("{at}[{index}]");
        let kind = text(&tool["type"], || {
            format!("Missing required parameter: '{at}.type'.")
        })?;
        if ["web_search", "web_search_2025_08_26", "tool_search"].contains(&kind) {
            continue;
        }
        let name = text(&tool["name"], || {
            format!("Missing required parameter: '{at}.name'.")
        })?;
        ensure(is_plain(name, 64), || {
            format!("Invalid '{at}.name': string does not match pattern '^[a-zA-Z0-9_-]+$': {name}")
        })?;
        let schema = match kind {
            "namespace" => {
                read_tools(&tool["tools"], Some(name), &format!("{at}.tools"), tools)?;
                continue;
            }
            "custom" => Value::Null,
            "function" => function(tool, name, &at)?,
            other => return refuse(format!("Invalid value: '{other}' - '{at}.type'")),
        };
        let namespace = namespace.map(str::to_owned);
        ensure(
            !tools
                .iter()
                .any(|known| known.name == name && known.namespace == namespace),
            || format!("Duplicate tool name: {name}"),
        )?;
        tools.push(Tool {
            name: name.to_owned(),
            namespace,
            schema,
        });
    }
    Ok(())
}

fn function(tool: &Value, name: &str, at: &str) -> Read<Value> {
    let known = [
        "type",
        "name",
        "description",
        "parameters",
        "strict",
        "defer_loading",
        "output_schema",
    ];
    let fields = object(tool, || format!("Invalid type for '{at}'"))?;
    if let Some(name) = stranger(fields, &known) {
        return refuse(format!("Unknown parameter: '{at}.{name}'."));
    }
    schema::check_openai(&tool["parameters"], name, tool["strict"] == true)?;
    Ok(tool["parameters"].clone())
}

fn must_call(body: &Value) -> Read<Option<String>> {
    let choice = &body["tool_choice"];
    match choice.as_str() {
        None if choice.is_null() => Ok(None),
        Some("auto" | "none") => Ok(None),
        Some("required") => Ok(body["tools"][0]["name"].as_str().map(str::to_owned)),
        _ => {
            let name = text(&choice["name"], || {
                "Missing required parameter: 'tool_choice.name'.".to_owned()
            })?;
            Ok(Some(name.to_owned()))
        }
    }
}

fn format(body: &Value) -> Read<Option<Value>> {
    let format = &body["text"]["format"];
    match format["type"].as_str() {
        Some("json_schema") => {
            text(&format["name"], || {
                "Missing required parameter: 'text.format.name'.".to_owned()
            })?;
            Ok(format.get("schema").cloned())
        }
        Some("json_object" | "text") | None => Ok(None),
        Some(other) => refuse(format!("Invalid value: '{other}' - 'text.format.type'")),
    }
}

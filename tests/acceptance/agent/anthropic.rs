//! Anthropic Messages, as the service reads it.

use keyway_tests::Received;
use serde_json::{Map, Value};

use super::reading::{Reading, Tool};
use super::refusal::{Read, ensure, is_plain, list, object, refuse, stranger, text};
use super::schema;
use super::seals::Seals;

/// What a request may have.
const FIELDS: [&str; 17] = [
    "model",
    "messages",
    "max_tokens",
    "system",
    "stream",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "metadata",
    "stop_sequences",
    "temperature",
    "top_p",
    "top_k",
    "service_tier",
    "cache_control",
    "container",
];
/// What it may have besides when it names a beta.
const BETA_FIELDS: [&str; 4] = ["context_management", "mcp_servers", "safeguards", "speed"];

/// Reads a request.
pub(super) fn read(request: &Received, seals: &mut Seals) -> Read<Reading> {
    let version = request.header("anthropic-version");
    ensure(version.is_some(), || {
        "anthropic-version: header is required".to_owned()
    })?;
    let body = request.json();
    let fields = object(&body, || "the body is not an object".to_owned())?;
    check_fields(fields, request.header("anthropic-beta").is_some())?;
    check_cache_marks(&body)?;
    let thinks = thinks(&body)?;
    let mut reading = Reading {
        tools: tools(&body)?,
        must_call: must_call(&body, thinks)?,
        format: body["output_config"]["format"].get("schema").cloned(),
        thinks: thinks.is_some(),
        said: Vec::new(),
    };
    super::anthropic_messages::read(&body, thinks == Some("enabled"), seals, &mut reading.said)?;
    Ok(reading)
}

fn check_fields(fields: &Map<String, Value>, has_beta: bool) -> Read<()> {
    for name in fields.keys() {
        let known = FIELDS.contains(&name.as_str());
        let known = known || has_beta && BETA_FIELDS.contains(&name.as_str());
        ensure(known, || format!("{name}: Extra inputs are not permitted"))?;
    }
    for name in ["model", "messages", "max_tokens"] {
        let there = fields.get(name).is_some_and(|value| !value.is_null());
        ensure(there, || format!("{name}: Field required"))?;
    }
    let most = fields["max_tokens"].as_u64();
    ensure(most.is_some_and(|most| most > 0), || {
        "max_tokens: Input should be greater than or equal to 1".to_owned()
    })?;
    let temperature = fields
        .get("temperature")
        .and_then(Value::as_f64)
        .unwrap_or(1.0);
    ensure((0.0..=1.0).contains(&temperature), || {
        "temperature: range: 0..1".to_owned()
    })
}

/// Which way it is to think, if it is.
fn thinks(body: &Value) -> Read<Option<&str>> {
    let thinking = &body["thinking"];
    let Some(kind) = thinking["type"].as_str() else {
        return Ok(None);
    };
    match kind {
        "disabled" => return Ok(None),
        "adaptive" => {}
        "enabled" => {
            let budget = thinking["budget_tokens"].as_u64().unwrap_or(0);
            ensure(budget >= 1024, || {
                "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"
                    .to_owned()
            })?;
            ensure(body["max_tokens"].as_u64() > Some(budget), || {
                "`max_tokens` must be greater than `thinking.budget_tokens`".to_owned()
            })?;
        }
        other => {
            return refuse(format!(
                "thinking: Input tag '{other}' found using 'type' does not match"
            ));
        }
    }
    let temperature = body["temperature"].as_f64().unwrap_or(1.0);
    ensure((temperature - 1.0).abs() < f64::EPSILON, || {
        "`temperature` may only be set to 1 when thinking is enabled.".to_owned()
    })?;
    ensure(body["top_k"].is_null(), || {
        "`top_k` must be unset when thinking is enabled.".to_owned()
    })?;
    Ok(Some(kind))
}

fn must_call(body: &Value, thinks: Option<&str>) -> Read<Option<String>> {
    let choice = &body["tool_choice"];
    let has_tools = body["tools"]
        .as_array()
        .is_some_and(|tools| !tools.is_empty());
    ensure(choice.is_null() || has_tools, || {
        "tool_choice: `tool_choice` may only be specified while providing `tools`.".to_owned()
    })?;
    let forced = match choice["type"].as_str() {
        None if choice.is_null() => return Ok(None),
        Some("auto" | "none") => return Ok(None),
        Some("any") => body["tools"][0]["name"].as_str(),
        Some("tool") => choice["name"].as_str(),
        _ => return refuse("tool_choice: Input should be a valid tool choice"),
    };
    ensure(thinks != Some("enabled"), || {
        "Thinking may not be enabled when tool_choice forces tool use.".to_owned()
    })?;
    Ok(forced.map(str::to_owned))
}

fn tools(body: &Value) -> Read<Vec<Tool>> {
    let mut tools: Vec<Tool> = Vec::new();
    let declared = list(&body["tools"], || {
        "tools: Input should be a valid list".to_owned()
    })?;
    for (index, tool) in declared.iter().enumerate() {
        let at = format!("tools.{index}");
        if tool["type"].as_str().is_some_and(|kind| kind != "custom") {
            continue;
        }
        let fields = object(tool, || format!("{at}: Input should be a valid dictionary"))?;
        let known = [
            "type",
            "name",
            "description",
            "input_schema",
            "cache_control",
            "strict",
            "defer_loading",
            "eager_input_streaming",
        ];
        if let Some(name) = stranger(fields, &known) {
            return refuse(format!(
                "{at}.custom.{name}: Extra inputs are not permitted"
            ));
        }
        let name = text(&tool["name"], || {
            format!("{at}.custom.name: Field required")
        })?;
        ensure(is_plain(name, 128), || {
            format!("{at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
        })?;
        ensure(tools.iter().all(|known| known.name != name), || {
            "tools: Tool names must be unique.".to_owned()
        })?;
        schema::check_anthropic(&tool["input_schema"], &format!("{at}.custom.input_schema"))?;
        let schema = tool["input_schema"].clone();
        tools.push(Tool {
            name: name.to_owned(),
            namespace: None,
            schema,
        });
    }
    Ok(tools)
}

fn check_cache_marks(body: &Value) -> Read<()> {
    let count = ["tools", "system", "messages"]
        .iter()
        .map(|part| marks(&body[*part]))
        .sum::<usize>();
    ensure(count <= 4, || {
        format!("A maximum of 4 blocks with cache_control may be provided. Found {count}.")
    })
}

fn marks(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(marks).sum(),
        Value::Object(fields) => {
            let own = usize::from(
                fields
                    .get("cache_control")
                    .is_some_and(|mark| !mark.is_null()),
            );
            own + fields.get("content").map_or(0, marks)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

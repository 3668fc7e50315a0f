//! Which schemas the providers take.

use serde_json::Value;

use super::gemini::check_names;
use super::refusal::{Read, ensure, refuse};

/// A schema of a tool's input, for Anthropic.
pub(super) fn check_anthropic(schema: &Value, at: &str) -> Read<()> {
    ensure(schema["type"] == "object", || {
        format!("{at}.type: Input should be 'object'")
    })?;
    for keyword in ["oneOf", "allOf", "anyOf"] {
        ensure(schema.get(keyword).is_none(), || {
            format!("{at}: input_schema does not support oneOf, allOf, or anyOf at the top level")
        })?;
    }
    Ok(())
}

/// A schema of a function's parameters, for `OpenAI`.
pub(super) fn check_openai(schema: &Value, name: &str, is_strict: bool) -> Read<()> {
    if schema.is_null() {
        return Ok(());
    }
    ensure(schema["type"] == "object", || {
        format!(
            "Invalid schema for function '{name}': schema must be a JSON Schema of 'type: \"object\"', got 'type: {}'.",
            schema["type"]
        )
    })?;
    if is_strict {
        check_strict(schema, name)
    } else {
        Ok(())
    }
}

fn check_strict(schema: &Value, name: &str) -> Read<()> {
    let Some(fields) = schema.as_object() else {
        return Ok(());
    };
    if let Some(properties) = fields.get("properties").and_then(Value::as_object) {
        ensure(schema["additionalProperties"] == false, || {
            format!(
                "Invalid schema for function '{name}': 'additionalProperties' is required to be supplied and to be false."
            )
        })?;
        let required = schema["required"].as_array().map_or(0, Vec::len);
        ensure(required == properties.len(), || {
            format!(
                "Invalid schema for function '{name}': 'required' is required to be supplied and to be an array including every key in properties."
            )
        })?;
    }
    fields
        .values()
        .try_for_each(|value| check_strict(value, name))
}

const GEMINI_KEYWORDS: [&str; 22] = [
    "type",
    "format",
    "title",
    "description",
    "nullable",
    "enum",
    "items",
    "maxItems",
    "minItems",
    "properties",
    "required",
    "minProperties",
    "maxProperties",
    "minLength",
    "maxLength",
    "pattern",
    "example",
    "anyOf",
    "propertyOrdering",
    "default",
    "minimum",
    "maximum",
];

/// A schema in Gemini's subset.
pub(super) fn check_gemini(schema: &Value, at: &str) -> Read<()> {
    check_names(schema, &format!(" at '{at}'"), &GEMINI_KEYWORDS)?;
    let kind = schema["type"].as_str().map(str::to_ascii_uppercase);
    let kinds = [
        "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL",
    ];
    match kind.as_deref() {
        Some(kind) => ensure(kinds.contains(&kind), || {
            format!("Invalid value at '{at}.type', \"{kind}\"")
        })?,
        None => ensure(schema.get("type").is_none(), || {
            format!("Invalid value at '{at}.type'. Proto field is not repeating")
        })?,
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let fine = values
            .iter()
            .all(|value| value.as_str().is_some_and(|text| !text.is_empty()));
        ensure(fine && kind.as_deref() == Some("STRING"), || {
            format!("{at}.enum: only allowed for STRING type, no value may be empty")
        })?;
    }
    if let Some(format) = schema["format"].as_str() {
        let fine = match kind.as_deref() {
            Some("STRING") => ["enum", "date-time"].contains(&format),
            Some("INTEGER") => ["int32", "int64"].contains(&format),
            Some("NUMBER") => ["float", "double"].contains(&format),
            _ => false,
        };
        ensure(fine, || {
            format!("{at}: only 'enum' and 'date-time' are supported for STRING type, got {format}")
        })?;
    }
    let properties = schema["properties"].as_object();
    for required in schema["required"].as_array().into_iter().flatten() {
        let known = properties
            .is_some_and(|map| required.as_str().is_some_and(|name| map.contains_key(name)));
        ensure(known, || {
            format!("{at}.required: property {required} is not defined")
        })?;
    }
    for (name, inner) in properties.into_iter().flatten() {
        check_gemini(inner, &format!("{at}.properties[{name}]"))?;
    }
    match (kind.as_deref(), schema.get("items")) {
        (Some("ARRAY"), None) => return refuse(format!("{at}.items: missing field.")),
        (_, Some(items)) => check_gemini(items, &format!("{at}.items"))?,
        (_, None) => {}
    }
    let options = schema["anyOf"].as_array().into_iter().flatten();
    options
        .enumerate()
        .try_for_each(|(index, inner)| check_gemini(inner, &format!("{at}.any_of[{index}]")))
}

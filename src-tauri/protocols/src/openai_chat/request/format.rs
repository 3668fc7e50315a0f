//! The shape of the answer: `response_format`.

use serde_json::{Map, Value, json};

use super::super::fields::telling;
use crate::request::Format;

/// Reads it; nothing if it asks for nothing that is known.
pub(super) fn read(value: &Value) -> Option<Format> {
    match telling(value.get("type"))? {
        "text" => Some(Format::Text),
        "json_object" => Some(Format::Json),
        "json_schema" => {
            let told = value.get("json_schema").unwrap_or(value);
            let text = |key: &str| telling(told.get(key)).map(str::to_owned);
            Some(Format::Schema {
                name: text("name"),
                description: text("description"),
                schema: told.get("schema").cloned().unwrap_or_default(),
                strict: told.get("strict").and_then(Value::as_bool),
            })
        }
        _ => None,
    }
}

/// Writes it.
pub(super) fn write(format: &Format) -> Value {
    match format {
        Format::Text => json!({ "type": "text" }),
        Format::Json => json!({ "type": "json_object" }),
        Format::Schema {
            name,
            description,
            schema,
            strict,
        } => {
            let mut told = Map::new();
            let name = name.as_deref().unwrap_or("response");
            told.insert("name".into(), name.into());
            if let Some(description) = description {
                told.insert("description".into(), description.as_str().into());
            }
            told.insert("schema".into(), schema.clone());
            if let Some(strict) = strict {
                told.insert("strict".into(), (*strict).into());
            }
            json!({ "type": "json_schema", "json_schema": told })
        }
    }
}

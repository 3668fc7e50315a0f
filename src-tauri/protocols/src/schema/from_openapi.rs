//! From the part of `OpenAPI` that Gemini's clients send to JSON Schema.

use serde_json::{Map, Value, json};

use super::{MOST_DEPTH, walk};

/// The JSON Schema that says the same as a Gemini `Schema`.
///
/// Types are lower case, `nullable` becomes a type, counts in quotes become numbers. Snake-case keywords are read, too.
pub fn from_openapi(schema: &Value) -> Value {
    read(schema, 0)
}

fn read(schema: &Value, depth: usize) -> Value {
    let Value::Object(object) = schema else {
        return schema.clone();
    };
    if depth > MOST_DEPTH {
        return Value::Object(Map::new());
    }
    let mut read = Map::with_capacity(object.len());
    for (keyword, value) in object {
        let keyword = spelled(keyword);
        if let Some(value) = said(keyword, value, depth) {
            let name = if keyword == "example" {
                "examples"
            } else {
                keyword
            };
            read.insert(name.to_owned(), value);
        }
    }
    if object.get("nullable") == Some(&Value::Bool(true)) {
        let_be_null(&mut read);
    }
    read.into()
}

/// The JSON Schema name of a keyword that was perhaps written in snake case.
fn spelled(keyword: &str) -> &str {
    match keyword {
        "any_of" => "anyOf",
        "min_items" => "minItems",
        "max_items" => "maxItems",
        "min_length" => "minLength",
        "max_length" => "maxLength",
        "min_properties" => "minProperties",
        "max_properties" => "maxProperties",
        "property_ordering" => "propertyOrdering",
        "additional_properties" => "additionalProperties",
        other => other,
    }
}

/// The value of a keyword in JSON Schema; nothing if it has none there.
fn said(keyword: &str, value: &Value, depth: usize) -> Option<Value> {
    match keyword {
        "type" => kind(value),
        "nullable" | "propertyOrdering" => None,
        "format" => value
            .as_str()
            .filter(|format| {
                !matches!(
                    *format,
                    "float" | "double" | "int32" | "int64" | "enum" | ""
                )
            })
            .map(Value::from),
        "minItems" | "maxItems" | "minLength" | "maxLength" | "minProperties" | "maxProperties"
        | "minimum" | "maximum" => Some(number(value)),
        "example" => Some(json!([value])),
        _ => Some(walk::map_value(keyword, value, &mut |child| {
            read(child, depth + 1)
        })),
    }
}

fn kind(value: &Value) -> Option<Value> {
    match value {
        Value::String(kind) if kind.eq_ignore_ascii_case("TYPE_UNSPECIFIED") => None,
        Value::String(kind) => Some(kind.to_ascii_lowercase().into()),
        Value::Array(kinds) => Some(kinds.iter().filter_map(self::kind).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Some(value.clone()),
    }
}

/// Counts are 64 bits wide and so may come in quotes.
fn number(value: &Value) -> Value {
    value
        .as_str()
        .and_then(|text| serde_json::from_str(text.trim()).ok())
        .filter(Value::is_number)
        .unwrap_or_else(|| value.clone())
}

fn let_be_null(object: &mut Map<String, Value>) {
    if let Some(Value::Array(values)) = object.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    match object.get_mut("type") {
        Some(Value::Array(kinds)) => {
            if !kinds.contains(&"null".into()) {
                kinds.push("null".into());
            }
        }
        Some(kind) => *kind = json!([kind.take(), "null"]),
        None => {
            if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
                choices.push(json!({ "type": "null" }));
            }
        }
    }
}

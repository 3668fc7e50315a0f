//! Whether a schema may be declared strict.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{merge, refs, walk};

/// How deep strict schemas may be nested.
const MOST_LEVELS: usize = 10;

/// The keywords that strict schemas may use.
const KNOWN: [&str; 22] = [
    "$schema",
    "$ref",
    "$defs",
    "definitions",
    "type",
    "title",
    "description",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "format",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
];

/// The formats that strict schemas may use.
const FORMATS: [&str; 9] = [
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uuid",
];

/// Whether `OpenAI` takes the schema as strict: every object is closed and requires all of its properties, and
/// nothing is said in keywords that it does not know.
pub fn qualifies_for_strict(schema: &Value) -> bool {
    let Value::Object(object) = schema else {
        return false;
    };
    let is_object = object.get("type").and_then(Value::as_str) == Some("object");
    is_object && !object.contains_key("anyOf") && fits(schema, schema, 0)
}

fn fits(root: &Value, schema: &Value, level: usize) -> bool {
    let Value::Object(object) = schema else {
        return false;
    };
    let is_known = |keyword: &String| KNOWN.contains(&keyword.as_str()) || keyword == "maxItems";
    level <= 2 * MOST_LEVELS
        && object.keys().all(is_known)
        && says_what(root, object)
        && (!is_object_schema(object) || is_closed(object))
        && inner(object)
            .into_iter()
            .all(|child| fits(root, child, level + 1))
}

/// Every schema within; `additionalProperties: false` is none.
fn inner(object: &Map<String, Value>) -> Vec<&Value> {
    let mut children = walk::children(object);
    children.retain(|child| **child != Value::Bool(false));
    children
}

/// A schema has to say which values it takes, in a way that can be followed.
fn says_what(root: &Value, object: &Map<String, Value>) -> bool {
    let leads_somewhere =
        refs::reference(object).is_none_or(|reference| refs::target(root, reference).is_some());
    let format = object.get("format").and_then(Value::as_str);
    leads_somewhere
        && format.is_none_or(|format| FORMATS.contains(&format))
        && ["type", "$ref", "anyOf", "enum", "const"]
            .into_iter()
            .any(|keyword| object.contains_key(keyword))
}

fn is_object_schema(object: &Map<String, Value>) -> bool {
    let is_named = match object.get("type") {
        Some(Value::String(kind)) => kind == "object",
        Some(Value::Array(kinds)) => kinds.contains(&"object".into()),
        Some(_) | None => false,
    };
    is_named || object.contains_key("properties")
}

fn is_closed(object: &Map<String, Value>) -> bool {
    let required = merge::required(object);
    let names: HashSet<&String> = required.iter().collect();
    let properties = object.get("properties").and_then(Value::as_object);
    let is_required = |properties: &Map<String, Value>| {
        properties.keys().all(|name| names.contains(name)) && required.len() == properties.len()
    };
    object.get("additionalProperties") == Some(&Value::Bool(false))
        && properties.is_some_and(is_required)
}

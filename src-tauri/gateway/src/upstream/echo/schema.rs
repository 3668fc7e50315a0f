//! Structured output: a value that fits a schema.

use serde_json::{Map, Value, json};

/// Schemas may refer to themselves.
const DEEPEST: usize = 8;

/// A small value that fits the schema, with the text wherever a text may stand.
pub(super) fn example(schema: &Value, text: &str) -> Value {
    Example { root: schema, text }.of(schema, 0)
}

struct Example<'a> {
    root: &'a Value,
    text: &'a str,
}

impl Example<'_> {
    fn of(&self, schema: &Value, depth: usize) -> Value {
        if depth > DEEPEST {
            return Value::Null;
        }
        if let Some(referred) = schema["$ref"]
            .as_str()
            .and_then(|path| path.strip_prefix('#'))
        {
            return self
                .root
                .pointer(referred)
                .map_or(Value::Null, |schema| self.of(schema, depth + 1));
        }
        if let Some(fixed) = schema.get("const").or_else(|| schema["enum"].get(0)) {
            return fixed.clone();
        }
        let choice = ["anyOf", "oneOf", "allOf"]
            .iter()
            .find_map(|name| schema[name].get(0));
        if let (Some(choice), None) = (choice, schema.get("type")) {
            return self.of(choice, depth + 1);
        }
        match kind(schema).as_str() {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, depth),
            "string" => Value::from(self.string(schema)),
            "integer" | "number" => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
            "boolean" => Value::Bool(true),
            _ => Value::Null,
        }
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let mut object = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            object.insert(name.clone(), self.of(property, depth + 1));
        }
        Value::Object(object)
    }

    fn array(&self, schema: &Value, depth: usize) -> Value {
        let least = schema["minItems"].as_u64().unwrap_or(1).clamp(1, 100);
        match schema.get("items") {
            Some(items) => (0..least).map(|_| self.of(items, depth + 1)).collect(),
            None => json!([]),
        }
    }

    fn string(&self, schema: &Value) -> String {
        match schema["format"].as_str() {
            Some("date-time") => return "2026-01-01T00:00:00Z".to_owned(),
            Some("date") => return "2026-01-01".to_owned(),
            Some(_) | None => {}
        }
        let most = schema["maxLength"]
            .as_u64()
            .and_then(|most| usize::try_from(most).ok());
        let text = if self.text.is_empty() {
            "echo"
        } else {
            self.text
        };
        text.chars().take(most.unwrap_or(usize::MAX)).collect()
    }
}

/// The type, the first that is not null of several, in the small letters that Gemini does not use.
fn kind(schema: &Value) -> String {
    let named = match &schema["type"] {
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null"),
        named @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)) => named.as_str(),
    };
    let untyped = if schema["properties"].is_object() {
        "object"
    } else {
        ""
    };
    named.unwrap_or(untyped).to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::example;

    #[test]
    fn a_value_fits_its_schema() {
        let schema = json!({
            "type": "object",
            "properties": {
                "title": {"type": "string", "maxLength": 5},
                "level": {"enum": ["low", "high"]},
                "tags": {"type": "array", "items": {"type": "STRING"}, "minItems": 2},
                "count": {"type": ["null", "integer"], "minimum": 3},
                "more": {"$ref": "#/$defs/more"},
                "either": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}
            },
            "$defs": {"more": {"properties": {"ok": {"const": 7}}}}
        });
        let expected = json!({
            "title": "hello", "level": "low", "tags": ["hello world", "hello world"], "count": 3,
            "more": {"ok": 7}, "either": true
        });
        assert_eq!(example(&schema, "hello world"), expected);
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({"properties": {"next": {"$ref": "#"}}});
        assert!(example(&schema, "x").is_object());
    }
}

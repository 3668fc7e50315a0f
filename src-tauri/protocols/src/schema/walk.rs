//! Which keywords of a schema hold further schemas.

use serde_json::{Map, Value};

/// What the value of a keyword is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// One schema, or a list of them (`items` has been both).
    Schemas,
    /// Schemas under names that people chose.
    Named,
    /// No schema: text, numbers, examples.
    Data,
}

fn holds(keyword: &str) -> Holds {
    match keyword {
        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas" => {
            Holds::Named
        }
        "anyOf"
        | "oneOf"
        | "allOf"
        | "prefixItems"
        | "items"
        | "additionalItems"
        | "additionalProperties"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "propertyNames"
        | "contentSchema"
        | "unevaluatedItems"
        | "unevaluatedProperties" => Holds::Schemas,
        _ => Holds::Data,
    }
}

/// The value of a keyword with each schema that lies directly in it changed.
pub(super) fn map_value(
    keyword: &str,
    value: &Value,
    change: &mut dyn FnMut(&Value) -> Value,
) -> Value {
    match (holds(keyword), value) {
        (Holds::Schemas, Value::Array(list)) => list.iter().map(change).collect(),
        (Holds::Schemas, schema) => change(schema),
        (Holds::Named, Value::Object(named)) => named
            .iter()
            .map(|(name, schema)| (name.clone(), change(schema)))
            .collect::<Map<_, _>>()
            .into(),
        (Holds::Named | Holds::Data, other) => other.clone(),
    }
}

/// The schemas that lie directly in one.
pub(super) fn children(object: &Map<String, Value>) -> Vec<&Value> {
    let mut found = Vec::new();
    for (keyword, value) in object {
        match (holds(keyword), value) {
            (Holds::Schemas, Value::Array(list)) => found.extend(list),
            (Holds::Schemas, schema) => found.push(schema),
            (Holds::Named, Value::Object(named)) => found.extend(named.values()),
            (Holds::Named | Holds::Data, _) => {}
        }
    }
    found
}

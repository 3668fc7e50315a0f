//! Several object schemas as one.

use std::collections::HashSet;

use serde_json::{Map, Value};

/// Adds what must hold besides.
pub(super) fn with_all(object: &mut Map<String, Value>, also: &Map<String, Value>) {
    for (keyword, value) in also {
        match keyword.as_str() {
            "properties" => add_properties(object, value, &|mine, other| {
                if let (Value::Object(mine), Value::Object(other)) = (mine, other) {
                    with_all(mine, other);
                }
            }),
            "required" => {
                let mut names = required(object);
                names.extend(required(also));
                set_required(object, names);
            }
            _ => {
                object.entry(keyword).or_insert_with(|| value.clone());
            }
        }
    }
}

/// Adds the properties of alternatives: what all of them require is required, and nothing else of theirs.
pub(super) fn with_any(object: &mut Map<String, Value>, alternatives: &[Map<String, Value>]) {
    for alternative in alternatives {
        if let Some(properties) = alternative.get("properties") {
            add_properties(object, properties, &or);
        }
    }
    let Some((first, others)) = alternatives.split_first() else {
        return;
    };
    let others: Vec<HashSet<String>> = others
        .iter()
        .map(|alternative| required(alternative).into_iter().collect())
        .collect();
    let by_all = |name: &String| others.iter().all(|names| names.contains(name));
    let mut names = required(object);
    names.extend(required(first).into_iter().filter(by_all));
    set_required(object, names);
}

/// Lets a property be one thing or the other.
fn or(mine: &mut Value, other: &Value) {
    if mine == other {
        return;
    }
    let is_choice = mine
        .as_object()
        .is_some_and(|object| object.len() == 1 && object.contains_key("anyOf"));
    if !is_choice {
        *mine = serde_json::json!({ "anyOf": [mine.take()] });
    }
    if let Some(Value::Array(choices)) = mine.get_mut("anyOf")
        && !choices.contains(other)
    {
        choices.push(other.clone());
    }
}

fn add_properties(
    object: &mut Map<String, Value>,
    properties: &Value,
    both: &dyn Fn(&mut Value, &Value),
) {
    let Value::Object(properties) = properties else {
        return;
    };
    let known = object
        .entry("properties")
        .or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(known) = known else {
        return;
    };
    for (name, schema) in properties {
        match known.get_mut(name) {
            Some(mine) => both(mine, schema),
            None => {
                known.insert(name.clone(), schema.clone());
            }
        }
    }
}

/// The names that an object schema requires.
pub(super) fn required(object: &Map<String, Value>) -> Vec<String> {
    let names = object.get("required").and_then(Value::as_array);
    names
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn set_required(object: &mut Map<String, Value>, names: Vec<String>) {
    let mut seen = HashSet::new();
    let mut once = names;
    once.retain(|name| seen.insert(name.clone()));
    if once.is_empty() {
        object.remove("required");
    } else {
        object.insert("required".to_owned(), once.into());
    }
}

//! Several object schemas as one.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

/// Adds what must hold besides, all of it at once: clients may say very much.
pub(super) fn with_all(object: &mut Map<String, Value>, besides: &[&Map<String, Value>]) {
    let mut names = required(object);
    let mut requires = false;
    for besides in besides {
        for (keyword, value) in *besides {
            match keyword.as_str() {
                "properties" => {}
                "required" => {
                    requires = true;
                    names.extend(required(besides));
                    // It stands where it is said first.
                    object
                        .entry(keyword)
                        .or_insert_with(|| Value::Array(Vec::new()));
                }
                _ => {
                    object.entry(keyword).or_insert_with(|| value.clone());
                }
            }
        }
    }
    if requires {
        set_required(object, names);
    }
    add_properties(object, besides, &|mine, others| {
        if let Value::Object(mine) = mine {
            let others: Vec<_> = others
                .iter()
                .copied()
                .filter_map(Value::as_object)
                .collect();
            with_all(mine, &others);
        }
    });
}

/// Adds the properties of alternatives: what all of them require is required, and nothing else of theirs.
pub(super) fn with_any(object: &mut Map<String, Value>, alternatives: &[Map<String, Value>]) {
    let all: Vec<_> = alternatives.iter().collect();
    add_properties(object, &all, &or);
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

/// Lets a property be one thing or another.
fn or(mine: &mut Value, others: &[&Value]) {
    let is_other = |other: &&Value| *mine != **other;
    let others: Vec<&Value> = others.iter().copied().filter(is_other).collect();
    if others.is_empty() {
        return;
    }
    let is_choice = mine
        .as_object()
        .is_some_and(|object| object.len() == 1 && object.contains_key("anyOf"));
    if !is_choice {
        *mine = serde_json::json!({ "anyOf": [mine.take()] });
    }
    let Some(Value::Array(choices)) = mine.get_mut("anyOf") else {
        return;
    };
    let mut seen: HashSet<&Value> = choices.iter().collect();
    let new: Vec<Value> = (others.into_iter())
        .filter(|other| seen.insert(other))
        .cloned()
        .collect();
    choices.extend(new);
}

/// Adds the properties of others; `both` joins those that are known already with all that is said of them.
fn add_properties(
    object: &mut Map<String, Value>,
    others: &[&Map<String, Value>],
    both: &dyn Fn(&mut Value, &[&Value]),
) {
    let told = others.iter().filter_map(|other| other.get("properties"));
    let mut told = told.filter_map(Value::as_object).peekable();
    if told.peek().is_none() {
        return;
    }
    let known = object
        .entry("properties")
        .or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(known) = known else {
        return;
    };
    let mut joined: HashMap<&str, Vec<&Value>> = HashMap::new();
    for (name, schema) in told.flatten() {
        if known.contains_key(name) {
            joined.entry(name).or_default().push(schema);
        } else {
            known.insert(name.clone(), schema.clone());
        }
    }
    for (name, schemas) in joined {
        if let Some(mine) = known.get_mut(name) {
            both(mine, &schemas);
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

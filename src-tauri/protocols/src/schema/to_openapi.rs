//! From JSON Schema to the part of `OpenAPI` that Gemini's `parameters` and `responseSchema` take.

use serde_json::{Map, Value, json};

use super::typed::{self, Kind};
use super::{MOST_DEPTH, merge, note, refs, rooted};

/// Keywords that are told in words, because there is no other way.
const NOTED: [&str; 17] = [
    "not",
    "if",
    "then",
    "else",
    "patternProperties",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "uniqueItems",
    "multipleOf",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "contains",
    "minContains",
    "maxContains",
    "contentEncoding",
    "contentMediaType",
];

/// The schema as Gemini's older dialect takes it: references in place, one upper-case type each, choices as `anyOf`.
pub fn to_openapi(schema: &Value) -> Value {
    let mut left = refs::MOST_ADDED;
    convert(&refs::inlined(schema), 0, &mut left).into()
}

/// The schema of a tool's arguments in Gemini's older dialect; nothing if the tool has none.
///
/// An object without properties is refused there, so such a tool goes without a schema.
pub fn to_parameters(schema: Option<&Value>) -> Option<Value> {
    let inlined = refs::inlined(schema?);
    let rooted = rooted(Some(&inlined));
    let is_empty = |properties: &Value| properties.as_object().is_none_or(Map::is_empty);
    if rooted.schema.get("properties").is_none_or(is_empty) {
        return None;
    }
    let mut left = refs::MOST_ADDED;
    let mut parameters = convert(&rooted.schema, 0, &mut left);
    note::describe(&mut parameters, rooted.note.as_slice());
    Some(parameters.into())
}

/// `left` is how many bytes may still be added by saying the same in several choices.
fn convert(schema: &Value, depth: usize, left: &mut usize) -> Map<String, Value> {
    let Value::Object(object) = schema else {
        return typed::anything();
    };
    if depth > MOST_DEPTH {
        return typed::anything();
    }
    let mut object = all_merged(object, 0);
    let mut choices = taken(&mut object, "anyOf");
    choices.extend(taken(&mut object, "oneOf"));
    let before = choices.len();
    choices.retain(|choice| !is_null(choice));
    if choices.len() < before {
        object.insert("nullable".to_owned(), true.into());
    }
    if choices.is_empty() {
        return one(&object, depth, left);
    }
    one_of(object, &choices, depth, left)
}

/// A schema that leaves a choice.
fn one_of(
    mut object: Map<String, Value>,
    choices: &[Value],
    depth: usize,
    left: &mut usize,
) -> Map<String, Value> {
    let mut choices: Vec<Map<String, Value>> = choices
        .iter()
        .filter_map(Value::as_object)
        .map(|choice| all_merged(choice, 0))
        .collect();
    if let [only] = choices.as_slice() {
        merge::with_all(&mut object, &[only]);
        return convert(&object.into(), depth + 1, left);
    }
    if let Some(values) = listed(&choices) {
        object.insert("enum".to_owned(), values.into());
        return one(&object, depth, left);
    }
    if object.contains_key("properties") {
        merge::with_any(&mut object, &choices);
        return one(&object, depth, left);
    }
    let mut out = typed::heading(&object, &notes(&object));
    for keyword in ["title", "description", "default", "nullable"] {
        object.remove(keyword);
    }
    share(object.clone(), &mut choices, left);
    let choices: Vec<Value> = choices
        .into_iter()
        .map(|choice| convert(&choice.into(), depth + 1, left).into())
        .collect();
    if choices.is_empty() {
        return one(&object, depth, left);
    }
    out.insert("anyOf".to_owned(), choices.into());
    out
}

/// What stands beside choices is said in each of them, unless that would blow the schema up.
fn share(beside: Map<String, Value>, choices: &mut [Map<String, Value>], left: &mut usize) {
    let beside = Value::Object(beside);
    let added = refs::size(&beside, 0).saturating_mul(choices.len());
    let (Some(rest), Value::Object(beside)) = (left.checked_sub(added), beside) else {
        return;
    };
    *left = rest;
    for choice in choices {
        merge::with_all(choice, &[&beside]);
    }
}

/// A schema without choices; several types are a choice as well.
fn one(object: &Map<String, Value>, depth: usize, left: &mut usize) -> Map<String, Value> {
    let (kinds, is_nullable) = typed::kinds(object);
    let mut object = object.clone();
    if is_nullable {
        object.insert("nullable".to_owned(), true.into());
    }
    if let [first, _, ..] = kinds.as_slice() {
        // A list of values has one type, whatever is said.
        if object.contains_key("enum") || object.contains_key("const") {
            return leaf(&object, *first, depth, left);
        }
        return each_kind(object, &kinds, depth, left);
    }
    let kind = kinds.first().copied().unwrap_or(Kind::String);
    leaf(&object, kind, depth, left)
}

fn each_kind(
    mut object: Map<String, Value>,
    kinds: &[Kind],
    depth: usize,
    left: &mut usize,
) -> Map<String, Value> {
    let mut out = typed::heading(&object, &notes(&object));
    for keyword in ["title", "description", "default", "nullable"] {
        object.remove(keyword);
    }
    let choices: Vec<Value> = kinds
        .iter()
        .map(|kind| leaf(&object, *kind, depth, left).into())
        .collect();
    out.insert("anyOf".to_owned(), choices.into());
    out
}

/// A schema of one type.
fn leaf(
    object: &Map<String, Value>,
    kind: Kind,
    depth: usize,
    left: &mut usize,
) -> Map<String, Value> {
    let mut notes = notes(object);
    let values = typed::values(object, kind, &mut notes);
    typed::note_format(object, kind, &mut notes);
    let mut out = Map::new();
    out.insert("type".to_owned(), kind.as_str().into());
    out.extend(typed::heading(object, &notes));
    if let Some(values) = values {
        out.insert("enum".to_owned(), values.into());
    }
    typed::copy_limits(object, kind, &mut out);
    match kind {
        Kind::Array => {
            out.insert("items".to_owned(), items(object, depth, left));
        }
        Kind::Object => properties(object, depth, left, &mut out),
        Kind::String | Kind::Number | Kind::Integer | Kind::Boolean => {}
    }
    out
}

/// What a list holds; where each place has its own schema, any of them.
fn items(object: &Map<String, Value>, depth: usize, left: &mut usize) -> Value {
    let items = object.get("items").filter(|items| !items.is_boolean());
    let items = items.or_else(|| object.get("prefixItems"));
    match items {
        Some(Value::Array(list)) => convert(&json!({ "anyOf": list }), depth + 1, left),
        Some(schema) => convert(schema, depth + 1, left),
        None => typed::anything(),
    }
    .into()
}

fn properties(
    object: &Map<String, Value>,
    depth: usize,
    left: &mut usize,
    out: &mut Map<String, Value>,
) {
    let named = object.get("properties").and_then(Value::as_object);
    let mut properties: Map<String, Value> = named
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.clone(), convert(schema, depth + 1, left).into()))
        .collect();
    let mut required = merge::required(object);
    required.retain(|name| properties.contains_key(name));
    if properties.is_empty() {
        // An object has to have a property; its type is kept by one that need not be given.
        let note = json!({"type": "STRING", "description": "Not used: any members may be given."});
        properties.insert("_".to_owned(), note);
    }
    out.insert("properties".to_owned(), properties.into());
    if !required.is_empty() {
        out.insert("required".to_owned(), required.into());
    }
}

/// The schema with what must hold besides taken into it.
fn all_merged(object: &Map<String, Value>, depth: usize) -> Map<String, Value> {
    let mut object = object.clone();
    let branches = taken(&mut object, "allOf");
    if depth < MOST_DEPTH {
        let besides: Vec<Map<String, Value>> = branches
            .iter()
            .filter_map(Value::as_object)
            .map(|branch| all_merged(branch, depth + 1))
            .collect();
        merge::with_all(&mut object, &besides.iter().collect::<Vec<_>>());
    }
    object
}

fn taken(object: &mut Map<String, Value>, keyword: &str) -> Vec<Value> {
    match object.remove(keyword) {
        Some(Value::Array(list)) => list,
        Some(_) | None => Vec::new(),
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
        || schema.get("const") == Some(&Value::Null)
}

/// All values of choices that are nothing but values.
fn listed(choices: &[Map<String, Value>]) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    for choice in choices {
        if choice.contains_key("properties") {
            return None;
        }
        match (choice.get("enum"), choice.get("const")) {
            (Some(Value::Array(list)), _) => values.extend(list.iter().cloned()),
            (_, Some(value)) => values.push(value.clone()),
            (Some(_) | None, None) => return None,
        }
    }
    Some(values)
}

fn notes(object: &Map<String, Value>) -> Vec<String> {
    let told = |(keyword, value): (&String, &Value)| {
        NOTED
            .contains(&keyword.as_str())
            .then(|| format!("{keyword}: {}", note::quoted(value)))
    };
    object.iter().filter_map(told).collect()
}

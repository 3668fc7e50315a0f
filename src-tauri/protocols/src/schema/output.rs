//! Schemas of answers, as Anthropic follows them.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{MOST_DEPTH, note, refs, walk};

/// The formats of strings that are followed.
const FORMATS: [&str; 10] = [
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "uri",
    "ipv4",
    "ipv6",
    "uuid",
];

/// The schema of an answer without what cannot be followed: limits go into descriptions, objects are closed.
///
/// Nothing if it cannot be said this way: it holds itself, points elsewhere, or takes objects of any members.
/// Then the model has to be told in words.
pub fn for_output(schema: &Value) -> Option<Value> {
    let mut search = Search {
        root: schema,
        open: Vec::new(),
        finite: HashSet::new(),
    };
    if search.is_endless(schema, 0) {
        return None;
    }
    clean(schema, 0)
}

/// The search for references that never end, or end nowhere.
struct Search<'a> {
    root: &'a Value,
    /// The references being followed.
    open: Vec<&'a str>,
    /// Those that were followed to their end.
    finite: HashSet<&'a str>,
}

impl<'a> Search<'a> {
    fn is_endless(&mut self, schema: &'a Value, depth: usize) -> bool {
        let Value::Object(object) = schema else {
            return false;
        };
        if depth > MOST_DEPTH {
            return true;
        }
        let is_reference_endless =
            refs::reference(object).is_some_and(|reference| self.follow(reference, depth));
        is_reference_endless
            || walk::children(object)
                .into_iter()
                .any(|child| self.is_endless(child, depth + 1))
    }

    fn follow(&mut self, reference: &'a str, depth: usize) -> bool {
        if self.finite.contains(reference) {
            return false;
        }
        let Some(target) = refs::target(self.root, reference) else {
            return true;
        };
        if self.open.contains(&reference) {
            return true;
        }
        self.open.push(reference);
        let is_endless = self.is_endless(target, depth + 1);
        self.open.pop();
        self.finite.insert(reference);
        is_endless
    }
}

fn clean(schema: &Value, depth: usize) -> Option<Value> {
    let object = match schema {
        Value::Object(object) => object,
        Value::Bool(true) => return Some(Value::Object(Map::new())),
        Value::Null
        | Value::Bool(false)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_) => return None,
    };
    if depth > MOST_DEPTH || takes_any_members(object) {
        return None;
    }
    let mut cleaned = Map::with_capacity(object.len() + 1);
    let mut notes = Vec::new();
    for (keyword, value) in object {
        match fate(keyword, value) {
            Fate::Kept => {
                cleaned.insert(keyword.clone(), value.clone());
            }
            Fate::Cleaned(keyword) => {
                cleaned.insert(keyword.to_owned(), inside(keyword, value, depth)?);
            }
            Fate::Noted => notes.push(format!("{keyword}: {}", note::quoted(value))),
            Fate::Dropped => {}
        }
    }
    if object.contains_key("properties") {
        cleaned.insert("additionalProperties".to_owned(), false.into());
    }
    note::describe(&mut cleaned, &notes);
    Some(cleaned.into())
}

/// What becomes of a keyword.
enum Fate {
    Kept,
    /// It holds schemas, and stays under this name.
    Cleaned(&'static str),
    Noted,
    Dropped,
}

fn fate(keyword: &str, value: &Value) -> Fate {
    match keyword {
        "type" | "required" | "enum" | "const" | "title" | "description" | "default" | "$ref" => {
            Fate::Kept
        }
        "properties" => Fate::Cleaned("properties"),
        "$defs" => Fate::Cleaned("$defs"),
        "definitions" => Fate::Cleaned("definitions"),
        "items" => Fate::Cleaned("items"),
        "anyOf" | "oneOf" => Fate::Cleaned("anyOf"),
        "allOf" => Fate::Cleaned("allOf"),
        "format" if value.as_str().is_some_and(|name| FORMATS.contains(&name)) => Fate::Kept,
        "minItems" if matches!(value.as_u64(), Some(0 | 1)) => Fate::Kept,
        "additionalProperties"
        | "$schema"
        | "$id"
        | "$comment"
        | "readOnly"
        | "writeOnly"
        | "deprecated"
        | "encrypted" => Fate::Dropped,
        _ => Fate::Noted,
    }
}

fn inside(keyword: &str, value: &Value, depth: usize) -> Option<Value> {
    let mut failed = false;
    let cleaned = walk::map_value(keyword, value, &mut |child| {
        clean(child, depth + 1).unwrap_or_else(|| {
            failed = true;
            Value::Null
        })
    });
    (!failed).then_some(cleaned)
}

/// Whether it is a map: an object whose members have no names yet.
fn takes_any_members(object: &Map<String, Value>) -> bool {
    let is_object = object.get("type").and_then(Value::as_str) == Some("object");
    let is_closed = object.get("additionalProperties") == Some(&Value::Bool(false));
    let choices = ["anyOf", "oneOf", "allOf", "$ref"];
    let is_said_elsewhere = choices
        .into_iter()
        .any(|keyword| object.contains_key(keyword));
    let has_properties = object
        .get("properties")
        .and_then(Value::as_object)
        .is_some_and(|properties| !properties.is_empty());
    is_object && !has_properties && !is_closed && !is_said_elsewhere
}

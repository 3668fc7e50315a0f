//! The types of Gemini's older schema dialect, and what each of them takes.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::note;

/// A type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    Number,
    Integer,
    Boolean,
    Array,
    Object,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::String => "STRING",
            Self::Number => "NUMBER",
            Self::Integer => "INTEGER",
            Self::Boolean => "BOOLEAN",
            Self::Array => "ARRAY",
            Self::Object => "OBJECT",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "string" => Self::String,
            "number" => Self::Number,
            "integer" => Self::Integer,
            "boolean" => Self::Boolean,
            "array" => Self::Array,
            "object" => Self::Object,
            _ => return None,
        })
    }

    fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => return None,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_i64() || number.is_u64() => Self::Integer,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        })
    }

    fn takes_format(self, format: &str) -> bool {
        match self {
            Self::String => matches!(format, "enum" | "date-time"),
            Self::Number => matches!(format, "float" | "double"),
            Self::Integer => matches!(format, "int32" | "int64"),
            Self::Boolean | Self::Array | Self::Object => false,
        }
    }

    fn limits(self) -> &'static [&'static str] {
        match self {
            Self::String => &["minLength", "maxLength", "pattern"],
            Self::Number | Self::Integer => &["minimum", "maximum"],
            Self::Boolean => &[],
            Self::Array => &["minItems", "maxItems"],
            Self::Object => &["minProperties", "maxProperties"],
        }
    }
}

/// The schema that takes about anything: there is none without a type.
pub(super) fn anything() -> Map<String, Value> {
    let mut any = Map::new();
    any.insert("type".to_owned(), "STRING".into());
    any
}

/// The types of a schema, told or else seen from its other keywords, and whether it may be null.
pub(super) fn kinds(object: &Map<String, Value>) -> (Vec<Kind>, bool) {
    let names: Vec<&str> = match object.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(_) | None => Vec::new(),
    };
    let is_null = |name: &&str| name.eq_ignore_ascii_case("null");
    let is_nullable = object.get("nullable") == Some(&Value::Bool(true))
        || names.iter().any(is_null)
        || listed(object).contains(&&Value::Null);
    let mut kinds = Vec::new();
    for kind in names.into_iter().filter_map(Kind::named) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.is_empty() {
        kinds.push(seen(object));
    }
    (kinds, is_nullable)
}

/// The type that the keywords suggest.
fn seen(object: &Map<String, Value>) -> Kind {
    let signs = [
        (
            Kind::Object,
            ["properties", "additionalProperties", "required"],
        ),
        (Kind::Array, ["items", "prefixItems", "minItems"]),
        (Kind::Number, ["minimum", "maximum", "multipleOf"]),
    ];
    let has = |keywords: &[&str; 3]| keywords.iter().any(|keyword| object.contains_key(*keyword));
    if let Some((kind, _)) = signs.iter().find(|(_, keywords)| has(keywords)) {
        return *kind;
    }
    let mut kinds = listed(object).into_iter().filter_map(Kind::of);
    match kinds.next() {
        Some(first) if kinds.all(|kind| kind == first) => first,
        Some(_) | None => Kind::String,
    }
}

/// The values that are allowed, if only some are.
fn listed(object: &Map<String, Value>) -> Vec<&Value> {
    match (object.get("enum"), object.get("const")) {
        (Some(Value::Array(values)), _) => values.iter().collect(),
        (_, Some(value)) => vec![value],
        (Some(_) | None, None) => Vec::new(),
    }
}

/// The values of an `enum`, which only strings have; those of other types are told in words.
pub(super) fn values(
    object: &Map<String, Value>,
    kind: Kind,
    notes: &mut Vec<String>,
) -> Option<Vec<String>> {
    let listed: Vec<&Value> = listed(object)
        .into_iter()
        .filter(|value| !value.is_null())
        .collect();
    if listed.is_empty() {
        return None;
    }
    if kind != Kind::String {
        let told: Vec<Value> = listed.into_iter().cloned().collect();
        notes.push(format!("one of: {}", note::listed(&told)));
        return None;
    }
    let mut values: Vec<String> = Vec::with_capacity(listed.len());
    let mut seen = HashSet::with_capacity(listed.len());
    for value in listed {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        if !text.is_empty() && seen.insert(text.clone()) {
            values.push(text);
        }
    }
    (!values.is_empty()).then_some(values)
}

/// Tells a format in words that the type does not take.
pub(super) fn note_format(object: &Map<String, Value>, kind: Kind, notes: &mut Vec<String>) {
    let format = object.get("format").and_then(Value::as_str);
    if let Some(format) = format.filter(|format| !format.is_empty() && !kind.takes_format(format)) {
        notes.push(format!("format: {format}"));
    }
}

/// Title, description, default and whether null is allowed.
pub(super) fn heading(object: &Map<String, Value>, notes: &[String]) -> Map<String, Value> {
    let mut out = Map::new();
    for keyword in ["title", "description"] {
        if let Some(Value::String(text)) = object.get(keyword) {
            out.insert(keyword.to_owned(), text.as_str().into());
        }
    }
    note::describe(&mut out, notes);
    if object.get("nullable") == Some(&Value::Bool(true)) {
        out.insert("nullable".to_owned(), true.into());
    }
    if let Some(default) = object.get("default").filter(|default| !default.is_null()) {
        out.insert("default".to_owned(), default.clone());
    }
    out
}

/// Copies the limits and the format that the type takes.
pub(super) fn copy_limits(object: &Map<String, Value>, kind: Kind, out: &mut Map<String, Value>) {
    let format = object.get("format").and_then(Value::as_str);
    if let Some(format) = format.filter(|format| kind.takes_format(format)) {
        out.insert("format".to_owned(), json!(format));
    }
    for keyword in kind.limits() {
        if let Some(value) = object.get(*keyword) {
            out.insert((*keyword).to_owned(), value.clone());
        }
    }
}

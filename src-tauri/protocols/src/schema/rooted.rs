//! Schemas of arguments: always one object at the top.

use serde_json::{Map, Value};

use super::{merge, note, refs};

/// How many merges and references at the top are followed.
const MOST_STEPS: usize = 16;
/// How many notes are taken.
const MOST_NOTES: usize = 8;
/// How many names of an alternative are told.
const MOST_NAMES: usize = 12;

/// A schema whose top is one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Rooted {
    /// The schema.
    pub schema: Value,
    /// What it says no more, in words for the tool's description.
    pub note: Option<String>,
}

/// A schema of arguments as every provider takes it: an object, with no choice at the top.
///
/// A missing one becomes that of a tool without arguments. Alternatives are merged: all of their properties may be
/// given, and those are required that each of them requires.
pub fn rooted(schema: Option<&Value>) -> Rooted {
    let empty = Value::Object(Map::new());
    let root = schema.filter(|schema| schema.is_object()).unwrap_or(&empty);
    let mut top = Top {
        root,
        notes: Vec::new(),
        left: refs::MOST_ADDED,
    };
    let mut object = top.flat(root, 0);
    object.insert("type".to_owned(), "object".into());
    if !object.get("properties").is_some_and(Value::is_object) {
        object.insert("properties".to_owned(), Value::Object(Map::new()));
    }
    Rooted {
        schema: object.into(),
        note: (!top.notes.is_empty()).then(|| top.notes.join(" ")),
    }
}

/// The making of one object without choices.
struct Top<'a> {
    root: &'a Value,
    notes: Vec<String>,
    /// How many bytes references may still add.
    left: usize,
}

impl Top<'_> {
    /// One object without choices at its top; nothing below its properties is looked into.
    fn flat(&mut self, schema: &Value, steps: usize) -> Map<String, Value> {
        let Value::Object(object) = schema else {
            return Map::new();
        };
        let mut object = object.clone();
        if let Some(Value::String(reference)) = object.remove("$ref") {
            self.follow(&reference, &mut object, steps);
        }
        let branches_of_all = branches(&mut object, "allOf", steps);
        let besides: Vec<Map<String, Value>> = branches_of_all
            .iter()
            .map(|branch| self.flat(branch, steps + 1))
            .collect();
        merge::with_all(&mut object, &besides.iter().collect::<Vec<_>>());
        for (keyword, how_many) in [("anyOf", "at least one"), ("oneOf", "exactly one")] {
            let branches = branches(&mut object, keyword, steps);
            self.choose(&mut object, &branches, how_many, steps);
        }
        for (keyword, words) in [("enum", "be one of"), ("const", "be"), ("not", "not match")] {
            if let Some(value) = object.remove(keyword) {
                let value = note::quoted(&value);
                self.note(format!("The arguments must {words}: {value}."));
            }
        }
        object
    }

    fn follow(&mut self, reference: &str, object: &mut Map<String, Value>, steps: usize) {
        let Some(target) = refs::target(self.root, reference) else {
            return;
        };
        let size = refs::size(target, 0);
        if steps >= MOST_STEPS || size > self.left {
            return;
        }
        self.left -= size;
        let mut target = self.flat(target, steps + 1);
        // The definitions of the top serve all references.
        target.retain(|keyword, _| !matches!(keyword.as_str(), "$defs" | "definitions"));
        merge::with_all(object, &[&target]);
    }

    fn choose(
        &mut self,
        object: &mut Map<String, Value>,
        branches: &[Value],
        how_many: &str,
        steps: usize,
    ) {
        let alternatives: Vec<Map<String, Value>> = branches
            .iter()
            .map(|branch| self.flat(branch, steps + 1))
            .filter(can_be_object)
            .collect();
        if let [only] = alternatives.as_slice() {
            merge::with_all(object, &[only]);
            return;
        }
        let told: Vec<String> = alternatives.iter().filter_map(names).collect();
        if told.len() > 1 {
            self.note(format!("Give {how_many} of these: {}.", told.join(" or ")));
        }
        merge::with_any(object, &alternatives);
    }

    fn note(&mut self, note: String) {
        if self.notes.len() < MOST_NOTES && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

/// Takes the branches out; too deep, they are left out.
fn branches(object: &mut Map<String, Value>, keyword: &str, steps: usize) -> Vec<Value> {
    match object.remove(keyword) {
        Some(Value::Array(branches)) if steps < MOST_STEPS => branches,
        Some(_) | None => Vec::new(),
    }
}

fn can_be_object(schema: &Map<String, Value>) -> bool {
    match schema.get("type") {
        None => true,
        Some(Value::String(kind)) => kind.eq_ignore_ascii_case("object"),
        Some(Value::Array(kinds)) => kinds.contains(&"object".into()),
        Some(_) => false,
    }
}

/// What tells an alternative from the others: what it requires, or else what it has.
fn names(alternative: &Map<String, Value>) -> Option<String> {
    let mut names = merge::required(alternative);
    if names.is_empty() {
        let properties = alternative.get("properties").and_then(Value::as_object);
        names = properties
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect();
    }
    names.truncate(MOST_NAMES);
    (!names.is_empty()).then(|| format!("{{{}}}", names.join(", ")))
}

//! Calls that come in pieces: `partialArgs` name places in the arguments and what stands there.

use serde_json::{Map, Value};

use super::super::fields::merge;

/// How deep a path may lead.
const MOST_STEPS: usize = 64;

/// A call of which more is to come.
#[derive(Debug, Default)]
pub(super) struct Partial {
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    /// The part as far as it came, without arguments.
    part: Map<String, Value>,
    args: Value,
    /// The place of a text that goes on.
    going_on: Option<String>,
}

impl Partial {
    /// The part if it is whole; nothing while more of a call is to come.
    pub(super) fn take(&mut self, part: Value) -> Option<Value> {
        let call = part.get("functionCall").and_then(Value::as_object);
        let Some(call) = call.filter(|call| self.is_piece(call)) else {
            return Some(part);
        };
        let goes_on = call.get("willContinue") == Some(&Value::Bool(true));
        let mut call = call.clone();
        let open = self.open.get_or_insert_with(|| Open {
            part: Map::new(),
            args: Value::Object(Map::new()),
            going_on: None,
        });
        for piece in call
            .get("partialArgs")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            open.add(piece);
        }
        if let Some(args @ Value::Object(_)) = call.shift_remove("args") {
            open.args = args;
        }
        call.shift_remove("partialArgs");
        call.shift_remove("willContinue");
        open.note(part, call);
        if goes_on { None } else { self.finish() }
    }

    /// A call is a piece if it says so, or if one before it said that more is to come.
    fn is_piece(&self, call: &Map<String, Value>) -> bool {
        let says_so = call.contains_key("partialArgs")
            || call.get("willContinue") == Some(&Value::Bool(true));
        says_so || (self.open.is_some() && !call.contains_key("name"))
    }

    /// The call that is open, as far as it came.
    pub(super) fn finish(&mut self) -> Option<Value> {
        let mut open = self.open.take()?;
        if let Some(Value::Object(call)) = open.part.get_mut("functionCall") {
            call.insert("args".to_owned(), open.args);
        }
        Some(open.part.into())
    }
}

impl Open {
    fn note(&mut self, part: Value, call: Map<String, Value>) {
        if let Value::Object(mut part) = part {
            part.insert("functionCall".to_owned(), call.into());
            merge(&mut self.part, &part);
        }
    }

    fn add(&mut self, piece: &Value) {
        let Some(path) = piece.get("jsonPath").and_then(Value::as_str) else {
            return;
        };
        let goes_on = piece.get("willContinue") == Some(&Value::Bool(true));
        let was_open = self.going_on.as_deref() == Some(path);
        self.going_on = goes_on.then(|| path.to_owned());
        let (Some(value), Some(place)) = (value(piece), place(&mut self.args, path)) else {
            return;
        };
        match (place, value) {
            (Value::String(text), Value::String(more)) if was_open => text.push_str(&more),
            (place, value) => *place = value,
        }
    }
}

fn value(piece: &Value) -> Option<Value> {
    if piece.get("nullValue").is_some() {
        return Some(Value::Null);
    }
    ["stringValue", "numberValue", "boolValue"]
        .iter()
        .find_map(|name| piece.get(*name).cloned())
}

/// The place that a path such as `$.a[0].b` leads to; what is not there yet is made.
fn place<'a>(args: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    let steps = steps(path)?;
    steps.into_iter().try_fold(args, |value, step| match step {
        Step::Name(name) => {
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            Some(value.as_object_mut()?.entry(name).or_insert(Value::Null))
        }
        Step::Index(index) => {
            if !value.is_array() {
                *value = Value::Array(Vec::new());
            }
            let list = value.as_array_mut()?;
            // Items come in order: one far beyond the end is the next one.
            let index = index.min(list.len());
            if index == list.len() {
                list.push(Value::Null);
            }
            list.get_mut(index)
        }
    })
}

enum Step {
    Name(String),
    Index(usize),
}

fn steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() && steps.len() < MOST_STEPS {
        if let Some(inner) = rest.strip_prefix('[') {
            let (inside, after) = inner.split_once(']')?;
            let name = inside.trim_matches(['\'', '"']);
            steps.push(match inside.parse() {
                Ok(index) => Step::Index(index),
                Err(_) => Step::Name(name.to_owned()),
            });
            rest = after;
        } else {
            let inner = rest.strip_prefix('.')?;
            let end = inner.find(['.', '[']).unwrap_or(inner.len());
            steps.push(Step::Name(inner[..end].to_owned()));
            rest = &inner[end..];
        }
    }
    Some(steps)
}

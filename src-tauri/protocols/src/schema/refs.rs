//! References within a schema.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::MOST_DEPTH;
use super::walk;

/// How many bytes of schemas references may add.
pub(super) const MOST_ADDED: usize = 1 << 20;

/// What a local reference (`#/$defs/x`) points to; nothing if it points elsewhere.
pub(super) fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = reference.strip_prefix('#')?;
    root.pointer(&decoded(pointer))
}

/// Undoes percent-encoding; what is none stays.
fn decoded(pointer: &str) -> Cow<'_, str> {
    if !pointer.contains('%') {
        return Cow::Borrowed(pointer);
    }
    let bytes = pointer.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).and_then(hex);
        if let (b'%', Some(code)) = (byte, code) {
            out.push(code);
            at += 3;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

fn hex(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// The reference of a schema, if it is one.
pub(super) fn reference(object: &Map<String, Value>) -> Option<&str> {
    object.get("$ref").and_then(Value::as_str)
}

/// The schema with every local reference replaced by what it points to.
///
/// Where a schema holds itself, and where references would blow it up, one that takes anything stands instead.
pub(super) fn inlined(schema: &Value) -> Value {
    let mut inliner = Inliner {
        root: schema,
        open: Vec::new(),
        left: MOST_ADDED,
    };
    inliner.inline(schema, 0)
}

struct Inliner<'a> {
    root: &'a Value,
    /// The references being followed.
    open: Vec<String>,
    /// How many bytes may still be added.
    left: usize,
}

impl Inliner<'_> {
    fn inline(&mut self, schema: &Value, depth: usize) -> Value {
        let Value::Object(object) = schema else {
            return schema.clone();
        };
        if depth > MOST_DEPTH {
            return Value::Object(Map::new());
        }
        match reference(object) {
            Some(reference) => self.follow(reference, object, depth),
            None => self.members(object, depth).into(),
        }
    }

    /// What stands beside a reference is said of its target, too.
    fn follow(&mut self, reference: &str, object: &Map<String, Value>, depth: usize) -> Value {
        let beside = self.members(object, depth);
        let mut found = match self.resolved(reference, depth) {
            Some(Value::Object(found)) => found,
            Some(_) | None => Map::new(),
        };
        for (keyword, value) in beside {
            found.insert(keyword, value);
        }
        found.into()
    }

    fn resolved(&mut self, reference: &str, depth: usize) -> Option<Value> {
        let target = target(self.root, reference)?;
        let size = size(target, 0);
        if self.open.iter().any(|open| open == reference) || size > self.left {
            return None;
        }
        self.left -= size;
        self.open.push(reference.to_owned());
        let found = self.inline(target, depth + 1);
        self.open.pop();
        Some(found)
    }

    fn members(&mut self, object: &Map<String, Value>, depth: usize) -> Map<String, Value> {
        let mut members = Map::with_capacity(object.len());
        for (keyword, value) in object {
            if matches!(keyword.as_str(), "$ref" | "$defs" | "definitions") {
                continue;
            }
            let value = walk::map_value(keyword, value, &mut |child| self.inline(child, depth + 1));
            members.insert(keyword.clone(), value);
        }
        members
    }
}

/// About how many bytes a value has.
pub(super) fn size(value: &Value, depth: usize) -> usize {
    if depth > 2 * MOST_DEPTH {
        return MOST_ADDED;
    }
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => 8 + text.len(),
        Value::Array(list) => list.iter().fold(8, |sum: usize, item| {
            sum.saturating_add(size(item, depth + 1))
        }),
        Value::Object(members) => members.iter().fold(8, |sum: usize, (name, member)| {
            sum.saturating_add(name.len() + size(member, depth + 1))
        }),
    }
}

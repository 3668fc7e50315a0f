//! Reads tools.

use serde_json::{Map, Value, json};

use super::OPTIONS;
use crate::extra::Extra;
use crate::openai_chat::CHAT;
use crate::openai_chat::content::read_cache;
use crate::openai_chat::fields::{keep_rest, take_list, take_object, take_text, telling};
use crate::request::{Hosted, Request, Tool, ToolKind};

/// Takes the tools out of a body.
pub(in crate::openai_chat::request) fn read(
    fields: &mut Map<String, Value>,
    request: &mut Request,
) {
    for key in ["tools", "functions"] {
        let Some(list) = take_list(fields, key) else {
            continue;
        };
        if list.is_empty() {
            fields.insert(key.into(), Value::Array(list));
            continue;
        }
        request.tools.extend(list.into_iter().map(|tool| match key {
            "functions" => read_legacy(tool),
            _ => read_tool(tool),
        }));
    }
    if fields.get(OPTIONS).is_some_and(Value::is_object) {
        let raw = fields.shift_remove(OPTIONS).unwrap_or_default();
        let mut tool = hosted(Hosted::WebSearch, raw);
        tool.extra.note(CHAT, OPTIONS, true.into());
        request.tools.push(tool);
    }
}

fn hosted(what: Hosted, raw: Value) -> Tool {
    let kind = ToolKind::Hosted {
        what,
        origin: CHAT,
        raw,
    };
    with_kind(String::new(), None, kind)
}

fn with_kind(name: String, description: Option<String>, kind: ToolKind) -> Tool {
    Tool {
        name,
        namespace: None,
        description,
        kind,
        cache: None,
        extra: Extra::default(),
    }
}

fn read_tool(value: Value) -> Tool {
    let word = telling(value.get("type")).map(str::to_owned);
    let key = match word.as_deref() {
        Some("custom") => "custom",
        Some("function") | None => "function",
        Some(other) => {
            let what = if other.starts_with("web_search") {
                Hosted::WebSearch
            } else {
                Hosted::Other
            };
            return hosted(what, value);
        }
    };
    let holder = value.get(key).filter(|inner| inner.is_object());
    let is_named = holder
        .unwrap_or(&value)
        .get("name")
        .is_some_and(Value::is_string);
    if !is_named {
        return hosted(Hosted::Other, value);
    }
    let Value::Object(mut fields) = value else {
        return hosted(Hosted::Other, value);
    };
    let mut extra = Extra::default();
    let inner = take_object(&mut fields, key);
    if inner.is_none() {
        extra.note(CHAT, "flat", true.into());
    }
    if take_text(&mut fields, "type").is_none() {
        extra.note(CHAT, "type", "absent".into());
    }
    let mut tool = match inner {
        Some(mut inner) => {
            let tool = read_inner(&mut inner, key);
            if !inner.is_empty() {
                extra.keep(CHAT, key, Value::Object(inner));
            }
            tool
        }
        None => read_inner(&mut fields, key),
    };
    tool.cache = read_cache(&mut fields, &mut extra);
    keep_rest(&mut extra, fields);
    tool.extra = extra;
    tool
}

/// A function as old clients declare it.
fn read_legacy(value: Value) -> Tool {
    let has_name = value.get("name").is_some_and(Value::is_string);
    let mut tool = match value {
        Value::Object(mut fields) if has_name => {
            let mut tool = read_inner(&mut fields, "function");
            keep_rest(&mut tool.extra, fields);
            tool
        }
        odd @ (Value::Object(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)) => hosted(Hosted::Other, odd),
    };
    tool.extra.note(CHAT, "functions", true.into());
    tool
}

fn read_inner(inner: &mut Map<String, Value>, key: &str) -> Tool {
    let name = take_text(inner, "name").unwrap_or_default();
    let description = take_text(inner, "description");
    let kind = if key == "custom" {
        let format = inner.get("format").filter(|format| !format.is_null());
        let flat = format.map(flat_format);
        if flat.is_some() {
            inner.shift_remove("format");
        }
        ToolKind::Custom { format: flat }
    } else {
        let strict = inner.get("strict").and_then(Value::as_bool);
        if strict.is_some() {
            inner.shift_remove("strict");
        }
        let has_schema = inner
            .get("parameters")
            .is_some_and(|schema| !schema.is_null());
        let schema = has_schema
            .then(|| inner.shift_remove("parameters"))
            .flatten();
        ToolKind::Function { schema, strict }
    };
    with_kind(name, description, kind)
}

/// A grammar stands in an object of its own here, and beside its type in Responses.
fn flat_format(format: &Value) -> Value {
    let Some(Value::Object(grammar)) = format.get("grammar") else {
        return format.clone();
    };
    let mut flat = json!({ "type": format.get("type") });
    for (key, value) in grammar {
        flat[key] = value.clone();
    }
    flat
}

//! Tools, and which of them the model has to use.

mod choice;
mod client;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::fields::{Fields, add_kept, object};
use super::parts::{Pen, cache_mark};
use crate::Protocol::Anthropic;
use crate::codec::Unsayable;
use crate::extra::Place;
use crate::loss::{How, Weight};
use crate::request::{Hosted, Tool, ToolKind};

pub(super) use choice::{read as read_choice, write as write_choice};
pub(crate) use client::client_tool;

/// Where tools stand, in the words of losses.
const PLACE: &str = "tools[]";

/// Reads one tool.
pub(super) fn read(value: Value) -> Result<Tool, Unsayable> {
    let Ok(mut fields) = Fields::of(value) else {
        return Err(Unsayable::new("", "a tool has to be an object"));
    };
    if fields.get("function").is_some_and(Value::is_object) {
        let message = "tools with a `function` belong to /v1/chat/completions, not to /v1/messages";
        return Err(Unsayable::new("function", message));
    }
    let cache = cache_mark(&mut fields);
    let is_defined = fields
        .text("type")
        .is_some_and(|kind| !["", "custom", "function"].contains(&kind));
    if is_defined {
        return Ok(defined(fields, cache));
    }
    let name = fields.string("name").unwrap_or_default();
    let description = fields.string("description");
    let has_schema = fields.get("input_schema").is_some_and(Value::is_object);
    let kind = ToolKind::Function {
        schema: has_schema.then(|| fields.take("input_schema")).flatten(),
        strict: fields.flag("strict"),
    };
    if let Some(word) = fields.take("type") {
        fields.note("type", word);
    }
    Ok(Tool {
        name,
        namespace: None,
        description,
        kind,
        cache,
        extra: fields.rest(),
    })
}

/// A tool that Anthropic defines.
fn defined(fields: Fields, cache: Option<crate::part::Cache>) -> Tool {
    let kind = fields.text("type").unwrap_or_default();
    let what = if kind.starts_with("web_search") {
        Hosted::WebSearch
    } else if kind.starts_with("web_fetch") {
        Hosted::WebFetch
    } else if kind.starts_with("code_execution") {
        Hosted::CodeExecution
    } else {
        Hosted::Other
    };
    Tool {
        name: fields.text("name").unwrap_or_default().to_owned(),
        namespace: None,
        description: None,
        kind: ToolKind::Hosted {
            what,
            origin: Anthropic,
            raw: fields.into_value(),
        },
        cache,
        extra: crate::extra::Extra::default(),
    }
}

/// Writes one tool; nothing for what Anthropic has not.
pub(super) fn write(tool: &Tool, pen: &mut Pen<'_>) -> Option<Value> {
    let mut written = match &tool.kind {
        ToolKind::Function { schema, strict } => function(tool, schema.as_ref(), *strict),
        ToolKind::Custom { format } => custom(tool, format.as_ref()),
        ToolKind::Hosted { what, origin, raw } => {
            let own = (*origin == Anthropic).then(|| raw.as_object().cloned());
            let Some(hosted) = own.unwrap_or_else(|| hosted(*what, raw)) else {
                let kind = raw.get("type").and_then(Value::as_str).unwrap_or("hosted");
                pen.losses
                    .dropped(format!("{PLACE}.{kind}"), Weight::Notable);
                return None;
            };
            hosted
        }
    };
    if let Some(kind) = tool.extra.noted(Anthropic, "type") {
        written.insert("type".to_owned(), kind.clone());
    }
    add_kept(&tool.extra, &mut written);
    tool.extra.note_lost(Anthropic, Place::Tool, pen.losses);
    if let Some(cache) = &tool.cache {
        pen.mark(cache, &mut written, PLACE);
    }
    Some(Value::Object(written))
}

fn name_of(name: &str, namespace: Option<&str>) -> String {
    match namespace {
        Some(namespace) => format!("{namespace}__{name}"),
        None => name.to_owned(),
    }
}

fn named(tool: &Tool, description: Option<String>) -> Map<String, Value> {
    let name = name_of(&tool.name, tool.namespace.as_deref());
    let mut written = object([("name", name.into())]);
    if let Some(text) = description {
        written.insert("description".to_owned(), text.into());
    }
    written
}

fn function(tool: &Tool, schema: Option<&Value>, strict: Option<bool>) -> Map<String, Value> {
    let mut written = named(tool, tool.description.clone());
    written.insert("input_schema".to_owned(), input_schema(schema));
    if let Some(strict) = strict {
        written.insert("strict".to_owned(), strict.into());
    }
    written
}

/// The schema of an input, which is an object, whether the client said so or not.
fn input_schema(schema: Option<&Value>) -> Value {
    let Some(fields) = schema.and_then(Value::as_object) else {
        return json!({ "type": "object", "properties": {} });
    };
    let mut whole = fields.clone();
    if fields.get("type").is_none_or(Value::is_null) {
        whole.insert("type".to_owned(), "object".into());
    }
    Value::Object(whole)
}

/// A tool that takes free text: here it is the one string of an object.
fn custom(tool: &Tool, format: Option<&Value>) -> Map<String, Value> {
    let mut input = object([("type", "string".into())]);
    if let Some(grammar) = format.and_then(|format| format.get("definition")?.as_str()) {
        let text = format!("Has to follow this grammar:\n{grammar}");
        input.insert("description".to_owned(), text.into());
    }
    let schema = json!({
        "type": "object",
        "properties": { "input": input },
        "required": ["input"],
    });
    let mut written = named(tool, tool.description.clone());
    written.insert("input_schema".to_owned(), schema);
    written
}

/// Anthropic's own tool for what another protocol's does.
fn hosted(what: Hosted, raw: &Value) -> Option<Map<String, Value>> {
    let (kind, name) = match what {
        Hosted::WebSearch => ("web_search_20250305", "web_search"),
        Hosted::WebFetch => ("web_fetch_20250910", "web_fetch"),
        Hosted::CodeExecution => ("code_execution_20250825", "code_execution"),
        Hosted::Other => return None,
    };
    let mut written = object([("type", kind.into()), ("name", name.into())]);
    if what == Hosted::WebSearch {
        let domains = raw.pointer("/filters/allowed_domains");
        // Chat puts the place one step deeper.
        let place = raw.pointer("/user_location/approximate").map_or_else(
            || raw.get("user_location").cloned(),
            |place| {
                let mut flat = object([("type", "approximate".into())]);
                flat.extend(place.as_object().cloned().unwrap_or_default());
                Some(Value::Object(flat))
            },
        );
        let place = place.as_ref();
        for (key, told) in [("allowed_domains", domains), ("user_location", place)] {
            if let Some(told) = told.filter(|told| !told.is_null()) {
                written.insert(key.to_owned(), told.clone());
            }
        }
    }
    Some(written)
}

/// Notes that a choice was made more freely than it was said.
fn loosened(pen: &mut Pen<'_>, note: &str) {
    pen.losses
        .add("tool_choice", How::Replaced, Weight::Notable, note);
}

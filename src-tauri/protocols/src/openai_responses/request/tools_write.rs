//! Writes tools; those of one namespace stand together again.

use serde_json::{Map, Value, json};

use crate::Protocol;
use crate::extra::Place;
use crate::loss::{How, Weight};
use crate::openai_responses::OWN;
use crate::openai_responses::fields::{fill, kind_of, map, restore};
use crate::openai_responses::items::page::Page;
use crate::part::{Foreign, Kind};
use crate::request::{Hosted, Request, Tool, ToolKind, Turn};

/// Writes the tools that the conversation does not declare itself.
pub(crate) fn write_tools(request: &Request, page: &mut Page<'_>) -> Vec<Value> {
    let is_placed = declares_tools(request);
    let mut written: Vec<Value> = Vec::new();
    for tool in &request.tools {
        if is_placed && tool.extra.noted(OWN, "placed").is_some() {
            continue;
        }
        let Some(object) = write_tool(tool, page) else {
            continue;
        };
        match &tool.namespace {
            None => written.push(object),
            Some(name) => in_namespace(&mut written, name, tool, object),
        }
    }
    written
}

fn declares_tools(request: &Request) -> bool {
    let mut parts = request.turns.iter().flat_map(Turn::parts);
    parts.any(|part| match &part.kind {
        Kind::Foreign(Foreign { origin, value, .. }) => {
            *origin == OWN && kind_of(value) == "additional_tools"
        }
        Kind::Text(_)
        | Kind::Refusal(_)
        | Kind::Image(_)
        | Kind::Audio(_)
        | Kind::Document(_)
        | Kind::Reasoning(_)
        | Kind::Call(_)
        | Kind::Result(_) => false,
    })
}

/// Adds a tool to the namespace that was begun last, or begins the tool's own.
fn in_namespace(written: &mut Vec<Value>, name: &str, tool: &Tool, object: Value) {
    let begins = tool.extra.noted(OWN, "namespace");
    let last = written.last_mut().filter(|last| {
        begins.is_none()
            && kind_of(last) == "namespace"
            && last.get("name").is_some_and(|it| it == name)
    });
    if let Some(Value::Array(tools)) = last.and_then(|last| last.get_mut("tools")) {
        tools.push(object);
        return;
    }
    let mut namespace = map(json!({"type": "namespace", "name": name, "tools": [object]}));
    match begins {
        Some(Value::Object(fields)) => fill(&mut namespace, fields),
        Some(_) | None => {
            namespace.insert("description".into(), "".into());
        }
    }
    written.push(Value::Object(namespace));
}

fn write_tool(tool: &Tool, page: &mut Page<'_>) -> Option<Value> {
    if tool.cache.is_some() {
        page.lose("tools[].cache_control", Weight::Harmless);
    }
    let mut object = match &tool.kind {
        ToolKind::Function { schema, strict } => {
            write_function(tool, schema.as_ref(), *strict, page)
        }
        ToolKind::Custom { format } => write_custom(tool, format.as_ref()),
        ToolKind::Hosted { what, origin, raw } => {
            return write_hosted(tool, *what, *origin, raw, page);
        }
    };
    restore(&mut object, &tool.extra);
    tool.extra.note_lost(OWN, Place::Tool, page.losses);
    Some(Value::Object(object))
}

/// Without `strict: false` a schema that was not made for it would be taken as strict.
fn write_function(
    tool: &Tool,
    schema: Option<&Value>,
    strict: Option<bool>,
    page: &Page<'_>,
) -> Map<String, Value> {
    let mut object = Map::new();
    if tool.extra.noted(OWN, "untyped").is_none() {
        object.insert("type".into(), "function".into());
    }
    describe(tool, &mut object);
    match schema {
        Some(schema) => {
            object.insert("parameters".into(), schema.clone());
        }
        None if page.own => {}
        None => {
            object.insert(
                "parameters".into(),
                json!({"type": "object", "properties": {}}),
            );
        }
    }
    let strict = match strict {
        Some(strict) => Some(strict && page.quirks.strict_schemas),
        None if page.own => None,
        None => Some(false),
    };
    if let Some(strict) = strict {
        object.insert("strict".into(), strict.into());
    }
    object
}

fn write_custom(tool: &Tool, format: Option<&Value>) -> Map<String, Value> {
    let mut object = map(json!({"type": "custom"}));
    describe(tool, &mut object);
    if let Some(format) = format {
        object.insert("format".into(), format.clone());
    }
    object
}

fn describe(tool: &Tool, object: &mut Map<String, Value>) {
    object.insert("name".into(), tool.name.as_str().into());
    if let Some(description) = &tool.description {
        object.insert("description".into(), description.as_str().into());
    }
}

fn write_hosted(
    tool: &Tool,
    what: Hosted,
    origin: Protocol,
    raw: &Value,
    page: &mut Page<'_>,
) -> Option<Value> {
    if origin == OWN {
        return Some(raw.clone());
    }
    match what {
        Hosted::WebSearch => Some(web_search(origin, raw)),
        Hosted::WebFetch | Hosted::CodeExecution | Hosted::Other => {
            let note = format!("a tool that only its own provider runs: {}", tool.name);
            page.losses
                .add("tools[]", How::Dropped, Weight::Notable, note);
            None
        }
    }
}

/// The search that another protocol asks for, in the words of this one.
fn web_search(origin: Protocol, raw: &Value) -> Value {
    let mut object = map(json!({"type": "web_search"}));
    let place = raw.get("user_location").filter(|place| !place.is_null());
    let place = match origin {
        // Chat puts the place one step deeper.
        Protocol::OpenAi => place.map(|place| {
            let mut flat = map(place.get("approximate").cloned().unwrap_or_default());
            flat.insert("type".into(), "approximate".into());
            Value::Object(flat)
        }),
        Protocol::Anthropic | Protocol::OpenAiResponses | Protocol::Gemini => place.cloned(),
    };
    if let Some(place) = place {
        object.insert("user_location".into(), place);
    }
    if let Some(domains) = raw.get("allowed_domains").filter(|list| list.is_array()) {
        object.insert("filters".into(), json!({"allowed_domains": domains}));
    }
    if let Some(size) = raw
        .get("search_context_size")
        .filter(|size| size.is_string())
    {
        object.insert("search_context_size".into(), size.clone());
    }
    Value::Object(object)
}

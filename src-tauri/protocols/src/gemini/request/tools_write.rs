//! Writes tools and which of them are to be used.

use serde_json::{Map, Value, json};

use super::super::GEMINI;
use super::super::fields::{merge, set};
use super::notes;
use crate::codec::Target;
use crate::extra::Place;
use crate::loss::{How, Losses, Weight};
use crate::quirks::Schemas;
use crate::request::{Hosted, Request, Tool, ToolChoice, ToolKind, ToolName};
use crate::schema;

/// All functions go into one entry and each tool of Google's into its own, unless they came otherwise.
pub(super) fn tools(request: &Request, target: &Target<'_>, losses: &mut Losses) -> Vec<Value> {
    let mut entries = Entries::default();
    for tool in &request.tools {
        if tool.cache.is_some() {
            losses.dropped("tools[].cache_control", Weight::Harmless);
        }
        tool.extra.note_lost(GEMINI, Place::Tool, losses);
        match &tool.kind {
            ToolKind::Function { schema, strict } => {
                if *strict == Some(true) {
                    losses.dropped("tools[].strict", Weight::Harmless);
                }
                entries.function(tool, declaration(tool, schema.as_ref(), target, losses));
            }
            ToolKind::Custom { .. } => losses.dropped("tools[]", Weight::Notable),
            ToolKind::Hosted { what, origin, raw } => {
                let own = (*origin == GEMINI)
                    .then(|| raw.as_object().cloned())
                    .flatten();
                match own.or_else(|| hosted(*what)) {
                    Some(members) => entries.hosted(tool, &members),
                    None => losses.dropped("tools[]", Weight::Notable),
                }
            }
        }
    }
    entries.list
}

/// The entries of `tools` as they are filled.
#[derive(Debug, Default)]
struct Entries {
    list: Vec<Value>,
    /// The entry that each one came as, for those that came in this protocol.
    noted: Vec<Option<Value>>,
}

impl Entries {
    fn function(&mut self, tool: &Tool, declaration: Value) {
        let noted = tool.extra.noted(GEMINI, notes::ENTRY).cloned();
        let is_open = self.noted.last() == Some(&noted)
            && self
                .list
                .last()
                .is_some_and(|last| noted.is_some() || last.get("functionDeclarations").is_some());
        if !is_open {
            self.open(noted);
        }
        let Some(Value::Object(last)) = self.list.last_mut() else {
            return;
        };
        let declarations = last
            .entry("functionDeclarations")
            .or_insert_with(|| json!([]));
        if let Value::Array(declarations) = declarations {
            declarations.push(declaration);
        }
    }

    fn hosted(&mut self, tool: &Tool, members: &Map<String, Value>) {
        let noted = tool.extra.noted(GEMINI, notes::ENTRY).cloned();
        if noted.is_none() || self.noted.last() != Some(&noted) {
            self.open(noted);
        }
        if let Some(Value::Object(last)) = self.list.last_mut() {
            merge(last, members);
        }
    }

    fn open(&mut self, noted: Option<Value>) {
        self.list.push(Value::Object(Map::new()));
        self.noted.push(noted);
    }
}

/// What Google calls a tool that others have, too.
fn hosted(what: Hosted) -> Option<Map<String, Value>> {
    let name = match what {
        Hosted::WebSearch => "googleSearch",
        Hosted::WebFetch => "urlContext",
        Hosted::CodeExecution => "codeExecution",
        Hosted::Other => return None,
    };
    json!({ name: {} }).as_object().cloned()
}

fn declaration(
    tool: &Tool,
    schema: Option<&Value>,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Value {
    let mut out = Map::new();
    out.insert("name".to_owned(), tool.name.as_str().into());
    set(&mut out, "description", tool.description.as_deref());
    if let Some(parameters) = tool.extra.noted(GEMINI, notes::OPENAPI) {
        out.insert("parameters".to_owned(), parameters.clone());
    } else if tool.extra.noted(GEMINI, notes::SPELLED).is_some() {
        set(&mut out, "parametersJsonSchema", schema.cloned());
    } else {
        arguments(&mut out, schema, target, losses);
    }
    if let Some(fields) = tool.extra.fields(GEMINI) {
        merge(&mut out, fields);
    }
    out.into()
}

/// A tool without arguments goes without a schema.
fn arguments(
    out: &mut Map<String, Value>,
    schema: Option<&Value>,
    target: &Target<'_>,
    losses: &mut Losses,
) {
    match target.quirks.schemas {
        Schemas::Json => {
            let is_told = |schema: &&Value| has_arguments(schema);
            set(out, "parametersJsonSchema", schema.filter(is_told).cloned());
        }
        Schemas::OpenApi => {
            let parameters = schema::to_parameters(schema);
            if parameters.is_some() {
                let note = "written in Gemini's older dialect";
                losses.add("tools[].schema", How::Replaced, Weight::Harmless, note);
            }
            set(out, "parameters", parameters);
        }
    }
}

/// Whether a schema says anything about arguments.
fn has_arguments(schema: &Value) -> bool {
    let is_empty = |value: &Value| match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    let says_nothing = |(keyword, value): (&String, &Value)| match keyword.as_str() {
        "type" | "$schema" | "title" | "description" => true,
        "properties" | "required" => is_empty(value),
        "additionalProperties" => value == &Value::Bool(false),
        _ => false,
    };
    !schema
        .as_object()
        .is_none_or(|schema| schema.iter().all(says_nothing))
}

/// Which tools are to be used; nothing if there are none to choose from.
pub(super) fn choice(request: &Request, losses: &mut Losses) -> Option<Value> {
    let choice = request.tool_choice.as_ref()?;
    let noted = request
        .extra
        .noted(GEMINI, notes::MODE)
        .and_then(Value::as_str);
    if request.tools.is_empty() && noted.is_none() {
        losses.dropped("tool_choice", Weight::Harmless);
        return None;
    }
    let (mode, names) = match choice {
        ToolChoice::Auto => ("AUTO", Vec::new()),
        ToolChoice::Any => ("ANY", Vec::new()),
        ToolChoice::None => ("NONE", Vec::new()),
        ToolChoice::Tool(name) => ("ANY", vec![told(name)]),
        ToolChoice::Allowed {
            required: true,
            names,
        } => ("ANY", names.iter().map(told).collect()),
        ToolChoice::Allowed {
            required: false,
            names,
        } => ("AUTO", names.iter().map(told).collect()),
        ToolChoice::Hosted { .. } => {
            losses.dropped("tool_choice", Weight::Notable);
            return None;
        }
    };
    let mut config = Map::new();
    config.insert("mode".to_owned(), noted.unwrap_or(mode).into());
    if !names.is_empty() {
        config.insert("allowedFunctionNames".to_owned(), names.into());
    }
    Some(config.into())
}

fn told(name: &ToolName) -> String {
    name.name.clone()
}

//! Reads tools and which of them are to be used.

use serde_json::{Map, Value};

use super::super::GEMINI;
use super::super::fields::{take, take_list, take_object, take_text, take_texts};
use super::notes;
use crate::codec::Unsayable;
use crate::extra::Extra;
use crate::request::{Hosted, Request, Tool, ToolChoice, ToolKind, ToolName};
use crate::schema;

pub(super) fn tools(
    object: &mut Map<String, Value>,
    request: &mut Request,
) -> Result<(), Unsayable> {
    let was_told = object.contains_key("tools");
    for (index, entry) in take_list(object, "tools").into_iter().enumerate() {
        let Value::Object(entry) = entry else {
            let place = format!("tools[{index}]");
            return Err(Unsayable::new(place, "a tool must be an object"));
        };
        entry_tools(entry, index, request)?;
    }
    if was_told && request.tools.is_empty() {
        request.extra.note(GEMINI, notes::NO_TOOLS, true.into());
    }
    Ok(())
}

/// An entry may hold several functions and tools of Google's.
fn entry_tools(
    mut entry: Map<String, Value>,
    index: usize,
    request: &mut Request,
) -> Result<(), Unsayable> {
    let mut extra = Extra::default();
    extra.note(GEMINI, notes::ENTRY, index.into());
    let functions = take_list(&mut entry, "functionDeclarations");
    for (at, function) in functions.into_iter().enumerate() {
        let Value::Object(function) = function else {
            let place = format!("tools[{index}].functionDeclarations[{at}]");
            return Err(Unsayable::new(place, "a function must be an object"));
        };
        request.tools.push(function_tool(function, extra.clone()));
    }
    for (name, value) in entry {
        let what = match name.as_str() {
            "googleSearch" | "googleSearchRetrieval" => Hosted::WebSearch,
            "urlContext" => Hosted::WebFetch,
            "codeExecution" => Hosted::CodeExecution,
            _ => Hosted::Other,
        };
        let mut raw = Map::new();
        raw.insert(name, value);
        request.tools.push(hosted_tool(what, raw, extra.clone()));
    }
    Ok(())
}

fn hosted_tool(what: Hosted, raw: Map<String, Value>, extra: Extra) -> Tool {
    Tool {
        name: String::new(),
        namespace: None,
        description: None,
        kind: ToolKind::Hosted {
            what,
            origin: GEMINI,
            raw: raw.into(),
        },
        cache: None,
        extra,
    }
}

fn function_tool(mut function: Map<String, Value>, mut extra: Extra) -> Tool {
    let name = take_text(&mut function, "name").unwrap_or_default();
    let description = take_text(&mut function, "description");
    let schema = take(&mut function, "parametersJsonSchema").or_else(|| {
        let parameters = take(&mut function, "parameters")?;
        let schema = schema::from_openapi(&parameters);
        extra.note(GEMINI, notes::OPENAPI, parameters);
        Some(schema)
    });
    if schema.is_some() {
        extra.note(GEMINI, notes::SPELLED, true.into());
    }
    for (name, value) in function {
        extra.keep(GEMINI, &name, value);
    }
    Tool {
        name,
        namespace: None,
        description,
        kind: ToolKind::Function {
            schema,
            strict: None,
        },
        cache: None,
        extra,
    }
}

/// Which tools are to be used; what has no neutral form stays in `toolConfig`.
pub(super) fn choice(object: &mut Map<String, Value>, request: &mut Request) {
    let Some(mut config) = take_object(object, "toolConfig") else {
        return;
    };
    if let Some(mut calling) = take_object(&mut config, "functionCallingConfig") {
        let names = take_texts(&mut calling, "allowedFunctionNames");
        let mode = take_text(&mut calling, "mode");
        if let Some(choice) = mode.as_deref().and_then(|mode| chosen(mode, &names)) {
            request.extra.note(GEMINI, notes::MODE, mode.into());
            request.tool_choice = Some(choice);
        } else {
            put_back(&mut calling, mode, names);
        }
        if !calling.is_empty() || request.tool_choice.is_none() {
            config.insert("functionCallingConfig".to_owned(), calling.into());
        }
    }
    if !config.is_empty() || request.tool_choice.is_none() {
        request.extra.keep(GEMINI, "toolConfig", config.into());
    }
}

fn put_back(calling: &mut Map<String, Value>, mode: Option<String>, names: Vec<String>) {
    super::super::fields::set(calling, "mode", mode);
    if !names.is_empty() {
        calling.insert("allowedFunctionNames".to_owned(), names.into());
    }
}

fn chosen(mode: &str, names: &[String]) -> Option<ToolChoice> {
    let tool_name = |name: &String| ToolName {
        name: name.clone(),
        ..ToolName::default()
    };
    let allowed = |required| ToolChoice::Allowed {
        required,
        names: names.iter().map(tool_name).collect(),
    };
    Some(match (mode, names) {
        ("AUTO" | "VALIDATED", []) => ToolChoice::Auto,
        ("AUTO" | "VALIDATED", _) => allowed(false),
        ("ANY", []) => ToolChoice::Any,
        ("ANY", [name]) => ToolChoice::Tool(tool_name(name)),
        ("ANY", _) => allowed(true),
        ("NONE", []) => ToolChoice::None,
        _ => return None,
    })
}

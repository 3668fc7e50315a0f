//! Writes tools.

use serde_json::{Map, Value, json};

use super::OPTIONS;
use crate::codec::Target;
use crate::extra;
use crate::loss::{Losses, Weight};
use crate::openai_chat::CHAT;
use crate::openai_chat::content::cache_mark;
use crate::openai_chat::fields::{put_rest, telling};
use crate::request::{Hosted, Request, Tool, ToolChoice, ToolKind};

/// Writes the tools.
pub(in crate::openai_chat::request) fn write(
    request: &Request,
    target: &Target<'_>,
    losses: &mut Losses,
    object: &mut Map<String, Value>,
) {
    let (mut tools, mut functions) = (Vec::new(), Vec::new());
    let offered = request.tools.iter();
    for tool in offered.filter(|tool| is_offered(tool, request, target)) {
        tool.extra.note_lost(CHAT, extra::Place::Tool, losses);
        match spelled(tool, target) {
            Some((Place::Tools, value)) => tools.push(value),
            Some((Place::Functions, value)) => functions.push(value),
            Some((Place::Options, value)) => drop(object.insert(OPTIONS.into(), value)),
            None => losses.dropped("tools[]", Weight::Notable),
        }
    }
    for (key, list) in [("tools", tools), ("functions", functions)] {
        if !list.is_empty() {
            object.insert(key.into(), Value::Array(list));
        } else if let Some(empty) = request.extra.noted(CHAT, key) {
            object.insert(key.into(), empty.clone());
        }
    }
}

/// Where a tool stands.
enum Place {
    Tools,
    Functions,
    Options,
}

/// A tool and its place; nothing if the target has no such tool.
fn spelled(tool: &Tool, target: &Target<'_>) -> Option<(Place, Value)> {
    let place = if tool.extra.noted(CHAT, "functions").is_some() {
        Place::Functions
    } else {
        Place::Tools
    };
    match (&tool.kind, &place) {
        (ToolKind::Hosted { origin, raw, .. }, _) if *origin == CHAT => {
            let is_option = tool.extra.noted(CHAT, OPTIONS).is_some();
            Some((if is_option { Place::Options } else { place }, raw.clone()))
        }
        (ToolKind::Hosted { what, raw, .. }, _) => {
            let is_known = *what == Hosted::WebSearch && target.quirks.web_search;
            is_known.then(|| (Place::Options, search_options(raw)))
        }
        (ToolKind::Function { .. } | ToolKind::Custom { .. }, Place::Functions) => {
            Some((place, legacy(tool)))
        }
        (ToolKind::Function { .. } | ToolKind::Custom { .. }, Place::Tools | Place::Options) => {
            Some((place, nested(tool, target)))
        }
    }
}

/// A target that cannot be told which tools are allowed is offered no others.
fn is_offered(tool: &Tool, request: &Request, target: &Target<'_>) -> bool {
    let Some(ToolChoice::Allowed { names, .. }) = &request.tool_choice else {
        return true;
    };
    let is_named = |name: &str| names.iter().any(|allowed| allowed.name == name);
    let is_as_it_came = request.extra.noted(CHAT, "tool_choice").is_some();
    target.quirks.allowed_tools || is_as_it_came || is_named(&tool.name)
}

fn nested(tool: &Tool, target: &Target<'_>) -> Value {
    let (key, inner) = inner_of(tool);
    let mut object = Map::new();
    if tool.extra.noted(CHAT, "type").is_none() {
        object.insert("type".into(), key.into());
    }
    if tool.extra.noted(CHAT, "flat").is_some() {
        object.extend(inner);
    } else {
        object.insert(key.into(), Value::Object(inner));
    }
    if let Some((key, mark)) = cache_mark(tool.cache.as_ref(), &tool.extra, target.quirks.cache)
        .filter(|(key, _)| *key == "cache_control" || tool.extra.noted(CHAT, key).is_some())
    {
        object.insert(key.into(), mark);
    }
    put_rest(&tool.extra, &mut object);
    Value::Object(object)
}

fn legacy(tool: &Tool) -> Value {
    let (_, mut inner) = inner_of(tool);
    put_rest(&tool.extra, &mut inner);
    Value::Object(inner)
}

fn inner_of(tool: &Tool) -> (&'static str, Map<String, Value>) {
    let mut inner = Map::new();
    inner.insert("name".into(), tool.name.as_str().into());
    if let Some(description) = &tool.description {
        inner.insert("description".into(), description.as_str().into());
    }
    match &tool.kind {
        ToolKind::Custom { format } => {
            let format = format.as_ref().map(nested_format);
            inner.extend(format.map(|format| ("format".to_owned(), format)));
            ("custom", inner)
        }
        ToolKind::Function { schema, strict } => {
            let schema = schema.clone();
            inner.extend(schema.map(|schema| ("parameters".to_owned(), schema)));
            inner.extend(strict.map(|strict| ("strict".to_owned(), strict.into())));
            ("function", inner)
        }
        ToolKind::Hosted { .. } => ("function", inner),
    }
}

/// The options of a search that another protocol asked for: the place of the one who searches is nested differently.
fn search_options(raw: &Value) -> Value {
    let mut options = Map::new();
    if let Some(size) = raw
        .get("search_context_size")
        .filter(|size| size.is_string())
    {
        options.insert("search_context_size".into(), size.clone());
    }
    if let Some(Value::Object(place)) = raw.get("user_location") {
        let mut place = place.clone();
        place.shift_remove("type");
        let place = json!({ "type": "approximate", "approximate": place });
        options.insert("user_location".into(), place);
    }
    Value::Object(options)
}

fn nested_format(format: &Value) -> Value {
    let word = telling(format.get("type"));
    let Some(fields) = format.as_object().filter(|_| word == Some("grammar")) else {
        return format.clone();
    };
    let mut grammar = fields.clone();
    grammar.shift_remove("type");
    if grammar.contains_key("grammar") {
        return format.clone();
    }
    json!({ "type": "grammar", "grammar": grammar })
}

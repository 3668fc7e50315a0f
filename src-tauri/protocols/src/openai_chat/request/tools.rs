//! The tools: `tools`, `functions` of old clients, and `web_search_options`.

use serde_json::{Map, Value, json};

use super::super::CHAT;
use super::super::content::{cache_mark, read_cache};
use super::super::fields::{keep_rest, put_rest, take_list, take_object, take_text, telling};
use crate::Protocol;
use crate::codec::Target;
use crate::extra::Extra;
use crate::loss::{Losses, Weight};
use crate::request::{Hosted, Request, Tool, ToolChoice, ToolKind};

/// Takes the tools out of a body.
pub(super) fn read(fields: &mut Map<String, Value>, request: &mut Request) {
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
    if fields
        .get("web_search_options")
        .is_some_and(Value::is_object)
    {
        let raw = fields
            .shift_remove("web_search_options")
            .unwrap_or_default();
        let mut tool = hosted(Hosted::WebSearch, raw);
        tool.extra.note(CHAT, "web_search_options", true.into());
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
    let Value::Object(mut fields) = value else {
        return hosted(Hosted::Other, value);
    };
    let mut tool = read_inner(&mut fields, "function");
    tool.extra.note(CHAT, "functions", true.into());
    keep_rest(&mut tool.extra, fields);
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

/// Writes the tools.
pub(super) fn write(
    request: &Request,
    target: &Target<'_>,
    losses: &mut Losses,
    object: &mut Map<String, Value>,
) {
    let (mut tools, mut functions) = (Vec::new(), Vec::new());
    for tool in request
        .tools
        .iter()
        .filter(|tool| is_offered(tool, request, target))
    {
        tool.extra
            .note_lost(CHAT, "tools[]", Weight::Harmless, losses);
        match &tool.kind {
            ToolKind::Hosted { what, origin, raw } => {
                let options = search_options(tool, *what, *origin, raw, target);
                match options {
                    Some(options) => drop(object.insert("web_search_options".into(), options)),
                    None if *origin == CHAT => tools.push(raw.clone()),
                    None => losses.dropped("tools[]", Weight::Notable),
                }
            }
            ToolKind::Function { .. } | ToolKind::Custom { .. }
                if tool.extra.noted(CHAT, "functions").is_some() =>
            {
                functions.push(legacy(tool));
            }
            ToolKind::Function { .. } | ToolKind::Custom { .. } => tools.push(nested(tool, target)),
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

/// The options of a web search, if the target is told of it apart from the tools.
///
/// The place of the one who searches is said by other protocols, too, differently nested.
fn search_options(
    tool: &Tool,
    what: Hosted,
    origin: Protocol,
    raw: &Value,
    target: &Target<'_>,
) -> Option<Value> {
    if tool.extra.noted(CHAT, "web_search_options").is_some() {
        return Some(raw.clone());
    }
    if what != Hosted::WebSearch || origin == CHAT || !target.quirks.web_search {
        return None;
    }
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
    Some(Value::Object(options))
}

//! A request, read: nothing is repaired, and what has no neutral word is kept.

use serde_json::Value;

use super::thinking;
use crate::Protocol::Anthropic;
use crate::anthropic::fields::Fields;
use crate::anthropic::parts::{Side, parts};
use crate::anthropic::tools;
use crate::codec::Unsayable;
use crate::part::Parts;
use crate::request::{Format, Request, Role, Sampling, Tool, Turn};

/// Reads the body of `/v1/messages` or `/v1/messages/count_tokens`.
pub(crate) fn read_request(body: Value) -> Result<Request, Unsayable> {
    let mut fields =
        Fields::of(body).map_err(|_| Unsayable::new("", "the body has to be an object"))?;
    let system = system(&mut fields)?;
    let turns = turns(&mut fields)?;
    let tools = tools(&mut fields)?;
    let (tool_choice, parallel_tools) = tools::read_choice(&mut fields, &tools);
    let sampling = sampling(&mut fields);
    let format = format(&mut fields);
    let thinking = thinking::read(&mut fields);
    let (user, cache_key) = user(&mut fields);
    let mut request = Request {
        model: fields.string("model").unwrap_or_default(),
        stream: fields.flag("stream"),
        system,
        turns,
        tools,
        tool_choice,
        parallel_tools,
        sampling,
        thinking,
        format,
        user,
        cache_key,
        extra: fields.rest(),
        ..Request::default()
    };
    // By this the writer knows that nothing has to be added.
    request.extra.note(Anthropic, "own", true.into());
    Ok(request)
}

fn system(fields: &mut Fields) -> Result<Option<Parts>, Unsayable> {
    if fields.get("system").is_none_or(Value::is_null) {
        return Ok(None);
    }
    parts(fields.take("system"), "system", Side::Client).map(Some)
}

fn turns(fields: &mut Fields) -> Result<Vec<Turn>, Unsayable> {
    let Some(list) = fields.list("messages") else {
        let message = if fields.get("input").is_some() {
            "a list of messages is needed; bodies with `input` belong to /v1/responses"
        } else {
            "a list of messages is needed"
        };
        return Err(Unsayable::new("messages", message));
    };
    let messages = list.into_iter().enumerate();
    messages
        .map(|(index, value)| turn(value, &format!("messages[{index}]")))
        .collect()
}

fn turn(value: Value, place: &str) -> Result<Turn, Unsayable> {
    let Ok(mut fields) = Fields::of(value) else {
        return Err(Unsayable::new(place, "a message has to be an object"));
    };
    if fields.get("tool_calls").is_some() {
        let message =
            "messages with `tool_calls` belong to /v1/chat/completions, not to /v1/messages";
        return Err(Unsayable::new(format!("{place}.tool_calls"), message));
    }
    let role = match fields.text("role") {
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some("system") => Role::System,
        Some("developer") => Role::Developer,
        other => return Err(no_role(other, place)),
    };
    fields.take("role");
    let content = fields.take("content");
    Ok(Turn {
        role,
        content: parts(content, &format!("{place}.content"), Side::Client)?,
        name: None,
        extra: fields.rest(),
    })
}

fn no_role(role: Option<&str>, place: &str) -> Unsayable {
    let field = format!("{place}.role");
    match role {
        Some(role @ ("tool" | "function")) => Unsayable::new(
            field,
            format!(
                "messages with role {role:?} belong to /v1/chat/completions, not to /v1/messages"
            ),
        ),
        Some(_) | None => Unsayable::new(field, "the role has to be user, assistant or system"),
    }
}

fn tools(fields: &mut Fields) -> Result<Vec<Tool>, Unsayable> {
    let Some(list) = fields.list("tools") else {
        return Ok(Vec::new());
    };
    if list.is_empty() {
        fields.note("tools", Value::Array(Vec::new()));
    }
    let tools = list.into_iter().enumerate();
    let read = tools.map(|(index, value)| {
        tools::read(value).map_err(|error| {
            let dot = if error.field.is_empty() { "" } else { "." };
            Unsayable::new(format!("tools[{index}]{dot}{}", error.field), error.message)
        })
    });
    read.collect()
}

fn sampling(fields: &mut Fields) -> Sampling {
    Sampling {
        max_output: fields.count("max_tokens"),
        temperature: fields.number("temperature"),
        top_p: fields.number("top_p"),
        top_k: fields.number("top_k"),
        stop: stop(fields),
        ..Sampling::default()
    }
}

fn stop(fields: &mut Fields) -> Vec<String> {
    let Some(told) = fields.get("stop_sequences") else {
        return Vec::new();
    };
    let list = told.as_array().map(Vec::as_slice);
    let texts = list.unwrap_or(std::slice::from_ref(told)).iter();
    let texts: Option<Vec<String>> = texts.map(|text| text.as_str().map(str::to_owned)).collect();
    let Some(texts) = texts else {
        return Vec::new();
    };
    if texts.is_empty() {
        fields.note("stop_sequences", Value::Array(Vec::new()));
    }
    fields.take("stop_sequences");
    texts
}

/// The shape of the answer. `output_format` is the older place; where both are said, both stay as they are.
fn format(fields: &mut Fields) -> Option<Format> {
    if let Some(older) = fields.get("output_format") {
        let newer = fields
            .get("output_config")
            .and_then(|config| config.get("format"));
        return newer.and_then(schema).or_else(|| schema(older));
    }
    let config = fields.get("output_config")?.as_object()?;
    let raw = config.get("format")?;
    let format = schema(raw)?;
    let is_plain = raw.as_object().is_some_and(|raw| raw.len() == 2);
    if is_plain {
        let mut config = fields.object("output_config")?;
        config.take("format");
        // The writer puts the format back; an object that held nothing else is made by it.
        fields.put_rest("output_config", config, false);
    }
    Some(format)
}

fn schema(format: &Value) -> Option<Format> {
    if format.get("type")?.as_str()? != "json_schema" {
        return None;
    }
    Some(Format::Schema {
        name: None,
        description: None,
        schema: format.get("schema")?.clone(),
        strict: None,
    })
}

/// Who uses the client, and what the requests of one conversation have in common: Claude Code tells both in one
/// string of JSON.
fn user(fields: &mut Fields) -> (Option<String>, Option<String>) {
    let Some(mut metadata) = fields.object("metadata") else {
        return (None, None);
    };
    let user = metadata.string("user_id");
    fields.put_rest("metadata", metadata, user.is_none());
    let told: Option<Value> = user
        .as_deref()
        .filter(|text| text.starts_with('{'))
        .and_then(|text| serde_json::from_str(text).ok());
    let session = told
        .as_ref()
        .and_then(|told| told.get("session_id")?.as_str());
    let session = session.filter(|id| !id.is_empty()).map(str::to_owned);
    (user, session)
}

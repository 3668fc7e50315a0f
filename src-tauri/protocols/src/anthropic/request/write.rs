//! A request, written.

use serde_json::{Map, Value, json};

use super::thinking::{self, Said};
use crate::Protocol::Anthropic;
use crate::anthropic::fields::{add_kept, object};
use crate::anthropic::parts::Pen;
use crate::anthropic::tools;
use crate::codec::{Target, Unsayable};
use crate::extra::Place;
use crate::loss::{Losses, Weight};
use crate::quirks::CacheStyle;
use crate::request::{Format, Request, Role, Sampling, Turn};

/// Writes the body of `/v1/messages`.
pub(crate) fn write_request(
    request: &Request,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Result<Value, Unsayable> {
    if request.answers.is_some_and(|answers| answers > 1) {
        let message = "Anthropic models give one answer to a request";
        return Err(Unsayable::new("n", message));
    }
    let is_own = request.extra.origin() == Some(Anthropic);
    let default = (!is_own).then_some(target.quirks.default_max_output);
    let max_output = request.sampling.max_output.or(default);
    let said = if is_own {
        thinking::own(&request.thinking)
    } else {
        let most = max_output.unwrap_or_default();
        thinking::crossed(&request.thinking, target, most, losses)
    };
    let mut pen = Pen {
        marks: target.quirks.cache == CacheStyle::Anthropic,
        losses,
    };
    let mut body = object([("model", target.model.into())]);
    set(&mut body, "max_tokens", max_output);
    conversation(request, &mut body, &mut pen)?;
    offered(request, &mut body, &mut pen);
    controls(request, said, &mut body, pen.losses);
    unsaid(request, pen.losses);
    add_kept(&request.extra, &mut body);
    Ok(Value::Object(body))
}

fn set(body: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        body.insert(key.to_owned(), value.into());
    }
}

fn conversation(
    request: &Request,
    body: &mut Map<String, Value>,
    pen: &mut Pen<'_>,
) -> Result<(), Unsayable> {
    if let Some(system) = &request.system {
        let content = pen.content(system).map_err(|error| at("system", error))?;
        let is_own = request.extra.origin() == Some(Anthropic);
        let is_empty = content.as_array().is_some_and(Vec::is_empty);
        let is_said = !content.is_null() && (!is_empty || (is_own && system.list.is_empty()));
        set(body, "system", is_said.then_some(content));
    }
    let mut messages = Vec::with_capacity(request.turns.len());
    for (index, turn) in request.turns.iter().enumerate() {
        let fault = |error| at(&format!("messages[{index}]"), error);
        messages.extend(message(turn, pen).map_err(fault)?);
    }
    body.insert("messages".to_owned(), Value::Array(messages));
    Ok(())
}

fn at(place: &str, error: Unsayable) -> Unsayable {
    Unsayable::new(format!("{place}.{}", error.field), error.message)
}

/// One message; nothing if there was something to say and nothing of it can be said.
fn message(turn: &Turn, pen: &mut Pen<'_>) -> Result<Option<Value>, Unsayable> {
    let role = match turn.role {
        Role::System | Role::Developer => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let content = pen.content(&turn.content)?;
    let is_emptied = content.as_array().is_some_and(Vec::is_empty) && !turn.parts().is_empty();
    if is_emptied {
        return Ok(None);
    }
    let mut message = object([("role", role.into())]);
    if !content.is_null() {
        message.insert("content".to_owned(), content);
    }
    add_kept(&turn.extra, &mut message);
    turn.extra.note_lost(Anthropic, Place::Turn, pen.losses);
    if turn.name.is_some() {
        pen.losses.dropped("messages[].name", Weight::Harmless);
    }
    Ok(Some(Value::Object(message)))
}

fn offered(request: &Request, body: &mut Map<String, Value>, pen: &mut Pen<'_>) {
    let tools: Vec<Value> = request
        .tools
        .iter()
        .filter_map(|tool| tools::write(tool, pen))
        .collect();
    // A list that came empty goes back so; any other empty list some providers refuse.
    let is_noted = request.extra.noted(Anthropic, "tools").is_some();
    if tools.is_empty() {
        set(body, "tools", is_noted.then(|| json!([])));
        return;
    }
    set(body, "tool_choice", tools::write_choice(request, pen));
    body.insert("tools".to_owned(), Value::Array(tools));
}

fn controls(request: &Request, said: Said, body: &mut Map<String, Value>, losses: &mut Losses) {
    set(body, "thinking", said.thinking.map(Value::Object));
    let mut config = Map::new();
    set(&mut config, "effort", said.effort);
    let is_elsewhere = request.extra.get(Anthropic, "output_format").is_some();
    match &request.format {
        Some(Format::Schema { schema, .. }) if !is_elsewhere => {
            let format = json!({ "type": "json_schema", "schema": schema });
            config.insert("format".to_owned(), format);
        }
        Some(Format::Json) => losses.dropped("response_format", Weight::Notable),
        Some(Format::Schema { .. } | Format::Text) | None => {}
    }
    set(
        body,
        "output_config",
        (!config.is_empty()).then_some(Value::Object(config)),
    );
    sampling(&request.sampling, request, body);
    let user = request.user.as_ref().or(request.cache_key.as_ref());
    set(
        body,
        "metadata",
        user.map(|user| json!({ "user_id": user })),
    );
    set(body, "stream", request.stream);
}

fn sampling(sampling: &Sampling, request: &Request, body: &mut Map<String, Value>) {
    let numbers = [
        ("temperature", &sampling.temperature),
        ("top_p", &sampling.top_p),
        ("top_k", &sampling.top_k),
    ];
    for (key, number) in numbers {
        set(body, key, number.clone());
    }
    let is_noted = request.extra.noted(Anthropic, "stop_sequences").is_some();
    if !sampling.stop.is_empty() || is_noted {
        body.insert("stop_sequences".to_owned(), json!(sampling.stop));
    }
}

/// Notes what Anthropic has no field for.
fn unsaid(request: &Request, losses: &mut Losses) {
    let sampling = &request.sampling;
    let fields = [
        ("seed", sampling.seed.is_some(), Weight::Harmless),
        ("verbosity", request.verbosity.is_some(), Weight::Notable),
        (
            "presence_penalty",
            sampling.presence_penalty.is_some(),
            Weight::Notable,
        ),
        (
            "frequency_penalty",
            sampling.frequency_penalty.is_some(),
            Weight::Notable,
        ),
        ("logprobs", sampling.logprobs == Some(true), Weight::Notable),
        (
            "top_logprobs",
            sampling.top_logprobs.is_some(),
            Weight::Notable,
        ),
    ];
    for (field, is_asked, weight) in fields {
        if is_asked {
            losses.dropped(field, weight);
        }
    }
    request.extra.note_lost(Anthropic, Place::Top, losses);
}

//! The models a key may ask for, in the shape of whoever asks.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Asked, answer::Answer, error::ProxyError, exchange::Exchange, plan};

/// What a client takes a model list to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Anthropic,
    OpenAi,
    Gemini,
}

/// One line of the list.
struct Model {
    alias: String,
    created: jiff::Timestamp,
    owner: String,
}

/// All models, as the caller's client expects them.
pub(super) fn list(exchange: &mut Exchange, asked: &Asked, gemini: bool) -> Answer {
    exchange.recorded = false;
    let models = models(asked);
    let body = match shape(asked, gemini) {
        Shape::Gemini => json!({"models": models.iter().map(gemini_model).collect::<Vec<_>>()}),
        // One object serves the clients of both protocols: each reads the fields it knows.
        Shape::Anthropic | Shape::OpenAi => json!({
            "object": "list",
            "data": models.iter().map(model).collect::<Vec<_>>(),
            "has_more": false,
            "first_id": models.first().map(|model| &model.alias),
            "last_id": models.last().map(|model| &model.alias),
        }),
    };
    Answer::json(StatusCode::OK, body.to_string())
}

/// One model by its alias.
pub(super) fn one(
    exchange: &mut Exchange,
    asked: &Asked,
    id: &str,
    gemini: bool,
) -> Result<Answer, ProxyError> {
    exchange.recorded = false;
    let found = models(asked)
        .into_iter()
        .find(|model| model.alias.eq_ignore_ascii_case(id));
    let Some(found) = found else {
        let aliases = plan::aliases(&asked.caller.group, &asked.caller.key);
        return Err(ProxyError::NoRoute {
            asked: id.to_owned(),
            aliases,
        });
    };
    let body = match shape(asked, gemini) {
        Shape::Gemini => gemini_model(&found),
        Shape::Anthropic | Shape::OpenAi => model(&found),
    };
    Ok(Answer::json(StatusCode::OK, body.to_string()))
}

fn models(asked: &Asked) -> Vec<Model> {
    let group = &asked.caller.group;
    plan::aliases(group, &asked.caller.key)
        .into_iter()
        .map(|alias| {
            let route = group.route_by_alias(&alias);
            let provider = route.and_then(|route| group.provider(&route.provider));
            Model {
                created: route.map_or(group.group.created_at, |route| route.created_at),
                owner: provider
                    .map_or_else(|| "keyway".to_owned(), |view| view.provider.id.clone()),
                alias,
            }
        })
        .collect()
}

fn shape(asked: &Asked, gemini: bool) -> Shape {
    let headers = &asked.head.headers;
    if gemini || headers.contains_key("x-goog-api-key") {
        Shape::Gemini
    } else if headers.contains_key("anthropic-version") {
        Shape::Anthropic
    } else {
        Shape::OpenAi
    }
}

fn model(model: &Model) -> Value {
    json!({
        "id": model.alias,
        "object": "model",
        "type": "model",
        "created": model.created.as_second(),
        "created_at": model.created.to_string(),
        "owned_by": model.owner,
        "display_name": model.alias,
    })
}

fn gemini_model(model: &Model) -> Value {
    json!({
        "name": format!("models/{}", model.alias),
        "baseModelId": model.alias,
        "version": "1",
        "displayName": model.alias,
        "description": format!("answered by {}", model.owner),
        "supportedGenerationMethods": ["generateContent", "streamGenerateContent", "countTokens"],
    })
}

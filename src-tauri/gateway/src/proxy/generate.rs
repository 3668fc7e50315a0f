//! The main endpoints: an answer of a model, streamed or whole.

use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use http_body::Body;
use keyway_protocols::{Protocol, cross::ReasoningForm, envelope::Envelope};

use super::{
    Asked,
    answer::Answer,
    ask::{Ask, OwnedAction, Spot, Turn},
    echo,
    endpoints::GeminiPath,
    error::ProxyError,
    exchange::{self, Exchange},
    failover, headers,
    intake::{self, Intake},
    plan::{self, Plan, Question, Targets, Wants},
    searching,
};
use crate::config::{ClientKey, Purpose, Reasoning, Route};

/// Answers a request for an answer of a model.
pub(super) async fn answer<B>(
    exchange: &mut Exchange,
    asked: &Asked,
    body: B,
    protocol: Protocol,
    gemini: Option<GeminiPath>,
) -> Result<Answer, ProxyError>
where
    B: Body<Data = Bytes>,
{
    let intake = intake::read_json(&asked.head.headers, body).await?;
    let streamed = gemini.as_ref().map(|path| path.streamed);
    let wanted = Wanted {
        in_path: gemini.map(|path| path.model),
        protocol,
        wants: Wants::Conversation,
        across: true,
    };
    let plan = planned(exchange, asked, &intake.envelope, wanted)?;
    let reasoning = reasoning(plan.route.as_deref(), &asked.caller.key);
    reserve(exchange, asked)?;
    match plan.targets {
        Targets::Echo => Ok(echo::answer(
            exchange,
            protocol,
            &intake.pieces,
            streamed,
            asked.head.uri.query(),
        )
        .await),
        Targets::Providers(targets) => {
            // Gemini streams a JSON array unless events are asked for; that is passed on as it comes.
            exchange.entry.streamed = streamed == Some(true);
            let Intake { pieces, envelope } = intake;
            let ask = Ask {
                method: Method::POST,
                protocol,
                action: OwnedAction::Generate {
                    streamed: streamed == Some(true),
                },
                headers: &asked.head.headers,
                query: asked.query(),
                pieces,
                spot: envelope.model.map(Spot::Json),
                turn: Some(Turn {
                    streamed,
                    reasoning,
                    ..turn(exchange, asked)
                }),
            };
            failover::ask(exchange, &ask, &targets, &asked.caller.key).await
        }
    }
}

/// What a request wants, besides what its body says.
pub(super) struct Wanted {
    /// The model, where the path names it.
    pub in_path: Option<String>,
    /// The protocol it speaks.
    pub protocol: Protocol,
    /// Whether another model may stand in.
    pub wants: Wants,
    /// Whether it can be said in other protocols.
    pub across: bool,
}

/// What holds for each turn of a conversation.
pub(super) fn turn(exchange: &Exchange, asked: &Asked) -> Turn {
    let protocol = exchange.entry.protocol_in;
    let query = asked.head.uri.query().unwrap_or_default();
    Turn {
        id: exchange.entry.id.clone(),
        key: asked.caller.key.id.clone(),
        alias: exchange.entry.asked_model.clone(),
        streamed: None,
        list: protocol == Protocol::Gemini && !query.split('&').any(|part| part == "alt=sse"),
        reasoning: ReasoningForm::Native,
        compacts: false,
        searcher: searching::searcher(protocol, &asked.caller.group),
    }
}

/// How the client takes thoughts: as the route says, else as the purpose of its key needs it.
fn reasoning(route: Option<&Route>, key: &ClientKey) -> ReasoningForm {
    match (route.and_then(|route| route.reasoning), key.purpose) {
        (Some(Reasoning::Native), _) | (None, Purpose::Default) => ReasoningForm::Native,
        (Some(Reasoning::ThinkTags), _) | (None, Purpose::Cursor) => ReasoningForm::Tags,
        (Some(Reasoning::Drop), _) => ReasoningForm::Drop,
    }
}

/// Finds the targets for the asked model and notes both in the log entry.
pub(super) fn planned(
    exchange: &mut Exchange,
    asked: &Asked,
    envelope: &Envelope,
    wanted: Wanted,
) -> Result<Plan, ProxyError> {
    let (group, key) = (&asked.caller.group, &asked.caller.key);
    exchange.entry.request_bytes = envelope.len as u64;
    let name = wanted
        .in_path
        .or_else(|| envelope.model.as_ref().map(|spot| spot.name.clone()));
    let Some(name) = name.filter(|name| !name.trim().is_empty()) else {
        return Err(ProxyError::MissingModel(plan::aliases(group, key)));
    };
    exchange.entry.asked_model = Arc::from(name.as_str());
    let question = Question {
        asked: &name,
        protocol: wanted.protocol,
        wants: wanted.wants,
        across: wanted.across,
        // A conversation that stays with one provider finds its prompt cache there.
        id: headers::session(&asked.head.headers).unwrap_or_else(|| exchange.id()),
    };
    let plan = plan::plan(group, key, question)?;
    if let Some(route) = &plan.route {
        exchange.entry.route_id = Some(route.id.clone());
        exchange.entry.route_alias = Some(route.alias.as_str().into());
    }
    Ok(plan)
}

/// Counts the request against the key's limits; the exchange settles it when the real usage is known.
pub(super) fn reserve(exchange: &mut Exchange, asked: &Asked) -> Result<(), ProxyError> {
    let estimate = exchange::estimate(exchange.entry.request_bytes);
    let reservation =
        exchange
            .app
            .meters
            .reserve(&asked.caller.key, estimate, exchange.app.clock.now())?;
    exchange.hold(reservation);
    Ok(())
}

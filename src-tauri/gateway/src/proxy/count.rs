//! How many tokens a request has: the upstream's own count where it counts, else a tokenizer's.

use bytes::{Bytes, BytesMut};
use http::{Method, StatusCode};
use http_body::Body;
use keyway_protocols::Protocol;
use serde_json::json;

use super::{
    Asked,
    answer::Answer,
    ask::{Ask, OwnedAction, Spot},
    error::ProxyError,
    exchange::Exchange,
    failover,
    generate::{self, Wanted},
    intake,
    plan::{PlannedTarget, Targets, Wants},
};
use crate::metering::tokens;

/// Counts the tokens of a request.
///
/// Neither limited nor recorded when all goes well: agents count often, and it costs nothing.
pub(super) async fn answer<B>(
    exchange: &mut Exchange,
    asked: &Asked,
    body: B,
    protocol: Protocol,
    model: Option<String>,
) -> Result<Answer, ProxyError>
where
    B: Body<Data = Bytes>,
{
    exchange.recorded = false;
    let intake = intake::read_json(&asked.head.headers, body).await?;
    let wanted = Wanted {
        in_path: model,
        protocol,
        wants: Wants::Conversation,
        across: true,
    };
    let plan = generate::planned(exchange, asked, &intake.envelope, wanted);
    let ask = Ask {
        method: Method::POST,
        protocol,
        action: OwnedAction::CountTokens,
        headers: &asked.head.headers,
        query: asked.query(),
        pieces: intake.pieces,
        spot: intake.envelope.model.map(Spot::Json),
        turn: Some(generate::turn(exchange, asked)),
    };
    match plan.map(|plan| plan.targets) {
        Ok(Targets::Providers(targets)) => {
            if let Some(answer) = by_upstream(exchange, asked, &ask, &targets).await {
                return Ok(answer);
            }
        }
        Ok(Targets::Echo) => {}
        Err(error) => return Err(error),
    }
    by_tokenizer(protocol, &ask.pieces).await
}

/// The upstream's count, if it gives one; those that have no such endpoint are not asked again.
async fn by_upstream(
    exchange: &mut Exchange,
    asked: &Asked,
    ask: &Ask<'_>,
    targets: &[PlannedTarget],
) -> Option<Answer> {
    // What a provider of another protocol will get is counted like what the client sent.
    let target = targets
        .first()
        .filter(|target| target.protocol == ask.protocol)?;
    let uid = &target.provider.provider.uid;
    if exchange.app.counts_nothing.contains(uid) {
        return None;
    }
    let answer = failover::ask(
        exchange,
        ask,
        std::slice::from_ref(target),
        &asked.caller.key,
    )
    .await
    .ok()?;
    if answer.status().is_success() {
        return Some(answer);
    }
    if matches!(
        answer.status(),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED
    ) {
        exchange.app.counts_nothing.add(uid);
    }
    None
}

async fn by_tokenizer(protocol: Protocol, pieces: &[Bytes]) -> Result<Answer, ProxyError> {
    let mut body = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
    for piece in pieces {
        body.extend_from_slice(piece);
    }
    let counted = tokio::task::spawn_blocking(move || tokens::count(protocol, &body)).await;
    let count = counted.map_err(|error| ProxyError::Internal(error.to_string()))??;
    let body = match protocol {
        Protocol::Anthropic => json!({"input_tokens": count}),
        Protocol::Gemini => json!({"totalTokens": count}),
        Protocol::OpenAi | Protocol::OpenAiResponses => {
            json!({"object": "response.input_tokens", "input_tokens": count})
        }
    };
    Ok(Answer::json(StatusCode::OK, body.to_string()))
}

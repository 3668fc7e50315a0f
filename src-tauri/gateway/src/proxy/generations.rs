//! Generation jobs (images, video, 3D): submitted to the route's `upstream_path`, then polled.

use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use http_body::Body;

use super::{
    Asked,
    answer::Answer,
    ask::{Ask, OwnedAction, Spot},
    error::ProxyError,
    exchange::Exchange,
    failover, generate, intake,
    plan::{self, PlannedTarget},
};
use crate::config::Route;

/// Submits a job by the route its model names.
pub(super) async fn submit<B>(
    exchange: &mut Exchange,
    asked: &Asked,
    body: B,
) -> Result<Answer, ProxyError>
where
    B: Body<Data = Bytes>,
{
    let (group, key) = (&asked.caller.group, &asked.caller.key);
    let intake = intake::read_json(&asked.head.headers, body).await?;
    let Some(spot) = &intake.envelope.model else {
        return Err(ProxyError::MissingModel(plan::aliases(group, key)));
    };
    exchange.entry.request_bytes = intake.envelope.len as u64;
    exchange.entry.asked_model = spot.name.as_str().into();
    let route = plan::route_for(group, key, &spot.name)?.clone();
    if route.upstream_path.is_empty() {
        return Err(ProxyError::NoUpstreamPath(route.alias.clone()));
    }
    let target = target(exchange, asked, &route)?;
    generate::reserve(exchange, asked)?;
    let ask = Ask {
        method: Method::POST,
        protocol: target.provider.provider.protocol,
        action: OwnedAction::Below(route.upstream_path.clone()),
        headers: &asked.head.headers,
        query: asked.query(),
        pieces: intake.pieces,
        spot: intake.envelope.model.map(Spot::Json),
        turn: None,
    };
    failover::ask(exchange, &ask, &[target], key).await
}

/// Asks how a job is doing. `?model=ALIAS` says whose it is; a group with one generation route needs no word.
pub(super) async fn poll(
    exchange: &mut Exchange,
    asked: &Asked,
    path: String,
) -> Result<Answer, ProxyError> {
    let (group, key) = (&asked.caller.group, &asked.caller.key);
    let query = asked.head.uri.query().unwrap_or_default();
    let named = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "model");
    let route = match named {
        Some((_, alias)) => plan::route_for(group, key, &alias)?.clone(),
        None => only_generation_route(asked).ok_or(ProxyError::UnknownJob)?,
    };
    exchange.entry.asked_model = route.alias.as_str().into();
    let target = target(exchange, asked, &route)?;
    let kept = asked.query().map(|query| {
        query
            .split('&')
            .filter(|part| !part.starts_with("model="))
            .collect::<Vec<_>>()
            .join("&")
    });
    let ask = Ask {
        method: Method::GET,
        protocol: target.provider.provider.protocol,
        // With a slash in front it can only be a path, never the URL of another host.
        action: OwnedAction::Below(format!("/{path}")),
        headers: &asked.head.headers,
        query: kept,
        pieces: Vec::new(),
        spot: None,
        turn: None,
    };
    failover::ask(exchange, &ask, &[target], key).await
}

fn only_generation_route(asked: &Asked) -> Option<Arc<Route>> {
    let mut routes = asked
        .caller
        .group
        .routes()
        .filter(|route| route.enabled && !route.upstream_path.is_empty())
        .filter(|route| {
            plan::route_for(&asked.caller.group, &asked.caller.key, &route.alias).is_ok()
        });
    let first = routes.next()?;
    routes
        .all(|other| other.provider == first.provider)
        .then(|| first.clone())
}

fn target(
    exchange: &mut Exchange,
    asked: &Asked,
    route: &Arc<Route>,
) -> Result<PlannedTarget, ProxyError> {
    exchange.entry.route_id = Some(route.id.clone());
    exchange.entry.route_alias = Some(route.alias.as_str().into());
    plan::primary(&asked.caller.group, &asked.caller.key, route)
}

//! Routes: client-facing aliases and what answers them.

mod form;

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use self::form::{NewRoute, RouteChange, mode, reasoning};
use super::{
    answer::{ApiResult, Message, deleted, ok},
    error::ApiError,
    given::{Asked, Given},
    guard::Actor,
    page::PageQuery,
    refs,
    targets::ShownTarget,
    wire::{Flag, Moment},
};
use crate::{
    app::App,
    config::{Reasoning, Route},
    ids::RouteId,
    store::{StoreError, audit, routes},
};

/// A route as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Route)]
pub(super) struct ShownRoute {
    route_id: String,
    group_id: String,
    alias: String,
    /// The primary binding.
    provider_id: String,
    upstream_model: String,
    /// Where `/v1/generations` goes, below the provider's base URL.
    upstream_path: String,
    enabled: Flag,
    note: String,
    created_at: Moment,
    updated_at: Moment,
    /// `direct`, `failover`, `balance`, `adapter` or `fusion`.
    mode: String,
    /// JSON in a string.
    adapter_config: String,
    /// JSON in a string.
    fusion_config: String,
    /// `native`, `think_tags` or `drop`; null leaves it to the purpose of the key.
    reasoning: Option<&'static str>,
    /// Its route-providers, in the order they are tried.
    targets: Vec<ShownTarget>,
}

/// The routes of a group.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RouteList {
    routes: Vec<ShownRoute>,
    total: u64,
    next_cursor: Option<String>,
}

/// One route.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneRoute {
    route: ShownRoute,
}

/// Lists the routes of a group, the oldest first.
#[utoipa::path(get, path = "/admin/llm/groups/{group_id}/routes", tag = "routes", params(PageQuery), responses((status = 200, body = crate::admin::answer::Answer<RouteList>)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Path(group_id): Path<String>,
    Asked(page): Asked<PageQuery>,
) -> ApiResult<RouteList> {
    let group = refs::group(&app, &group_id)?.group.id.clone();
    let all = app
        .store
        .read(move |db| routes::list(db, Some(&group)))
        .await?;
    let page = page.cut(all, |route| route.id.as_str())?;
    let routes = page
        .items
        .into_iter()
        .map(|route| show(&app, route))
        .collect();
    ok(RouteList {
        routes,
        total: page.total,
        next_cursor: page.next_cursor,
    })
}

/// Shows a route.
#[utoipa::path(get, path = "/admin/llm/routes/{route_id}", tag = "routes", responses((status = 200, body = crate::admin::answer::Answer<OneRoute>)))]
pub(super) async fn get(
    State(app): State<Arc<App>>,
    Path(route_id): Path<String>,
) -> ApiResult<OneRoute> {
    let route = find(&app, &route_id).await?;
    ok(OneRoute {
        route: show(&app, route),
    })
}

/// Makes a route.
#[utoipa::path(post, path = "/admin/llm/groups/{group_id}/routes", tag = "routes", request_body = NewRoute, responses((status = 200, body = crate::admin::answer::Answer<OneRoute>)))]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Path(group_id): Path<String>,
    actor: Actor,
    Given(new): Given<NewRoute>,
) -> ApiResult<OneRoute> {
    let group = refs::group(&app, &group_id)?;
    let route = new.checked(&app, &group)?;
    let (id, alias, now) = (route.id.clone(), route.alias.clone(), route.created_at);
    let made = app.change("routes", move |tx| {
        routes::insert(tx, &route)?;
        audit::append(
            tx,
            now,
            &actor.to_string(),
            "route.create",
            route.id.as_str(),
        )
    });
    made.await.map_err(refs::taken("alias", &alias))?;
    one(&app, &id).await
}

/// Changes a route.
#[utoipa::path(patch, path = "/admin/llm/routes/{route_id}", tag = "routes", request_body = RouteChange, responses((status = 200, body = crate::admin::answer::Answer<OneRoute>)))]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    Path(route_id): Path<String>,
    actor: Actor,
    Given(mut change): Given<RouteChange>,
) -> ApiResult<OneRoute> {
    let found = find(&app, &route_id).await?;
    let group = refs::group(&app, found.group.as_str())?;
    change.check()?;
    let mode = change.mode.as_deref().map(mode).transpose()?;
    let reasoning = std::mem::take(&mut change.reasoning).try_map(|name| reasoning(&name))?;
    let provider = change
        .provider_id
        .as_deref()
        .map(|name| refs::provider_in(&group, "provider_id", name))
        .transpose()?;
    let alias = change.alias.clone().unwrap_or(found.alias);
    let (id, now) = (found.id.clone(), app.clock.now());
    let changed = app.change("routes", move |tx| {
        let mut route = routes::get(tx, &id)?.ok_or(StoreError::Missing { what: "route" })?;
        change.apply(&mut route);
        route.mode = mode.unwrap_or(route.mode);
        reasoning.apply(&mut route.reasoning);
        route.provider = provider.unwrap_or(route.provider);
        route.updated_at = now;
        routes::update(tx, &route)?;
        audit::append(tx, now, &actor.to_string(), "route.update", id.as_str())
    });
    changed.await.map_err(refs::taken("alias", &alias))?;
    one(&app, &found.id).await
}

/// Deletes a route.
#[utoipa::path(delete, path = "/admin/llm/routes/{route_id}", tag = "routes", responses((status = 200, body = crate::admin::answer::Answer<Message>)))]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(route_id): Path<String>,
    actor: Actor,
) -> ApiResult<Message> {
    let (id, now) = (find(&app, &route_id).await?.id, app.clock.now());
    let gone = app.change("routes", move |tx| {
        if !routes::delete(tx, &id)? {
            return Err(StoreError::Missing { what: "route" });
        }
        audit::append(tx, now, &actor.to_string(), "route.delete", id.as_str())
    });
    gone.await?;
    deleted("route", &route_id)
}

async fn one(app: &App, id: &RouteId) -> ApiResult<OneRoute> {
    let route = find(app, id.as_str()).await?;
    ok(OneRoute {
        route: show(app, route),
    })
}

/// A route that is there.
pub(super) async fn find(app: &App, id: &str) -> Result<Route, ApiError> {
    let wanted = RouteId::from(id);
    let found = app.store.read(move |db| routes::get(db, &wanted)).await?;
    found.ok_or_else(|| ApiError::not_found("route", id))
}

fn show(app: &App, route: Route) -> ShownRoute {
    let snapshot = app.live.now();
    let name = |uid| {
        snapshot
            .group(&route.group)
            .and_then(|group| group.provider(uid))
            .map(|view| view.provider.id.clone())
    };
    ShownRoute {
        route_id: route.id.to_string(),
        group_id: route.group.to_string(),
        provider_id: name(&route.provider).unwrap_or_else(|| route.provider.to_string()),
        targets: route
            .targets
            .iter()
            .map(|target| ShownTarget::of(target, name(&target.provider)))
            .collect(),
        alias: route.alias,
        upstream_model: route.upstream_model,
        upstream_path: route.upstream_path,
        enabled: Flag(route.enabled),
        note: route.note,
        created_at: Moment(route.created_at),
        updated_at: Moment(route.updated_at),
        mode: route.mode.as_str().to_owned(),
        adapter_config: route.adapter_config,
        fusion_config: route.fusion_config,
        reasoning: route.reasoning.map(Reasoning::as_str),
    }
}

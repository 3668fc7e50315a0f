//! Route-providers: the further targets of a route.

use std::sync::Arc;

use axum::extract::{Path, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{ApiResult, Message, deleted, ok},
    check,
    error::{ApiError, BadField},
    given::{Asked, Given},
    guard::Actor,
    model_routes,
    page::PageQuery,
    refs,
    wire::{Flag, Moment},
};
use crate::{
    app::App,
    config::{GroupView, Target},
    ids::{self, RouteId, TargetId},
    store::{StoreError, audit, targets},
};

/// A route-provider as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RouteProvider)]
pub(super) struct ShownTarget {
    rp_id: String,
    route_id: String,
    provider_id: String,
    upstream_model: String,
    /// Lower is tried first.
    priority: i64,
    enabled: Flag,
    created_at: Moment,
    /// The share in mode `balance`.
    weight: u32,
}

/// The route-providers of a route, in the order they are tried.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TargetList {
    route_providers: Vec<ShownTarget>,
    total: u64,
    next_cursor: Option<String>,
}

/// One route-provider.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneTarget {
    route_provider: ShownTarget,
}

/// A route-provider to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewRouteProvider)]
pub(super) struct NewTarget {
    /// A provider of the route's group.
    provider_id: String,
    upstream_model: String,
    #[serde(default)]
    priority: i64,
    weight: Option<u32>,
    enabled: Option<Flag>,
}

/// What is to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RouteProviderChange)]
pub(super) struct TargetChange {
    provider_id: Option<String>,
    upstream_model: Option<String>,
    priority: Option<i64>,
    weight: Option<u32>,
    enabled: Option<Flag>,
}

/// Lists the route-providers of a route.
#[utoipa::path(get, path = "/admin/llm/routes/{route_id}/providers", tag = "route-providers", params(PageQuery), responses((status = 200, body = crate::admin::answer::Answer<TargetList>)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Path(route_id): Path<String>,
    Asked(page): Asked<PageQuery>,
) -> ApiResult<TargetList> {
    let route = model_routes::find(&app, &route_id).await?;
    let group = refs::group(&app, route.group.as_str())?;
    let page = page.cut(route.targets, |target| target.id.as_str())?;
    let route_providers = page
        .items
        .iter()
        .map(|target| show(&group, target))
        .collect();
    ok(TargetList {
        route_providers,
        total: page.total,
        next_cursor: page.next_cursor,
    })
}

/// Adds a route-provider to a route.
#[utoipa::path(post, path = "/admin/llm/routes/{route_id}/providers", tag = "route-providers", request_body = NewTarget, responses((status = 200, body = crate::admin::answer::Answer<OneTarget>)))]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Path(route_id): Path<String>,
    actor: Actor,
    Given(new): Given<NewTarget>,
) -> ApiResult<OneTarget> {
    let route = model_routes::find(&app, &route_id).await?;
    let group = refs::group(&app, route.group.as_str())?;
    let now = app.clock.now();
    let provider = new.provider_id.clone();
    let target = new.checked(&route.id, &group, now)?;
    let made = target.clone();
    let insert = app.change("routes", move |tx| {
        targets::insert(tx, &target)?;
        audit::append(
            tx,
            now,
            &actor.to_string(),
            "route_provider.create",
            target.id.as_str(),
        )
    });
    insert.await.map_err(taken(&provider))?;
    ok(OneTarget {
        route_provider: show(&group, &made),
    })
}

/// Changes a route-provider.
#[utoipa::path(patch, path = "/admin/llm/route-providers/{rp_id}", tag = "route-providers", request_body = TargetChange, responses((status = 200, body = crate::admin::answer::Answer<OneTarget>)))]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    Path(rp_id): Path<String>,
    actor: Actor,
    Given(change): Given<TargetChange>,
) -> ApiResult<OneTarget> {
    let found = find(&app, &rp_id).await?;
    let route = model_routes::find(&app, found.route.as_str()).await?;
    let group = refs::group(&app, route.group.as_str())?;
    change
        .upstream_model
        .as_deref()
        .map_or(Ok(()), |model| check::line("upstream_model", model, 256))?;
    check_weight(change.weight)?;
    let provider = change
        .provider_id
        .as_deref()
        .map(|name| refs::provider_in(&group, "provider_id", name))
        .transpose()?;
    let now = app.clock.now();
    let changed = app.change("routes", move |tx| {
        let mut target = targets::get(tx, &found.id)?.ok_or(StoreError::Missing {
            what: "route-provider",
        })?;
        target.provider = provider.unwrap_or(target.provider);
        target.upstream_model = change.upstream_model.unwrap_or(target.upstream_model);
        target.priority = change.priority.unwrap_or(target.priority);
        target.weight = change.weight.unwrap_or(target.weight);
        target.enabled = change.enabled.map_or(target.enabled, |flag| flag.0);
        targets::update(tx, &target)?;
        audit::append(
            tx,
            now,
            &actor.to_string(),
            "route_provider.update",
            target.id.as_str(),
        )?;
        Ok(target)
    });
    let target = changed.await.map_err(taken(&rp_id))?;
    ok(OneTarget {
        route_provider: show(&group, &target),
    })
}

/// Removes a route-provider from its route.
#[utoipa::path(delete, path = "/admin/llm/route-providers/{rp_id}", tag = "route-providers", responses((status = 200, body = crate::admin::answer::Answer<Message>)))]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(rp_id): Path<String>,
    actor: Actor,
) -> ApiResult<Message> {
    let (id, now) = (find(&app, &rp_id).await?.id, app.clock.now());
    let gone = app.change("routes", move |tx| {
        if !targets::delete(tx, &id)? {
            return Err(StoreError::Missing {
                what: "route-provider",
            });
        }
        audit::append(
            tx,
            now,
            &actor.to_string(),
            "route_provider.delete",
            id.as_str(),
        )
    });
    gone.await?;
    deleted("route-provider", &rp_id)
}

impl NewTarget {
    /// The target of a route, when all is well with it.
    pub(super) fn checked(
        self,
        route: &RouteId,
        group: &GroupView,
        now: Timestamp,
    ) -> Result<Target, ApiError> {
        check::line("upstream_model", &self.upstream_model, 256)?;
        check_weight(self.weight)?;
        Ok(Target {
            id: ids::fresh().into(),
            route: route.clone(),
            provider: refs::provider_in(group, "provider_id", &self.provider_id)?,
            upstream_model: self.upstream_model,
            priority: self.priority,
            weight: self.weight.unwrap_or(1),
            enabled: self.enabled.is_none_or(|flag| flag.0),
            created_at: now,
        })
    }
}

impl ShownTarget {
    /// A target with its provider's readable id.
    pub(super) fn of(target: &Target, provider: Option<String>) -> Self {
        Self {
            rp_id: target.id.to_string(),
            route_id: target.route.to_string(),
            provider_id: provider.unwrap_or_else(|| target.provider.to_string()),
            upstream_model: target.upstream_model.clone(),
            priority: target.priority,
            enabled: Flag(target.enabled),
            created_at: Moment(target.created_at),
            weight: target.weight,
        }
    }
}

fn show(group: &GroupView, target: &Target) -> ShownTarget {
    ShownTarget::of(
        target,
        group
            .provider(&target.provider)
            .map(|view| view.provider.id.clone()),
    )
}

fn check_weight(weight: Option<u32>) -> Result<(), ApiError> {
    if weight == Some(0) {
        return Err(BadField::shape("weight", "must be 1 or more").into());
    }
    Ok(())
}

fn taken(provider: &str) -> impl FnOnce(StoreError) -> ApiError {
    let detail = format!("provider '{provider}' already associated with this route for this model");
    move |error| {
        if matches!(error, StoreError::Duplicate { .. }) {
            return ApiError::Duplicate {
                field: "upstream_model",
                detail,
            };
        }
        ApiError::Store(error)
    }
}

async fn find(app: &App, id: &str) -> Result<Target, ApiError> {
    let wanted = TargetId::from(id);
    let found = app.store.read(move |db| targets::get(db, &wanted)).await?;
    found.ok_or_else(|| ApiError::not_found("route-provider", id))
}

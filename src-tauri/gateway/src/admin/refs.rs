//! Finds the records that paths and fields name.

use std::sync::Arc;

use serde::Deserialize;
use utoipa::IntoParams;

use super::error::{ApiError, BadField};
use crate::{
    app::App,
    config::{ECHO, GroupView, Provider},
    ids::{GroupId, ProviderUid, RouteId},
    store::{StoreError, providers, tools, tools::ToolRow},
};

/// Which group a readable id is of, when several have it.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct InGroup {
    /// The group to look in; without it all.
    pub(super) group_id: Option<String>,
}

impl InGroup {
    fn id(self) -> Option<GroupId> {
        self.group_id.filter(|id| !id.is_empty()).map(GroupId::from)
    }
}

/// A group that is there.
pub(super) fn group(app: &App, id: &str) -> Result<Arc<GroupView>, ApiError> {
    app.live
        .now()
        .group(&id.into())
        .cloned()
        .ok_or_else(|| ApiError::not_found("group", id))
}

/// The provider that goes by this readable id or uid.
pub(super) async fn provider(app: &App, name: &str, within: InGroup) -> Result<Provider, ApiError> {
    let (wanted, group) = (name.to_owned(), within.id());
    let found = app
        .store
        .read(move |db| providers::find(db, &wanted, group.as_ref()))
        .await?;
    only("provider", name, found, |provider| &provider.group)
}

/// The tool provider that goes by this readable id or uid.
pub(super) async fn tool(app: &App, name: &str, within: InGroup) -> Result<ToolRow, ApiError> {
    let (wanted, group) = (name.to_owned(), within.id());
    let found = app
        .store
        .read(move |db| tools::find(db, &wanted, group.as_ref()))
        .await?;
    only("tool provider", name, found, |tool| &tool.group)
}

/// The route of a group that a field names by alias or id.
pub(super) fn route_in(
    group: &GroupView,
    field: &'static str,
    name: &str,
) -> Result<RouteId, ApiError> {
    let by_id = group.route(&name.into());
    let found = by_id.or_else(|| group.routes().find(|route| route.alias == name));
    if found.is_none() && name == ECHO {
        return Ok(ECHO.into());
    }
    let found = found.ok_or_else(|| {
        let aliases = group.routes().map(|route| route.alias.as_str());
        missing_in(group, field, "route", name, aliases.collect())
    })?;
    Ok(found.id.clone())
}

/// The provider of a group that a field names by readable id or uid.
pub(super) fn provider_in(
    group: &GroupView,
    field: &'static str,
    name: &str,
) -> Result<ProviderUid, ApiError> {
    let found = group
        .provider_by_id(name)
        .or_else(|| group.provider(&name.into()));
    let found = found.ok_or_else(|| {
        let ids = group.providers().map(|view| view.provider.id.as_str());
        missing_in(group, field, "provider", name, ids.collect())
    })?;
    Ok(found.provider.uid.clone())
}

/// A field that names nothing of its group, with what there is.
fn missing_in(
    group: &GroupView,
    field: &'static str,
    what: &str,
    name: &str,
    mut there: Vec<&str>,
) -> BadField {
    const SHOWN: usize = 8;
    there.sort_unstable();
    let more = if there.len() > SHOWN { ", …" } else { "" };
    there.truncate(SHOWN);
    let has = match there.as_slice() {
        [] => format!("no {what}s"),
        names => names.join(", ") + more,
    };
    let group = &group.group.id;
    let sentence = format!("group {group} has no {what} {name:?}; it has {has}");
    BadField::value(field, sentence).whole()
}

/// Turns a duplicate into words with the value in them.
pub(super) fn taken(field: &'static str, value: &str) -> impl FnOnce(StoreError) -> ApiError {
    let detail = format!("{field} '{value}' already exists");
    move |error| {
        if matches!(error, StoreError::Duplicate { .. }) {
            return ApiError::Duplicate { field, detail };
        }
        ApiError::Store(error)
    }
}

fn only<T>(
    what: &'static str,
    name: &str,
    mut found: Vec<T>,
    group: impl Fn(&T) -> &GroupId,
) -> Result<T, ApiError> {
    if found.len() > 1 {
        let groups = found.iter().map(|one| group(one).to_string()).collect();
        return Err(ApiError::Ambiguous {
            what,
            id: name.to_owned(),
            groups,
        });
    }
    found.pop().ok_or_else(|| ApiError::not_found(what, name))
}

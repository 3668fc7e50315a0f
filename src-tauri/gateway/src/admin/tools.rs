//! Tool providers: tools that run inside the gateway's tool loop.

use std::sync::Arc;

use axum::extract::{Path, State};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{ApiResult, Message, deleted, ok},
    check,
    error::{ApiError, BadField},
    given::{Asked, Given},
    guard::Actor,
    page::PageQuery,
    refs::{self, InGroup},
    wire::{Flag, Moment},
};
use crate::{
    app::App,
    config::ToolKind,
    ids::{self, GroupId},
    store::{
        StoreError, audit,
        tools::{self, ToolRow},
    },
};

/// A tool provider as it is shown: without its key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ToolProvider)]
pub(super) struct ShownTool {
    tool_id: String,
    group_id: String,
    name: String,
    /// JSON in a string.
    config: String,
    enabled: Flag,
    created_at: Moment,
    updated_at: Moment,
    api_key_set: bool,
    /// `tavily`, `datetime_now` or `http_fetch`.
    kind: String,
    /// Its identity across groups; can stand wherever the id does.
    uid: String,
}

/// The tool providers of a group.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ToolProviderList)]
pub(super) struct ToolList {
    tool_providers: Vec<ShownTool>,
    total: u64,
    next_cursor: Option<String>,
}

/// One tool provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OneToolProvider)]
pub(super) struct OneTool {
    tool_provider: ShownTool,
}

/// A tool provider to be made.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewToolProvider)]
pub(super) struct NewTool {
    tool_id: String,
    name: String,
    /// Needed by `tavily`.
    api_key: Option<String>,
    /// JSON in a string.
    config: Option<String>,
    /// `tavily`, `datetime_now` or `http_fetch`; without it the id says so.
    kind: Option<String>,
    enabled: Option<Flag>,
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[schema(as = ToolProviderChange)]
pub(super) struct ToolChange {
    name: Option<String>,
    api_key: Option<String>,
    config: Option<String>,
    enabled: Option<Flag>,
}

/// Lists the tool providers of a group, the oldest first.
#[utoipa::path(get, path = "/admin/llm/groups/{group_id}/tool-providers", tag = "tool-providers", params(PageQuery), responses((status = 200, body = crate::admin::answer::Answer<ToolList>)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Path(group_id): Path<String>,
    Asked(page): Asked<PageQuery>,
) -> ApiResult<ToolList> {
    let group = refs::group(&app, &group_id)?.group.id.clone();
    let all = app
        .store
        .read(move |db| tools::list(db, Some(&group)))
        .await?;
    let page = page.cut(all, |tool| tool.id.as_str())?;
    let tool_providers = page.items.into_iter().map(show).collect();
    ok(ToolList {
        tool_providers,
        total: page.total,
        next_cursor: page.next_cursor,
    })
}

/// Makes a tool provider.
#[utoipa::path(post, path = "/admin/llm/groups/{group_id}/tool-providers", tag = "tool-providers", request_body = NewTool, responses((status = 200, body = crate::admin::answer::Answer<OneTool>)))]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Path(group_id): Path<String>,
    actor: Actor,
    Given(new): Given<NewTool>,
) -> ApiResult<OneTool> {
    let group = refs::group(&app, &group_id)?.group.id.clone();
    let (mut tool, key) = new.checked(&app, group)?;
    let (id, now, sealing) = (tool.id.clone(), tool.created_at, app.clone());
    let insert = app.change("tool_providers", move |tx| {
        tool.sealed = key.map(|key| sealing.sealer.load().seal(&key));
        tools::insert(tx, &tool)?;
        audit::append(
            tx,
            now,
            &actor.to_string(),
            "tool_provider.create",
            &tool.id,
        )?;
        Ok(tool)
    });
    let made = insert.await.map_err(refs::taken("tool_id", &id))?;
    ok(OneTool {
        tool_provider: show(made),
    })
}

/// Changes a tool provider.
#[utoipa::path(patch, path = "/admin/llm/tool-providers/{tool_id}", tag = "tool-providers", params(InGroup), request_body = ToolChange, responses((status = 200, body = crate::admin::answer::Answer<OneTool>)))]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    Path(tool_id): Path<String>,
    actor: Actor,
    Asked(within): Asked<InGroup>,
    Given(change): Given<ToolChange>,
) -> ApiResult<OneTool> {
    let uid = refs::tool(&app, &tool_id, within).await?.uid;
    change
        .name
        .as_deref()
        .map_or(Ok(()), |name| check::name("name", name))?;
    change
        .api_key
        .as_deref()
        .map_or(Ok(()), |key| check::secret("api_key", key))?;
    change
        .config
        .as_deref()
        .map_or(Ok(()), |json| check::json_object("config", json))?;
    let key = change.api_key.map(SecretString::from);
    let sealing = app.clone();
    let now = app.clock.now();
    let changed = app.change("tool_providers", move |tx| {
        let mut tool = tools::get(tx, &uid)?.ok_or(StoreError::Missing {
            what: "tool provider",
        })?;
        tool.name = change.name.unwrap_or(tool.name);
        tool.config = change.config.unwrap_or(tool.config);
        tool.enabled = change.enabled.map_or(tool.enabled, |flag| flag.0);
        tool.sealed = key
            .map(|key| sealing.sealer.load().seal(&key))
            .or(tool.sealed);
        tool.updated_at = now;
        tools::update(tx, &tool)?;
        audit::append(
            tx,
            now,
            &actor.to_string(),
            "tool_provider.update",
            &tool.id,
        )?;
        Ok(tool)
    });
    ok(OneTool {
        tool_provider: show(changed.await?),
    })
}

/// Deletes a tool provider.
#[utoipa::path(delete, path = "/admin/llm/tool-providers/{tool_id}", tag = "tool-providers", params(InGroup), responses((status = 200, body = crate::admin::answer::Answer<Message>)))]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(tool_id): Path<String>,
    actor: Actor,
    Asked(within): Asked<InGroup>,
) -> ApiResult<Message> {
    let tool = refs::tool(&app, &tool_id, within).await?;
    let now = app.clock.now();
    let gone = app.change("tool_providers", move |tx| {
        if !tools::delete(tx, &tool.uid)? {
            return Err(StoreError::Missing {
                what: "tool provider",
            });
        }
        audit::append(
            tx,
            now,
            &actor.to_string(),
            "tool_provider.delete",
            &tool.id,
        )
    });
    gone.await?;
    deleted("tool provider", &tool_id)
}

impl NewTool {
    fn checked(
        self,
        app: &App,
        group: GroupId,
    ) -> Result<(ToolRow, Option<SecretString>), ApiError> {
        check::id("tool_id", &self.tool_id)?;
        check::name("name", &self.name)?;
        let config = self
            .config
            .filter(|json| !json.is_empty())
            .unwrap_or_else(|| "{}".to_owned());
        check::json_object("config", &config)?;
        let kind = kind(&self.tool_id, self.kind.as_deref())?;
        let key = self.api_key.filter(|key| !key.is_empty());
        key.as_deref()
            .map_or(Ok(()), |key| check::secret("api_key", key))?;
        if kind == ToolKind::Tavily && key.is_none() {
            return Err(BadField::shape("api_key", "is required").into());
        }
        let now = app.clock.now();
        let tool = ToolRow {
            uid: ids::fresh().into(),
            id: self.tool_id,
            group,
            kind,
            name: self.name,
            sealed: None,
            config,
            enabled: self.enabled.is_none_or(|flag| flag.0),
            created_at: now,
            updated_at: now,
        };
        Ok((tool, key.map(SecretString::from)))
    }
}

/// What is said, else what the id or its last part is called: `tavily`, `work.tavily`.
fn kind(id: &str, said: Option<&str>) -> Result<ToolKind, ApiError> {
    let name = said.unwrap_or_else(|| id.rsplit('.').next().unwrap_or(id));
    name.parse()
        .map_err(|_| BadField::shape("kind", "must be tavily, datetime_now or http_fetch").into())
}

fn show(tool: ToolRow) -> ShownTool {
    ShownTool {
        tool_id: tool.id,
        group_id: tool.group.to_string(),
        name: tool.name,
        config: tool.config,
        enabled: Flag(tool.enabled),
        created_at: Moment(tool.created_at),
        updated_at: Moment(tool.updated_at),
        api_key_set: tool.sealed.is_some(),
        kind: tool.kind.as_str().to_owned(),
        uid: tool.uid.to_string(),
    }
}

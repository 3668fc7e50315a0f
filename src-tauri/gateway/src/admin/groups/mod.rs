//! Groups: namespaces of providers, routes, keys and tool providers.

mod form;
mod shown;

use std::sync::Arc;

use axum::extract::{Path, State};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use self::{
    form::{GroupChange, GroupCopy, NewGroup},
    shown::{ShownGroup, show},
};
use super::{
    answer::{ApiResult, Message, deleted, ok},
    check,
    error::{ApiError, BadField},
    given::{Asked, Given},
    guard::Actor,
    page::PageQuery,
    refs,
};
use crate::{
    app::App,
    config::Group,
    ids::{self, GroupId},
    store::{StoreError, audit, copy, groups},
};

/// All groups.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GroupList {
    groups: Vec<ShownGroup>,
    total: u64,
    next_cursor: Option<String>,
}

/// One group.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneGroup {
    group: ShownGroup,
}

/// A group just copied.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CopiedGroup {
    group: GroupWithKeys,
}

/// A group and the keys that were issued for it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GroupWithKeys {
    #[serde(flatten)]
    group: ShownGroup,
    /// Shown this once.
    issued_keys: Vec<IssuedKey>,
}

/// A key of a copy.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CopiedKey)]
pub(super) struct IssuedKey {
    key_id: String,
    name: String,
    plaintext: String,
    key_prefix: String,
}

/// Lists all groups, the oldest first.
#[utoipa::path(get, path = "/admin/llm/groups", tag = "groups", params(PageQuery), responses((status = 200, body = crate::admin::answer::Answer<GroupList>)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Asked(page): Asked<PageQuery>,
) -> ApiResult<GroupList> {
    let all = app.store.read(groups::list).await?;
    let page = page.cut(all, |one| one.group.id.as_str())?;
    let groups = page.items.into_iter().map(|one| show(&app, one)).collect();
    ok(GroupList {
        groups,
        total: page.total,
        next_cursor: page.next_cursor,
    })
}

/// Shows a group.
#[utoipa::path(get, path = "/admin/llm/groups/{group_id}", tag = "groups", responses((status = 200, body = crate::admin::answer::Answer<OneGroup>)))]
pub(super) async fn get(
    State(app): State<Arc<App>>,
    Path(group_id): Path<String>,
) -> ApiResult<OneGroup> {
    one(&app, group_id.into()).await
}

/// Makes a group.
#[utoipa::path(post, path = "/admin/llm/groups", tag = "groups", request_body = NewGroup, responses((status = 200, body = crate::admin::answer::Answer<OneGroup>)))]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    actor: Actor,
    Given(new): Given<NewGroup>,
) -> ApiResult<OneGroup> {
    check::id("group_id", &new.group_id)?;
    check::name("name", &new.name)?;
    check::note(&new.note)?;
    let now = app.clock.now();
    let group = Group {
        id: new.group_id.as_str().into(),
        name: new.name,
        enabled: new.enabled.is_none_or(|flag| flag.0),
        note: new.note,
        default_route: None,
        default_provider: None,
        created_at: now,
        updated_at: now,
    };
    let id = group.id.clone();
    let made = app.change("groups", move |tx| {
        groups::insert(tx, &group)?;
        audit::append(
            tx,
            now,
            &actor.to_string(),
            "group.create",
            group.id.as_str(),
        )
    });
    made.await.map_err(refs::taken("group_id", &new.group_id))?;
    one(&app, id).await
}

/// Changes a group.
#[utoipa::path(patch, path = "/admin/llm/groups/{group_id}", tag = "groups", request_body = GroupChange, responses((status = 200, body = crate::admin::answer::Answer<OneGroup>)))]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    Path(group_id): Path<String>,
    actor: Actor,
    Given(change): Given<GroupChange>,
) -> ApiResult<OneGroup> {
    let view = refs::group(&app, &group_id)?;
    change
        .name
        .as_deref()
        .map_or(Ok(()), |name| check::name("name", name))?;
    change.note.as_deref().map_or(Ok(()), check::note)?;
    let route = change
        .default_route
        .try_map(|name| refs::route_in(&view, "default_route", &name))?;
    let provider = change
        .default_provider
        .try_map(|name| refs::provider_in(&view, "default_provider", &name))?;
    let (id, now) = (view.group.id.clone(), app.clock.now());
    let changed = app.change("groups", move |tx| {
        let mut group = groups::get(tx, &id)?
            .ok_or(StoreError::Missing { what: "group" })?
            .group;
        group.name = change.name.unwrap_or(group.name);
        group.note = change.note.unwrap_or(group.note);
        group.enabled = change.enabled.map_or(group.enabled, |flag| flag.0);
        route.apply(&mut group.default_route);
        provider.apply(&mut group.default_provider);
        group.updated_at = now;
        groups::update(tx, &group)?;
        audit::append(tx, now, &actor.to_string(), "group.update", id.as_str())
    });
    changed.await?;
    one(&app, group_id.into()).await
}

/// Deletes a group and all that belongs to it.
#[utoipa::path(delete, path = "/admin/llm/groups/{group_id}", tag = "groups", responses((status = 200, body = crate::admin::answer::Answer<Message>)))]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(group_id): Path<String>,
    actor: Actor,
) -> ApiResult<Message> {
    if group_id == groups::DEFAULT {
        let detail = "default group cannot be deleted".to_owned();
        return Err(ApiError::Conflict {
            code: "default_group",
            detail,
        });
    }
    refs::group(&app, &group_id)?;
    let (id, now) = (GroupId::from(group_id.as_str()), app.clock.now());
    let gone = app.change("groups", move |tx| {
        if !groups::delete(tx, &id)? {
            return Err(StoreError::Missing { what: "group" });
        }
        audit::append(tx, now, &actor.to_string(), "group.delete", id.as_str())
    });
    gone.await?;
    deleted("group", &group_id)
}

/// Copies a group with all that belongs to it; every key is issued anew.
#[utoipa::path(post, path = "/admin/llm/groups/{group_id}/copy", tag = "groups", request_body = GroupCopy, responses((status = 200, body = crate::admin::answer::Answer<CopiedGroup>)))]
pub(super) async fn copy(
    State(app): State<Arc<App>>,
    Path(group_id): Path<String>,
    actor: Actor,
    Given(wanted): Given<GroupCopy>,
) -> ApiResult<CopiedGroup> {
    let source = refs::group(&app, &group_id)?.group.id.clone();
    check::name("new_name", &wanted.new_name)?;
    let to = wanted
        .new_group_id
        .unwrap_or_else(|| copied_name(&group_id));
    check::id("new_group_id", &to)?;
    if refs::group(&app, &to).is_ok() {
        return Err(
            BadField::value("new_group_id", format!("'{to}' already exists"))
                .coded("duplicate")
                .into(),
        );
    }
    let (target, now, sealing) = (GroupId::from(to), app.clock.now(), app.clone());
    let (made, hash_only) = (target.clone(), app.live.now().settings.hash_only_keys);
    let copied = app.change("groups", move |tx| {
        let order = copy::Copy {
            from: &source,
            to: &target,
            name: &wanted.new_name,
            now,
        };
        let issued = copy::group(tx, &order, |key| {
            (!hash_only).then(|| sealing.sealer.load().seal(key))
        })?;
        audit::append(tx, now, &actor.to_string(), "group.copy", target.as_str())?;
        Ok(issued)
    });
    let issued_keys = copied.await?.into_iter().map(|key| IssuedKey {
        key_id: key.id.to_string(),
        name: key.name,
        plaintext: key.plaintext.expose_secret().to_owned(),
        key_prefix: key.prefix,
    });
    let group = GroupWithKeys {
        group: find(&app, made).await?,
        issued_keys: issued_keys.collect(),
    };
    ok(CopiedGroup { group })
}

/// The source's id with six random characters, cut to fit.
fn copied_name(source: &str) -> String {
    let unique = ids::fresh().replace('-', "");
    let source: String = source.chars().take(64 - "-copy-123456".len()).collect();
    format!("{source}-copy-{}", &unique[unique.len() - 6..])
}

async fn one(app: &App, id: GroupId) -> ApiResult<OneGroup> {
    ok(OneGroup {
        group: find(app, id).await?,
    })
}

async fn find(app: &App, id: GroupId) -> Result<ShownGroup, ApiError> {
    let wanted = id.clone();
    let found = app.store.read(move |db| groups::get(db, &wanted)).await?;
    Ok(show(
        app,
        found.ok_or_else(|| ApiError::not_found("group", id.as_str()))?,
    ))
}

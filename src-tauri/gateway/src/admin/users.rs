//! Users: the names that keys belong to. Disabling one disables its keys.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{ApiResult, Message, deleted, ok},
    check,
    error::ApiError,
    given::{Asked, Given},
    guard::Actor,
    page::PageQuery,
    refs,
    wire::{Flag, Moment},
};
use crate::{
    app::App,
    store::{
        StoreError, audit, keys,
        users::{self, User},
    },
};

/// A user as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(super) struct ShownUser {
    /// The name, as in a key's `owner_user_id`.
    user_id: String,
    enabled: Flag,
    note: String,
    created_at: Moment,
    updated_at: Moment,
    key_count: usize,
    /// Requests of all its keys in their lives.
    used_requests: u64,
    /// Tokens of all its keys in their lives.
    used_tokens: u64,
}

/// All users, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserList {
    users: Vec<ShownUser>,
    total: u64,
    next_cursor: Option<String>,
}

/// One user.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneUser {
    user: ShownUser,
}

/// A user to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewUser {
    user_id: String,
    #[serde(default)]
    note: String,
    enabled: Option<Flag>,
}

/// What is to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct UserChange {
    /// Another name; the keys follow.
    user_id: Option<String>,
    note: Option<String>,
    enabled: Option<Flag>,
}

/// Lists all users by name.
#[utoipa::path(get, path = "/admin/llm/users", tag = "users", params(PageQuery), responses((status = 200, body = crate::admin::answer::Answer<UserList>)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Asked(page): Asked<PageQuery>,
) -> ApiResult<UserList> {
    let all = app.store.read(users::list).await?;
    let page = page.cut(all, |user| user.name.as_str())?;
    let mut shown = Vec::new();
    for user in page.items {
        shown.push(show(&app, user).await?);
    }
    ok(UserList {
        users: shown,
        total: page.total,
        next_cursor: page.next_cursor,
    })
}

/// Shows a user.
#[utoipa::path(get, path = "/admin/llm/users/{user_id}", tag = "users", responses((status = 200, body = crate::admin::answer::Answer<OneUser>)))]
pub(super) async fn get(
    State(app): State<Arc<App>>,
    Path(user_id): Path<String>,
) -> ApiResult<OneUser> {
    let user = find(&app, &user_id).await?;
    ok(OneUser {
        user: show(&app, user).await?,
    })
}

/// Makes a user.
#[utoipa::path(post, path = "/admin/llm/users", tag = "users", request_body = NewUser, responses((status = 200, body = crate::admin::answer::Answer<OneUser>)))]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    actor: Actor,
    Given(new): Given<NewUser>,
) -> ApiResult<OneUser> {
    check::line("user_id", &new.user_id, 64)?;
    check::note(&new.note)?;
    let now = app.clock.now();
    let enabled = new.enabled.is_none_or(|flag| flag.0);
    let user = User {
        name: new.user_id,
        enabled,
        note: new.note,
        created_at: now,
        updated_at: now,
    };
    let made = user.clone();
    let insert = app.change("users", move |tx| {
        users::insert(tx, &user)?;
        audit::append(tx, now, &actor.to_string(), "user.create", &user.name)
    });
    insert.await.map_err(refs::taken("user_id", &made.name))?;
    ok(OneUser {
        user: show(&app, made).await?,
    })
}

/// Changes a user.
#[utoipa::path(patch, path = "/admin/llm/users/{user_id}", tag = "users", request_body = UserChange, responses((status = 200, body = crate::admin::answer::Answer<OneUser>)))]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    Path(user_id): Path<String>,
    actor: Actor,
    Given(change): Given<UserChange>,
) -> ApiResult<OneUser> {
    let name = find(&app, &user_id).await?.name;
    change
        .user_id
        .as_deref()
        .map_or(Ok(()), |name| check::line("user_id", name, 64))?;
    change.note.as_deref().map_or(Ok(()), check::note)?;
    let (now, wanted) = (
        app.clock.now(),
        change.user_id.clone().unwrap_or_else(|| name.clone()),
    );
    let changed = app.change("users", move |tx| {
        let mut user = users::get(tx, &name)?.ok_or(StoreError::Missing { what: "user" })?;
        user.name = change.user_id.unwrap_or(user.name);
        user.note = change.note.unwrap_or(user.note);
        user.enabled = change.enabled.map_or(user.enabled, |flag| flag.0);
        user.updated_at = now;
        users::update(tx, &name, &user)?;
        audit::append(tx, now, &actor.to_string(), "user.update", &name)?;
        Ok(user)
    });
    let user = changed.await.map_err(refs::taken("user_id", &wanted))?;
    ok(OneUser {
        user: show(&app, user).await?,
    })
}

/// Deletes a user that owns no keys.
#[utoipa::path(delete, path = "/admin/llm/users/{user_id}", tag = "users", responses((status = 200, body = crate::admin::answer::Answer<Message>)))]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(user_id): Path<String>,
    actor: Actor,
) -> ApiResult<Message> {
    let (name, now) = (find(&app, &user_id).await?.name, app.clock.now());
    let gone = app.change("users", move |tx| {
        if !users::delete(tx, &name)? {
            return Err(StoreError::Missing { what: "user" });
        }
        audit::append(tx, now, &actor.to_string(), "user.delete", &name)
    });
    gone.await?;
    deleted("user", &user_id)
}

async fn find(app: &App, name: &str) -> Result<User, ApiError> {
    let wanted = name.to_owned();
    let found = app.store.read(move |db| users::get(db, &wanted)).await?;
    found.ok_or_else(|| ApiError::not_found("user", name))
}

async fn show(app: &App, user: User) -> Result<ShownUser, ApiError> {
    let mut keys = app.store.read(|db| keys::list(db, None)).await?;
    keys.retain(|row| row.key.owner.as_ref() == Some(&user.name));
    let now = app.clock.now();
    let counters: Vec<_> = keys
        .iter()
        .map(|row| app.meters.usage(&row.key, now))
        .collect();
    Ok(ShownUser {
        user_id: user.name,
        enabled: Flag(user.enabled),
        note: user.note,
        created_at: Moment(user.created_at),
        updated_at: Moment(user.updated_at),
        key_count: keys.len(),
        used_requests: counters.iter().map(|key| key.used_requests).sum(),
        used_tokens: counters.iter().map(|key| key.used_tokens).sum(),
    })
}

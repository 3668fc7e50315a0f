//! Keys: self-issued client keys, their limits and what they have used.

mod form;
mod shown;

use std::sync::Arc;

use axum::extract::{Path, State};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

pub(super) use form::{KeyChange, NewKey};
pub(super) use shown::ShownKey;

use super::{
    answer::{ApiResult, Message, deleted, ok},
    error::ApiError,
    given::{Asked, Given},
    guard::Actor,
    page::PageQuery,
    refs,
};
use crate::{
    app::App,
    ids::KeyId,
    secrets::issue,
    store::{
        StoreError, audit,
        keys::{self, KeyRow},
    },
};

const KEPT: &str =
    "Store securely. As admin you can re-retrieve the plaintext later from the key list.";
const HASH_ONLY: &str = "Store it now: only its hash is kept, so nobody can read it again.";

/// The keys of a group.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeyList {
    keys: Vec<ShownKey>,
    total: u64,
    next_cursor: Option<String>,
}

/// One key.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneKey {
    key: ShownKey,
}

/// A key just issued.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IssuedKey {
    key: ShownKey,
    /// What a client sends.
    plaintext: String,
    /// Whether it can be read again.
    plaintext_note: String,
}

/// A key's text.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Plaintext {
    plaintext: String,
    key_id: String,
}

/// Lists the keys of a group, the oldest first.
#[utoipa::path(get, path = "/admin/llm/groups/{group_id}/keys", tag = "keys", params(PageQuery), responses((status = 200, body = crate::admin::answer::Answer<KeyList>)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Path(group_id): Path<String>,
    Asked(page): Asked<PageQuery>,
) -> ApiResult<KeyList> {
    let group = refs::group(&app, &group_id)?.group.id.clone();
    let all = app
        .store
        .read(move |db| keys::list(db, Some(&group)))
        .await?;
    let page = page.cut(all, |row| row.key.id.as_str())?;
    let keys = page
        .items
        .into_iter()
        .map(|row| ShownKey::of(&app, row))
        .collect();
    ok(KeyList {
        keys,
        total: page.total,
        next_cursor: page.next_cursor,
    })
}

/// Shows a key, without its text.
#[utoipa::path(get, path = "/admin/llm/keys/{key_id}", tag = "keys", responses((status = 200, body = crate::admin::answer::Answer<OneKey>)))]
pub(super) async fn get(
    State(app): State<Arc<App>>,
    Path(key_id): Path<String>,
) -> ApiResult<OneKey> {
    let row = find(&app, &key_id).await?;
    ok(OneKey {
        key: ShownKey::of(&app, row),
    })
}

/// Issues a key for a group.
#[utoipa::path(post, path = "/admin/llm/groups/{group_id}/keys", tag = "keys", request_body = NewKey, responses((status = 200, body = crate::admin::answer::Answer<IssuedKey>)))]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Path(group_id): Path<String>,
    actor: Actor,
    Given(new): Given<NewKey>,
) -> ApiResult<IssuedKey> {
    let group = refs::group(&app, &group_id)?;
    let hash_only = new
        .hash_only
        .map_or(app.live.now().settings.hash_only_keys, |flag| flag.0);
    let plaintext = issue::issue().map_err(|error| ApiError::Internal {
        what: "no_randomness",
        why: error.to_string(),
    })?;
    let key = new.checked(&app, &group, &plaintext)?;
    let (now, sealing, text) = (key.created_at, app.clone(), plaintext.clone());
    let insert = app.change("keys", move |tx| {
        let sealed = (!hash_only).then(|| sealing.sealer.load().seal(&text));
        let row = KeyRow { key, sealed };
        keys::insert(tx, &row)?;
        audit::append(
            tx,
            now,
            &actor.to_string(),
            "key.create",
            row.key.id.as_str(),
        )?;
        Ok(row)
    });
    let made = insert.await?;
    let plaintext_note = if hash_only { HASH_ONLY } else { KEPT }.to_owned();
    ok(IssuedKey {
        key: ShownKey::of(&app, made),
        plaintext: plaintext.expose_secret().to_owned(),
        plaintext_note,
    })
}

/// Shows a key's text; 409 when only its hash is kept.
#[utoipa::path(get, path = "/admin/llm/keys/{key_id}/plaintext", tag = "keys", responses((status = 200, body = crate::admin::answer::Answer<Plaintext>)))]
pub(super) async fn plaintext(
    State(app): State<Arc<App>>,
    Path(key_id): Path<String>,
    actor: Actor,
) -> ApiResult<Plaintext> {
    let row = find(&app, &key_id).await?;
    let Some(sealed) = row.sealed else {
        let detail = "only the hash of this key is kept, it cannot be retrieved".to_owned();
        return Err(ApiError::Conflict {
            code: "hash_only_key",
            detail,
        });
    };
    let opened = app
        .sealer
        .load()
        .open(&sealed)
        .map_err(|error| ApiError::Conflict {
            code: "sealed_with_another_key",
            detail: error.to_string(),
        })?;
    let (id, now) = (row.key.id, app.clock.now());
    app.store
        .write(move |tx| audit::append(tx, now, &actor.to_string(), "key.reveal", id.as_str()))
        .await?;
    ok(Plaintext {
        plaintext: opened.expose_secret().to_owned(),
        key_id,
    })
}

/// Changes a key; a switch of its current route is in force for the next request.
#[utoipa::path(patch, path = "/admin/llm/keys/{key_id}", tag = "keys", request_body = KeyChange, responses((status = 200, body = crate::admin::answer::Answer<OneKey>)))]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    Path(key_id): Path<String>,
    actor: Actor,
    Given(change): Given<KeyChange>,
) -> ApiResult<OneKey> {
    let found = find(&app, &key_id).await?.key;
    let group = refs::group(&app, found.group.as_str())?;
    let change = change.checked(&group)?;
    let resets = change.resets_usage();
    let (id, now) = (found.id.clone(), app.clock.now());
    let changed = app.change("keys", move |tx| {
        let mut key = keys::get(tx, &id)?
            .ok_or(StoreError::Missing { what: "key" })?
            .key;
        change.apply(&mut key);
        keys::update(tx, &key, now)?;
        if resets {
            keys::reset_usage(tx, &id)?;
        }
        audit::append(tx, now, &actor.to_string(), "key.update", id.as_str())
    });
    changed.await?;
    if resets {
        app.meters.reset(&found.id);
    }
    let row = find(&app, &key_id).await?;
    ok(OneKey {
        key: ShownKey::of(&app, row),
    })
}

/// Deletes a key.
#[utoipa::path(delete, path = "/admin/llm/keys/{key_id}", tag = "keys", responses((status = 200, body = crate::admin::answer::Answer<Message>)))]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(key_id): Path<String>,
    actor: Actor,
) -> ApiResult<Message> {
    let id = find(&app, &key_id).await?.key.id;
    let (gone, now) = (id.clone(), app.clock.now());
    let delete = app.change("keys", move |tx| {
        if !keys::delete(tx, &gone)? {
            return Err(StoreError::Missing { what: "key" });
        }
        audit::append(tx, now, &actor.to_string(), "key.delete", gone.as_str())
    });
    delete.await?;
    app.meters.forget(&id);
    deleted("key", &key_id)
}

async fn find(app: &App, id: &str) -> Result<KeyRow, ApiError> {
    let wanted = KeyId::from(id);
    let found = app.store.read(move |db| keys::get(db, &wanted)).await?;
    found.ok_or_else(|| ApiError::not_found("key", id))
}

//! Providers: upstream services and how they are reached.

mod form;
pub(super) mod quirks;
mod shown;

use std::sync::Arc;

use axum::extract::{Path, State};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use form::{NewProvider, NewProviderBody, ProviderChange, ProviderChangeBody, Reach};
pub(super) use shown::{ShownProvider, mask};

use super::{
    answer::{ApiResult, Message, deleted, ok},
    check,
    error::ApiError,
    given::{Asked, GivenBoth},
    guard::Actor,
    page::PageQuery,
    refs::{self, InGroup},
};
use crate::{
    app::App,
    config::Provider,
    ids,
    secrets::Sealed,
    store::{
        StoreError, audit,
        credentials::{self, CredentialRow},
        providers,
    },
};

/// The providers of a group.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProviderList {
    providers: Vec<ShownProvider>,
    total: u64,
    next_cursor: Option<String>,
}

/// One provider.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneProvider {
    provider: ShownProvider,
}

/// Whether the upstream key is shown.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Reveal {
    /// `true` shows the upstream key in full, which the audit log notes.
    #[serde(default)]
    reveal: bool,
}

/// Lists the providers of a group, the oldest first.
#[utoipa::path(get, path = "/admin/llm/groups/{group_id}/providers", tag = "providers", params(PageQuery), responses((status = 200, body = crate::admin::answer::Answer<ProviderList>)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Path(group_id): Path<String>,
    Asked(page): Asked<PageQuery>,
) -> ApiResult<ProviderList> {
    let group = refs::group(&app, &group_id)?.group.id.clone();
    let (all, keys) = app
        .store
        .read(move |db| {
            Ok((
                providers::list(db, Some(&group))?,
                credentials::list(db, None)?,
            ))
        })
        .await?;
    let page = page.cut(all, |provider| provider.id.as_str())?;
    let of = |provider: &Provider| {
        keys.iter()
            .filter(|key| key.provider == provider.uid)
            .cloned()
            .collect::<Vec<_>>()
    };
    let providers = page.items.into_iter().map(|provider| {
        let keys = of(&provider);
        ShownProvider::of(&app, provider, &keys)
    });
    ok(ProviderList {
        providers: providers.collect(),
        total: page.total,
        next_cursor: page.next_cursor,
    })
}

/// Shows a provider, by its id or uid.
#[utoipa::path(get, path = "/admin/llm/providers/{provider_id}", tag = "providers", params(InGroup, Reveal), responses((status = 200, body = crate::admin::answer::Answer<OneProvider>)))]
pub(super) async fn get(
    State(app): State<Arc<App>>,
    Path(provider_id): Path<String>,
    actor: Actor,
    Asked(within): Asked<InGroup>,
    Asked(reveal): Asked<Reveal>,
) -> ApiResult<OneProvider> {
    let provider = refs::provider(&app, &provider_id, within).await?;
    if !reveal.reveal {
        return one(&app, provider).await;
    }
    let (now, id) = (app.clock.now(), provider.id.clone());
    app.store
        .write(move |tx| audit::append(tx, now, &actor.to_string(), "provider.reveal", &id))
        .await?;
    let keys = keys_of(&app, &provider).await?;
    ok(OneProvider {
        provider: ShownProvider::of(&app, provider, &keys).revealed(&app, &keys),
    })
}

/// Makes a provider, with a credential labelled `primary` when a key is given.
#[utoipa::path(post, path = "/admin/llm/groups/{group_id}/providers", tag = "providers", request_body = NewProviderBody, responses((status = 200, body = crate::admin::answer::Answer<OneProvider>)))]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Path(group_id): Path<String>,
    actor: Actor,
    GivenBoth(new, reach): GivenBoth<NewProvider, Reach>,
) -> ApiResult<OneProvider> {
    let group = refs::group(&app, &group_id)?.group.id.clone();
    let (provider, key) = new.checked(reach, &app, group)?;
    let (made, sealing) = (provider.clone(), app.clone());
    let insert = app.change("providers", move |tx| {
        providers::insert(tx, &provider)?;
        if let Some(key) = key {
            let sealed = sealing.sealer.load().seal(&key);
            credentials::insert(tx, &primary(&provider, sealed))?;
        }
        let now = provider.created_at;
        audit::append(tx, now, &actor.to_string(), "provider.create", &provider.id)
    });
    insert.await.map_err(refs::taken("provider_id", &made.id))?;
    one(&app, made).await
}

/// Changes a provider; a new key takes the place of the most preferred credential's.
#[utoipa::path(patch, path = "/admin/llm/providers/{provider_id}", tag = "providers", params(InGroup), request_body = ProviderChangeBody, responses((status = 200, body = crate::admin::answer::Answer<OneProvider>)))]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    Path(provider_id): Path<String>,
    actor: Actor,
    Asked(within): Asked<InGroup>,
    GivenBoth(mut change, reach): GivenBoth<ProviderChange, Reach>,
) -> ApiResult<OneProvider> {
    let uid = refs::provider(&app, &provider_id, within).await?.uid;
    change.check(&app)?;
    reach.check(&app)?;
    let key = change.api_key.take().map(SecretString::from);
    let (now, sealing) = (app.clock.now(), app.clone());
    let changed = app.change("providers", move |tx| {
        let mut provider =
            providers::get(tx, &uid)?.ok_or(StoreError::Missing { what: "provider" })?;
        change.apply(&mut provider);
        reach.apply(&mut provider);
        provider.updated_at = now;
        providers::update(tx, &provider)?;
        if let Some(key) = key {
            let sealed = sealing.sealer.load().seal(&key);
            match credentials::list(tx, Some(&uid))?.into_iter().next() {
                Some(first) => {
                    let row = CredentialRow {
                        sealed: Some(sealed),
                        updated_at: now,
                        ..first
                    };
                    credentials::update(tx, &row)?;
                }
                None => credentials::insert(tx, &primary(&provider, sealed))?,
            }
        }
        audit::append(tx, now, &actor.to_string(), "provider.update", &provider.id)?;
        Ok(provider)
    });
    let provider = changed
        .await
        .map_err(refs::taken("provider_id", &provider_id))?;
    // A changed address or key deserves a fresh try.
    app.counts_nothing.clear();
    app.health.reset(|circuit| circuit.provider == provider.uid);
    one(&app, provider).await
}

/// Deletes a provider with its credentials, and the routes that are bound to it.
#[utoipa::path(delete, path = "/admin/llm/providers/{provider_id}", tag = "providers", params(InGroup), responses((status = 200, body = crate::admin::answer::Answer<Message>)))]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(provider_id): Path<String>,
    actor: Actor,
    Asked(within): Asked<InGroup>,
) -> ApiResult<Message> {
    let provider = refs::provider(&app, &provider_id, within).await?;
    let (uid, id, now) = (provider.uid.clone(), provider.id.clone(), app.clock.now());
    let gone = app.change("providers", move |tx| {
        if !providers::delete(tx, &uid)? {
            return Err(StoreError::Missing { what: "provider" });
        }
        audit::append(tx, now, &actor.to_string(), "provider.delete", &id)
    });
    gone.await?;
    app.health.reset(|circuit| circuit.provider == provider.uid);
    deleted("provider", &provider_id)
}

/// The credential that a provider's own key becomes.
fn primary(provider: &Provider, sealed: Sealed) -> CredentialRow {
    CredentialRow {
        id: ids::fresh().into(),
        provider: provider.uid.clone(),
        label: "primary".to_owned(),
        sealed: Some(sealed),
        priority: 0,
        weight: 1,
        enabled: true,
        created_at: provider.updated_at,
        updated_at: provider.updated_at,
    }
}

async fn one(app: &App, provider: Provider) -> ApiResult<OneProvider> {
    let keys = keys_of(app, &provider).await?;
    ok(OneProvider {
        provider: ShownProvider::of(app, provider, &keys),
    })
}

async fn keys_of(app: &App, provider: &Provider) -> Result<Vec<CredentialRow>, ApiError> {
    let uid = provider.uid.clone();
    Ok(app
        .store
        .read(move |db| credentials::list(db, Some(&uid)))
        .await?)
}

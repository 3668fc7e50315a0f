//! Credentials: the upstream keys of a provider.

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
    health::{ShownHealth, all_well, reports},
    page::PageQuery,
    providers::mask,
    refs::{self, InGroup},
    wire::{Flag, Moment},
};
use crate::{
    app::App,
    config::Provider,
    ids::{self, CredentialId},
    store::{
        StoreError, audit,
        credentials::{self, CredentialRow},
        providers,
    },
};

/// A credential as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Credential)]
pub(super) struct ShownCredential {
    credential_id: String,
    provider_id: String,
    /// The first and last characters; empty without a key.
    api_key: String,
    label: String,
    enabled: Flag,
    /// Lower is asked first.
    priority: i64,
    /// The share among credentials of one priority.
    weight: u32,
    created_at: Moment,
    updated_at: Moment,
    api_key_set: bool,
    /// Whether it rests after failures, for one model or for all.
    circuit_open: bool,
}

/// The credentials of a provider, the most preferred first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CredentialList {
    credentials: Vec<ShownCredential>,
    /// What is in trouble; those not listed are well.
    health: Vec<ShownHealth>,
    total: u64,
    next_cursor: Option<String>,
}

/// One credential.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneCredential {
    credential: ShownCredential,
}

/// The health of one credential.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CredentialHealth {
    health: ShownHealth,
}

/// A credential to be made.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewCredential {
    api_key: String,
    #[serde(default)]
    label: String,
    #[serde(default)]
    priority: i64,
    weight: Option<u32>,
    enabled: Option<Flag>,
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
pub(super) struct CredentialChange {
    api_key: Option<String>,
    label: Option<String>,
    priority: Option<i64>,
    weight: Option<u32>,
    enabled: Option<Flag>,
}

/// Lists the credentials of a provider.
#[utoipa::path(get, path = "/admin/llm/providers/{provider_id}/credentials", tag = "credentials", params(InGroup, PageQuery), responses((status = 200, body = crate::admin::answer::Answer<CredentialList>)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Path(provider_id): Path<String>,
    Asked(within): Asked<InGroup>,
    Asked(page): Asked<PageQuery>,
) -> ApiResult<CredentialList> {
    let provider = refs::provider(&app, &provider_id, within).await?;
    let uid = provider.uid.clone();
    let all = app
        .store
        .read(move |db| credentials::list(db, Some(&uid)))
        .await?;
    let page = page.cut(all, |row| row.id.as_str())?;
    let health = reports(&app)
        .into_iter()
        .filter(|report| report.circuit.provider == provider.uid);
    let health = health
        .map(|report| ShownHealth::of(&app, &report))
        .collect();
    let credentials = page
        .items
        .into_iter()
        .map(|row| show(&app, &provider, row))
        .collect();
    ok(CredentialList {
        credentials,
        health,
        total: page.total,
        next_cursor: page.next_cursor,
    })
}

/// Adds a credential to a provider.
#[utoipa::path(post, path = "/admin/llm/providers/{provider_id}/credentials", tag = "credentials", params(InGroup), request_body = NewCredential, responses((status = 200, body = crate::admin::answer::Answer<OneCredential>)))]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Path(provider_id): Path<String>,
    actor: Actor,
    Asked(within): Asked<InGroup>,
    Given(new): Given<NewCredential>,
) -> ApiResult<OneCredential> {
    let provider = refs::provider(&app, &provider_id, within).await?;
    check_fields(Some(&new.api_key), Some(&new.label), new.weight)?;
    let (now, sealing) = (app.clock.now(), app.clone());
    let uid = provider.uid.clone();
    let insert = app.change("credentials", move |tx| {
        let row = CredentialRow {
            id: ids::fresh().into(),
            provider: uid,
            label: new.label,
            sealed: Some(sealing.sealer.load().seal(&SecretString::from(new.api_key))),
            priority: new.priority,
            weight: new.weight.unwrap_or(1),
            enabled: new.enabled.is_none_or(|flag| flag.0),
            created_at: now,
            updated_at: now,
        };
        credentials::insert(tx, &row)?;
        audit::append(
            tx,
            now,
            &actor.to_string(),
            "credential.create",
            row.id.as_str(),
        )?;
        Ok(row)
    });
    let made = insert.await?;
    ok(OneCredential {
        credential: show(&app, &provider, made),
    })
}

/// Changes a credential.
#[utoipa::path(patch, path = "/admin/llm/credentials/{credential_id}", tag = "credentials", request_body = CredentialChange, responses((status = 200, body = crate::admin::answer::Answer<OneCredential>)))]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    Path(credential_id): Path<String>,
    actor: Actor,
    Given(change): Given<CredentialChange>,
) -> ApiResult<OneCredential> {
    let (found, provider) = find(&app, &credential_id).await?;
    check_fields(
        change.api_key.as_ref(),
        change.label.as_ref(),
        change.weight,
    )?;
    let key = change.api_key.map(SecretString::from);
    let sealing = app.clone();
    let (id, now) = (found.id, app.clock.now());
    let changed = app.change("credentials", move |tx| {
        let mut row =
            credentials::get(tx, &id)?.ok_or(StoreError::Missing { what: "credential" })?;
        row.sealed = key
            .map(|key| sealing.sealer.load().seal(&key))
            .or(row.sealed);
        row.label = change.label.unwrap_or(row.label);
        row.priority = change.priority.unwrap_or(row.priority);
        row.weight = change.weight.unwrap_or(row.weight);
        row.enabled = change.enabled.map_or(row.enabled, |flag| flag.0);
        row.updated_at = now;
        credentials::update(tx, &row)?;
        audit::append(
            tx,
            now,
            &actor.to_string(),
            "credential.update",
            id.as_str(),
        )?;
        Ok(row)
    });
    let row = changed.await?;
    app.health
        .reset(|circuit| circuit.credential.as_ref() == Some(&row.id));
    ok(OneCredential {
        credential: show(&app, &provider, row),
    })
}

/// Deletes a credential.
#[utoipa::path(delete, path = "/admin/llm/credentials/{credential_id}", tag = "credentials", responses((status = 200, body = crate::admin::answer::Answer<Message>)))]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(credential_id): Path<String>,
    actor: Actor,
) -> ApiResult<Message> {
    let id = find(&app, &credential_id).await?.0.id;
    let (gone, now) = (id.clone(), app.clock.now());
    let delete = app.change("credentials", move |tx| {
        if !credentials::delete(tx, &gone)? {
            return Err(StoreError::Missing { what: "credential" });
        }
        audit::append(
            tx,
            now,
            &actor.to_string(),
            "credential.delete",
            gone.as_str(),
        )
    });
    delete.await?;
    app.health
        .reset(|circuit| circuit.credential.as_ref() == Some(&id));
    deleted("credential", &credential_id)
}

/// Ends the rest of a credential.
#[utoipa::path(post, path = "/admin/llm/credentials/{credential_id}/health/reset", tag = "credentials", responses((status = 200, body = crate::admin::answer::Answer<CredentialHealth>)))]
pub(super) async fn reset_health(
    State(app): State<Arc<App>>,
    Path(credential_id): Path<String>,
    actor: Actor,
) -> ApiResult<CredentialHealth> {
    let (row, provider) = find(&app, &credential_id).await?;
    let (id, now) = (row.id.clone(), app.clock.now());
    app.store
        .write(move |tx| {
            audit::append(
                tx,
                now,
                &actor.to_string(),
                "credential.reset_health",
                id.as_str(),
            )
        })
        .await?;
    app.health
        .reset(|circuit| circuit.credential.as_ref() == Some(&row.id));
    ok(CredentialHealth {
        health: all_well(&provider, Some(&row)),
    })
}

fn check_fields(
    key: Option<&String>,
    label: Option<&String>,
    weight: Option<u32>,
) -> Result<(), ApiError> {
    key.map_or(Ok(()), |key| check::secret("api_key", key))?;
    label.map_or(Ok(()), |label| check::text("label", label, 0, 128))?;
    if weight == Some(0) {
        return Err(BadField::shape("weight", "must be 1 or more").into());
    }
    Ok(())
}

async fn find(app: &App, id: &str) -> Result<(CredentialRow, Provider), ApiError> {
    let wanted = CredentialId::from(id);
    let found = app.store.read(move |db| {
        let Some(row) = credentials::get(db, &wanted)? else {
            return Ok(None);
        };
        Ok(providers::get(db, &row.provider)?.map(|provider| (row, provider)))
    });
    found
        .await?
        .ok_or_else(|| ApiError::not_found("credential", id))
}

fn show(app: &App, provider: &Provider, row: CredentialRow) -> ShownCredential {
    let key = row
        .sealed
        .as_ref()
        .and_then(|sealed| app.sealer.load().open(sealed).ok());
    let circuit_open = reports(app)
        .iter()
        .any(|report| report.circuit_open && report.circuit.credential.as_ref() == Some(&row.id));
    ShownCredential {
        credential_id: row.id.to_string(),
        provider_id: provider.id.clone(),
        api_key: key.map(|key| mask(&key)).unwrap_or_default(),
        label: row.label,
        enabled: Flag(row.enabled),
        priority: row.priority,
        weight: row.weight,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
        api_key_set: row.sealed.is_some(),
        circuit_open,
    }
}

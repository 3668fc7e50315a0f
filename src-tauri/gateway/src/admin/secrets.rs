//! Where secrets lie, and a new master key for them.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer::{ApiResult, ok},
    error::ApiError,
    guard::Actor,
};
use crate::{
    app::App,
    secrets::{Keychain, MasterSource, OsKeychain, Sealed},
    store::{audit, credentials, keys, tools, vault, vault::VaultError},
};

/// Where secrets lie.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SecretsAnswer {
    secrets: Secrets,
}

/// Where secrets lie.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Secrets {
    master_key: MasterKey,
    credentials: Sealing,
    keys: Sealing,
    tool_providers: Sealing,
    /// Keys of which only the hash is kept.
    hash_only_keys: usize,
}

/// Where the master key lies.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MasterKey {
    /// `environment`, `keychain` or `file`.
    source: &'static str,
    /// The same in words.
    place: String,
    /// What its owner ought to know; none when all is well.
    advice: Option<&'static str>,
    /// Whether it can be replaced from here.
    can_rotate: bool,
}

/// How many secrets of a kind are kept sealed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Sealing {
    sealed: usize,
    /// Those that do not open with this master key: enter them again.
    unreadable: Vec<String>,
}

/// Says where secrets lie and which do not open.
#[utoipa::path(get, path = "/admin/secrets", tag = "secrets", responses((status = 200, body = crate::admin::answer::Answer<SecretsAnswer>)))]
pub(super) async fn get(State(app): State<Arc<App>>) -> ApiResult<SecretsAnswer> {
    look(&app).await
}

/// Seals everything anew with a fresh master key, in the place of the present one.
#[utoipa::path(post, path = "/admin/secrets/rotate", tag = "secrets", responses((status = 200, body = crate::admin::answer::Answer<SecretsAnswer>)))]
pub(super) async fn rotate(State(app): State<Arc<App>>, actor: Actor) -> ApiResult<SecretsAnswer> {
    if app.master == MasterSource::Environment {
        let detail = "the master key is made of KEYWAY_SECRET: stop the gateway and rotate it by the command line".to_owned();
        return Err(ApiError::Conflict {
            code: "master_key_from_environment",
            detail,
        });
    }
    let working = app.clone();
    let rotated = tokio::task::spawn_blocking(move || with_new_key(&working, &actor)).await;
    rotated.map_err(|error| ApiError::Internal {
        what: "rotation_broke_off",
        why: error.to_string(),
    })??;
    look(&app).await
}

fn with_new_key(app: &App, actor: &Actor) -> Result<(), ApiError> {
    // No change may be sealed with the old key once the new one is in force. Locked here, where the work is
    // done to its end: the caller may hang up in the middle of it.
    let _one_at_a_time = app.changing.blocking_lock();
    let options = &app.options;
    let session = || {
        OsKeychain::of_session(
            options.session_bus.as_deref(),
            options.runtime_dir.as_deref(),
        )
    };
    let keychain = options.keychain.then(session).flatten();
    let keychain = keychain.as_ref().map(|keychain| keychain as &dyn Keychain);
    let old = vault::unlock(&app.store, options.secret.as_ref(), keychain).map_err(failed)?;
    let new = vault::rotate(&app.store, keychain, &old, app.master, None).map_err(failed)?;
    app.sealer.store(Arc::new(new.key.sealer()));
    let (now, actor) = (app.clock.now(), actor.to_string());
    app.store
        .write_blocking(move |tx| audit::append(tx, now, &actor, "secrets.rotate", "master_key"))?;
    Ok(())
}

fn failed(error: VaultError) -> ApiError {
    match error {
        VaultError::Store(error) => ApiError::Store(error),
        VaultError::Secrets(error) => ApiError::Conflict {
            code: "master_key_unavailable",
            detail: error.to_string(),
        },
    }
}

async fn look(app: &App) -> ApiResult<SecretsAnswer> {
    let read = app.store.read(|db| {
        Ok((
            credentials::list(db, None)?,
            keys::list(db, None)?,
            tools::list(db, None)?,
        ))
    });
    let (credentials, keys, tools) = read.await?;
    let hash_only_keys = keys.iter().filter(|row| row.sealed.is_none()).count();
    let secrets = Secrets {
        master_key: master_key(app),
        credentials: sealing(
            app,
            credentials.iter().map(|row| (row.id.as_str(), &row.sealed)),
        ),
        keys: sealing(
            app,
            keys.iter().map(|row| (row.key.id.as_str(), &row.sealed)),
        ),
        tool_providers: sealing(app, tools.iter().map(|row| (row.id.as_str(), &row.sealed))),
        hash_only_keys,
    };
    ok(SecretsAnswer { secrets })
}

fn master_key(app: &App) -> MasterKey {
    let advice = match app.master {
        MasterSource::File => Some(
            "whoever can read the data folder can read every key: use the keychain or KEYWAY_SECRET where you can",
        ),
        MasterSource::Environment | MasterSource::Keychain => None,
    };
    MasterKey {
        source: app.master.as_str(),
        place: app.master.to_string(),
        advice,
        can_rotate: app.master != MasterSource::Environment,
    }
}

fn sealing<'a>(app: &App, rows: impl Iterator<Item = (&'a str, &'a Option<Sealed>)>) -> Sealing {
    let opener = app.sealer.load();
    let sealed: Vec<_> = rows
        .filter_map(|(id, sealed)| Some((id, sealed.as_ref()?)))
        .collect();
    let unreadable = sealed
        .iter()
        .filter(|(_, sealed)| opener.open(sealed).is_err())
        .map(|(id, _)| (*id).to_owned());
    Sealing {
        unreadable: unreadable.collect(),
        sealed: sealed.len(),
    }
}

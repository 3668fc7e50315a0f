//! Settings, and what the UI has to know before and after logging in.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{ApiResult, ok},
    error::{ApiError, BadField},
    given::Given,
    guard::Actor,
    wire::Flag,
};
use crate::{
    app::App,
    config::Settings,
    store::{audit, settings},
};

const LANGUAGES: [&str; 2] = ["en", "zh"];
/// Less could not hold what is being written.
const LEAST_LOG_BYTES: u64 = 1 << 20;

/// What the UI has to know.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConfigAnswer {
    config: Config,
}

/// What the UI has to know.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Config {
    /// What clients are pointed at.
    app_base_url: String,
    /// Whether the caller is the window of the desktop app.
    desktop_mode: bool,
    language: String,
    supported_languages: [&'static str; 2],
    version: &'static str,
}

/// What the login page has to know.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Locale {
    language: String,
    supported_languages: [&'static str; 2],
}

/// The settings.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SettingsAnswer {
    settings: ShownSettings,
    supported_languages: [&'static str; 2],
}

/// What holds for the whole gateway.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Settings)]
pub(super) struct ShownSettings {
    /// `en` or `zh`.
    language: String,
    /// Days that log entries are kept.
    retention_days: u32,
    /// Most bytes the log may take.
    log_max_bytes: u64,
    /// Whether keys of role `admin` may use this API.
    admin_keys: bool,
    /// Whether new keys are kept as a hash only.
    hash_only_keys: bool,
}

/// What is to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct SettingsChange {
    language: Option<String>,
    retention_days: Option<u32>,
    log_max_bytes: Option<u64>,
    admin_keys: Option<Flag>,
    hash_only_keys: Option<Flag>,
}

/// Tells the UI what it has to know.
#[utoipa::path(get, path = "/admin/config", tag = "settings", responses((status = 200, body = crate::admin::answer::Answer<ConfigAnswer>)))]
pub(super) async fn config(State(app): State<Arc<App>>, actor: Actor) -> ApiResult<ConfigAnswer> {
    let config = Config {
        app_base_url: app.base_url(),
        desktop_mode: actor == Actor::Window,
        language: app.live.now().settings.language.clone(),
        supported_languages: LANGUAGES,
        version: env!("CARGO_PKG_VERSION"),
    };
    ok(ConfigAnswer { config })
}

/// Tells the login page its language; open to all.
#[utoipa::path(get, path = "/admin/ui-locale", tag = "settings", security(()), responses((status = 200, body = crate::admin::answer::Answer<Locale>)))]
pub(super) async fn locale(State(app): State<Arc<App>>) -> ApiResult<Locale> {
    ok(Locale {
        language: app.live.now().settings.language.clone(),
        supported_languages: LANGUAGES,
    })
}

/// Shows the settings.
#[utoipa::path(get, path = "/admin/settings", tag = "settings", responses((status = 200, body = crate::admin::answer::Answer<SettingsAnswer>)))]
pub(super) async fn get(State(app): State<Arc<App>>) -> ApiResult<SettingsAnswer> {
    ok(show(app.live.now().settings.clone()))
}

/// Changes settings.
#[utoipa::path(patch, path = "/admin/settings", tag = "settings", request_body = SettingsChange, responses((status = 200, body = crate::admin::answer::Answer<SettingsAnswer>)))]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    actor: Actor,
    Given(change): Given<SettingsChange>,
) -> ApiResult<SettingsAnswer> {
    change.check()?;
    let now = app.clock.now();
    let changed = app.change("settings", move |tx| {
        let mut all = settings::load(tx)?;
        change.apply(&mut all);
        settings::save(tx, &all)?;
        audit::append(tx, now, &actor.to_string(), "settings.update", "settings")?;
        Ok(all)
    });
    ok(show(changed.await?))
}

impl SettingsChange {
    fn check(&self) -> Result<(), ApiError> {
        if let Some(language) = self
            .language
            .as_deref()
            .filter(|language| !LANGUAGES.contains(language))
        {
            let shown: String = language.chars().take(8).collect();
            return Err(BadField::value(
                "language",
                format!("is not supported: {shown}; use en, zh"),
            )
            .into());
        }
        if self
            .retention_days
            .is_some_and(|days| !(1..=3650).contains(&days))
        {
            return Err(BadField::shape("retention_days", "must be 1 to 3650").into());
        }
        if self
            .log_max_bytes
            .is_some_and(|bytes| bytes < LEAST_LOG_BYTES)
        {
            return Err(BadField::shape("log_max_bytes", "must be 1048576 or more").into());
        }
        Ok(())
    }

    fn apply(self, all: &mut Settings) {
        all.language = self
            .language
            .unwrap_or_else(|| std::mem::take(&mut all.language));
        all.retention_days = self.retention_days.unwrap_or(all.retention_days);
        all.log_max_bytes = self.log_max_bytes.unwrap_or(all.log_max_bytes);
        all.admin_keys = self.admin_keys.map_or(all.admin_keys, |flag| flag.0);
        all.hash_only_keys = self
            .hash_only_keys
            .map_or(all.hash_only_keys, |flag| flag.0);
    }
}

fn show(all: Settings) -> SettingsAnswer {
    SettingsAnswer {
        settings: ShownSettings {
            language: all.language,
            retention_days: all.retention_days,
            log_max_bytes: all.log_max_bytes,
            admin_keys: all.admin_keys,
            hash_only_keys: all.hash_only_keys,
        },
        supported_languages: LANGUAGES,
    }
}

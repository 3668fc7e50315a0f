use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    admin::{
        check,
        error::{ApiError, BadField},
        refs,
        wire::{Flag, Patch},
    },
    app::App,
    config::{ClientKey, GroupView, KeyHash, Limits, Purpose, Role},
    ids::{self, RouteId},
    secrets::issue,
};

/// A key to be issued.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::admin) struct NewKey {
    name: String,
    /// ISO 8601; without an offset it is UTC.
    expires_at: Option<String>,
    /// A user; one of this name is made when there is none.
    owner_user_id: Option<String>,
    enabled: Option<Flag>,
    max_requests: Option<u64>,
    max_tokens: Option<u64>,
    #[serde(alias = "concurrency")]
    concurrency_limit: Option<u64>,
    #[serde(alias = "requests_per_minute")]
    rpm_limit: Option<u64>,
    tokens_per_minute: Option<u64>,
    requests_per_day: Option<u64>,
    /// `default` or `cursor`.
    purpose: Option<String>,
    /// `user` or `admin`.
    role: Option<String>,
    #[serde(default)]
    allowed_aliases: Vec<String>,
    #[serde(default)]
    allowed_providers: Vec<String>,
    /// An alias or a route id.
    current_route: Option<String>,
    /// An alias or a route id.
    fast_route: Option<String>,
    /// Keeps the hash only, so that nobody can read the key again; the settings say what holds without it.
    pub(super) hash_only: Option<Flag>,
}

/// What is to change; what is left out stays, `null` empties.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::admin) struct KeyChange {
    name: Option<String>,
    enabled: Option<Flag>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    expires_at: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner_user_id: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<u64>)]
    max_requests: Patch<u64>,
    #[serde(default)]
    #[schema(value_type = Option<u64>)]
    max_tokens: Patch<u64>,
    #[serde(default, alias = "concurrency")]
    #[schema(value_type = Option<u64>)]
    concurrency_limit: Patch<u64>,
    #[serde(default, alias = "requests_per_minute")]
    #[schema(value_type = Option<u64>)]
    rpm_limit: Patch<u64>,
    #[serde(default)]
    #[schema(value_type = Option<u64>)]
    tokens_per_minute: Patch<u64>,
    #[serde(default)]
    #[schema(value_type = Option<u64>)]
    requests_per_day: Patch<u64>,
    purpose: Option<String>,
    role: Option<String>,
    allowed_aliases: Option<Vec<String>>,
    allowed_providers: Option<Vec<String>>,
    /// An alias or a route id.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    current_route: Patch<String>,
    /// An alias or a route id.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    fast_route: Patch<String>,
    clear_expires_at: Option<Flag>,
    clear_max_requests: Option<Flag>,
    clear_max_tokens: Option<Flag>,
    clear_concurrency_limit: Option<Flag>,
    clear_rpm_limit: Option<Flag>,
    clear_tokens_per_minute: Option<Flag>,
    clear_requests_per_day: Option<Flag>,
    /// Sets the counters to zero.
    reset_usage: Option<Flag>,
}

/// A change whose every field was checked.
#[derive(Debug)]
pub(super) struct CheckedChange {
    form: KeyChange,
    expires_at: Patch<Timestamp>,
    current_route: Patch<RouteId>,
    fast_route: Patch<RouteId>,
    purpose: Option<Purpose>,
    role: Option<Role>,
}

impl NewKey {
    /// The key, when all is well with it.
    pub(super) fn checked(
        self,
        app: &App,
        group: &GroupView,
        plaintext: &SecretString,
    ) -> Result<ClientKey, ApiError> {
        check::name("name", &self.name)?;
        let owner = self.owner_user_id.filter(|owner| !owner.is_empty());
        owner
            .as_deref()
            .map_or(Ok(()), |owner| check::line("owner_user_id", owner, 64))?;
        check_names("allowed_aliases", &self.allowed_aliases)?;
        check_names("allowed_providers", &self.allowed_providers)?;
        let limits = Limits {
            requests_per_minute: limit("rpm_limit", self.rpm_limit)?,
            requests_per_day: limit("requests_per_day", self.requests_per_day)?,
            tokens_per_minute: limit("tokens_per_minute", self.tokens_per_minute)?,
            max_requests: limit("max_requests", self.max_requests)?,
            max_tokens: limit("max_tokens", self.max_tokens)?,
            concurrency: limit("concurrency_limit", self.concurrency_limit)?,
            ..Limits::default()
        };
        let route = |field, name: Option<String>| {
            name.map(|name| refs::route_in(group, field, &name))
                .transpose()
        };
        Ok(ClientKey {
            id: ids::fresh().into(),
            group: group.group.id.clone(),
            hash: KeyHash::of(plaintext.expose_secret()),
            prefix: issue::prefix(plaintext),
            name: self.name,
            owner,
            purpose: self
                .purpose
                .as_deref()
                .map_or(Ok(Purpose::Default), purpose)?,
            role: self.role.as_deref().map_or(Ok(Role::User), role)?,
            enabled: self.enabled.is_none_or(|flag| flag.0),
            expires_at: self
                .expires_at
                .filter(|text| !text.is_empty())
                .map(|text| check::moment("expires_at", &text))
                .transpose()?,
            allowed_aliases: self.allowed_aliases,
            allowed_providers: self.allowed_providers,
            current_route: route("current_route", self.current_route)?,
            fast_route: route("fast_route", self.fast_route)?,
            limits,
            used_requests: 0,
            used_tokens: 0,
            last_used_at: None,
            created_at: app.clock.now(),
        })
    }
}

impl KeyChange {
    /// Refuses what cannot be.
    pub(super) fn checked(mut self, group: &GroupView) -> Result<CheckedChange, ApiError> {
        self.name
            .as_deref()
            .map_or(Ok(()), |name| check::name("name", name))?;
        self.owner_user_id
            .given()
            .map_or(Ok(()), |owner| check::line("owner_user_id", owner, 64))?;
        self.allowed_aliases
            .as_deref()
            .map_or(Ok(()), |all| check_names("allowed_aliases", all))?;
        self.allowed_providers
            .as_deref()
            .map_or(Ok(()), |all| check_names("allowed_providers", all))?;
        check::limit("max_requests", self.max_requests.given())?;
        check::limit("max_tokens", self.max_tokens.given())?;
        check::limit("concurrency_limit", self.concurrency_limit.given())?;
        check::limit("rpm_limit", self.rpm_limit.given())?;
        check::limit("tokens_per_minute", self.tokens_per_minute.given())?;
        check::limit("requests_per_day", self.requests_per_day.given())?;
        let expires_at =
            std::mem::take(&mut self.expires_at).or_clear(is_on(self.clear_expires_at));
        let current = std::mem::take(&mut self.current_route);
        let fast = std::mem::take(&mut self.fast_route);
        Ok(CheckedChange {
            expires_at: expires_at.try_map(|text| check::moment("expires_at", &text))?,
            current_route: current.try_map(|name| refs::route_in(group, "current_route", &name))?,
            fast_route: fast.try_map(|name| refs::route_in(group, "fast_route", &name))?,
            purpose: self.purpose.as_deref().map(purpose).transpose()?,
            role: self.role.as_deref().map(role).transpose()?,
            form: self,
        })
    }
}

impl CheckedChange {
    /// Whether the counters start at zero again.
    pub(super) fn resets_usage(&self) -> bool {
        is_on(self.form.reset_usage)
    }

    /// Makes the change.
    pub(super) fn apply(self, key: &mut ClientKey) {
        let form = self.form;
        key.name = form.name.unwrap_or_else(|| std::mem::take(&mut key.name));
        key.enabled = form.enabled.map_or(key.enabled, |flag| flag.0);
        key.purpose = self.purpose.unwrap_or(key.purpose);
        key.role = self.role.unwrap_or(key.role);
        key.allowed_aliases = form
            .allowed_aliases
            .unwrap_or_else(|| std::mem::take(&mut key.allowed_aliases));
        key.allowed_providers = form
            .allowed_providers
            .unwrap_or_else(|| std::mem::take(&mut key.allowed_providers));
        form.owner_user_id.apply(&mut key.owner);
        self.expires_at.apply(&mut key.expires_at);
        self.current_route.apply(&mut key.current_route);
        self.fast_route.apply(&mut key.fast_route);
        let limits = [
            (
                form.max_requests,
                form.clear_max_requests,
                &mut key.limits.max_requests,
            ),
            (
                form.max_tokens,
                form.clear_max_tokens,
                &mut key.limits.max_tokens,
            ),
            (
                form.concurrency_limit,
                form.clear_concurrency_limit,
                &mut key.limits.concurrency,
            ),
            (
                form.rpm_limit,
                form.clear_rpm_limit,
                &mut key.limits.requests_per_minute,
            ),
            (
                form.tokens_per_minute,
                form.clear_tokens_per_minute,
                &mut key.limits.tokens_per_minute,
            ),
            (
                form.requests_per_day,
                form.clear_requests_per_day,
                &mut key.limits.requests_per_day,
            ),
        ];
        for (given, clear, limit) in limits {
            given.or_clear(is_on(clear)).apply(limit);
        }
    }
}

fn is_on(flag: Option<Flag>) -> bool {
    flag.is_some_and(|flag| flag.0)
}

fn limit(field: &'static str, value: Option<u64>) -> Result<Option<u64>, ApiError> {
    check::limit(field, value.as_ref()).map(|()| value)
}

fn check_names(field: &'static str, names: &[String]) -> Result<(), ApiError> {
    if names.len() > 256 {
        return Err(BadField::shape(field, "must be at most 256").into());
    }
    names
        .iter()
        .try_for_each(|name| check::line(field, name, 128))
}

fn purpose(name: &str) -> Result<Purpose, ApiError> {
    match name {
        "default" => Ok(Purpose::Default),
        "cursor" => Ok(Purpose::Cursor),
        _ => Err(BadField::shape("purpose", "must be default or cursor").into()),
    }
}

fn role(name: &str) -> Result<Role, ApiError> {
    match name {
        "user" => Ok(Role::User),
        "admin" => Ok(Role::Admin),
        _ => Err(BadField::shape("role", "must be user or admin").into()),
    }
}

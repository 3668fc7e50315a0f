//! Health: which credentials rest after failures, and why.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer::{ApiResult, ok},
    given::Asked,
    guard::Actor,
    refs::{self, InGroup},
    wire::{Flag, Moment},
};
use crate::{
    app::App,
    config::Provider,
    events::Event,
    store::{audit, credentials::CredentialRow},
    upstream::health::Report,
};

/// A circuit in trouble: a credential, for one model or for all.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Health)]
pub(super) struct ShownHealth {
    provider_id: String,
    group_id: String,
    /// None for a provider without credentials, or for all of them.
    credential_id: Option<String>,
    credential_label: Option<String>,
    /// None stands for all models: the credential itself was refused.
    model: Option<String>,
    consecutive_fails: u32,
    last_fail_at: Option<Moment>,
    last_success_at: Option<Moment>,
    circuit_open: Flag,
    circuit_open_until: Option<Moment>,
    /// Why, and what happens next, in words.
    explanation: String,
}

/// All that is in trouble; what is not listed is well.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HealthList {
    health: Vec<ShownHealth>,
}

/// The health of one provider.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneHealth {
    health: ShownHealth,
    /// How many circuits were in trouble.
    reset: usize,
}

/// Lists what is in trouble, the latest failure first.
#[utoipa::path(get, path = "/admin/llm/health", tag = "health", params(InGroup), responses((status = 200, body = crate::admin::answer::Answer<HealthList>)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Asked(within): Asked<InGroup>,
) -> ApiResult<HealthList> {
    let all = reports(&app)
        .into_iter()
        .map(|report| ShownHealth::of(&app, &report));
    let group = within.group_id.filter(|id| !id.is_empty());
    ok(HealthList {
        health: all
            .filter(|one| group.as_ref().is_none_or(|id| one.group_id == *id))
            .collect(),
    })
}

/// Ends the rest of all credentials of a provider.
#[utoipa::path(post, path = "/admin/llm/health/{provider_id}/reset", tag = "health", params(InGroup), responses((status = 200, body = crate::admin::answer::Answer<OneHealth>)))]
pub(super) async fn reset(
    State(app): State<Arc<App>>,
    Path(provider_id): Path<String>,
    actor: Actor,
    Asked(within): Asked<InGroup>,
) -> ApiResult<OneHealth> {
    let provider = refs::provider(&app, &provider_id, within).await?;
    let (id, now) = (provider.id.clone(), app.clock.now());
    app.store
        .write(move |tx| audit::append(tx, now, &actor.to_string(), "health.reset", &id))
        .await?;
    let reset = app.health.reset(|circuit| circuit.provider == provider.uid);
    app.events.tell(Event::Health {
        provider: provider.id.clone(),
        open: false,
    });
    ok(OneHealth {
        health: all_well(&provider, None),
        reset,
    })
}

/// What is in trouble, the latest failure first.
pub(super) fn reports(app: &App) -> Vec<Report> {
    let mut all = app.health.report(app.clock.now());
    all.sort_by_key(|report| std::cmp::Reverse(report.last_fail_at));
    all
}

/// A provider or credential that is not in trouble.
pub(super) fn all_well(provider: &Provider, credential: Option<&CredentialRow>) -> ShownHealth {
    ShownHealth {
        provider_id: provider.id.clone(),
        group_id: provider.group.to_string(),
        credential_id: credential.map(|row| row.id.to_string()),
        credential_label: credential.map(|row| row.label.clone()),
        model: None,
        consecutive_fails: 0,
        last_fail_at: None,
        last_success_at: None,
        circuit_open: Flag(false),
        circuit_open_until: None,
        explanation: "no failures".to_owned(),
    }
}

impl ShownHealth {
    /// The readable id of the provider.
    pub(super) fn provider_id(&self) -> &str {
        &self.provider_id
    }

    /// A report with the names that people know.
    pub(super) fn of(app: &App, report: &Report) -> Self {
        let snapshot = app.live.now();
        let circuit = &report.circuit;
        let view = snapshot
            .groups()
            .find_map(|group| group.provider(&circuit.provider).cloned());
        let credential = view.as_ref().and_then(|view| {
            view.credentials
                .iter()
                .find(|one| circuit.credential.as_ref() == Some(&one.id))
                .cloned()
        });
        Self {
            provider_id: view.as_ref().map_or_else(
                || circuit.provider.to_string(),
                |view| view.provider.id.clone(),
            ),
            group_id: view
                .map(|view| view.provider.group.to_string())
                .unwrap_or_default(),
            credential_id: circuit.credential.as_ref().map(ToString::to_string),
            credential_label: credential.map(|one| one.label.clone()),
            model: circuit.model.clone(),
            consecutive_fails: report.consecutive_fails,
            last_fail_at: Some(Moment(report.last_fail_at)),
            last_success_at: None,
            circuit_open: Flag(report.circuit_open),
            circuit_open_until: report.circuit_open_until.map(Moment),
            explanation: report.explanation.clone(),
        }
    }
}

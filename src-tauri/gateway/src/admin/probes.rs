//! Tests of providers and routes: small, real requests.

use std::sync::Arc;

use axum::extract::State;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{ApiResult, ok},
    error::{ApiError, BadField},
    given::Given,
    refs::{self, InGroup},
};
use crate::{
    app::App,
    config::{ECHO, GroupView, ProviderView, Route},
    upstream::probe::{Finding, Prober},
};

/// Few enough not to run into the limits of one account.
const AT_ONCE: usize = 4;

/// What to test: a provider, or a route by its alias.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct TestOrder {
    provider_id: Option<String>,
    alias: Option<String>,
    group_id: Option<String>,
    /// With a provider: the model to ask; without it that of its first route.
    upstream_model: Option<String>,
}

/// What was found out.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TestAnswer {
    test: ShownFinding,
}

/// What one test found out.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Finding)]
pub(super) struct ShownFinding {
    ok: bool,
    /// What the upstream answered; 502 when no answer came.
    status: u16,
    latency_ms: u64,
    upstream_model: Option<String>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<String>,
    /// The route whose model was asked, when a provider was tested.
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback_route: Option<String>,
    /// The models the provider listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    models: Option<Vec<String>>,
}

/// What the test of everything found out.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct E2eAnswer {
    /// `PASS (3/3)` or `FAIL (2/3)`.
    summary: String,
    group_results: Vec<GroupResult>,
}

/// What the test of a group found out.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GroupResult {
    group_id: String,
    group_name: String,
    passed: usize,
    total: usize,
    providers_passed: usize,
    providers_total: usize,
    /// One for each enabled route.
    results: Vec<ShownFinding>,
    /// One for each provider of those routes.
    provider_probes: Vec<ShownFinding>,
}

/// Tests a provider or a route.
#[utoipa::path(post, path = "/admin/llm/test", tag = "diagnostics", request_body = TestOrder, responses((status = 200, body = crate::admin::answer::Answer<TestAnswer>)))]
pub(super) async fn test(
    State(app): State<Arc<App>>,
    Given(order): Given<TestOrder>,
) -> ApiResult<TestAnswer> {
    let named = |text: Option<String>| text.filter(|text| !text.is_empty());
    let group_id = named(order.group_id);
    if let Some(name) = named(order.provider_id) {
        let provider = refs::provider(&app, &name, InGroup { group_id }).await?;
        let group = refs::group(&app, provider.group.as_str())?;
        let view = group
            .provider(&provider.uid)
            .ok_or_else(|| ApiError::not_found("provider", name))?;
        return ok(TestAnswer {
            test: whole_provider(&app, &group, view, named(order.upstream_model)).await,
        });
    }
    let Some(alias) = named(order.alias) else {
        return Err(BadField::value("provider_id", "or alias required").into());
    };
    let Some((group, route)) = find_route(&app, &alias, group_id.as_deref()) else {
        return if alias == ECHO {
            ok(TestAnswer { test: built_in() })
        } else {
            Err(ApiError::not_found("route", alias))
        };
    };
    ok(TestAnswer {
        test: ShownFinding {
            alias: Some(alias),
            ..of_route(&app, &group, &route).await
        },
    })
}

/// Tests the primary binding of every enabled route of every enabled group, and their providers.
#[utoipa::path(post, path = "/admin/llm/e2e", tag = "diagnostics", responses((status = 200, body = crate::admin::answer::Answer<E2eAnswer>)))]
pub(super) async fn e2e(State(app): State<Arc<App>>) -> ApiResult<E2eAnswer> {
    let mut group_results = Vec::new();
    for group in groups(&app) {
        group_results.push(of_group(&app, &group).await);
    }
    let passed: usize = group_results.iter().map(|group| group.passed).sum();
    let total: usize = group_results.iter().map(|group| group.total).sum();
    let verdict = if passed == total { "PASS" } else { "FAIL" };
    ok(E2eAnswer {
        summary: format!("{verdict} ({passed}/{total})"),
        group_results,
    })
}

async fn of_group(app: &App, group: &GroupView) -> GroupResult {
    let wanted = group
        .routes()
        .filter(|route| group.group.enabled && route.enabled);
    let mut routes: Vec<Arc<Route>> = wanted.cloned().collect();
    routes.sort_by(|a, b| a.alias.cmp(&b.alias));
    let mut providers: Vec<Arc<ProviderView>> = group.providers().cloned().collect();
    providers.retain(|view| {
        routes
            .iter()
            .any(|route| route.provider == view.provider.uid)
    });
    providers.sort_by(|a, b| a.provider.id.cmp(&b.provider.id));
    let tests = routes
        .into_iter()
        .map(|route| of_named_route(app, group, route));
    let results: Vec<_> = stream::iter(tests).buffered(AT_ONCE).collect().await;
    let probes = providers
        .into_iter()
        .map(|view| of_provider(app, view, &results));
    let provider_probes: Vec<_> = stream::iter(probes).buffered(AT_ONCE).collect().await;
    GroupResult {
        group_id: group.group.id.to_string(),
        group_name: group.group.name.clone(),
        passed: results.iter().filter(|one| one.ok).count(),
        total: results.len(),
        providers_passed: provider_probes.iter().filter(|one| one.ok).count(),
        providers_total: provider_probes.len(),
        results,
        provider_probes,
    }
}

async fn of_named_route(app: &App, group: &GroupView, route: Arc<Route>) -> ShownFinding {
    let provider = group.provider(&route.provider);
    ShownFinding {
        alias: Some(route.alias.clone()),
        provider_id: provider.map(|view| view.provider.id.clone()),
        protocol: provider.map(|view| view.provider.protocol.to_string()),
        ..of_route(app, group, &route).await
    }
}

async fn of_route(app: &App, group: &GroupView, route: &Route) -> ShownFinding {
    let Some(view) = group.provider(&route.provider) else {
        return ShownFinding {
            status: 502,
            message: "its provider is gone".to_owned(),
            ..ShownFinding::default()
        };
    };
    let finding = prober(app, view).generate(&route.upstream_model).await;
    ShownFinding {
        upstream_model: Some(route.upstream_model.clone()),
        ..show(finding)
    }
}

/// Many providers list no models; one whose route has just answered works.
async fn of_provider(app: &App, view: Arc<ProviderView>, routes: &[ShownFinding]) -> ShownFinding {
    let id = &view.provider.id;
    let listed = show(prober(app, &view).models().await);
    let answered = routes
        .iter()
        .find(|one| one.ok && one.provider_id.as_ref() == Some(id));
    let finding = match answered {
        Some(route) if !listed.ok => ShownFinding {
            ok: true,
            status: route.status,
            message: format!("{}; {}", route.message, listed.message),
            fallback_route: route.alias.clone(),
            ..listed
        },
        Some(_) | None => listed,
    };
    ShownFinding {
        provider_id: Some(id.clone()),
        models: None,
        ..finding
    }
}

/// Lists the models, then has one speak: what it says counts.
async fn whole_provider(
    app: &App,
    group: &GroupView,
    view: &ProviderView,
    model: Option<String>,
) -> ShownFinding {
    let prober = prober(app, view);
    let listed = prober.models().await;
    let mut routes: Vec<_> = group
        .routes()
        .filter(|route| route.provider == view.provider.uid)
        .collect();
    routes.sort_by_key(|route| (!route.enabled, route.created_at));
    let first = routes.first().filter(|_| model.is_none());
    let models = listed.ok.then(|| listed.models.clone());
    let Some(model) = model.or_else(|| first.map(|route| route.upstream_model.clone())) else {
        return ShownFinding {
            models,
            ..show(listed)
        };
    };
    let spoken = prober.generate(&model).await;
    // One that cannot be reached has the same to say to both questions.
    let message = if spoken.message == listed.message {
        listed.message
    } else {
        format!("{}; {}", spoken.message, listed.message)
    };
    ShownFinding {
        message,
        models,
        upstream_model: Some(model),
        fallback_route: first.map(|route| route.alias.clone()),
        ..show(spoken)
    }
}

fn prober<'a>(app: &'a App, view: &'a ProviderView) -> Prober<'a> {
    Prober {
        http: &app.http,
        clock: &*app.clock,
        provider: &view.provider,
        credential: view.credentials.first().map(|credential| &**credential),
    }
}

fn find_route(
    app: &App,
    alias: &str,
    group_id: Option<&str>,
) -> Option<(Arc<GroupView>, Arc<Route>)> {
    let wanted = groups(app)
        .into_iter()
        .filter(|group| group_id.is_none_or(|id| group.group.id.as_str() == id));
    wanted.into_iter().find_map(|group| {
        let route = group.routes().find(|route| route.alias == alias)?.clone();
        Some((group, route))
    })
}

fn groups(app: &App) -> Vec<Arc<GroupView>> {
    let mut all: Vec<_> = app.live.now().groups().cloned().collect();
    all.sort_by(|a, b| (a.group.created_at, &a.group.id).cmp(&(b.group.created_at, &b.group.id)));
    all
}

fn built_in() -> ShownFinding {
    ShownFinding {
        ok: true,
        status: 200,
        message: "the built-in provider always answers".to_owned(),
        alias: Some(ECHO.to_owned()),
        ..ShownFinding::default()
    }
}

fn show(finding: Finding) -> ShownFinding {
    ShownFinding {
        ok: finding.ok,
        status: finding.status,
        latency_ms: u64::try_from(finding.latency.as_millis()).unwrap_or(u64::MAX),
        message: finding.message,
        ..ShownFinding::default()
    }
}

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::{
    admin::{
        answer::{ApiResult, ok},
        check,
        error::ApiError,
        given::Asked,
        refs::{self, InGroup},
    },
    app::App,
};

/// Which model, spoken to how.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct OfModel {
    /// The model's name at the provider; what holds for all models without it.
    #[serde(default)]
    model: String,
    /// The protocol; the provider's main one without it.
    protocol: Option<String>,
}

/// What holds for one model of a provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProviderQuirks)]
pub(in crate::admin) struct ShownQuirks {
    provider_id: String,
    model: String,
    protocol: &'static str,
    /// What is known of its kind, changed by what its owner set.
    #[schema(value_type = Object)]
    quirks: Value,
}

/// Shows what holds for a model of a provider, all rules and overrides worked out.
#[utoipa::path(get, operation_id = "quirks", path = "/admin/llm/providers/{provider_id}/quirks", tag = "providers", params(InGroup, OfModel), responses((status = 200, body = crate::admin::answer::Answer<ShownQuirks>)))]
pub(in crate::admin) async fn resolved(
    State(app): State<Arc<App>>,
    Path(provider_id): Path<String>,
    Asked(within): Asked<InGroup>,
    Asked(of): Asked<OfModel>,
) -> ApiResult<ShownQuirks> {
    let provider = refs::provider(&app, &provider_id, within).await?;
    let protocol = of.protocol.map_or(Ok(provider.protocol), |name| {
        check::protocol("protocol", &name)
    })?;
    let group = refs::group(&app, provider.group.as_str())?;
    let view = group
        .provider(&provider.uid)
        .ok_or_else(|| ApiError::not_found("provider", &provider_id))?;
    let quirks = view.quirks(protocol, &of.model);
    ok(ShownQuirks {
        provider_id: provider.id,
        model: of.model,
        protocol: protocol.as_str(),
        quirks: serde_json::to_value(&*quirks).unwrap_or_default(),
    })
}

//! Providers to pick from a list.

use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{ApiResult, ok};
use crate::upstream::presets::{Preset, presets};

/// All presets.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PresetList {
    presets: &'static [Preset],
    total: usize,
}

/// Lists the providers that can be picked, in alphabetical order.
#[utoipa::path(get, path = "/admin/llm/presets", tag = "presets", responses((status = 200, body = crate::admin::answer::Answer<PresetList>)))]
pub(super) async fn list() -> ApiResult<PresetList> {
    ok(PresetList {
        presets: presets(),
        total: presets().len(),
    })
}

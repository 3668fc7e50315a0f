use serde::Deserialize;
use utoipa::ToSchema;

use crate::admin::wire::{Flag, Patch};

/// A group to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::admin) struct NewGroup {
    /// 1 to 64 letters, digits, dots, dashes or underscores.
    pub(super) group_id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) note: String,
    pub(super) enabled: Option<Flag>,
}

/// What is to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::admin) struct GroupChange {
    pub(super) name: Option<String>,
    pub(super) enabled: Option<Flag>,
    pub(super) note: Option<String>,
    /// An alias or a route id; null empties it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) default_route: Patch<String>,
    /// A provider id; null empties it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) default_provider: Patch<String>,
}

/// What the copy is to be called.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::admin) struct GroupCopy {
    pub(super) new_name: String,
    /// Without it the source's id with a suffix.
    pub(super) new_group_id: Option<String>,
}

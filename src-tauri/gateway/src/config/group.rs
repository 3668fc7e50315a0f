use jiff::Timestamp;

use crate::ids::{GroupId, ProviderUid, RouteId};

/// A namespace: its own providers, routes, keys and tool providers.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The id its owner chose.
    pub id: GroupId,
    /// The name people see.
    pub name: String,
    /// A disabled group serves nobody.
    pub enabled: bool,
    /// Free text of its owner.
    pub note: String,
    /// What answers when the asked model is no alias and the key has no current route.
    pub default_route: Option<RouteId>,
    /// What gets the asked model name as it is, when there is no default route.
    pub default_provider: Option<ProviderUid>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

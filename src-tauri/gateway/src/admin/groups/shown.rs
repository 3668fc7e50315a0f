use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    admin::wire::{Flag, Moment},
    app::App,
    store::groups::CountedGroup,
};

/// A group as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Group)]
pub(in crate::admin) struct ShownGroup {
    group_id: String,
    name: String,
    /// A disabled group serves nobody.
    enabled: Flag,
    note: String,
    created_at: Moment,
    updated_at: Moment,
    provider_count: u64,
    route_count: u64,
    key_count: u64,
    tool_count: u64,
    /// The alias of the route that answers when the asked model is no alias and the key has no current route.
    default_route: Option<String>,
    /// The id of that route.
    default_route_id: Option<String>,
    /// The provider that gets the asked model name as it is, when there is no default route.
    default_provider: Option<String>,
}

/// A group with the names of what it answers with.
pub(super) fn show(app: &App, one: CountedGroup) -> ShownGroup {
    let snapshot = app.live.now();
    let view = snapshot.group(&one.group.id);
    let group = one.group;
    let route = group
        .default_route
        .as_ref()
        .and_then(|id| view?.alias_of(id));
    let provider = group
        .default_provider
        .as_ref()
        .and_then(|uid| view?.provider(uid));
    ShownGroup {
        group_id: group.id.to_string(),
        name: group.name,
        enabled: Flag(group.enabled),
        note: group.note,
        created_at: Moment(group.created_at),
        updated_at: Moment(group.updated_at),
        provider_count: one.provider_count,
        route_count: one.route_count,
        key_count: one.key_count,
        tool_count: one.tool_count,
        default_route: route,
        default_route_id: group.default_route.map(|id| id.to_string()),
        default_provider: provider.map(|view| view.provider.id.clone()),
    }
}

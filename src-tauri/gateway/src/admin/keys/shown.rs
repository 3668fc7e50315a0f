use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    admin::wire::{Flag, Moment},
    app::App,
    config::{Purpose, Role},
    ids::RouteId,
    store::keys::KeyRow,
};

/// A key as it is shown: without its text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Key)]
pub(in crate::admin) struct ShownKey {
    key_id: String,
    group_id: String,
    key_prefix: String,
    name: String,
    /// The name of the user it belongs to.
    owner_user_id: Option<String>,
    enabled: Flag,
    expires_at: Option<Moment>,
    last_used_at: Option<Moment>,
    created_at: Moment,
    /// Requests in its life.
    max_requests: Option<u64>,
    used_requests: u64,
    /// Tokens in its life, in and out.
    max_tokens: Option<u64>,
    used_tokens: u64,
    /// Requests under way at once.
    concurrency_limit: Option<u64>,
    /// Requests in any 60 seconds.
    rpm_limit: Option<u64>,
    /// Tokens in any 60 seconds.
    tokens_per_minute: Option<u64>,
    /// Requests in any 24 hours.
    requests_per_day: Option<u64>,
    /// `default`, or `cursor`: reasoning in `<think>` tags.
    #[schema(value_type = String)]
    purpose: Purpose,
    /// `user`, or `admin`: may use the admin API when the settings allow it.
    #[schema(value_type = String)]
    role: Role,
    /// Empty means all of its group.
    allowed_aliases: Vec<String>,
    /// Empty means all of its group.
    allowed_providers: Vec<String>,
    /// The alias of what answers when the asked model is no alias.
    current_route: Option<String>,
    current_route_id: Option<String>,
    /// The alias of what answers then for small background models.
    fast_route: Option<String>,
    fast_route_id: Option<String>,
    /// Only its hash is kept: its text cannot be shown again.
    hash_only: bool,
    usage: Usage,
}

/// What is counted at this moment; a window without a limit is not counted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KeyUsage)]
struct Usage {
    in_flight: u64,
    held_tokens: u64,
    requests_last_minute: Option<u64>,
    requests_last_day: Option<u64>,
    tokens_last_minute: Option<u64>,
}

impl ShownKey {
    /// A key with what it has used.
    pub(super) fn of(app: &App, row: KeyRow) -> Self {
        let snapshot = app.live.now();
        let group = snapshot.group(&row.key.group);
        let alias = |id: &Option<RouteId>| group?.alias_of(id.as_ref()?);
        let counters = app.meters.usage(&row.key, app.clock.now());
        let key = row.key;
        Self {
            key_id: key.id.to_string(),
            group_id: key.group.to_string(),
            key_prefix: key.prefix,
            name: key.name,
            owner_user_id: key.owner,
            enabled: Flag(key.enabled),
            expires_at: key.expires_at.map(Moment),
            last_used_at: key.last_used_at.map(Moment),
            created_at: Moment(key.created_at),
            max_requests: key.limits.max_requests,
            used_requests: counters.used_requests,
            max_tokens: key.limits.max_tokens,
            used_tokens: counters.used_tokens,
            concurrency_limit: key.limits.concurrency,
            rpm_limit: key.limits.requests_per_minute,
            tokens_per_minute: key.limits.tokens_per_minute,
            requests_per_day: key.limits.requests_per_day,
            purpose: key.purpose,
            role: key.role,
            allowed_aliases: key.allowed_aliases,
            allowed_providers: key.allowed_providers,
            current_route: alias(&key.current_route),
            current_route_id: key.current_route.map(|id| id.to_string()),
            fast_route: alias(&key.fast_route),
            fast_route_id: key.fast_route.map(|id| id.to_string()),
            hash_only: row.sealed.is_none(),
            usage: Usage {
                in_flight: counters.in_flight,
                held_tokens: counters.held_tokens,
                requests_last_minute: counters.requests_last_minute,
                requests_last_day: counters.requests_last_day,
                tokens_last_minute: counters.tokens_last_minute,
            },
        }
    }
}

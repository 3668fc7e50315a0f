use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    admin::{
        check,
        error::{ApiError, BadField},
        refs,
        targets::NewTarget,
        wire::{Flag, Patch},
    },
    app::App,
    config::{GroupView, Mode, Reasoning, Route},
    ids::{self, RouteId},
};

/// A route to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::admin) struct NewRoute {
    alias: String,
    /// A provider of the group.
    provider_id: String,
    upstream_model: String,
    #[serde(default)]
    upstream_path: String,
    /// `direct` when left out; `auto-select` is an older name of `failover`.
    mode: Option<String>,
    /// JSON in a string.
    adapter_config: Option<String>,
    /// JSON in a string.
    fusion_config: Option<String>,
    /// How clients take the model's thoughts: `native`, `think_tags` or `drop`; the purpose of their key says it
    /// when left out.
    reasoning: Option<String>,
    #[serde(default)]
    note: String,
    enabled: Option<Flag>,
    /// Route-providers to begin with.
    #[serde(default)]
    targets: Vec<NewTarget>,
}

/// What is to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::admin) struct RouteChange {
    pub(super) alias: Option<String>,
    pub(super) provider_id: Option<String>,
    upstream_model: Option<String>,
    upstream_path: Option<String>,
    pub(super) mode: Option<String>,
    adapter_config: Option<String>,
    fusion_config: Option<String>,
    /// `native`, `think_tags` or `drop`; null leaves it to the purpose of the key.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) reasoning: Patch<String>,
    enabled: Option<Flag>,
    note: Option<String>,
}

impl NewRoute {
    /// The route, when all is well with it.
    pub(super) fn checked(self, app: &App, group: &GroupView) -> Result<Route, ApiError> {
        check::line("alias", &self.alias, 128)?;
        check::line("upstream_model", &self.upstream_model, 256)?;
        check::text("upstream_path", &self.upstream_path, 0, 256)?;
        check::note(&self.note)?;
        let (adapter, fusion) = (config(self.adapter_config), config(self.fusion_config));
        check::json_object("adapter_config", &adapter)?;
        check::json_object("fusion_config", &fusion)?;
        let (id, now) = (RouteId::from(ids::fresh()), app.clock.now());
        let targets = self
            .targets
            .into_iter()
            .map(|target| target.checked(&id, group, now))
            .collect::<Result<_, _>>()?;
        Ok(Route {
            id,
            group: group.group.id.clone(),
            alias: self.alias,
            provider: refs::provider_in(group, "provider_id", &self.provider_id)?,
            upstream_model: self.upstream_model,
            upstream_path: self.upstream_path,
            mode: self.mode.as_deref().map_or(Ok(Mode::Direct), mode)?,
            adapter_config: adapter,
            fusion_config: fusion,
            reasoning: self.reasoning.as_deref().map(reasoning).transpose()?,
            enabled: self.enabled.is_none_or(|flag| flag.0),
            note: self.note,
            targets,
            created_at: now,
            updated_at: now,
        })
    }
}

impl RouteChange {
    /// Refuses what cannot be.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        self.alias
            .as_deref()
            .map_or(Ok(()), |alias| check::line("alias", alias, 128))?;
        self.upstream_model
            .as_deref()
            .map_or(Ok(()), |model| check::line("upstream_model", model, 256))?;
        self.upstream_path
            .as_deref()
            .map_or(Ok(()), |path| check::text("upstream_path", path, 0, 256))?;
        self.note.as_deref().map_or(Ok(()), check::note)?;
        self.adapter_config
            .as_deref()
            .map_or(Ok(()), |json| check::json_object("adapter_config", json))?;
        self.fusion_config
            .as_deref()
            .map_or(Ok(()), |json| check::json_object("fusion_config", json))
    }

    /// Makes the change but for mode, reasoning and provider; it was checked.
    pub(super) fn apply(self, route: &mut Route) {
        let texts = [
            (self.alias, &mut route.alias),
            (self.upstream_model, &mut route.upstream_model),
            (self.upstream_path, &mut route.upstream_path),
            (self.adapter_config, &mut route.adapter_config),
            (self.fusion_config, &mut route.fusion_config),
            (self.note, &mut route.note),
        ];
        for (given, text) in texts {
            if let Some(given) = given {
                *text = given;
            }
        }
        route.enabled = self.enabled.map_or(route.enabled, |flag| flag.0);
    }
}

fn config(given: Option<String>) -> String {
    given
        .filter(|json| !json.is_empty())
        .unwrap_or_else(|| "{}".to_owned())
}

/// A way to take thoughts by its name.
pub(super) fn reasoning(name: &str) -> Result<Reasoning, ApiError> {
    name.parse()
        .map_err(|_| BadField::value("reasoning", "must be native, think_tags or drop").into())
}

/// A mode by its name.
pub(super) fn mode(name: &str) -> Result<Mode, ApiError> {
    name.parse().map_err(|_| {
        BadField::value(
            "mode",
            "must be direct, failover (or auto-select), balance, adapter or fusion",
        )
        .into()
    })
}

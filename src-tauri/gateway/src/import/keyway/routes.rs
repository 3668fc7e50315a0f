//! Its routes and their further targets.

use rusqlite::Row;

use super::{
    add::{Done, Import, group_of},
    old::{flag, moment_of, number, text},
};
use crate::{
    config::{Route, Target},
    ids::{self, ProviderUid, RouteId},
    store::{routes, targets},
};

impl Import<'_> {
    pub(super) fn route(&mut self, row: &Row<'_>) -> Done {
        let alias = text(row, "alias").unwrap_or_default();
        let group = group_of(row);
        let what = format!("route {alias} of group {group}");
        let id = RouteId::from(text(row, "route_id").unwrap_or_else(ids::fresh));
        let Some(provider) = self.provider_of(row) else {
            self.skip(what, "its provider is not in the database");
            return Ok(());
        };
        if routes::by_alias(self.db, &group, &alias)?.is_some()
            || routes::get(self.db, &id)?.is_some()
        {
            self.skip(what, "there is a route of this alias in the group");
            return Ok(());
        }
        let Ok(mode) = text(row, "mode").unwrap_or_default().parse() else {
            self.skip(what, "its mode is unknown");
            return Ok(());
        };
        let route = Route {
            id: id.clone(),
            group,
            alias,
            provider,
            upstream_model: text(row, "upstream_model").unwrap_or_default(),
            upstream_path: text(row, "upstream_path").unwrap_or_default(),
            mode,
            adapter_config: text(row, "adapter_config").unwrap_or_else(|| "{}".to_owned()),
            fusion_config: text(row, "fusion_config").unwrap_or_else(|| "{}".to_owned()),
            reasoning: None,
            enabled: flag(row, "enabled"),
            note: text(row, "note").unwrap_or_default(),
            targets: Vec::new(),
            created_at: moment_of(row, "created_at", self.now),
            updated_at: moment_of(row, "updated_at", self.now),
        };
        if let Err(error) = routes::insert(self.db, &route) {
            return self.skip_missing(what, error);
        }
        self.report.routes += 1;
        self.routes.insert(id);
        Ok(())
    }

    pub(super) fn target(&mut self, row: &Row<'_>) -> Done {
        let route = RouteId::from(text(row, "route_id").unwrap_or_default());
        if !self.routes.contains(&route) {
            return Ok(());
        }
        let model = text(row, "upstream_model").unwrap_or_default();
        let what = format!("target {model}");
        let Some(provider) = self.provider_of(row) else {
            self.skip(what, "its provider is not in the database");
            return Ok(());
        };
        let target = Target {
            id: text(row, "rp_id").unwrap_or_else(ids::fresh).into(),
            route,
            provider,
            upstream_model: model,
            priority: number(row, "priority").unwrap_or(0),
            weight: 1,
            enabled: flag(row, "enabled"),
            created_at: moment_of(row, "created_at", self.now),
        };
        if let Err(error) = targets::insert(self.db, &target) {
            return self.skip_missing(what, error);
        }
        self.report.targets += 1;
        Ok(())
    }

    fn provider_of(&self, row: &Row<'_>) -> Option<ProviderUid> {
        let placed = text(row, "provider_id").and_then(|id| self.providers.get(&id));
        placed.map(|placed| placed.uid.clone())
    }
}

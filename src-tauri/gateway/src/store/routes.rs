//! Routes; their further targets are in [`targets`].

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{
    StoreError,
    columns::{Columns, millis},
    groups, providers, targets,
};
use crate::{
    config::{ECHO, Reasoning, Route, Target},
    ids::{GroupId, RouteId},
};

/// All routes, or those of one group, with their targets, the oldest first.
pub fn list(db: &Connection, group: Option<&GroupId>) -> Result<Vec<Route>, StoreError> {
    let mut statement = db.prepare(
        "SELECT * FROM routes WHERE ?1 IS NULL OR group_id = ?1 ORDER BY created_at, id",
    )?;
    let rows = statement.query_map([group.map(GroupId::as_str)], read)?;
    let mut routes: Vec<Route> = rows.collect::<Result<_, _>>()?;
    let mut of_route: HashMap<RouteId, Vec<Target>> = HashMap::new();
    for target in targets::list(db, None)? {
        of_route
            .entry(target.route.clone())
            .or_default()
            .push(target);
    }
    for route in &mut routes {
        route.targets = of_route.remove(&route.id).unwrap_or_default();
    }
    Ok(routes)
}

/// A route with its targets.
pub fn get(db: &Connection, id: &RouteId) -> Result<Option<Route>, StoreError> {
    let row = db.query_row("SELECT * FROM routes WHERE id = ?1", [id.as_str()], read);
    with_targets(db, row.optional()?)
}

/// The route of a group with this alias, as written.
pub fn by_alias(
    db: &Connection,
    group: &GroupId,
    alias: &str,
) -> Result<Option<Route>, StoreError> {
    let row = db.query_row(
        "SELECT * FROM routes WHERE group_id = ?1 AND alias = ?2",
        [group.as_str(), alias],
        read,
    );
    with_targets(db, row.optional()?)
}

/// Adds a route and its targets.
pub fn insert(db: &Connection, route: &Route) -> Result<(), StoreError> {
    groups::must_exist(db, &route.group)?;
    providers::must_be_of(db, &route.provider, &route.group)?;
    db.execute(
        "INSERT INTO routes (id, group_id, alias, provider, upstream_model, upstream_path, mode, adapter_config,
             fusion_config, reasoning, enabled, note, created_at, updated_at)
         VALUES (:id, :group, :alias, :provider, :upstream_model, :upstream_path, :mode, :adapter_config,
             :fusion_config, :reasoning, :enabled, :note, :created_at, :updated_at)",
        named_params! {
            ":id": route.id.as_str(),
            ":group": route.group.as_str(),
            ":alias": route.alias,
            ":provider": route.provider.as_str(),
            ":upstream_model": route.upstream_model,
            ":upstream_path": route.upstream_path,
            ":mode": route.mode.as_str(),
            ":adapter_config": route.adapter_config,
            ":fusion_config": route.fusion_config,
            ":reasoning": route.reasoning.map(Reasoning::as_str),
            ":enabled": route.enabled,
            ":note": route.note,
            ":created_at": millis(route.created_at),
            ":updated_at": millis(route.updated_at),
        },
    )?;
    route
        .targets
        .iter()
        .try_for_each(|target| targets::insert(db, target))
}

/// Writes all of a route but its id, group, birth and targets; false when it is not there.
pub fn update(db: &Connection, route: &Route) -> Result<bool, StoreError> {
    providers::must_be_of(db, &route.provider, &route.group)?;
    let changed = db.execute(
        "UPDATE routes SET alias = :alias, provider = :provider, upstream_model = :upstream_model,
             upstream_path = :upstream_path, mode = :mode, adapter_config = :adapter_config,
             fusion_config = :fusion_config, reasoning = :reasoning, enabled = :enabled, note = :note,
             updated_at = :updated_at
         WHERE id = :id",
        named_params! {
            ":id": route.id.as_str(),
            ":alias": route.alias,
            ":provider": route.provider.as_str(),
            ":upstream_model": route.upstream_model,
            ":upstream_path": route.upstream_path,
            ":mode": route.mode.as_str(),
            ":adapter_config": route.adapter_config,
            ":fusion_config": route.fusion_config,
            ":reasoning": route.reasoning.map(Reasoning::as_str),
            ":enabled": route.enabled,
            ":note": route.note,
            ":updated_at": millis(route.updated_at),
        },
    )?;
    Ok(changed == 1)
}

/// Removes a route and its targets; false when it is not there.
pub fn delete(db: &Connection, id: &RouteId) -> Result<bool, StoreError> {
    Ok(db.execute("DELETE FROM routes WHERE id = ?1", [id.as_str()])? == 1)
}

/// Refuses a route that is not one of this group.
pub(super) fn must_be_of(db: &Connection, id: &RouteId, group: &GroupId) -> Result<(), StoreError> {
    if id.as_str() == ECHO {
        return Ok(());
    }
    let found: bool = db.query_row(
        "SELECT EXISTS (SELECT 1 FROM routes WHERE id = ?1 AND group_id = ?2)",
        [id.as_str(), group.as_str()],
        |row| row.get(0),
    )?;
    if found {
        Ok(())
    } else {
        Err(StoreError::Missing {
            what: "route in this group",
        })
    }
}

fn with_targets(db: &Connection, route: Option<Route>) -> Result<Option<Route>, StoreError> {
    let Some(mut route) = route else {
        return Ok(None);
    };
    route.targets = targets::list(db, Some(&route.id))?;
    Ok(Some(route))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Route> {
    Ok(Route {
        id: row.id("id")?,
        group: row.id("group_id")?,
        alias: row.get("alias")?,
        provider: row.id("provider")?,
        upstream_model: row.get("upstream_model")?,
        upstream_path: row.get("upstream_path")?,
        mode: row.word("mode")?,
        adapter_config: row.get("adapter_config")?,
        fusion_config: row.get("fusion_config")?,
        reasoning: row.word_maybe("reasoning")?,
        enabled: row.get("enabled")?,
        note: row.get("note")?,
        targets: Vec::new(),
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Mode, store::samples};

    #[test]
    fn a_route_is_kept_as_it_is() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());
        let made = samples::route(&samples::provider("work", "deepseek"), "sonnet");
        let changed = Route {
            alias: "opus".to_owned(),
            mode: Mode::Direct,
            reasoning: None,
            enabled: false,
            ..made.clone()
        };

        let second = changed.clone();
        assert_eq!(
            store.read_blocking(|db| get(db, &made.id)).unwrap(),
            Some(made.clone())
        );
        assert!(store.write_blocking(move |tx| update(tx, &second)).unwrap());
        assert_eq!(
            store.read_blocking(|db| list(db, None)).unwrap(),
            std::slice::from_ref(&changed)
        );
        let found = store
            .read_blocking(|db| by_alias(db, &"work".into(), "opus"))
            .unwrap();
        assert_eq!(found, Some(changed));
        assert_eq!(
            store
                .read_blocking(|db| by_alias(db, &"default".into(), "opus"))
                .unwrap(),
            None
        );
    }

    #[test]
    fn an_alias_is_unique_in_its_group_only() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "default", &samples::sealer());
        samples::fill(&store, "work", &samples::sealer());
        let mut twin = samples::route(&samples::provider("work", "deepseek"), "sonnet");
        twin.id = "another".into();

        let refused = store
            .write_blocking(move |tx| insert(tx, &twin))
            .unwrap_err();

        assert_eq!(
            refused.to_string(),
            "there is already a route with this alias"
        );
    }

    #[test]
    fn a_route_stays_in_its_group() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());
        let mut stray = samples::route(&samples::provider("work", "deepseek"), "stray");
        stray.group = "default".into();

        let refused = store
            .write_blocking(move |tx| insert(tx, &stray))
            .unwrap_err();

        assert_eq!(
            refused.to_string(),
            "there is no such provider in this group"
        );
    }
}

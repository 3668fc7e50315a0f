//! Further targets of routes: the route-providers of the admin API.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{
    StoreError,
    columns::{Columns, millis},
    providers,
};
use crate::{
    config::Target,
    ids::{GroupId, ProviderUid, RouteId, TargetId},
};

/// All targets, or those of one route, in the order they are tried.
pub fn list(db: &Connection, route: Option<&RouteId>) -> Result<Vec<Target>, StoreError> {
    let mut statement = db.prepare(
        "SELECT * FROM targets WHERE ?1 IS NULL OR route = ?1 ORDER BY priority, created_at, id",
    )?;
    let rows = statement.query_map([route.map(RouteId::as_str)], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A target.
pub fn get(db: &Connection, id: &TargetId) -> Result<Option<Target>, StoreError> {
    let row = db.query_row("SELECT * FROM targets WHERE id = ?1", [id.as_str()], read);
    Ok(row.optional()?)
}

/// Adds a target.
pub fn insert(db: &Connection, target: &Target) -> Result<(), StoreError> {
    check_provider(db, &target.route, &target.provider)?;
    db.execute(
        "INSERT INTO targets (id, route, provider, upstream_model, priority, weight, enabled, created_at)
         VALUES (:id, :route, :provider, :upstream_model, :priority, :weight, :enabled, :created_at)",
        named_params! {
            ":id": target.id.as_str(),
            ":route": target.route.as_str(),
            ":provider": target.provider.as_str(),
            ":upstream_model": target.upstream_model,
            ":priority": target.priority,
            ":weight": target.weight,
            ":enabled": target.enabled,
            ":created_at": millis(target.created_at),
        },
    )?;
    Ok(())
}

/// Writes all of a target but its id, route and birth; false when it is not there.
pub fn update(db: &Connection, target: &Target) -> Result<bool, StoreError> {
    check_provider(db, &target.route, &target.provider)?;
    let changed = db.execute(
        "UPDATE targets SET provider = :provider, upstream_model = :upstream_model, priority = :priority,
             weight = :weight, enabled = :enabled
         WHERE id = :id",
        named_params! {
            ":id": target.id.as_str(),
            ":provider": target.provider.as_str(),
            ":upstream_model": target.upstream_model,
            ":priority": target.priority,
            ":weight": target.weight,
            ":enabled": target.enabled,
        },
    )?;
    Ok(changed == 1)
}

/// Removes a target; false when it is not there.
pub fn delete(db: &Connection, id: &TargetId) -> Result<bool, StoreError> {
    Ok(db.execute("DELETE FROM targets WHERE id = ?1", [id.as_str()])? == 1)
}

/// A target's provider must be of the route's group.
fn check_provider(
    db: &Connection,
    route: &RouteId,
    provider: &ProviderUid,
) -> Result<(), StoreError> {
    let group = db.query_row(
        "SELECT group_id FROM routes WHERE id = ?1",
        [route.as_str()],
        |row| row.id::<GroupId, _>(0),
    );
    let Some(group) = group.optional()? else {
        return Err(StoreError::Missing { what: "route" });
    };
    providers::must_be_of(db, provider, &group)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Target> {
    Ok(Target {
        id: row.id("id")?,
        route: row.id("route")?,
        provider: row.id("provider")?,
        upstream_model: row.get("upstream_model")?,
        priority: row.get("priority")?,
        weight: row.get("weight")?,
        enabled: row.get("enabled")?,
        created_at: row.time("created_at")?,
    })
}

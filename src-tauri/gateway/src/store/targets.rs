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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::samples;

    fn target(id: &str, model: &str, priority: i64) -> Target {
        Target {
            id: id.into(),
            route: "route-work-sonnet".into(),
            provider: "uid-work-deepseek".into(),
            upstream_model: model.to_owned(),
            priority,
            weight: 1,
            enabled: true,
            created_at: samples::at(1),
        }
    }

    #[test]
    fn one_provider_may_stand_twice_in_a_route_with_different_models() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());

        store
            .write_blocking(|tx| insert(tx, &target("a", "other-model", 1)))
            .unwrap();
        let twin = store
            .write_blocking(|tx| insert(tx, &target("b", "other-model", 2)))
            .unwrap_err();

        assert_eq!(twin.code(), "duplicate");
        let order = store
            .read_blocking(|db| list(db, Some(&"route-work-sonnet".into())))
            .unwrap();
        let models: Vec<_> = order
            .iter()
            .map(|target| target.upstream_model.as_str())
            .collect();
        assert_eq!(models, ["other-model", "deepseek-reasoner"]);
    }

    #[test]
    fn a_target_is_kept_as_it_is() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());
        let changed = Target {
            priority: 5,
            weight: 8,
            enabled: false,
            ..target("a", "m2", 1)
        };

        let second = changed.clone();
        store
            .write_blocking(|tx| insert(tx, &target("a", "m1", 1)))
            .unwrap();
        assert!(store.write_blocking(move |tx| update(tx, &second)).unwrap());
        assert_eq!(
            store.read_blocking(|db| get(db, &"a".into())).unwrap(),
            Some(changed)
        );
        assert!(store.write_blocking(|tx| delete(tx, &"a".into())).unwrap());
        assert!(!store.write_blocking(|tx| delete(tx, &"a".into())).unwrap());
    }

    #[test]
    fn a_target_stays_in_the_group_of_its_route() {
        let (_folder, store) = samples::store();
        samples::fill(&store, "work", &samples::sealer());
        samples::fill(&store, "default", &samples::sealer());
        let mut stray = target("a", "m", 1);
        stray.provider = "uid-default-deepseek".into();

        let refused = store
            .write_blocking(move |tx| insert(tx, &stray))
            .unwrap_err();

        assert_eq!(refused.code(), "not_found");
    }
}

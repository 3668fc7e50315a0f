use std::{fs, path::Path};

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use super::*;
use crate::store::{Store, samples};

#[test]
fn the_migrations_are_sound() {
    Migrations::from_slice(STEPS).validate().unwrap();
}

#[test]
fn a_new_database_is_whole_and_has_the_default_group() {
    let (_folder, store) = samples::store();

    let problems = store.read_blocking(integrity).unwrap();
    let groups = store.read_blocking(crate::store::groups::list).unwrap();

    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(groups[0].group.id.as_str(), "default");
    assert_eq!(groups[0].group.name, "Default Group");
    assert_eq!(groups.len(), 1);
}

#[cfg(unix)]
#[test]
fn nobody_else_can_look_into_the_folder_or_its_files() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("deep").join("data");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("keyway.db"), "").unwrap();
    for path in [folder.clone(), folder.join("keyway.db")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    let store = Store::open(&folder).unwrap();
    samples::fill(&store, "work", &samples::sealer());

    assert_eq!(mode(&folder), 0o700);
    for name in ["keyway.db", "keyway.db-wal", "keyway.db-shm", "keyway.lock"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_holds_other_things_keeps_its_rights() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("diary.txt"), "").unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();

    drop(Store::open(home.path()).unwrap());

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(home.path()), 0o755);
    assert_eq!(mode(&home.path().join("keyway.db")), 0o600);
}

#[test]
fn a_newer_database_is_refused_and_left_as_it_is() {
    let (folder, store) = samples::store();
    let path = store.path().to_owned();
    drop(store);
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let before = fs::read(&path).unwrap();

    let error = Store::open(folder.path()).unwrap_err();

    assert!(
        matches!(error, StoreError::Newer { found: 99, known } if known == STEPS.len()),
        "{error}"
    );
    assert_eq!(error.code(), "database_newer");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn the_database_of_keyway_router_is_told_apart_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyway.db");
    let theirs = Connection::open(&path).unwrap();
    theirs
        .execute_batch("CREATE TABLE llm_groups (group_id TEXT PRIMARY KEY)")
        .unwrap();
    drop(theirs);
    let before = fs::read(&path).unwrap();

    let error = Store::open(folder.path()).unwrap_err();

    assert_eq!(error.code(), "database_foreign");
    assert!(error.to_string().contains("keyway-router"), "{error}");
    assert!(
        error.to_string().contains("keyway-server import keyway"),
        "{error}"
    );
    assert_eq!(fs::read(&path).unwrap(), before);
    let beside: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .map(|file| file.file_name())
        .collect();
    assert_eq!(beside, ["keyway.db"], "nothing is put beside it");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyway.db");
    fs::write(&path, "my diary, ".repeat(1_000)).unwrap();

    let error = Store::open(folder.path()).unwrap_err();

    assert_eq!(error.code(), "database_corrupt");
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "my diary, ".repeat(1_000)
    );
}

#[test]
fn a_migration_keeps_a_copy_of_what_was() {
    let (folder, store) = samples::store();
    samples::fill(&store, "work", &samples::sealer());
    let path = store.path().to_owned();
    drop(store);
    let known = STEPS.len();
    let mut steps = STEPS.to_vec();
    steps.push(M::up(
        "DROP TABLE tools; CREATE TABLE extra (x INTEGER) STRICT;",
    ));

    drop(open_with(folder.path(), &path, &steps).unwrap());

    let name = format!("backups/keyway-format{known}-1.db");
    let backup = Connection::open(folder.path().join(name)).unwrap();
    let tools: i64 = backup
        .query_row("SELECT count(*) FROM tools", [], |row| row.get(0))
        .unwrap();
    let version: i64 = backup
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!((tools, version), (1, i64::try_from(known).unwrap()));
    let error = Store::open(folder.path()).unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { found, known: ours } if (found, ours) == (known + 1, known)),
        "{error}"
    );
}

#[test]
fn a_database_of_the_first_format_is_brought_along_with_all_that_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyway.db");
    let old = open_with(folder.path(), &path, &STEPS[..1]).unwrap();
    old.execute_batch(
        "INSERT INTO providers (uid, group_id, id, name, protocol, base_url, connect_ms, first_byte_ms, idle_ms,
             created_at, updated_at)
         VALUES ('u', 'default', 'p', 'P', 'openai', 'https://p.example', 1, 1, 1, 1, 1);
         INSERT INTO routes (id, group_id, alias, provider, upstream_model, created_at, updated_at)
         VALUES ('r', 'default', 'm', 'u', 'm-1', 1, 1);
         INSERT INTO request_log (id, at, group_id, asked_model, protocol_in, streamed, status, request_bytes,
             response_bytes, total_us)
         VALUES ('l', 1, 'default', 'm', 'openai', 0, 200, 1, 1, 1);",
    )
    .unwrap();
    drop(old);

    let store = Store::open(folder.path()).unwrap();

    let provider = store.read_blocking(|db| crate::store::providers::list(db, None));
    assert!(provider.unwrap()[0].quirks.is_empty());
    let route = store.read_blocking(|db| crate::store::routes::list(db, None));
    assert_eq!(route.unwrap()[0].reasoning, None);
    let entry = store.read_blocking(|db| crate::store::logs::get(db, "l"));
    assert!(entry.unwrap().unwrap().losses.is_empty());
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let (folder, store) = samples::store();
    let path = store.path().to_owned();
    drop(store);
    let mut steps = STEPS.to_vec();
    steps.push(M::up("DROP TABLE tools; CREATE NONSENSE;"));

    open_with(folder.path(), &path, &steps).unwrap_err();

    let store = Store::open(folder.path()).unwrap();
    assert_eq!(
        store
            .read_blocking(|db| crate::store::tools::list(db, None))
            .unwrap(),
        []
    );
}

#[test]
fn a_first_start_that_was_cut_off_is_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyway.db");
    // What is on disk when the process dies between the pragmas and the first migration.
    let cut = Connection::open(&path).unwrap();
    prepare_writer(&cut, true).unwrap();
    drop(cut);
    assert!(fs::metadata(&path).unwrap().len() > 0);

    let store = Store::open(folder.path()).unwrap();

    assert_eq!(
        store
            .read_blocking(crate::store::groups::list)
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_backup_is_a_whole_database_of_its_own() {
    let (_folder, store) = samples::store();
    samples::fill(&store, "work", &samples::sealer());
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("keyway.db");

    store.back_up(path.clone()).await.unwrap();

    let copy = Store::open(elsewhere.path()).unwrap();
    assert_eq!(
        copy.read_blocking(|db| crate::store::keys::list(db, None))
            .unwrap()
            .len(),
        1
    );
    let again = store.back_up(path).await.unwrap_err();
    assert_eq!(again.code(), "io", "a backup never overwrites");
}

#[tokio::test]
async fn damage_is_found() {
    let (folder, store) = samples::store();
    let path = store.path().to_owned();
    let many: Vec<_> = (0..500)
        .map(|n| samples::entry(&format!("e{n}"), n))
        .collect();
    for entry in many {
        store.log(entry);
    }
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4_096].fill(0xff);
    fs::write(&path, bytes).unwrap();

    let store = Store::open(folder.path()).unwrap();
    let found = store.check_integrity().await;

    assert!(
        found.as_ref().map_or(true, |problems| !problems.is_empty()),
        "{found:?}"
    );
}

//! The master key, the admin token and copies of the database, from the command line.

use std::fs;

use keyway_tests::{Caller, Launch, Protocol};
use tempfile::TempDir;

use crate::cli_kit::{Cli, SECRET};

#[test]
fn a_wrong_secret_is_told_and_touches_nothing() {
    let folder = TempDir::new().unwrap();
    let cli = Cli::at(folder.path());
    cli.ok("keys add ci");
    let everything = |folder: &TempDir| {
        let mut files: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect();
        files.sort();
        files
    };
    let before = everything(&folder);
    let wrong = cli
        .clone()
        .with_env("KEYWAY_SECRET", "another secret, and a long one");

    for line in [
        "keys add x",
        "keys show ci",
        "serve",
        "token",
        "secret rotate",
    ] {
        let said = wrong.fails(1, line);
        assert!(said.contains("KEYWAY_SECRET"), "{line}: {said}");
    }
    let doctor = wrong.run("doctor");
    assert_eq!(doctor.code, Some(1));
    assert!(doctor.out.contains("fail  master key"), "{}", doctor.out);
    wrong.with_env("KEYWAY_SECRET", "").fails(1, "keys list");

    assert_eq!(before, everything(&folder));
    assert!(cli.ok("keys show ci").starts_with("db_sk_"));
}

#[test]
fn a_rotated_master_key_opens_everything_and_the_old_one_nothing() {
    let folder = TempDir::new().unwrap();
    let cli = Cli::at(folder.path());
    let (key, token) = (cli.ok("keys add ci"), cli.ok("token"));

    cli.ok("secret rotate --new-secret 'a new secret, long enough'");
    cli.fails(1, "keys show ci");
    let new = cli
        .clone()
        .with_env("KEYWAY_SECRET", "a new secret, long enough");
    assert_eq!(new.ok("keys show ci"), key);
    assert_eq!(new.ok("token"), token, "the admin token stays");

    let said = new.run("secret rotate --to file");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.err.contains("unset KEYWAY_SECRET"), "{said:?}");
    let bare = cli.with_env("KEYWAY_SECRET", "");
    assert_eq!(bare.ok("keys show ci"), key);

    let piped = bare.run_with_input("secret rotate --to environment", &format!("{SECRET}\n"));
    assert_eq!(piped.code, Some(0), "{piped:?}");
    assert_eq!(Cli::at(folder.path()).ok("keys show ci"), key);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_running_gateway_holds_is_not_replaced_under_it() {
    let keyway = Launch::new()
        .with_env("KEYWAY_ADMIN_TOKEN", "")
        .start_without_key()
        .await;
    let cli = Cli::at(keyway.data_folder());
    for line in [
        "secret rotate --new-secret 'a new secret, long enough'",
        "token --rotate",
    ] {
        let said = cli.fails(5, line);
        assert!(said.contains(&keyway.url()), "{said}");
    }
}

#[test]
fn a_rotated_admin_token_is_another_one_that_stays() {
    let folder = TempDir::new().unwrap();
    let cli = Cli::at(folder.path());
    let old = cli.ok("token");
    assert_eq!(cli.ok("token"), old);
    let new = cli.ok("token --rotate");
    assert_ne!(new, old);
    assert_eq!(cli.ok("token"), new);
    let set = cli.with_env("KEYWAY_ADMIN_TOKEN", "mine");
    assert_eq!(set.ok("token"), "mine");
    set.fails(5, "token --rotate");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_while_the_gateway_runs_serves_in_its_place() {
    let keyway = Launch::new()
        .with_env("KEYWAY_ADMIN_TOKEN", "")
        .start_without_key()
        .await;
    let cli = Cli::at(keyway.data_folder());
    let key = cli.ok("keys add ci");
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("keyway.db");
    let line = format!("backup '{}'", copy.display());

    cli.ok(&line);
    cli.fails(5, &line);
    cli.ok("keys remove ci");
    drop(keyway);

    let again = Launch::new()
        .in_folder(folder.path())
        .start_without_key()
        .await;
    let caller = Caller::new(again.address(), Protocol::OpenAi).with_key(&key);
    assert_eq!(caller.say("echo", "Hello").await.status, 200);
}

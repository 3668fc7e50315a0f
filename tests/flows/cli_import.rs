//! `keyway-server import keyway`: what keyway-router had goes on working.

use std::path::{Path, PathBuf};

use keyway_gateway::{config::KeyHash, secrets::MasterKey};
use keyway_tests::{Caller, Launch, Protocol, ScriptedUpstream};
use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::cli_kit::Cli;

const OLD_SECRET: &str = "the secret of keyway-router";
const OLD_KEY: &str = "db_sk_0123456789012345678901234567890123456789012";

/// The tables of version 0.2.0, as far as they matter here.
const TABLES: &str = "
    CREATE TABLE llm_groups (group_id TEXT PRIMARY KEY, name TEXT NOT NULL, enabled INTEGER NOT NULL DEFAULT 1,
        note TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
    CREATE TABLE llm_providers (provider_id TEXT PRIMARY KEY, group_id TEXT NOT NULL, name TEXT NOT NULL,
        base_url TEXT NOT NULL, api_key TEXT NOT NULL, protocol TEXT NOT NULL DEFAULT 'openai',
        enabled INTEGER NOT NULL DEFAULT 1, note TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL);
    CREATE TABLE model_routes (route_id TEXT PRIMARY KEY, group_id TEXT NOT NULL, alias TEXT NOT NULL,
        provider_id TEXT NOT NULL, upstream_model TEXT NOT NULL, upstream_path TEXT NOT NULL DEFAULT '',
        enabled INTEGER NOT NULL DEFAULT 1, note TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL, mode TEXT NOT NULL DEFAULT 'direct', adapter_config TEXT NOT NULL DEFAULT '{}',
        fusion_config TEXT NOT NULL DEFAULT '{}');
    CREATE TABLE llm_api_keys (key_id TEXT PRIMARY KEY, group_id TEXT NOT NULL, key_hash TEXT UNIQUE NOT NULL,
        key_prefix TEXT NOT NULL, name TEXT NOT NULL, enabled INTEGER NOT NULL DEFAULT 1, created_at TEXT NOT NULL,
        key_encrypted TEXT);";

/// A database as keyway-router leaves it, whose provider is this upstream.
fn old_database(folder: &Path, upstream: &ScriptedUpstream) -> PathBuf {
    let path = folder.join("keyway.db");
    let db = Connection::open(&path).expect("the old database can be made");
    db.execute_batch(TABLES)
        .expect("the old database can be made");
    let sealer = MasterKey::from_secret(&OLD_SECRET.to_owned().into()).sealer();
    let token_of = |text: &str| sealer.seal(&text.to_owned().into()).as_str().to_owned();
    let time = "2026-01-01T00:00:00+00:00";
    db.execute(
        "INSERT INTO llm_groups (group_id, name, created_at, updated_at) VALUES ('default', 'Default', ?1, ?1)",
        [time],
    )
    .expect("the old database can be made");
    db.execute(
        "INSERT INTO llm_providers (provider_id, group_id, name, base_url, api_key, created_at, updated_at)
         VALUES ('old', 'default', 'Old', ?1, ?2, ?3, ?3)",
        params![upstream.base_url(Protocol::OpenAi), token_of("upstream-key"), time],
    )
    .expect("the old database can be made");
    db.execute(
        "INSERT INTO model_routes (route_id, group_id, alias, provider_id, upstream_model, created_at, updated_at)
         VALUES ('r1', 'default', 'sonnet', 'old', 'sonnet-upstream', ?1, ?1)",
        [time],
    )
    .expect("the old database can be made");
    db.execute(
        "INSERT INTO llm_api_keys (key_id, group_id, key_hash, key_prefix, name, created_at, key_encrypted)
         VALUES ('k1', 'default', ?1, 'db_sk_012345', 'laptop', ?2, ?3)",
        params![KeyHash::of(OLD_KEY).to_hex(), time, token_of(OLD_KEY)],
    )
    .expect("the old database can be made");
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_keyway_router_work_in_a_gateway_that_runs_already() {
    let upstream = ScriptedUpstream::greeting();
    upstream.wanting_key("upstream-key");
    let folder = TempDir::new().unwrap();
    let path = old_database(folder.path(), &upstream);
    let keyway = Launch::new()
        .with_env("KEYWAY_ADMIN_TOKEN", "")
        .start_without_key()
        .await;
    let cli = Cli::at(keyway.data_folder());
    let caller = Caller::new(keyway.address(), Protocol::OpenAi).with_key(OLD_KEY);
    assert_eq!(caller.say("sonnet", "Hello").await.status, 401);

    let path = path.display();
    let secret = cli.clone().with_env("KEYWAY_IMPORT_SECRET", OLD_SECRET);
    let told = secret.ok(&format!("import keyway '{path}' --dry-run"));
    assert!(
        told.starts_with("would bring 1 provider, 1 credential, 1 route, 1 key"),
        "{told}"
    );
    assert_eq!(
        caller.say("sonnet", "Hello").await.status,
        401,
        "a dry run changes nothing"
    );

    let told = secret.ok(&format!("import keyway '{path}'"));
    assert!(told.starts_with("brought 1 provider"), "{told}");
    assert_eq!(caller.say("sonnet", "Hello").await.status, 200);
    assert_eq!(cli.ok("keys show laptop"), OLD_KEY);

    let again = secret.ok(&format!("import keyway '{path}'"));
    assert!(again.starts_with("brought nothing new"), "{again}");
}

#[test]
fn an_import_says_which_secret_it_lacks() {
    let upstream = ScriptedUpstream::refusing();
    let folder = TempDir::new().unwrap();
    let path = old_database(folder.path(), &upstream);
    let data = TempDir::new().unwrap();
    let cli = Cli::at(data.path());
    let line = format!("import keyway '{}'", path.display());

    let said = cli.fails(2, &line);
    assert!(said.contains("KEYWAY_IMPORT_SECRET"), "{said}");
    cli.fails(1, &format!("{line} --secret wrong"));
    cli.fails(4, "import keyway /nowhere/keyway.db");
    assert_eq!(cli.json("keys list")["total"], 0);

    let piped = cli.run_with_input(
        &format!("{line} --secret - --json"),
        &format!("{OLD_SECRET}\n"),
    );
    assert_eq!(piped.code, Some(0), "{piped:?}");
    assert_eq!(cli.ok("keys show laptop"), OLD_KEY);
}

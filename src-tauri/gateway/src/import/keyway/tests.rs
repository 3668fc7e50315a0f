use std::path::PathBuf;

use rusqlite::{Connection, params};
use secrecy::ExposeSecret;

use super::*;
use crate::{
    config::{KeyHash, Mode},
    secrets::MasterKey,
    store::{credentials, groups, keys, logs, providers, routes, samples, tools},
};

const SECRET: &str = "the old secret";

/// The tables of version 0.2.0, as far as they matter here.
const TABLES: &str = "
    CREATE TABLE llm_groups (group_id TEXT PRIMARY KEY, name TEXT NOT NULL, enabled INTEGER NOT NULL DEFAULT 1,
        note TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
    CREATE TABLE llm_providers (provider_id TEXT PRIMARY KEY, group_id TEXT NOT NULL DEFAULT 'default',
        name TEXT NOT NULL, base_url TEXT NOT NULL, api_key TEXT NOT NULL, protocol TEXT NOT NULL DEFAULT 'openai',
        enabled INTEGER NOT NULL DEFAULT 1, note TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL);
    CREATE TABLE model_routes (route_id TEXT PRIMARY KEY, group_id TEXT NOT NULL DEFAULT 'default',
        alias TEXT NOT NULL, provider_id TEXT NOT NULL, upstream_model TEXT NOT NULL,
        upstream_path TEXT NOT NULL DEFAULT '', enabled INTEGER NOT NULL DEFAULT 1, note TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL, updated_at TEXT NOT NULL, mode TEXT NOT NULL DEFAULT 'direct',
        adapter_config TEXT NOT NULL DEFAULT '{}', fusion_config TEXT NOT NULL DEFAULT '{}');
    CREATE TABLE llm_api_keys (key_id TEXT PRIMARY KEY, group_id TEXT NOT NULL DEFAULT 'default',
        key_hash TEXT UNIQUE NOT NULL, key_prefix TEXT NOT NULL, name TEXT NOT NULL, owner_user_id TEXT,
        enabled INTEGER NOT NULL DEFAULT 1, expires_at TEXT, last_used_at TEXT, created_at TEXT NOT NULL,
        key_encrypted TEXT, max_requests INTEGER, used_requests INTEGER NOT NULL DEFAULT 0, max_tokens INTEGER,
        used_tokens INTEGER NOT NULL DEFAULT 0, concurrency_limit INTEGER, rpm_limit INTEGER);
    CREATE TABLE llm_tool_providers (tool_id TEXT PRIMARY KEY, group_id TEXT NOT NULL DEFAULT 'default',
        name TEXT NOT NULL, api_key TEXT NOT NULL, config TEXT NOT NULL DEFAULT '{}',
        enabled INTEGER NOT NULL DEFAULT 1, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
    CREATE TABLE llm_request_logs (log_id TEXT PRIMARY KEY, group_id TEXT NOT NULL DEFAULT 'default',
        api_key_id TEXT, route_alias TEXT, provider_id TEXT, upstream_model TEXT, status_code INTEGER,
        request_tokens INTEGER, response_tokens INTEGER, latency_ms INTEGER, error TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL, fusion_id TEXT);
    CREATE TABLE route_providers (rp_id TEXT PRIMARY KEY, route_id TEXT NOT NULL, provider_id TEXT NOT NULL,
        upstream_model TEXT NOT NULL, priority INTEGER NOT NULL DEFAULT 0, enabled INTEGER NOT NULL DEFAULT 1,
        created_at TEXT NOT NULL);
    CREATE TABLE provider_credentials (credential_id TEXT PRIMARY KEY, provider_id TEXT NOT NULL,
        api_key TEXT NOT NULL, label TEXT NOT NULL DEFAULT '', enabled INTEGER NOT NULL DEFAULT 1,
        priority INTEGER NOT NULL DEFAULT 0, weight INTEGER NOT NULL DEFAULT 1, created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL);";

/// The tables of version 0.1, which knew neither credentials nor further targets nor modes nor limits.
const OLD_TABLES: &str = "
    CREATE TABLE llm_groups (group_id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at TEXT NOT NULL);
    CREATE TABLE llm_providers (provider_id TEXT PRIMARY KEY, group_id TEXT NOT NULL DEFAULT 'default',
        name TEXT NOT NULL, base_url TEXT NOT NULL, api_key TEXT NOT NULL, created_at TEXT NOT NULL);
    CREATE TABLE model_routes (route_id TEXT PRIMARY KEY, alias TEXT NOT NULL, provider_id TEXT NOT NULL,
        upstream_model TEXT NOT NULL, created_at TEXT NOT NULL);
    CREATE TABLE llm_api_keys (key_id TEXT PRIMARY KEY, key_hash TEXT UNIQUE NOT NULL, key_prefix TEXT NOT NULL,
        name TEXT NOT NULL, created_at TEXT NOT NULL);";

struct Theirs {
    folder: tempfile::TempDir,
    db: Connection,
}

impl Theirs {
    fn with(tables: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Connection::open(folder.path().join("keyway.db")).unwrap();
        db.execute_batch(tables).unwrap();
        Self { folder, db }
    }

    fn run(&self, sql: &str, values: impl rusqlite::Params) {
        self.db.execute(sql, values).unwrap();
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("keyway.db")
    }
}

fn sealed(text: &str) -> String {
    let sealer = MasterKey::from_secret(&SECRET.into()).sealer();
    sealer.seal(&text.into()).as_str().to_owned()
}

fn hash(text: &str) -> String {
    KeyHash::of(text).to_hex()
}

/// Two groups; in `work` two providers (one with two credentials), a route with a target, a key and a tool.
fn full() -> Theirs {
    let theirs = Theirs::with(TABLES);
    let when = "2026-01-02T03:04:05.678901+00:00";
    for (id, enabled) in [("default", true), ("work", true)] {
        let sql = "INSERT INTO llm_groups VALUES (?1, ?1, ?2, 'a note', ?3, ?3)";
        theirs.run(sql, params![id, enabled, when]);
    }
    for (id, protocol) in [("deepseek", "openai"), ("claude", "anthropic")] {
        theirs.run(
            "INSERT INTO llm_providers VALUES (?1, 'work', ?1, 'https://up.example/v1', ?2, ?3, 1, '', ?4, ?4)",
            params![id, sealed("sk-primary"), protocol, when],
        );
    }
    for (id, provider, key, priority) in [
        ("c1", "deepseek", "sk-primary", 0),
        ("c2", "deepseek", "sk-second", 1),
        ("c3", "claude", "sk-ant", 0),
    ] {
        theirs.run(
            "INSERT INTO provider_credentials VALUES (?1, ?2, ?3, ?1, 1, ?4, 3, ?5, ?5)",
            params![id, provider, sealed(key), priority, when],
        );
    }
    theirs.run(
        "INSERT INTO model_routes VALUES ('r1', 'work', 'sonnet', 'deepseek', 'chat', '', 1, '', ?1, ?1,
             'auto-select', '{}', '{}')",
        [when],
    );
    let sql = "INSERT INTO route_providers VALUES ('rp1', 'r1', 'claude', 'opus', 2, 1, ?1)";
    theirs.run(sql, [when]);
    theirs.run(
        "INSERT INTO llm_api_keys VALUES ('k1', 'work', ?1, 'db_sk_aaaaaa...', 'laptop', 'ada', 1,
             '2030-01-01T00:00:00', NULL, ?2, ?3, 100, 7, 5000, 70, 2, 60)",
        params![hash("db_sk_aaa"), when, sealed("db_sk_aaa")],
    );
    theirs.run(
        "INSERT INTO llm_tool_providers VALUES ('work.tavily', 'work', 'Tavily', ?1, '{}', 1, ?2, ?2)",
        params![sealed("tvly"), when],
    );
    theirs.run(
        "INSERT INTO llm_request_logs VALUES ('l1', 'work', 'k1', 'sonnet', 'claude', 'opus', 200, 11, 22, 340, '',
             ?1, NULL)",
        [when],
    );
    theirs
}

fn bring(theirs: &Theirs, store: &Store, sealer: &Sealer) -> Result<Report, ImportError> {
    import(
        &theirs.path(),
        Some(&SECRET.into()),
        store,
        sealer,
        samples::at(1),
    )
}

#[test]
fn everything_comes_over_and_secrets_are_sealed_anew() {
    let (theirs, (_folder, store), sealer) = (full(), samples::store(), samples::sealer());

    let report = bring(&theirs, &store, &sealer).unwrap();

    let expected = Report {
        groups: 1,
        providers: 2,
        credentials: 3,
        routes: 1,
        targets: 1,
        keys: 1,
        tools: 1,
        logs: 1,
        ..Report::default()
    };
    assert_eq!(report, expected);
    let found = store.read_blocking(|db| {
        let provider = providers::find(db, "deepseek", None)?.remove(0);
        let route = routes::by_alias(db, &"work".into(), "sonnet")?.unwrap();
        Ok((
            credentials::list(db, Some(&provider.uid))?,
            route,
            tools::list(db, None)?,
            provider,
        ))
    });
    let (credentials, route, tools, provider) = found.unwrap();
    let opened = sealer
        .open(credentials[1].sealed.as_ref().unwrap())
        .unwrap();
    assert_eq!(
        (opened.expose_secret(), credentials[1].weight),
        ("sk-second", 3)
    );
    assert_eq!(
        (route.mode, route.targets.len(), &route.provider),
        (Mode::Failover, 1, &provider.uid)
    );
    assert_eq!(route.targets[0].id.as_str(), "rp1");
    assert_eq!(provider.created_at.to_string(), "2026-01-02T03:04:05.678Z");
    let tool = sealer.open(tools[0].sealed.as_ref().unwrap()).unwrap();
    assert_eq!(
        (tools[0].kind.as_str(), tool.expose_secret()),
        ("tavily", "tvly")
    );
    let log = store
        .read_blocking(|db| logs::get(db, "l1"))
        .unwrap()
        .unwrap();
    assert_eq!(
        (log.status, log.total_us, log.usage.unwrap().output),
        (200, 340_000, 22)
    );
}

#[test]
fn its_keys_go_on_working() {
    let (theirs, (_folder, store), sealer) = (full(), samples::store(), samples::sealer());

    bring(&theirs, &store, &sealer).unwrap();

    let row = store
        .read_blocking(|db| keys::by_hash(db, &KeyHash::of("db_sk_aaa")))
        .unwrap()
        .unwrap();
    assert_eq!(
        (row.key.id.as_str(), row.key.group.as_str()),
        ("k1", "work")
    );
    assert_eq!(row.key.owner.as_deref(), Some("ada"));
    assert_eq!(row.key.limits.requests_per_minute, Some(60));
    assert_eq!(row.key.limits.max_tokens, Some(5_000));
    assert_eq!((row.key.used_requests, row.key.used_tokens), (7, 70));
    assert_eq!(
        row.key.expires_at.unwrap().to_string(),
        "2030-01-01T00:00:00Z"
    );
    let text = sealer.open(&row.sealed.unwrap()).unwrap();
    assert_eq!(text.expose_secret(), "db_sk_aaa");
}

#[test]
fn a_second_import_adds_nothing_and_says_why() {
    let (theirs, (_folder, store), sealer) = (full(), samples::store(), samples::sealer());
    bring(&theirs, &store, &sealer).unwrap();

    let again = bring(&theirs, &store, &sealer).unwrap();

    let what: Vec<_> = again
        .skipped
        .iter()
        .map(|remark| remark.what.as_str())
        .collect();
    let expected = [
        "group work",
        "provider deepseek",
        "provider claude",
        "route sonnet of group work",
        "key laptop",
        "tool work.tavily of group work",
    ];
    assert_eq!(what, expected);
    assert_eq!(
        Report {
            skipped: Vec::new(),
            ..again
        },
        Report::default()
    );
}

#[test]
fn a_preview_tells_the_same_and_adds_nothing() {
    let (theirs, (_folder, store), sealer) = (full(), samples::store(), samples::sealer());

    let told = preview(
        &theirs.path(),
        Some(&SECRET.into()),
        &store,
        &sealer,
        samples::at(1),
    )
    .unwrap();

    assert_eq!(store.read_blocking(groups::list).unwrap().len(), 1);
    assert_eq!(told, bring(&theirs, &store, &sealer).unwrap());
}

#[test]
fn a_wrong_or_missing_secret_imports_nothing() {
    let (theirs, (_folder, store), sealer) = (full(), samples::store(), samples::sealer());
    let with = |secret: Option<&SecretString>| {
        import(&theirs.path(), secret, &store, &sealer, samples::at(1)).unwrap_err()
    };

    let wrong = with(Some(&"another".into()));
    let missing = with(None);

    assert!(matches!(wrong, ImportError::WrongSecret), "{wrong}");
    assert!(matches!(missing, ImportError::SecretNeeded), "{missing}");
    assert_eq!(store.read_blocking(groups::list).unwrap().len(), 1);
}

#[test]
fn what_an_older_secret_sealed_comes_without_it_and_is_named() {
    let (theirs, (_folder, store), sealer) = (full(), samples::store(), samples::sealer());
    let older = MasterKey::from_secret(&"older".into())
        .sealer()
        .seal(&"sk".into());
    theirs.run(
        "UPDATE provider_credentials SET api_key = ?1 WHERE credential_id = 'c3'",
        [older.as_str()],
    );

    let report = bring(&theirs, &store, &sealer).unwrap();

    assert_eq!(report.credentials, 3);
    assert_eq!(report.changed[0].what, "credential c3 of provider claude");
    let row = store
        .read_blocking(|db| credentials::get(db, &"c3".into()))
        .unwrap()
        .unwrap();
    assert_eq!(row.sealed, None);
}

#[test]
fn a_database_of_version_0_1_comes_over() {
    let (_folder, store) = samples::store();
    let sealer = samples::sealer();
    let theirs = Theirs::with(OLD_TABLES);
    theirs.run(
        "INSERT INTO llm_groups VALUES ('default', 'D', '2025-01-01T00:00:00+00:00')",
        [],
    );
    // Version 0.1 began without encryption, so a key may lie in the clear.
    let sql = "INSERT INTO llm_providers VALUES ('p', 'default', 'P', 'http://u', 'sk-plain', '2025-01-01')";
    theirs.run(sql, []);
    theirs.run(
        "INSERT INTO model_routes VALUES ('r', 'a', 'p', 'm', '2025-01-01')",
        [],
    );
    theirs.run(
        "INSERT INTO llm_api_keys VALUES ('k', ?1, 'db_sk_x...', 'n', '2025-01-01')",
        [hash("db_sk_x")],
    );

    let report = import(theirs.folder.path(), None, &store, &sealer, samples::at(1)).unwrap();

    let counts = (
        report.providers,
        report.credentials,
        report.routes,
        report.keys,
    );
    assert_eq!((counts, report.skipped), ((1, 1, 1, 1), Vec::new()));
    let row = store
        .read_blocking(|db| credentials::list(db, None))
        .unwrap()
        .remove(0);
    assert_eq!(row.label, "primary");
    assert_eq!(
        sealer.open(&row.sealed.unwrap()).unwrap().expose_secret(),
        "sk-plain"
    );
    let key = store
        .read_blocking(|db| keys::get(db, &"k".into()))
        .unwrap()
        .unwrap();
    assert_eq!((key.sealed, key.key.group.as_str()), (None, "default"));
}

#[test]
fn odd_records_are_named_and_the_rest_comes_over() {
    let (theirs, (_folder, store), sealer) = (full(), samples::store(), samples::sealer());
    theirs.run(
        "UPDATE llm_groups SET enabled = 0 WHERE group_id = 'work'",
        [],
    );
    theirs.run("UPDATE llm_api_keys SET expires_at = 'next summer'", []);
    theirs.run(
        "INSERT INTO llm_tool_providers VALUES ('calc', 'work', 'C', '', '{}', 1, '', '')",
        [],
    );
    theirs.run("INSERT INTO llm_api_keys (key_id, key_hash, key_prefix, name, created_at) VALUES ('k2', 'zz', '', 'odd', '')", []);
    theirs.run("INSERT INTO model_routes (route_id, group_id, alias, provider_id, upstream_model, created_at, updated_at)
        VALUES ('r2', 'work', 'lost', 'gone', 'm', '', ''), ('r3', 'default', 'stray', 'claude', 'm', '', '')", []);

    let report = bring(&theirs, &store, &sealer).unwrap();

    let named: Vec<String> = report
        .skipped
        .iter()
        .chain(&report.changed)
        .map(|r| format!("{}: {}", r.what, r.why))
        .collect();
    let expected = [
        "route lost of group work: its provider is not in the database",
        "route stray of group default: there is no such provider in this group",
        "key odd: its hash is unreadable",
        "tool calc of group work: Keyway knows no such tool",
        "group work: is disabled, and Keyway serves nobody from a disabled group",
        "key laptop: its expiry is unreadable, so it was disabled",
    ];
    assert_eq!(named, expected);
    assert_eq!((report.routes, report.keys, report.tools), (1, 1, 1));
    let key = store
        .read_blocking(|db| keys::get(db, &"k1".into()))
        .unwrap()
        .unwrap()
        .key;
    assert!(!key.enabled);
}

#[test]
fn a_file_that_is_something_else_is_refused() {
    let (_folder, store) = samples::store();
    let sealer = samples::sealer();
    let other = Theirs::with("CREATE TABLE notes (x)");
    let with = |path: &Path| import(path, None, &store, &sealer, samples::at(1)).unwrap_err();
    let text = other.folder.path().join("diary.txt");
    std::fs::write(&text, "dear diary, ".repeat(500)).unwrap();

    assert!(matches!(
        with(&other.path()),
        ImportError::SomethingElse { .. }
    ));
    assert!(matches!(with(&text), ImportError::Unreadable { .. }));
    assert!(matches!(
        with(Path::new("/nowhere/keyway.db")),
        ImportError::Unreadable { .. }
    ));
}

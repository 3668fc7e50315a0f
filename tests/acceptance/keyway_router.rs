//! What people have in keyway-router: made by the real product, taken over by Keyway.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use keyway_tests::{Caller, Launch, Protocol, ScriptedUpstream, TestKeyway, server_binary};
use serde_json::Value;
use tempfile::TempDir;

use crate::clients::{bare, finish};
use crate::tools;

const OLD_SECRET: &str = "the secret that keyway-router ran with";
/// The secret and the admin token of the kit's gateways.
const SECRET: &str = "kit-secret-kit-secret-kit-secret";
const ADMIN_TOKEN: &str = "kit-admin-token";

/// A data folder that keyway-router filled and used, and the upstream it asked.
struct Old {
    home: TempDir,
    upstream: ScriptedUpstream,
    keys: Value,
}

impl Old {
    async fn made() -> Self {
        let home = TempDir::new().expect("a temporary folder can be made");
        let upstream = ScriptedUpstream::greeting();
        let mut command = bare(tools::keyway_router(), home.path());
        command
            .args(["-I", "-B"])
            .arg(tools::client_folder().join("make_keyway_router_db.py"))
            .arg(home.path().join("data"))
            .arg(OLD_SECRET)
            .arg(upstream.base_url(Protocol::OpenAi));
        let (said, complaint, fine) = finish(command, "keyway-router").await;
        assert!(fine, "keyway-router failed:\n{said}\n{complaint}");
        let made: Value = serde_json::from_str(&said).expect("the script prints JSON");
        assert_eq!(upstream.calls(), 1, "keyway-router itself asked once");
        Self {
            home,
            upstream,
            keys: made["keys"].clone(),
        }
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("data")
    }

    fn key(&self, name: &str) -> &str {
        self.keys[name].as_str().expect("the script made this key")
    }

    /// Lets both old keys ask through a gateway, each in the protocol of its route.
    async fn keys_work_at(&self, keyway: &TestKeyway) {
        let before = self.upstream.calls();
        let caller =
            |protocol, name| Caller::new(keyway.address(), protocol).with_key(self.key(name));
        let chat = caller(Protocol::OpenAi, "laptop")
            .say("sonnet", "Hello")
            .await;
        assert_eq!(chat.status, 200, "{}", chat.wire());
        assert_eq!(chat.json()["model"], "sonnet");
        let messages = caller(Protocol::Anthropic, "home")
            .stream("opus", "Hello")
            .await;
        assert_eq!(messages.status, 200, "{}", messages.wire());

        let asked: Vec<_> = self.upstream.received()[before..]
            .iter()
            .map(|request| (request.model(), request.key().unwrap_or_default()))
            .collect();
        let expected = [
            ("deepseek-chat", "sk-work-openai"),
            ("claude-opus", "sk-default-anthropic"),
        ];
        assert_eq!(
            asked,
            expected.map(|(model, key)| (model.to_owned(), key.to_owned()))
        );
    }
}

#[tokio::test]
async fn a_database_of_keyway_router_is_imported_into_a_running_gateway() {
    let old = Old::made().await;
    let keyway = TestKeyway::start().await;

    let told = import(keyway.data_folder(), &old.folder().join("keyway.db")).await;

    assert!(told.contains("2 keys"), "{told}");
    old.keys_work_at(&keyway).await;
    assert_eq!(
        keyway.openai().say("echo", "Hello").await.status,
        200,
        "what was there before goes on working"
    );
}

#[tokio::test]
async fn a_database_of_keyway_router_is_imported_before_the_gateway_starts() {
    let old = Old::made().await;
    let data = TempDir::new().expect("a temporary folder can be made");

    import(data.path(), &old.folder()).await;

    let keyway = Launch::new().in_folder(data.path()).start().await;
    old.keys_work_at(&keyway).await;
}

#[tokio::test]
async fn a_gateway_takes_over_the_data_folder_of_keyway_router() {
    let old = Old::made().await;
    let before = contents(&old.folder());

    let launch = Launch::new().in_folder(&old.folder());
    let mut keyway = launch
        .with_env("KEYWAY_SECRET", OLD_SECRET)
        .start_without_key()
        .await;

    old.keys_work_at(&keyway).await;
    let groups = keyway.admin().get("/admin/llm/groups").await;
    assert_eq!(groups["total"], 2, "{groups}");
    let logs = keyway.logs().await;
    assert!(
        logs.iter().any(|entry| entry["route_alias"] == "sonnet"),
        "the old log came along: {logs:?}"
    );
    keyway.restart().await;
    old.keys_work_at(&keyway).await;
    let after = contents(&old.folder());
    for companion in ["", "-wal"] {
        assert_eq!(
            after.get(&format!("keyway-router.db{companion}")),
            before.get(&format!("keyway.db{companion}")),
            "the old database is kept as it was"
        );
    }
}

#[tokio::test]
async fn a_wrong_secret_is_told_and_leaves_the_folder_of_keyway_router_as_it_was() {
    let old = Old::made().await;
    let before = contents(&old.folder());
    assert!(before.contains_key("keyway.db"), "{:?}", before.keys());

    let launch = Launch::new().in_folder(&old.folder());
    let outcome = launch
        .with_env("KEYWAY_SECRET", "another secret")
        .try_start()
        .await;

    let reason = outcome.expect_err("it must not start");
    let clear = "this is not the KEYWAY_SECRET that keyway-router ran with";
    assert!(reason.contains(clear), "{reason}");
    let after = contents(&old.folder());
    assert_eq!(
        after.keys().collect::<Vec<_>>(),
        before.keys().collect::<Vec<_>>()
    );
    for (name, content) in before {
        // SQLite's index of the -wal says who reads it, and nothing else.
        assert!(
            name.ends_with("-shm") || after[&name] == content,
            "{name} was changed"
        );
    }

    let launch = Launch::new().in_folder(&old.folder());
    let keyway = launch
        .with_env("KEYWAY_SECRET", OLD_SECRET)
        .start_without_key()
        .await;
    old.keys_work_at(&keyway).await;
}

/// Runs `keyway-server import keyway` for a data folder and returns what it told.
async fn import(data: &Path, database: &Path) -> String {
    let home = TempDir::new().expect("a temporary folder can be made");
    let mut command = bare(server_binary(), home.path());
    command
        .env("KEYWAY_DATA_DIR", data)
        .env("KEYWAY_SECRET", SECRET)
        .env("KEYWAY_ADMIN_TOKEN", ADMIN_TOKEN)
        .env("KEYWAY_IMPORT_SECRET", OLD_SECRET);
    command.args(["import", "keyway"]).arg(database);
    let (said, complaint, fine) = finish(command, "the import").await;
    assert!(fine, "{said}\n{complaint}");
    said
}

/// The files of a folder, by name; the lock that a gateway holds while it runs is not anybody's data.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let files = entries.map(|entry| entry.expect("the folder can be read").path());
    let named = files.filter(|path| path.is_file()).map(|path| {
        let name = path.file_name().expect("a file has a name");
        let content = fs::read(&path).expect("a file can be read");
        (name.to_string_lossy().into_owned(), content)
    });
    named.filter(|(name, _)| name != "keyway.lock").collect()
}

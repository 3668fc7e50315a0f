//! After a full round of use no secret lies about: not in a file, a log, an answer or a metric.

mod planted;
mod scene;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use keyway_tests::{Caller, Launch, Protocol, eventually};

use self::planted::{Planted, files_below};
use self::scene::Scene;

#[tokio::test]
async fn after_a_full_round_of_use_no_secret_lies_about() {
    let mut scene = Scene::set().await;
    scene.use_it().await;
    scene.administer().await;
    eventually!(scene.keyway.logs().await.len() > 40);
    scene.command();

    let read = scene.read_all().await;
    assert!(read > 20, "only {read} answers were read");
    for entry in scene.keyway.logs().await {
        scene.planted.are_not_in("a log row", entry.to_string());
    }
    let folder = scene.keyway.data_folder().to_owned();
    scene.planted.are_in_no_file_below(&folder);
    has_private_modes(&folder);

    let said = scene.keyway.output();
    assert!(said.contains("TRACE"), "the log is as loud as it can be");
    scene.keyway.stop().await;
    scene.planted.are_not_in("what the server printed", said);
    scene.planted.are_in_no_file_below(&folder);
    has_private_modes(&folder);
}

#[tokio::test]
async fn the_first_key_is_told_once_and_kept_nowhere_in_the_open() {
    let keyway = Launch::new()
        .with_env("KEYWAY_LOG_LEVEL", "trace,keyway_gateway=trace")
        .start_without_key()
        .await;
    eventually!(keyway.output().contains("db_sk_"));
    let said = keyway.output();
    let at = said.find("db_sk_").expect("the greeting holds a key");
    let key: String = said[at..]
        .chars()
        .take_while(|c| !"\" ".contains(*c))
        .collect();
    let caller = Caller::new(keyway.address(), Protocol::OpenAi).with_key(&key);
    assert_eq!(caller.say("echo", "Hello").await.status, 200);

    let mut planted = Planted::default();
    planted.plant("the first key", &key);
    planted.are_in_no_file_below(keyway.data_folder());
    assert_eq!(keyway.output().matches(&key).count(), 1);
}

/// Folders are for their owner alone, and so are files.
fn has_private_modes(folder: &Path) {
    for path in files_below(folder) {
        assert_eq!(mode_of(&path), 0o600, "{}", path.display());
        let parent = path.parent().expect("a file lies in a folder");
        assert_eq!(mode_of(parent), 0o700, "{}", parent.display());
    }
}

fn mode_of(path: &Path) -> u32 {
    let facts = path.metadata().expect("it is there");
    facts.permissions().mode() & 0o777
}

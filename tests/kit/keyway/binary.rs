//! Where the server's binary is, and that it is as new as its sources.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

/// The real `keyway-server`, built first when it is missing or older than its sources.
///
/// `KEYWAY_SERVER` names another one, such as a release build.
pub fn server_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(chosen) = std::env::var_os("KEYWAY_SERVER") {
            return PathBuf::from(chosen);
        }
        let binary =
            profile_folder().join(format!("keyway-server{}", std::env::consts::EXE_SUFFIX));
        if is_stale(&binary) {
            build();
        }
        binary
    })
}

/// The folder `target` that this test was built into.
pub fn target_folder() -> PathBuf {
    let profile = profile_folder();
    profile
        .parent()
        .expect("a profile's folder lies in target")
        .to_owned()
}

/// `target/debug`, or whichever profile this test was built in.
fn profile_folder() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    let above = test
        .ancestors()
        .skip(1)
        .find(|folder| !folder.ends_with("deps"));
    above
        .expect("a test's binary lies in a profile's folder")
        .to_owned()
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn is_stale(binary: &Path) -> bool {
    let Some(built) = changed_at(binary) else {
        return true;
    };
    let sources = workspace().join("src-tauri");
    ["gateway", "protocols"]
        .iter()
        .any(|part| has_newer(&sources.join(part), built))
}

fn has_newer(folder: &Path, than: SystemTime) -> bool {
    let Ok(entries) = folder.read_dir() else {
        return false;
    };
    entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .any(|path| {
            if path.is_dir() {
                return has_newer(&path, than);
            }
            let is_source = path.extension().is_some_and(|kind| {
                ["rs", "sql", "toml", "json"]
                    .iter()
                    .any(|known| kind == *known)
            });
            is_source && changed_at(&path).is_some_and(|changed| changed > than)
        })
}

fn changed_at(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|facts| facts.modified()).ok()
}

fn build() {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(workspace());
    cargo.args(["build", "-p", "keyway-gateway", "--bin", "keyway-server"]);
    if profile_folder().ends_with("release") {
        cargo.arg("--release");
    }
    let status = cargo.status().expect("cargo can be started");
    assert!(status.success(), "keyway-server does not build");
}

//! Installs the clients, once for each state of their lock files.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use keyway_tests::target_folder;

/// The folder of the clients' scripts and lock files.
pub(crate) fn client_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("acceptance/clients")
}

/// The folder with the installed Node clients and the scripts beside them.
pub(crate) fn node_folder() -> PathBuf {
    let folder = installed("node", &["package.json", "package-lock.json"], npm);
    // Modules are looked up from where a script lies.
    for name in [
        "cases.mjs",
        "openai.mjs",
        "anthropic.mjs",
        "genai.mjs",
        "attacks.mjs",
        "browser.mjs",
        "cross.mjs",
        "cross_anthropic.mjs",
        "cross_genai.mjs",
        "cross_openai.mjs",
    ] {
        let script = fs::read(client_folder().join(name)).expect("the script is there");
        replace(&folder.join(name), &script);
    }
    folder
}

/// What the lock file says of Node packages, without running any of them.
fn npm(folder: &Path) {
    run(Command::new("npm")
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ])
        .current_dir(folder));
}

/// The Python that has the clients installed.
pub(crate) fn python() -> PathBuf {
    python_with("python", "requirements.txt")
}

/// The Python that has keyway-router installed, which needs other versions of what the clients need.
pub(crate) fn keyway_router() -> PathBuf {
    python_with("keyway-router", "keyway-router.txt")
}

fn python_with(kind: &str, requirements: &str) -> PathBuf {
    let folder = installed(kind, &[requirements], |folder| {
        run(Command::new("python3")
            .args(["-m", "venv", "."])
            .current_dir(folder));
        run(Command::new(folder.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "-r", requirements])
            .current_dir(folder));
    });
    folder.join("bin/python")
}

/// The browser of this machine: Chromium or Chrome, or the one that `CHROME` names.
pub(crate) fn browser() -> PathBuf {
    if let Some(chosen) = std::env::var_os("CHROME").filter(|path| !path.is_empty()) {
        return PathBuf::from(chosen);
    }
    let search_path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&search_path).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut known = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .chain([PathBuf::from(
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        )]);
    let found = known.find(|path| path.is_file());
    found.expect("a browser is installed; `.ci/setup acceptance` does it")
}

/// The Claude Code of this machine's kind.
pub(crate) fn claude_code() -> PathBuf {
    let package = format!(
        "node_modules/@anthropic-ai/claude-code-{}/claude",
        platform()
    );
    node_folder().join(package)
}

/// The Codex of this machine's kind.
pub(crate) fn codex() -> PathBuf {
    let package = format!("node_modules/@openai/codex-{}/vendor", platform());
    let vendor = agent_folder().join(package);
    let mut folders = fs::read_dir(&vendor).expect("the package has its programs");
    let target = folders.next().expect("for one kind of machine");
    target
        .expect("the folder can be read")
        .path()
        .join("bin/codex")
}

/// The script of Gemini CLI.
pub(crate) fn gemini_cli() -> PathBuf {
    agent_folder().join("node_modules/@google/gemini-cli/bundle/gemini.js")
}

/// The `OpenCode` of this machine's kind.
pub(crate) fn opencode() -> PathBuf {
    let package = format!("node_modules/opencode-{}/bin/opencode", platform());
    agent_folder().join(package)
}

/// The folder with the installed coding agents.
fn agent_folder() -> PathBuf {
    let files = ["agents/package.json", "agents/package-lock.json"];
    installed("agents", &files, npm)
}

/// What npm packages call this machine's kind.
fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}-{machine}")
}

/// A folder with these files and whatever `install` puts beside them, made when it is not there.
///
/// Tests run as processes of their own, so the folder is locked while one of them installs.
fn installed(kind: &str, files: &[&str], install: impl FnOnce(&Path)) -> PathBuf {
    let tools = target_folder().join("acceptance-tools");
    fs::create_dir_all(&tools).expect("the target folder can be written to");
    let lock = File::create(tools.join(format!("{kind}.lock"))).expect("a lock file can be made");
    lock.lock().expect("a file can be locked");

    let mut hash = DefaultHasher::new();
    let sources: Vec<_> = files
        .iter()
        .map(|name| client_folder().join(name))
        .collect();
    for source in &sources {
        fs::read(source)
            .expect("the lock file is there")
            .hash(&mut hash);
    }
    let folder = tools.join(format!("{kind}-{:016x}", hash.finish()));
    let done = folder.join(".installed");
    if !done.exists() {
        fs::create_dir_all(&folder).expect("the target folder can be written to");
        for source in &sources {
            let name = source.file_name().expect("a file has a name");
            fs::copy(source, folder.join(name)).expect("a lock file can be copied");
        }
        install(&folder);
        fs::write(done, "").expect("the target folder can be written to");
    }
    folder
}

/// Writes a file in one step, since other tests may read it at the same time.
fn replace(path: &Path, content: &[u8]) {
    let aside = path.with_extension(format!("{}.part", std::process::id()));
    fs::write(&aside, content).expect("the target folder can be written to");
    fs::rename(&aside, path).expect("a file can be renamed in its folder");
}

fn run(command: &mut Command) {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{said}");
}

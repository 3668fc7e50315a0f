//! Runs a client as a process with an environment of its own.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::stage::Stage;
use crate::tools;

const TIME_LIMIT: Duration = Duration::from_secs(90);

/// What a client reported, by case.
#[derive(Debug)]
pub(crate) struct Results {
    client: String,
    cases: HashMap<String, Value>,
}

impl Results {
    /// The result of a case.
    pub(crate) fn case(&self, name: &str) -> &Value {
        let result = self.cases.get(name);
        result.unwrap_or_else(|| panic!("{} reported no case {name}", self.client))
    }

    /// The error of a case that had to fail.
    pub(crate) fn error(&self, name: &str) -> &Value {
        let result = self.case(name);
        assert!(
            result["error"].is_object(),
            "{} {name} did not fail: {result}",
            self.client
        );
        &result["error"]
    }
}

/// Plays one of the Python scripts.
pub(crate) async fn play_python(script: &str, stage: &Stage) -> Results {
    let home = TempDir::new().expect("a temporary folder can be made");
    let python = tools::python();
    let mut command = bare(&python, home.path());
    command
        .args(["-I", "-B"])
        .arg(tools::client_folder().join(script));
    play(script, command, stage).await
}

/// Plays one of the Node scripts.
pub(crate) async fn play_node(script: &str, stage: &Stage) -> Results {
    let home = TempDir::new().expect("a temporary folder can be made");
    play(script, node(script, home.path()), stage).await
}

/// One of the Node scripts, not started yet.
pub(crate) fn node(script: &str, home: &Path) -> Command {
    let mut command = bare("node", home);
    command.arg(tools::node_folder().join(script));
    command
}

/// A command with an empty home, the search path and nothing else.
pub(crate) fn bare(program: impl AsRef<OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("HOME", home)
        .current_dir(home)
        .kill_on_drop(true);
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command
}

/// Runs a command to its end and returns what it printed, on stdout and on stderr.
pub(crate) async fn finish(mut command: Command, what: &str) -> (String, String, bool) {
    command.stdin(std::process::Stdio::null());
    let output = tokio::time::timeout(TIME_LIMIT, command.output()).await;
    let output = output.unwrap_or_else(|_| panic!("{what} did not end within {TIME_LIMIT:?}"));
    let output = output.unwrap_or_else(|error| panic!("{what} cannot be started: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        text(&output.stdout),
        text(&output.stderr),
        output.status.success(),
    )
}

async fn play(client: &str, mut command: Command, stage: &Stage) -> Results {
    command
        .env("CLIENT_URL", stage.url())
        .env("CLIENT_KEY", stage.key());
    command.env(
        "CLIENT_ECHO",
        if stage.keyway().is_some() { "1" } else { "0" },
    );
    results_of(client, command).await
}

/// Runs a client that prints a line of JSON for each of its cases.
pub(crate) async fn results_of(client: &str, command: Command) -> Results {
    let (said, complaint, fine) = finish(command, client).await;
    assert!(fine, "{client} failed:\n{said}\n{complaint}");
    let cases = said.lines().map(|line| {
        let result: Value = serde_json::from_str(line).expect("a script prints JSON lines");
        (
            result["case"]
                .as_str()
                .expect("every line names its case")
                .to_owned(),
            result,
        )
    });
    Results {
        client: client.to_owned(),
        cases: cases.collect(),
    }
}

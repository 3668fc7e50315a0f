//! Claude Code: the agent that most people come with.

use std::fs;
use std::path::Path;

use keyway_tests::{Answer, Protocol, ScriptedUpstream, Talk, TestKeyway};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use crate::clients::{bare, finish};
use crate::stage::USAGE;
use crate::tools;

const POEM: &str = "Rosen sind rot – Veilchen sind blau\n";

#[tokio::test]
async fn claude_code_writes_a_file_straight_from_the_scripted_upstream() {
    let project = TempDir::new().expect("a temporary folder can be made");
    let upstream = ScriptedUpstream::talking(writer(project.path()));

    let url = upstream.base_url(Protocol::Anthropic);
    let outcome = ask(&url, "any-key", "sonnet", project.path()).await;

    wrote_the_file(&outcome, project.path());
}

#[tokio::test]
async fn claude_code_writes_a_file_through_keyway() {
    let project = TempDir::new().expect("a temporary folder can be made");
    let upstream = ScriptedUpstream::talking(writer(project.path()));
    let keyway = TestKeyway::with_route("poet", Protocol::Anthropic, [&upstream]).await;

    let outcome = ask(&keyway.url(), keyway.key(), "poet", project.path()).await;

    wrote_the_file(&outcome, project.path());
    let requests = upstream.received_for("poet-upstream");
    assert!(
        requests.len() >= 2,
        "the tool's result is sent back: {}",
        requests.len()
    );
    let last = &requests[requests.len() - 1];
    assert_eq!(last.target, "/v1/messages?beta=true");
    assert_eq!(last.key().as_deref(), Some("upstream-key"));
    assert!(
        last.header("anthropic-beta").is_some(),
        "{:?}",
        last.headers
    );
    assert_eq!(last.header("x-app").as_deref(), Some("cli"));
}

#[tokio::test]
async fn claude_code_asks_again_when_the_upstream_is_overloaded_or_breaks_off() {
    let project = TempDir::new().expect("a temporary folder can be made");
    let talk = Talk::saying("All is well.");
    let upstream = ScriptedUpstream::talking(talk.clone());
    upstream.next(Answer::overloaded());
    upstream.next(Answer::talking(talk).reset_after(3));
    let keyway = TestKeyway::with_route("poet", Protocol::Anthropic, [&upstream]).await;

    let outcome = ask(&keyway.url(), keyway.key(), "poet", project.path()).await;

    assert_eq!(outcome["result"], "All is well.", "{outcome}");
    assert_eq!(outcome["is_error"], false, "{outcome}");
    assert_eq!(upstream.calls(), 3);
}

#[tokio::test]
async fn claude_code_asks_for_a_whole_answer_when_streams_fail() {
    let project = TempDir::new().expect("a temporary folder can be made");
    let upstream = ScriptedUpstream::talking(Talk::saying("All is well."));
    let failure = json!({
        "type": "error", "error": {"type": "api_error", "message": "the scripted stream fails"},
    });
    upstream.next(Answer::streaming([format!(
        "event: error\ndata: {failure}\n\n"
    )]));
    let keyway = TestKeyway::with_route("poet", Protocol::Anthropic, [&upstream]).await;

    let outcome = ask(&keyway.url(), keyway.key(), "poet", project.path()).await;

    assert_eq!(outcome["result"], "All is well.", "{outcome}");
}

#[tokio::test]
async fn claude_code_says_which_model_is_unknown() {
    let project = TempDir::new().expect("a temporary folder can be made");
    let upstream = ScriptedUpstream::greeting();
    let keyway = TestKeyway::with_route("poet", Protocol::Anthropic, [&upstream]).await;

    let outcome = ask(
        &keyway.url(),
        keyway.key(),
        "nobody-knows-me",
        project.path(),
    )
    .await;

    assert_eq!(outcome["is_error"], true, "{outcome}");
    assert!(
        outcome["result"].to_string().contains("nobody-knows-me"),
        "{outcome}"
    );
    assert_eq!(upstream.calls(), 0);
}

#[tokio::test]
async fn claude_code_talks_with_echo() {
    let project = TempDir::new().expect("a temporary folder can be made");
    let keyway = TestKeyway::start().await;

    let outcome = ask(&keyway.url(), keyway.key(), "echo", project.path()).await;

    assert_eq!(outcome["is_error"], false, "{outcome}");
    assert!(
        outcome["result"]
            .as_str()
            .is_some_and(|text| !text.is_empty()),
        "{outcome}"
    );
}

#[tokio::test]
async fn claude_code_writes_a_file_because_echo_tells_it() {
    let project = TempDir::new().expect("a temporary folder can be made");
    let keyway = TestKeyway::start().await;
    let file = json!({"file_path": project.path().join("poem.txt"), "content": POEM});

    let prompt = format!("echo: call Write {file}");
    let outcome = say(&keyway.url(), keyway.key(), "echo", project.path(), &prompt).await;

    assert_eq!(outcome["is_error"], false, "{outcome}");
    let poem = fs::read_to_string(project.path().join("poem.txt"));
    assert_eq!(poem.expect("Claude Code wrote the file"), POEM);
}

/// A model that writes a poem into a file of the project.
fn writer(project: &Path) -> Talk {
    let file = project.join("poem.txt");
    Talk::calling("Write", json!({"file_path": file, "content": POEM}))
        .then_saying("Written.")
        .using(USAGE)
}

fn wrote_the_file(outcome: &Value, project: &Path) {
    assert_eq!(outcome["is_error"], false, "{outcome}");
    assert_eq!(outcome["result"], "Written.", "{outcome}");
    // Of both turns.
    let usage = &outcome["usage"];
    assert_eq!(
        usage["input_tokens"],
        2 * (USAGE.input - USAGE.cached),
        "{outcome}"
    );
    assert_eq!(
        usage["cache_read_input_tokens"],
        2 * USAGE.cached,
        "{outcome}"
    );
    assert_eq!(usage["output_tokens"], 2 * USAGE.output, "{outcome}");
    let poem = fs::read_to_string(project.join("poem.txt"));
    assert_eq!(poem.expect("Claude Code wrote the file"), POEM);
}

/// The question for a poem.
async fn ask(url: &str, key: &str, model: &str, project: &Path) -> Value {
    say(url, key, model, project, "Write a poem into poem.txt.").await
}

/// One run of `claude -p`, and what it says at its end.
async fn say(url: &str, key: &str, model: &str, project: &Path, prompt: &str) -> Value {
    let home = TempDir::new().expect("a temporary folder can be made");
    let mut command = claude(home.path());
    command.current_dir(project);
    command
        .env("ANTHROPIC_BASE_URL", url)
        .env("ANTHROPIC_AUTH_TOKEN", key);
    command.env("ANTHROPIC_MODEL", model);
    command.args(["-p", prompt, "--allowedTools", "Write"]);
    command.args(["--output-format", "json"]);
    let (said, complaint, _) = finish(command, "Claude Code").await;
    let outcome = serde_json::from_str(said.trim());
    outcome.unwrap_or_else(|error| panic!("no outcome ({error}):\n{said}\n{complaint}"))
}

/// Claude Code at its most quiet: nothing but the conversation.
fn claude(home: &Path) -> Command {
    let mut command = bare(tools::claude_code(), home);
    for name in [
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
        "DISABLE_AUTOUPDATER",
        "DISABLE_TELEMETRY",
        "DISABLE_ERROR_REPORTING",
    ] {
        command.env(name, "1");
    }
    command.env("CLAUDE_CODE_MAX_RETRIES", "3");
    command
}

//! Claude Code searches the web through providers that do not search: Keyway does it for them.

use keyway_tests::{Answer, Protocol, ScriptedUpstream, Talk, TestKeyway};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::clients::{bare, finish};
use crate::tools;

#[tokio::test]
async fn claude_code_finds_something_on_the_web_through_any_provider() {
    for target in [Protocol::OpenAi, Protocol::Gemini, Protocol::Responses] {
        // The conversation offers WebSearch, and what that sends offers web_search.
        let model = ScriptedUpstream::talking(
            Talk::calling("WebSearch", json!({"query": "rust 2027"}))
                .and_calling("web_search", json!({"query": "when did rust 2027 come"}))
                .then_saying("It came in May."),
        );
        let tavily = ScriptedUpstream::greeting();
        tavily.at_path("/search", found());
        let keyway = TestKeyway::with_route("searcher", target, [&model]).await;
        add_search(&keyway, &tavily).await;

        let outcome = ask(&keyway).await;

        assert_eq!(outcome["is_error"], false, "{target}: {outcome}");
        assert_eq!(outcome["result"], "It came in May.", "{target}: {outcome}");
        assert_eq!(tavily.last().json()["query"], "when did rust 2027 come");
        assert_eq!(model.calls(), 4, "two turns, each asked twice");
        let last = model.last().json().to_string();
        assert!(
            last.contains("https://example.com/rust"),
            "{target}: {last}"
        );
    }
}

fn found() -> Answer {
    Answer::json(&json!({"results": [
        {"title": "Rust 2027", "url": "https://example.com/rust", "content": "It came in May.", "score": 0.9},
    ]}))
}

async fn add_search(keyway: &TestKeyway, tavily: &ScriptedUpstream) {
    let config = json!({"base_url": format!("http://{}", tavily.address())});
    let tool = json!({
        "tool_id": "tavily", "name": "Tavily", "kind": "tavily", "api_key": "tvly-acceptance",
        "config": config.to_string(),
    });
    let path = "/admin/llm/groups/default/tool-providers";
    keyway.admin().post(path, tool).await;
}

/// One run of Claude Code, and what it says at its end.
async fn ask(keyway: &TestKeyway) -> Value {
    let folder = || TempDir::new().expect("a temporary folder can be made");
    let (home, project) = (folder(), folder());
    let mut command = bare(tools::claude_code(), home.path());
    for name in [
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
        "DISABLE_AUTOUPDATER",
        "DISABLE_TELEMETRY",
        "DISABLE_ERROR_REPORTING",
    ] {
        command.env(name, "1");
    }
    command
        .env("ANTHROPIC_BASE_URL", keyway.url())
        .env("ANTHROPIC_AUTH_TOKEN", keyway.key());
    for name in ["ANTHROPIC_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL"] {
        command.env(name, "searcher");
    }
    // Otherwise it offers the tool only to a model that looks for it.
    command.env("ENABLE_TOOL_SEARCH", "false");
    command.current_dir(project.path());
    command.args([
        "-p",
        "When did Rust 2027 come?",
        "--allowedTools",
        "WebSearch",
    ]);
    command.args(["--output-format", "json"]);
    let (said, complaint, _) = finish(command, "Claude Code").await;
    let outcome = serde_json::from_str(said.trim());
    outcome.unwrap_or_else(|error| panic!("no outcome ({error}):\n{said}\n{complaint}"))
}

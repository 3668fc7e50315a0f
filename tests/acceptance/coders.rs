//! The coding agents: how each is set up for Keyway and given a task.

use std::fs;
use std::path::{Path, PathBuf};

use keyway_tests::Protocol;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;

use crate::agent::NOTES;
use crate::clients::bare;
use crate::tools;

/// A coding agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coder {
    /// Claude Code.
    ClaudeCode,
    /// Codex with a model that it does not know: it offers plain functions only.
    Codex,
    /// Codex with a model that it gives its tool for patches, which takes free text.
    CodexPatching,
    /// Codex with a model whose tools stand among the input.
    CodexLite,
    /// Gemini CLI.
    GeminiCli,
    /// `OpenCode`, speaking this protocol.
    OpenCode(Protocol),
}

/// Where a coding agent works.
#[derive(Debug)]
pub(crate) struct Desk {
    home: TempDir,
    project: TempDir,
}

/// The gateway that a coding agent is told of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gateway<'a> {
    /// Its address, without a path.
    pub(crate) url: &'a str,
    /// The key for it.
    pub(crate) key: &'a str,
}

impl Desk {
    /// An empty home, and a project with some notes in it.
    pub(crate) fn with_notes() -> Self {
        let new = || TempDir::new().expect("a temporary folder can be made");
        let desk = Self {
            home: new(),
            project: new(),
        };
        fs::write(desk.project.path().join(NOTES.0), NOTES.1)
            .expect("the project can be written to");
        desk
    }

    /// The project's folder.
    pub(crate) fn project(&self) -> &Path {
        self.project.path()
    }

    /// The text of a file in the project.
    pub(crate) fn file(&self, name: &str) -> String {
        let text = fs::read_to_string(self.project().join(name));
        text.unwrap_or_else(|error| panic!("{name} was not written: {error}"))
    }

    fn set_up(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home.path().join(name);
        let folder = path.parent().expect("a file lies in a folder");
        fs::create_dir_all(folder).expect("the home can be written to");
        fs::write(&path, content).expect("the home can be written to");
        path
    }
}

impl Coder {
    /// The protocol it speaks.
    pub(crate) fn protocol(self) -> Protocol {
        match self {
            Self::ClaudeCode => Protocol::Anthropic,
            Self::Codex | Self::CodexPatching | Self::CodexLite => Protocol::Responses,
            Self::GeminiCli => Protocol::Gemini,
            Self::OpenCode(protocol) => protocol,
        }
    }

    /// Whether it goes on with a conversation as its own provider wants it: Gemini CLI puts the results of
    /// calls made at the same time apart.
    pub(crate) fn resumes(self) -> bool {
        self != Self::GeminiCli
    }

    /// The model it asks for.
    pub(crate) fn model(self) -> &'static str {
        match self {
            Self::ClaudeCode | Self::Codex | Self::OpenCode(_) => "coder",
            Self::CodexPatching => "gpt-5.5",
            Self::CodexLite => "gpt-6-sol",
            Self::GeminiCli => "gemini-3.1-pro-preview",
        }
    }

    /// Its command for a task; `again` goes on with the conversation before.
    pub(crate) fn command(
        self,
        desk: &Desk,
        gateway: Gateway<'_>,
        task: &str,
        again: bool,
    ) -> Command {
        let mut command = match self {
            Self::ClaudeCode => claude_code(desk, gateway, task, again),
            Self::Codex | Self::CodexPatching | Self::CodexLite => {
                codex(desk, gateway, self.model(), task, again)
            }
            Self::GeminiCli => gemini_cli(desk, gateway, task, again),
            Self::OpenCode(protocol) => opencode(desk, gateway, protocol, task, again),
        };
        command.current_dir(desk.project());
        command
    }
}

fn claude_code(desk: &Desk, gateway: Gateway<'_>, task: &str, again: bool) -> Command {
    let mut command = bare(tools::claude_code(), desk.home.path());
    for name in [
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
        "DISABLE_AUTOUPDATER",
        "DISABLE_TELEMETRY",
        "DISABLE_ERROR_REPORTING",
    ] {
        command.env(name, "1");
    }
    command.env("CLAUDE_CODE_MAX_RETRIES", "1");
    command
        .env("ANTHROPIC_BASE_URL", gateway.url)
        .env("ANTHROPIC_AUTH_TOKEN", gateway.key)
        .env("ANTHROPIC_MODEL", Coder::ClaudeCode.model());
    command.args(["-p", task, "--allowedTools", "Read", "Write", "Bash"]);
    command.args(["--output-format", "json"]);
    command.args(again.then_some("--continue"));
    command
}

fn codex(desk: &Desk, gateway: Gateway<'_>, model: &str, task: &str, again: bool) -> Command {
    let config = format!(
        "model = \"{model}\"\nmodel_provider = \"keyway\"\nmodel_reasoning_effort = \"medium\"\n\n[analytics]\nenabled = false\n\n\
         [model_providers.keyway]\nname = \"Keyway\"\nbase_url = \"{}/v1\"\nenv_key = \"KEYWAY_KEY\"\n\
         wire_api = \"responses\"\nrequest_max_retries = 0\nstream_max_retries = 0\n",
        gateway.url
    );
    desk.set_up(".codex/config.toml", config);
    let mut command = bare(tools::codex(), desk.home.path());
    command.env("KEYWAY_KEY", gateway.key);
    command.arg("exec");
    command.args(again.then_some(["resume", "--last"]).into_iter().flatten());
    command.args([
        "--skip-git-repo-check",
        "--dangerously-bypass-approvals-and-sandbox",
        task,
    ]);
    command
}

fn gemini_cli(desk: &Desk, gateway: Gateway<'_>, task: &str, again: bool) -> Command {
    let settings = json!({
        "security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": false}},
        "privacy": {"usageStatisticsEnabled": false},
        "telemetry": {"enabled": false},
        "general": {"disableAutoUpdate": true, "enableAutoUpdate": false},
    });
    desk.set_up(".gemini/settings.json", settings.to_string());
    let mut command = bare("node", desk.home.path());
    command.arg(tools::gemini_cli());
    command
        .env("GEMINI_API_KEY", gateway.key)
        .env("GOOGLE_GEMINI_BASE_URL", gateway.url);
    command.args([
        "--model",
        Coder::GeminiCli.model(),
        "--approval-mode",
        "yolo",
    ]);
    command.args(
        again
            .then_some(["--resume", "latest"])
            .into_iter()
            .flatten(),
    );
    command.args(["--prompt", task]);
    command
}

fn opencode(
    desk: &Desk,
    gateway: Gateway<'_>,
    protocol: Protocol,
    task: &str,
    again: bool,
) -> Command {
    let (package, path) = match protocol {
        Protocol::Anthropic => ("@ai-sdk/anthropic", "/v1"),
        Protocol::OpenAi => ("@ai-sdk/openai-compatible", "/v1"),
        Protocol::Responses => ("@ai-sdk/openai", "/v1"),
        Protocol::Gemini => ("@ai-sdk/google", "/v1beta"),
    };
    let model = Coder::OpenCode(protocol).model();
    let thinking = match protocol {
        Protocol::Anthropic => json!({"thinking": {"type": "enabled", "budgetTokens": 8000}}),
        Protocol::Gemini => json!({"thinkingConfig": {"includeThoughts": true}}),
        Protocol::OpenAi | Protocol::Responses => json!({"reasoningEffort": "high"}),
    };
    let config = json!({
        "autoupdate": false,
        "share": "disabled",
        "model": format!("keyway/{model}"),
        "small_model": format!("keyway/{model}"),
        "permission": {"edit": "allow", "bash": "allow", "webfetch": "deny"},
        "provider": {"keyway": {
            "npm": package,
            "options": {"baseURL": format!("{}{path}", gateway.url), "apiKey": gateway.key},
            "models": {model: {"name": "Coder", "reasoning": true, "tool_call": true,
                "limit": {"context": 200_000, "output": 32_000}, "options": thinking}},
        }},
    });
    let config = desk.set_up("opencode.json", config.to_string());
    let mut command = bare(tools::opencode(), desk.home.path());
    command
        .env("OPENCODE_CONFIG", config)
        .env("OPENCODE_DISABLE_MODELS_FETCH", "1")
        .env("OPENCODE_DISABLE_AUTOUPDATE", "1")
        .env("OPENCODE_DISABLE_LSP_DOWNLOAD", "1")
        .env("OPENCODE_DISABLE_DEFAULT_PLUGINS", "1");
    command
        .arg("run")
        .args(again.then_some("--continue"))
        .arg(task);
    command
}

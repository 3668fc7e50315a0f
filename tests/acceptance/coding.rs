//! Coding agents at work, with providers of every protocol behind Keyway.
//!
//! Every cell is a whole task: the agent reads a file, writes another and runs a command at the same time,
//! and tells what came of it; then it goes on with the conversation. The provider takes nothing that the real
//! one would refuse, and its model goes on only when the tools' results reach it unharmed.

use keyway_tests::{Protocol, TestKeyway, eventually};
use serde_json::{Value, json};

use crate::agent::{
    Agent, FIRST_END, FIRST_TASK, POEM, SECOND_END, SECOND_TASK, USAGE, coder, poem,
};
use crate::clients::finish;
use crate::coders::{Coder, Desk, Gateway};

/// A test for each client and each protocol of a provider.
macro_rules! cells {
    ($($name:ident: $client:expr, $provider:ident;)*) => {$(
        #[tokio::test]
        async fn $name() {
            works($client, Protocol::$provider).await;
        }
    )*};
}

cells! {
    claude_code_works_with_anthropic: Coder::ClaudeCode, Anthropic;
    claude_code_works_with_chat: Coder::ClaudeCode, OpenAi;
    claude_code_works_with_responses: Coder::ClaudeCode, Responses;
    claude_code_works_with_gemini: Coder::ClaudeCode, Gemini;
    codex_works_with_anthropic: Coder::Codex, Anthropic;
    codex_works_with_chat: Coder::Codex, OpenAi;
    codex_works_with_responses: Coder::Codex, Responses;
    codex_works_with_gemini: Coder::Codex, Gemini;
    codex_with_patches_works_with_anthropic: Coder::CodexPatching, Anthropic;
    codex_with_patches_works_with_chat: Coder::CodexPatching, OpenAi;
    codex_with_patches_works_with_responses: Coder::CodexPatching, Responses;
    codex_with_patches_works_with_gemini: Coder::CodexPatching, Gemini;
    codex_lite_works_with_anthropic: Coder::CodexLite, Anthropic;
    codex_lite_works_with_chat: Coder::CodexLite, OpenAi;
    codex_lite_works_with_responses: Coder::CodexLite, Responses;
    codex_lite_works_with_gemini: Coder::CodexLite, Gemini;
    gemini_cli_works_with_anthropic: Coder::GeminiCli, Anthropic;
    gemini_cli_works_with_chat: Coder::GeminiCli, OpenAi;
    gemini_cli_works_with_responses: Coder::GeminiCli, Responses;
    gemini_cli_works_with_gemini: Coder::GeminiCli, Gemini;
    opencode_on_chat_works_with_anthropic: Coder::OpenCode(Protocol::OpenAi), Anthropic;
    opencode_on_chat_works_with_chat: Coder::OpenCode(Protocol::OpenAi), OpenAi;
    opencode_on_chat_works_with_responses: Coder::OpenCode(Protocol::OpenAi), Responses;
    opencode_on_chat_works_with_gemini: Coder::OpenCode(Protocol::OpenAi), Gemini;
    opencode_on_anthropic_works_with_anthropic: Coder::OpenCode(Protocol::Anthropic), Anthropic;
    opencode_on_anthropic_works_with_chat: Coder::OpenCode(Protocol::Anthropic), OpenAi;
    opencode_on_anthropic_works_with_responses: Coder::OpenCode(Protocol::Anthropic), Responses;
    opencode_on_anthropic_works_with_gemini: Coder::OpenCode(Protocol::Anthropic), Gemini;
    opencode_on_responses_works_with_anthropic: Coder::OpenCode(Protocol::Responses), Anthropic;
    opencode_on_responses_works_with_chat: Coder::OpenCode(Protocol::Responses), OpenAi;
    opencode_on_responses_works_with_responses: Coder::OpenCode(Protocol::Responses), Responses;
    opencode_on_responses_works_with_gemini: Coder::OpenCode(Protocol::Responses), Gemini;
    opencode_on_gemini_works_with_anthropic: Coder::OpenCode(Protocol::Gemini), Anthropic;
    opencode_on_gemini_works_with_chat: Coder::OpenCode(Protocol::Gemini), OpenAi;
    opencode_on_gemini_works_with_responses: Coder::OpenCode(Protocol::Gemini), Responses;
    opencode_on_gemini_works_with_gemini: Coder::OpenCode(Protocol::Gemini), Gemini;
}

/// The name that a provider of this protocol knows the model by.
fn upstream_model(provider: Protocol) -> &'static str {
    match provider {
        Protocol::Anthropic => "claude-sonnet-4-5",
        Protocol::OpenAi => "deepseek-reasoner",
        Protocol::Responses => "gpt-5.5",
        Protocol::Gemini => "gemini-3-pro-preview",
    }
}

/// A whole task, and one more after it.
async fn works(client: Coder, provider: Protocol) {
    let desk = Desk::with_notes();
    let agent = Agent::playing(coder, &desk.project().to_string_lossy());
    let keyway = TestKeyway::start().await;
    let made = keyway.provider(provider, agent.upstream()).await;
    let model = upstream_model(provider);
    keyway.route(client.model(), &made, model).await;
    let case = Case {
        client,
        provider,
        desk: &desk,
        agent: &agent,
        keyway: &keyway,
    };

    let task = "read notes.txt, write poem.txt with its password, run the command.";
    case.ends(&format!("{FIRST_TASK}: {task}"), FIRST_END, false)
        .await;
    assert_eq!(desk.file(POEM), poem("Rosenkohl-42"));
    assert_eq!(desk.file("ran.txt"), "ran-1764\n");
    if client.resumes() {
        let task = format!("{SECOND_TASK}: read the poem again.");
        case.ends(&task, SECOND_END, true).await;
    }

    case.went_to_the_provider();
    case.is_in_the_log().await;
}

/// A coding agent with a provider behind Keyway.
struct Case<'a> {
    client: Coder,
    provider: Protocol,
    desk: &'a Desk,
    agent: &'a Agent,
    keyway: &'a TestKeyway,
}

impl Case<'_> {
    /// The task ends well, and the agent says so.
    async fn ends(&self, task: &str, with: &str, again: bool) {
        let url = self.keyway.url();
        let gateway = Gateway {
            url: &url,
            key: self.keyway.key(),
        };
        let command = self.client.command(self.desk, gateway, task, again);
        let (said, complaint, fine) = finish(command, "a coding agent").await;

        let (client, provider, refusals) = (self.client, self.provider, self.agent.refusals());
        let story =
            format!("{client:?} with {provider}:\n{said}\n{complaint}\nrefused: {refusals:#?}");
        assert!(refusals.is_empty(), "the provider refused; {story}");
        assert!(fine, "the agent failed; {story}");
        assert!(said.contains(with), "the agent ended otherwise; {story}");
    }

    /// Nothing was asked twice, and what the provider sealed came back to it.
    fn went_to_the_provider(&self) {
        let (client, provider) = (self.client, self.provider);
        let mut asked = self.agent.asked();
        asked.retain(|request| !is_beside(&request.json()));
        assert_eq!(
            asked.len(),
            if client.resumes() { 5 } else { 3 },
            "{client:?} with {provider}: turns of two tasks"
        );
        for request in self.agent.asked() {
            assert_eq!(request.protocol(), provider);
            assert_eq!(request.model(), upstream_model(provider));
            assert_eq!(request.key().as_deref(), Some("upstream-key"));
        }
        let sealed = provider == Protocol::OpenAi || self.agent.seals_returned() > 0;
        assert!(sealed, "{client:?} with {provider}: no thoughts came back");
    }

    /// Every exchange is in the log, with both protocols and the tokens.
    async fn is_in_the_log(&self) {
        let count = self.agent.asked().len();
        eventually!(self.keyway.logs().await.len() == count);
        for entry in self.keyway.logs().await {
            assert_eq!(
                entry["protocol_in"],
                self.client.protocol().name(),
                "{entry}"
            );
            assert_eq!(entry["protocol_out"], self.provider.name(), "{entry}");
            assert_eq!(entry["status_code"], 200, "{entry}");
            let usage = json!({
                "input": USAGE.input, "cached": USAGE.cached, "written": 0,
                "output": USAGE.output, "reasoning": USAGE.thinking,
            });
            assert_eq!(entry["usage"], usage, "{entry}");
        }
    }
}

/// Whether a request asks for something beside the conversation, such as a title: it offers no tools.
fn is_beside(body: &Value) -> bool {
    let tools = |value: &Value| value.as_array().is_some_and(|tools| !tools.is_empty());
    !tools(&body["tools"]) && !tools(&body["input"][0]["tools"])
}

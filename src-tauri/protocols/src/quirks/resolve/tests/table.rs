//! What the built-in rules say of targets that people use.

use serde_json::Map;

use crate::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use crate::quirks::{CacheStyle, CallIds, Echo, MaxTokensField, Quirks, ReasoningStyle};
use crate::request::Effort::{self, High, Low, Max, Medium, Minimal, None as NoEffort, Xhigh};

fn of(protocol: Protocol, host: &str, model: &str) -> Quirks {
    Quirks::resolve(protocol, host, model, &Map::new()).expect("the rules are sound")
}

fn chat(host: &str, model: &str) -> Quirks {
    of(OpenAi, host, model)
}

fn claude(model: &str) -> Quirks {
    of(Anthropic, "api.anthropic.com", model)
}

#[test]
fn an_unknown_target_is_taken_by_the_book() {
    for protocol in Protocol::ALL {
        assert_eq!(
            of(protocol, "llm.example", "my-model"),
            Quirks::book(protocol)
        );
    }
}

#[test]
fn p154_an_answer_limit_is_known_for_every_claude() {
    for (model, default, most) in [
        ("claude-3-haiku-20240307", 4096, 4096),
        ("claude-3-5-sonnet-20241022", 8192, 8192),
        ("claude-3-7-sonnet-20250219", 32_000, 64_000),
        ("claude-opus-4-1-20250805", 32_000, 32_000),
        ("claude-haiku-4-5", 32_000, 64_000),
        ("claude-opus-5-5", 128_000, 128_000),
    ] {
        let quirks = claude(model);
        assert_eq!(
            (quirks.default_max_output, quirks.max_output),
            (default, Some(most)),
            "{model}"
        );
    }
}

#[test]
fn answers_are_no_longer_than_the_models_give() {
    for (protocol, model, most) in [
        (Gemini, "gemini-2.0-flash", Some(8_192)),
        (Gemini, "gemini-2.5-pro", Some(65_536)),
        (Gemini, "models/gemini-3.1-pro-preview", Some(65_536)),
        (OpenAi, "gpt-4o", Some(16_384)),
        (OpenAi, "gpt-4.1-mini", Some(32_768)),
        (OpenAiResponses, "gpt-5-chat-latest", Some(16_384)),
        (OpenAiResponses, "gpt-6", Some(128_000)),
        (OpenAi, "o3", Some(100_000)),
        (OpenAi, "some-other-model", None),
    ] {
        assert_eq!(
            of(protocol, "llm.example", model).max_output,
            most,
            "{model}"
        );
    }
}

#[test]
fn claudes_think_by_budget_up_to_4_5_and_by_measure_from_4_6_on() {
    for (model, style) in [
        ("claude-3-5-haiku-latest", ReasoningStyle::None),
        ("claude-3-7-sonnet-latest", ReasoningStyle::Budget),
        ("claude-sonnet-4-20250514", ReasoningStyle::Budget),
        ("claude-opus-4-5-20251101", ReasoningStyle::Budget),
        ("claude-haiku-4-5-20251001", ReasoningStyle::Budget),
        ("claude-sonnet-4-6", ReasoningStyle::Adaptive),
        ("claude-opus-4-7", ReasoningStyle::Adaptive),
        ("claude-opus-5-5", ReasoningStyle::Adaptive),
        ("claude-fable-5", ReasoningStyle::Adaptive),
    ] {
        assert_eq!(claude(model).reasoning, style, "{model}");
    }
    assert_eq!(
        of(
            Anthropic,
            "bedrock-runtime.us-east-1.amazonaws.com",
            "us.anthropic.claude-opus-4-6-v1"
        )
        .reasoning,
        ReasoningStyle::Adaptive
    );
    assert_eq!(
        of(Anthropic, "proxy.example", "anthropic/claude-opus-4.6").reasoning,
        ReasoningStyle::Adaptive
    );
}

#[test]
fn p157_the_newest_claudes_are_not_told_how_to_draw() {
    assert!(claude("claude-opus-4-6").sampling && claude("claude-sonnet-4-5").sampling);
    for model in [
        "claude-opus-4-7",
        "claude-opus-4-8",
        "claude-sonnet-5",
        "claude-opus-5",
        "claude-mythos-5",
    ] {
        assert!(!claude(model).sampling, "{model}");
    }
    assert!(!claude("claude-sonnet-4-5").temperature_with_top_p);
}

#[test]
fn p164_prefill_and_late_instructions_change_with_4_6() {
    for (model, prefill) in [
        ("claude-sonnet-4-5", true),
        ("claude-sonnet-4-6", false),
        ("claude-opus-5", false),
    ] {
        let quirks = claude(model);
        assert_eq!(
            (quirks.prefill, quirks.late_system),
            (prefill, !prefill),
            "{model}"
        );
    }
    assert!(
        !of(
            Anthropic,
            "bedrock-runtime.eu-west-1.amazonaws.com",
            "anthropic.claude-opus-5"
        )
        .late_system
    );
}

#[test]
fn p173_only_claudes_with_budgets_cannot_be_forced_while_they_think() {
    assert!(!claude("claude-sonnet-4-5").forced_tools_while_thinking);
    assert!(claude("claude-opus-4-8").forced_tools_while_thinking);
}

#[test]
fn p160_clouds_want_the_tools_of_the_history_declared() {
    assert!(of(Anthropic, "bedrock-runtime.us-east-1.amazonaws.com", "x").history_tools_declared);
    assert!(!claude("claude-opus-5").history_tools_declared);
}

#[test]
fn other_models_behind_anthropics_protocol_are_no_claudes() {
    let quirks = of(Anthropic, "api.deepseek.com", "deepseek-chat");
    assert!(!quirks.images && !quirks.pdf && !quirks.format_schema && !quirks.late_system);
    let quirks = of(Anthropic, "api.moonshot.ai", "kimi-k2.6");
    assert!(quirks.images && !quirks.sampling);
}

fn efforts(model: &str) -> Vec<Effort> {
    let responses = of(OpenAiResponses, "api.openai.com", model);
    let chat = chat("api.openai.com", model);
    assert_eq!(
        (chat.reasoning, responses.reasoning),
        (ReasoningStyle::Effort, ReasoningStyle::Effort),
        "{model}"
    );
    assert_eq!(chat.efforts, responses.efforts);
    chat.efforts
}

#[test]
fn openais_models_reason_by_their_own_words() {
    assert_eq!(efforts("o3-mini"), [Low, Medium, High]);
    assert_eq!(efforts("gpt-5-mini"), [Minimal, Low, Medium, High]);
    assert_eq!(efforts("gpt-5-codex"), [Low, Medium, High]);
    assert_eq!(efforts("gpt-5.1"), [NoEffort, Low, Medium, High]);
    assert_eq!(efforts("gpt-5.5"), [NoEffort, Low, Medium, High, Xhigh]);
    assert_eq!(efforts("gpt-6.1"), [NoEffort, Low, Medium, High, Xhigh]);
    assert_eq!(efforts("gpt-5-pro"), [High]);
}

#[test]
fn p238_models_that_do_not_reason_are_not_told_to() {
    for model in [
        "gpt-4.1",
        "gpt-4o-mini",
        "chatgpt-4o-latest",
        "gpt-5-chat-latest",
        "gpt-5.1-chat-latest",
    ] {
        for protocol in [OpenAi, OpenAiResponses] {
            let quirks = of(protocol, "api.openai.com", model);
            assert_eq!(
                (quirks.reasoning, quirks.sampling),
                (ReasoningStyle::None, true),
                "{model}"
            );
        }
    }
}

#[test]
fn p209_p210_and_p211_hold_for_openais_reasoning_models_behind_any_host() {
    for host in ["api.openai.com", "me.openai.azure.com", "proxy.example"] {
        let quirks = chat(host, "gpt-5.2");
        assert_eq!(
            quirks.max_tokens_field,
            MaxTokensField::MaxCompletionTokens,
            "{host}"
        );
        assert!(!quirks.sampling, "{host}");
        assert_eq!(quirks.most_stops, 0, "{host}");
    }
    assert_eq!(chat("api.openai.com", "gpt-4.1").most_stops, 4);
    assert_eq!(
        chat("llm.example", "llama-4").max_tokens_field,
        MaxTokensField::MaxTokens
    );
}

#[test]
fn p208_and_p121_only_openai_knows_its_newer_fields() {
    let openai = chat("api.openai.com", "gpt-5.2");
    assert!(
        openai.developer_role
            && openai.cache_hints
            && openai.custom_tools
            && openai.verbosity
            && openai.allowed_tools
    );
    assert_eq!(
        (openai.most_tools, openai.call_ids),
        (Some(128), CallIds::Plain40)
    );
    for (host, model) in [
        ("api.deepseek.com", "deepseek-chat"),
        ("api.groq.com", "openai/gpt-oss-120b"),
        ("api.mistral.ai", "mistral-large-latest"),
    ] {
        let quirks = chat(host, model);
        assert!(
            !quirks.developer_role
                && !quirks.cache_hints
                && !quirks.custom_tools
                && !quirks.verbosity,
            "{host}"
        );
    }
}

#[test]
fn p233_cache_marks_are_openais_newest_models_only() {
    assert_eq!(
        chat("api.openai.com", "gpt-5.6").cache,
        CacheStyle::Breakpoint
    );
    assert_eq!(
        chat("api.openai.com", "gpt-5.2").cache,
        CacheStyle::Implicit
    );
    assert_eq!(chat("proxy.example", "gpt-5.6").cache, CacheStyle::Implicit);
    assert_eq!(
        chat("openrouter.ai", "anthropic/claude-opus-5").cache,
        CacheStyle::Anthropic
    );
}

#[test]
fn p246_responses_elsewhere_are_the_basic_form() {
    for host in ["api.groq.com", "api.x.ai", "localhost"] {
        let quirks = of(OpenAiResponses, host, "some-model");
        assert!(
            !quirks.custom_tools && !quirks.tool_namespaces && !quirks.developer_role,
            "{host}"
        );
    }
    let openai = of(OpenAiResponses, "api.openai.com", "gpt-5.5");
    assert!(
        openai.custom_tools && openai.tool_namespaces && openai.developer_role && !openai.sampling
    );
}

#[test]
fn p188_p191_and_p192_thoughts_go_back_to_those_that_want_them() {
    for (host, model, echo) in [
        ("api.deepseek.com", "deepseek-v4", Echo::ToolCalls),
        (
            "api.siliconflow.cn",
            "deepseek-ai/DeepSeek-V3.2",
            Echo::ToolCalls,
        ),
        ("api.moonshot.cn", "kimi-k2-thinking", Echo::ToolLoops),
        ("api.together.xyz", "moonshotai/Kimi-K2.5", Echo::ToolLoops),
        ("api.z.ai", "glm-5.1", Echo::ToolLoops),
        ("openrouter.ai", "google/gemini-3-pro", Echo::Always),
        ("api.openai.com", "gpt-5.2", Echo::Never),
        ("api.groq.com", "moonshotai/kimi-k2-instruct", Echo::Never),
        ("api.mistral.ai", "magistral-medium-latest", Echo::Never),
    ] {
        assert_eq!(chat(host, model).reasoning_echo, echo, "{host} {model}");
    }
}

#[test]
fn vendors_are_told_to_think_in_their_words() {
    for (host, model, style) in [
        (
            "api.deepseek.com",
            "deepseek-v4",
            ReasoningStyle::SwitchAndEffort,
        ),
        ("api.kimi.com", "kimi-for-coding", ReasoningStyle::Switch),
        ("api.moonshot.ai", "kimi-k3", ReasoningStyle::Effort),
        ("open.bigmodel.cn", "glm-4.7", ReasoningStyle::Switch),
        (
            "ark.cn-beijing.volces.com",
            "doubao-seed-2",
            ReasoningStyle::Switch,
        ),
        (
            "dashscope-intl.aliyuncs.com",
            "qwen3-max",
            ReasoningStyle::EnableThinking,
        ),
        (
            "dashscope.aliyuncs.com",
            "qwen3-coder-plus",
            ReasoningStyle::None,
        ),
        (
            "api.siliconflow.com",
            "Qwen/Qwen3-32B",
            ReasoningStyle::EnableThinking,
        ),
        ("openrouter.ai", "x-ai/grok-4", ReasoningStyle::Object),
        ("api.x.ai", "grok-4", ReasoningStyle::None),
        ("api.x.ai", "grok-3-mini", ReasoningStyle::Effort),
        ("localhost", "gpt-oss:20b", ReasoningStyle::Effort),
        (
            "generativelanguage.googleapis.com",
            "gemini-2.5-flash",
            ReasoningStyle::Effort,
        ),
    ] {
        assert_eq!(chat(host, model).reasoning, style, "{host} {model}");
    }
    assert_eq!(chat("api.moonshot.ai", "kimi-k3").efforts, [Low, High, Max]);
}

#[test]
fn p195_thoughts_in_tags_are_looked_for_only_where_they_are_known() {
    assert!(chat("api.minimax.io", "MiniMax-M2.5").think_tags);
    assert!(chat("localhost", "deepseek-r1:32b").think_tags);
    assert!(!chat("api.deepseek.com", "deepseek-v4").think_tags);
    assert!(!chat("openrouter.ai", "minimax/minimax-m2").think_tags);
    assert!(!chat("api.groq.com", "deepseek-r1-distill-llama-70b").think_tags);
    let sets = chat("api.minimaxi.com", "MiniMax-M2").sets;
    assert_eq!(sets.get("reasoning_split"), Some(&true.into()));
}

#[test]
fn p216_tools_are_not_forced_on_models_that_refuse_it_while_they_think() {
    for (host, model) in [
        ("api.deepseek.com", "deepseek-v4"),
        ("dashscope.aliyuncs.com", "qwen-plus"),
        ("api.z.ai", "glm-5"),
    ] {
        assert!(!chat(host, model).forced_tools_while_thinking, "{host}");
    }
}

#[test]
fn p230_mistral_takes_ids_of_nine_letters() {
    assert_eq!(
        chat("api.mistral.ai", "mistral-large-latest").call_ids,
        CallIds::Nine
    );
}

#[test]
fn p231_instructions_come_first_everywhere_but_at_openai() {
    for (host, model) in [
        ("dashscope.aliyuncs.com", "qwen-plus"),
        ("127.0.0.1", "qwen3"),
        ("api.minimaxi.com", "MiniMax-M2"),
    ] {
        assert!(!chat(host, model).late_system, "{host}");
    }
    assert!(chat("api.openai.com", "gpt-4.1").late_system);
}

#[test]
fn p222_models_that_only_read_get_no_images() {
    for model in ["deepseek-chat", "GLM-4.7", "MiniMax-M2", "qwen3-coder-plus"] {
        assert!(!chat("llm.example", model).images, "{model}");
    }
    for model in ["glm-4.6v", "kimi-k2.5", "qwen3-vl-plus"] {
        assert!(chat("llm.example", model).images, "{model}");
    }
}

#[test]
fn p259_geminis_think_by_budget_or_by_level() {
    let gemini = |model: &str| of(Gemini, "generativelanguage.googleapis.com", model);
    for (model, style, signs) in [
        ("gemini-2.0-flash", ReasoningStyle::None, false),
        ("gemini-2.5-pro", ReasoningStyle::Budget, false),
        ("gemini-3-pro-preview", ReasoningStyle::Level, true),
        ("gemini-3.1-pro-preview", ReasoningStyle::Level, true),
        ("gemini-2.5-flash-image", ReasoningStyle::None, false),
    ] {
        let quirks = gemini(model);
        assert_eq!(
            (quirks.reasoning, quirks.call_signatures),
            (style, signs),
            "{model}"
        );
    }
    assert_eq!(gemini("gemini-3-pro").efforts, [Low, High]);
    assert_eq!(
        gemini("gemini-3-flash").efforts,
        [Minimal, Low, Medium, High]
    );
    for (model, least, most) in [
        ("gemini-2.5-pro", 128, 32_768),
        ("gemini-2.5-flash", 0, 24_576),
    ] {
        let quirks = gemini(model);
        assert_eq!(
            (quirks.least_thinking, quirks.most_thinking),
            (least, Some(most)),
            "{model}"
        );
    }
    assert!(
        !gemini("gemini-2.5-pro").format_with_tools && gemini("gemini-3-flash").format_with_tools
    );
}

#[test]
fn every_preset_with_oddities_is_told_from_the_book() {
    for (host, model) in [
        ("api.cerebras.ai", "gpt-oss-120b"),
        ("api.fireworks.ai", "m"),
        ("api.together.xyz", "m"),
        ("api.githubcopilot.com", "m"),
        ("api.siliconflow.com", "m"),
        ("127.0.0.1", "m"),
        ("api.x.ai", "m"),
    ] {
        assert_ne!(chat(host, model), Quirks::book(OpenAi), "{host}");
    }
    assert!(
        chat("api.cerebras.ai", "m")
            .refuses
            .contains(&"frequency_penalty".to_owned())
    );
}

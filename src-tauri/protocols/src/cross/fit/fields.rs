//! What the clients call the fields, for what is told to them.

use crate::Protocol;

/// A field of a request, by what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    System,
    Turns,
    Content,
    Tools,
    ToolChoice,
    Parallel,
    MaxOutput,
    Temperature,
    TopP,
    TopK,
    Stop,
    Seed,
    PresencePenalty,
    FrequencyPenalty,
    Logprobs,
    Thinking,
    Format,
    Verbosity,
    Answers,
    User,
}

impl Field {
    /// Its name in the words of the client's protocol; of the nearest one that has it, where that has none.
    pub(super) fn name(self, client: Protocol) -> &'static str {
        let [anthropic, chat, responses, gemini] = self.names();
        match client {
            Protocol::Anthropic => anthropic,
            Protocol::OpenAi => chat,
            Protocol::OpenAiResponses => responses,
            Protocol::Gemini => gemini,
        }
    }

    fn names(self) -> [&'static str; 4] {
        match self {
            Self::System => ["system", "messages", "instructions", "systemInstruction"],
            Self::Turns => ["messages", "messages", "input", "contents"],
            Self::Content => ["content", "content", "content", "parts"],
            Self::Tools => ["tools"; 4],
            Self::ToolChoice => ["tool_choice", "tool_choice", "tool_choice", "toolConfig"],
            Self::Parallel => {
                let flag = "parallel_tool_calls";
                ["tool_choice.disable_parallel_tool_use", flag, flag, flag]
            }
            Self::MaxOutput => {
                let gemini = "generationConfig.maxOutputTokens";
                ["max_tokens", "max_tokens", "max_output_tokens", gemini]
            }
            Self::Temperature => with("temperature", "generationConfig.temperature"),
            Self::TopP => with("top_p", "generationConfig.topP"),
            Self::TopK => with("top_k", "generationConfig.topK"),
            Self::Stop => {
                let gemini = "generationConfig.stopSequences";
                ["stop_sequences", "stop", "stop", gemini]
            }
            Self::Seed => with("seed", "generationConfig.seed"),
            Self::PresencePenalty => with("presence_penalty", "generationConfig.presencePenalty"),
            Self::FrequencyPenalty => {
                with("frequency_penalty", "generationConfig.frequencyPenalty")
            }
            Self::Logprobs => {
                let gemini = "generationConfig.responseLogprobs";
                ["logprobs", "logprobs", "top_logprobs", gemini]
            }
            Self::Thinking => {
                let gemini = "generationConfig.thinkingConfig";
                ["thinking", "reasoning_effort", "reasoning", gemini]
            }
            Self::Format => {
                let gemini = "generationConfig.responseSchema";
                [
                    "output_config.format",
                    "response_format",
                    "text.format",
                    gemini,
                ]
            }
            Self::Verbosity => ["verbosity", "verbosity", "text.verbosity", "verbosity"],
            Self::Answers => with("n", "generationConfig.candidateCount"),
            Self::User => ["metadata.user_id", "user", "user", "user"],
        }
    }
}

fn with(name: &'static str, gemini: &'static str) -> [&'static str; 4] {
    [name, name, name, gemini]
}

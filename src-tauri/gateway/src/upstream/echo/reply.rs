//! Decides what to answer.

use jiff::Timestamp;
use keyway_protocols::{Protocol, usage::Usage};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    asked::{Asked, Tool, ToolInput},
    schema,
    script::{DIRECTIONS, Script, WantedCall},
    text,
};

const LONGEST_QUOTE: usize = 4_000;
const LONGEST_RESULT: usize = 500;

/// What thinking is signed with: base64 that says who made it.
pub(super) const SIGNATURE: &str = "S2V5d2F5IEVjaG8=";

/// An answer in no protocol yet.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) model: String,
    pub(super) thinking: Option<String>,
    pub(super) text: Option<String>,
    pub(super) calls: Vec<Call>,
    pub(super) finish: Finish,
    pub(super) usage: Usage,
}

/// A tool call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) tool: Tool,
    pub(super) input: String,
}

/// Why an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    Ended,
    Called,
    TooLong,
}

impl Answer {
    pub(super) fn decide(asked: &Asked, script: &Script, model: &str, now: Timestamp) -> Self {
        let id = id(asked, model, now);
        let (calls, mistake) = match calls(asked, script, &id) {
            Ok(calls) => (calls, None),
            Err(mistake) => (Vec::new(), Some(mistake)),
        };
        let text = match mistake.as_ref().or(script.mistake.as_ref()) {
            Some(mistake) => Some(explain(mistake)),
            None => words(asked, script, &calls),
        };
        let mut answer = Self {
            id,
            created: now.as_second(),
            model: model.to_owned(),
            thinking: script.think.clone(),
            finish: if calls.is_empty() {
                Finish::Ended
            } else {
                Finish::Called
            },
            text,
            calls,
            usage: Usage::default(),
        };
        answer.keep_within(asked.max_output);
        answer.usage = answer.count(asked.input_tokens);
        answer
    }

    fn keep_within(&mut self, max_output: Option<u64>) {
        let thought = self.thinking.as_deref().map_or(0, text::tokens);
        if let (Some(most), Some(text)) = (max_output, &mut self.text) {
            let short = text::first_tokens(text, most.saturating_sub(thought).max(1)).len();
            if short < text.len() {
                text.truncate(short);
                self.calls.clear();
                self.finish = Finish::TooLong;
            }
        }
    }

    fn count(&self, input: u64) -> Usage {
        let reasoning = self.thinking.as_deref().map_or(0, text::tokens);
        let said = self.text.as_deref().map_or(0, text::tokens);
        let called: u64 = self
            .calls
            .iter()
            .map(|call| text::tokens(&call.tool.name) + text::tokens(&call.input))
            .sum();
        Usage {
            input: input.max(1),
            output: (reasoning + said + called).max(1),
            reasoning,
            ..Usage::default()
        }
    }
}

impl Call {
    /// The input as a value: an object, or text.
    pub(super) fn value(&self) -> Value {
        match self.tool.input {
            ToolInput::Object => serde_json::from_str(&self.input).unwrap_or_default(),
            ToolInput::Text => Value::from(self.input.as_str()),
        }
    }
}

/// Differs from request to request, so that clients can tell answers and calls apart.
fn id(asked: &Asked, model: &str, now: Timestamp) -> String {
    let mut hash = Sha256::new();
    hash.update(now.as_nanosecond().to_le_bytes());
    hash.update(model);
    for turn in &asked.turns {
        turn.texts
            .iter()
            .chain(&turn.results)
            .for_each(|text| hash.update(text));
    }
    hex::encode(&hash.finalize()[..11])
}

/// The calls asked for: none once their results are there, and a mistake if a tool is not to be had.
fn calls(asked: &Asked, script: &Script, id: &str) -> Result<Vec<Call>, String> {
    if !asked.results().is_empty() {
        return Ok(Vec::new());
    }
    let prefix = match asked.protocol {
        Some(Protocol::Anthropic) => "toolu_",
        Some(Protocol::OpenAi | Protocol::OpenAiResponses | Protocol::Gemini) | None => "call_",
    };
    let wanted = script.calls.iter().enumerate();
    wanted
        .map(|(index, wanted)| {
            let tool = find_tool(asked, &wanted.tool)?;
            let input = input(wanted, tool)?;
            Ok(Call {
                id: format!("{prefix}{id}{index:02}"),
                tool: tool.clone(),
                input,
            })
        })
        .collect()
}

fn find_tool<'a>(asked: &'a Asked, wanted: &str) -> Result<&'a Tool, String> {
    let is_wanted = |tool: &&Tool| {
        let full = tool
            .namespace
            .as_ref()
            .map(|space| format!("{space}.{}", tool.name));
        tool.name == wanted || full.is_some_and(|full| full == wanted)
    };
    asked.tools.iter().find(is_wanted).ok_or_else(|| {
        let names: Vec<&str> = asked.tools.iter().map(|tool| tool.name.as_str()).collect();
        if names.is_empty() {
            return format!("the call of `{wanted}`: the request declares no tools");
        }
        format!(
            "the call of `{wanted}`: the request declares no such tool, only: {}",
            names.join(", ")
        )
    })
}

fn input(wanted: &WantedCall, tool: &Tool) -> Result<String, String> {
    match tool.input {
        ToolInput::Text => Ok(wanted.input.clone()),
        ToolInput::Object if wanted.input.is_empty() => Ok("{}".to_owned()),
        ToolInput::Object if wanted.input.starts_with('{') => Ok(wanted.input.clone()),
        ToolInput::Object => Err(format!(
            "the call of `{}`: its input is a JSON object",
            tool.name
        )),
    }
}

fn words(asked: &Asked, script: &Script, calls: &[Call]) -> Option<String> {
    let results = asked.results();
    if !results.is_empty() {
        return Some(conclude(script, &results));
    }
    if let Some(count) = script.tokens {
        return Some(text::of_tokens(count));
    }
    if script.say.is_some() || !calls.is_empty() {
        return script.say.clone();
    }
    let rest = text::quote(&script.rest, LONGEST_QUOTE);
    if let Some(schema) = &asked.schema {
        return Some(schema::example(schema, &rest).to_string());
    }
    if rest.is_empty() {
        return Some("This is Echo, the provider inside Keyway: the way to it works.".to_owned());
    }
    Some(format!("You said: {rest}"))
}

fn conclude(script: &Script, results: &[&str]) -> String {
    let mut text = script
        .say
        .clone()
        .map(|say| say + "\n\n")
        .unwrap_or_default();
    text.push_str(if results.len() == 1 {
        "The tool answered:"
    } else {
        "The tools answered:"
    });
    for result in results {
        text.push_str("\n- ");
        text.push_str(&text::quote(result, LONGEST_RESULT));
    }
    text
}

fn explain(mistake: &str) -> String {
    format!(
        "Echo does not understand {mistake}.\n\n\
         It says back what it is told. Lines that begin with `echo:` direct it:\n\n{DIRECTIONS}"
    )
}

//! Chat Completions, as the SDKs read them.

use std::collections::HashSet;

use serde_json::Value;

use super::frames::frames;
use super::{Ended, any, count, ensure, list, name, text};

const STOPS: [&str; 5] = ["stop", "length", "tool_calls", "content_filter", "error"];

#[derive(Default)]
struct State {
    /// What all chunks have in common: id, time, model.
    head: Option<[Value; 3]>,
    has_role: bool,
    ids: HashSet<String>,
    /// The arguments of each call.
    calls: Vec<String>,
    finish: Option<String>,
    is_counted: bool,
    ended: Option<Ended>,
}

pub(super) fn check(stream: &str) -> Result<Ended, String> {
    let mut state = State::default();
    for frame in frames(stream)? {
        ensure!(frame.event.is_none(), "a named event");
        ensure!(state.ended.is_none(), "{} behind the end", frame.data);
        if frame.data == "[DONE]" {
            ensure!(state.finish.is_some(), "it ends without a reason");
            state.ended = Some(Ended::Whole);
            continue;
        }
        let chunk = frame.json()?;
        if let Some(error) = chunk.get("error") {
            name(error, "message")?;
            name(error, "type")?;
            state.ended = Some(Ended::Failed);
            continue;
        }
        state.chunk(&chunk)?;
    }
    state.ended.ok_or_else(|| "no end".to_owned())
}

impl State {
    fn chunk(&mut self, chunk: &Value) -> Result<(), String> {
        ensure!(
            chunk["object"] == "chat.completion.chunk",
            "no chunk: {chunk}"
        );
        name(chunk, "id")?;
        name(chunk, "model")?;
        count(chunk, "created")?;
        let head = ["id", "created", "model"].map(|key| chunk[key].clone());
        let first = self.head.get_or_insert_with(|| head.clone());
        ensure!(*first == head, "{head:?} is not {first:?}");
        ensure!(!self.is_counted, "a chunk behind the usage: {chunk}");
        match list(chunk, "choices")?.as_slice() {
            [] => {
                ensure!(self.finish.is_some(), "no choice before the end: {chunk}");
                self.is_counted = true;
                counted(any(chunk, "usage")?)
            }
            [choice] => {
                ensure!(choice["index"] == 0, "another choice: {choice}");
                self.choice(choice)
            }
            _ => Err(format!("several choices: {chunk}")),
        }
    }

    fn choice(&mut self, choice: &Value) -> Result<(), String> {
        ensure!(
            self.finish.is_none(),
            "more behind the reason to stop: {choice}"
        );
        let delta = any(choice, "delta")?;
        let is_first = !std::mem::replace(&mut self.has_role, true);
        ensure!(is_first == (delta["role"] == "assistant"), "role: {delta}");
        for key in ["content", "refusal", "reasoning_content"] {
            let is_empty = delta.get(key).is_some_and(|more| more == "");
            ensure!(is_first || !is_empty, "an empty {key}");
        }
        for call in delta
            .get("tool_calls")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            self.call(call)?;
        }
        if any(choice, "finish_reason")?.is_null() {
            return Ok(());
        }
        let reason = name(choice, "finish_reason")?;
        stopped(reason, self.calls.is_empty())?;
        let is_empty = self.calls.iter().any(String::is_empty);
        ensure!(!is_empty || reason == "length", "a call without arguments");
        self.finish = Some(reason.to_owned());
        Ok(())
    }

    fn call(&mut self, call: &Value) -> Result<(), String> {
        let index = usize::try_from(count(call, "index")?).map_err(|error| error.to_string())?;
        let (inner, said) = match call.get("custom") {
            Some(custom) => (custom, "input"),
            None => (any(call, "function")?, "arguments"),
        };
        if index == self.calls.len() {
            let id = name(call, "id")?;
            ensure!(self.ids.insert(id.to_owned()), "the id {id} twice");
            name(call, "type")?;
            name(inner, "name")?;
            self.calls.push(String::new());
        } else {
            ensure!(index + 1 == self.calls.len(), "a call out of order: {call}");
            ensure!(call.get("id").is_none(), "an id again: {call}");
        }
        self.calls[index].push_str(text(inner, said)?);
        Ok(())
    }
}

fn stopped(reason: &str, is_without_calls: bool) -> Result<(), String> {
    ensure!(STOPS.contains(&reason), "unknown reason {reason}");
    ensure!(
        reason != "tool_calls" || !is_without_calls,
        "tool_calls without a call"
    );
    ensure!(reason != "stop" || is_without_calls, "stop with a call");
    Ok(())
}

fn counted(usage: &Value) -> Result<(), String> {
    let sum = count(usage, "prompt_tokens")? + count(usage, "completion_tokens")?;
    ensure!(count(usage, "total_tokens")? == sum, "a wrong sum: {usage}");
    Ok(())
}

pub(super) fn check_body(body: &Value) -> Result<(), String> {
    ensure!(body["object"] == "chat.completion", "no completion");
    name(body, "id")?;
    name(body, "model")?;
    count(body, "created")?;
    let choices = list(body, "choices")?;
    ensure!(!choices.is_empty(), "no choices");
    for (index, choice) in choices.iter().enumerate() {
        ensure!(
            count(choice, "index")? == index as u64,
            "index out of order"
        );
        let message = any(choice, "message")?;
        ensure!(message["role"] == "assistant", "role");
        any(message, "content")?;
        let calls = message.get("tool_calls").and_then(Value::as_array);
        ensure!(
            calls.is_none_or(|calls| !calls.is_empty()),
            "an empty list of calls"
        );
        let mut ids = HashSet::new();
        for call in calls.into_iter().flatten() {
            ensure!(ids.insert(name(call, "id")?), "an id twice: {call}");
            match name(call, "type")? {
                "custom" => drop(text(&call["custom"], "input")?),
                _ => drop(name(&call["function"], "arguments")?),
            }
        }
        stopped(name(choice, "finish_reason")?, ids.is_empty())?;
    }
    counted(any(body, "usage")?)
}

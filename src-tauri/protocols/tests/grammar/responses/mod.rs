//! Responses, as the SDKs and Codex read them: each item climbs its whole ladder before the next one begins.

mod item;

use std::collections::HashSet;

use serde_json::Value;

use super::frames::frames;
use super::{Ended, any, count, ensure, list, name, text};
use item::Item;

#[derive(Default)]
struct State {
    sequence: u64,
    id: Option<String>,
    is_in_progress: bool,
    item: Option<Item>,
    done: Vec<Value>,
    ids: HashSet<String>,
    ended: Option<Ended>,
}

pub(super) fn check(stream: &str) -> Result<Ended, String> {
    let mut state = State::default();
    for frame in frames(stream)? {
        let (event, value) = frame.named()?;
        ensure!(state.ended.is_none(), "{event} behind the end");
        let sequence = count(&value, "sequence_number")?;
        ensure!(
            sequence == state.sequence,
            "sequence_number {sequence}, not {}",
            state.sequence
        );
        state.sequence += 1;
        let event = event
            .strip_prefix("response.")
            .ok_or_else(|| format!("{event}?"))?;
        state.event(event, &value)?;
    }
    state.ended.ok_or_else(|| "no end".to_owned())
}

impl State {
    fn event(&mut self, event: &str, value: &Value) -> Result<(), String> {
        if let Some(response) = value.get("response") {
            return self.life(event, response);
        }
        ensure!(self.is_in_progress, "{event} before the beginning");
        match event {
            "output_item.added" => self.added(value),
            "output_item.done" => self.item_done(value),
            _ => {
                let index = self.done.len() as u64;
                let item = self
                    .item
                    .as_mut()
                    .ok_or_else(|| format!("{event} without an item"))?;
                ensure!(text(value, "item_id")? == item.id, "another item: {value}");
                ensure!(
                    count(value, "output_index")? == index,
                    "another index: {value}"
                );
                item.event(event, value)
            }
        }
    }

    fn life(&mut self, event: &str, response: &Value) -> Result<(), String> {
        let id = name(response, "id")?;
        let is_first = self.id.is_none();
        let known = self.id.get_or_insert_with(|| id.to_owned());
        ensure!(known == id, "the id {id} is not {known}");
        name(response, "model").or_else(|wrong| {
            if event == "failed" {
                Ok("")
            } else {
                Err(wrong)
            }
        })?;
        ensure!(response["object"] == "response", "no response: {response}");
        let status = name(response, "status")?;
        match event {
            "created" => ensure!(is_first && status == "in_progress", "created again"),
            "in_progress" => {
                ensure!(
                    !is_first && status == event,
                    "in progress before it is created"
                );
                self.is_in_progress = true;
            }
            "completed" | "incomplete" => {
                ensure!(
                    self.is_in_progress && status == event,
                    "{event} but {status}"
                );
                ensure!(self.item.is_none(), "it ends within an item");
                ensure!(
                    list(response, "output")? == &self.done,
                    "other output than told"
                );
                ended(event, response)?;
                self.ended = Some(Ended::Whole);
            }
            "failed" => {
                ensure!(status == event, "{event} but {status}");
                name(any(response, "error")?, "code")?;
                name(any(response, "error")?, "message")?;
                self.ended = Some(Ended::Failed);
            }
            _ => return Err(format!("unknown event {event}")),
        }
        Ok(())
    }

    fn added(&mut self, value: &Value) -> Result<(), String> {
        ensure!(self.item.is_none(), "an item opens in another one");
        let index = count(value, "output_index")?;
        ensure!(
            index == self.done.len() as u64,
            "output_index {index} out of order"
        );
        let item = any(value, "item")?;
        let (id, kind) = (name(item, "id")?, name(item, "type")?);
        ensure!(self.ids.insert(id.to_owned()), "the id {id} twice");
        match kind {
            "message" => ensure!(
                list(item, "content")?.is_empty(),
                "a message begins with words"
            ),
            "reasoning" => ensure!(
                list(item, "summary")?.is_empty(),
                "a thought begins with words"
            ),
            "function_call" => ensure!(
                text(item, "arguments")?.is_empty(),
                "a call begins with arguments"
            ),
            "custom_tool_call" => {
                ensure!(text(item, "input")?.is_empty(), "a call begins with input");
            }
            _ => {}
        }
        if kind.ends_with("tool_call") || kind == "function_call" {
            name(item, "name")?;
            let call = name(item, "call_id")?;
            ensure!(
                self.ids.insert(format!("call {call}")),
                "the call_id {call} twice"
            );
        }
        self.item = Some(Item::new(id, kind));
        Ok(())
    }

    fn item_done(&mut self, value: &Value) -> Result<(), String> {
        let open = self.item.take().ok_or("no item is open")?;
        let index = count(value, "output_index")?;
        ensure!(
            index == self.done.len() as u64,
            "another item ends: {value}"
        );
        let item = any(value, "item")?;
        open.done(item)?;
        self.done.push(item.clone());
        Ok(())
    }
}

fn ended(event: &str, response: &Value) -> Result<(), String> {
    if event == "incomplete" {
        name(any(response, "incomplete_details")?, "reason")?;
    }
    let usage = any(response, "usage")?;
    let sum = count(usage, "input_tokens")? + count(usage, "output_tokens")?;
    ensure!(count(usage, "total_tokens")? == sum, "a wrong sum: {usage}");
    count(any(usage, "input_tokens_details")?, "cached_tokens")?;
    count(any(usage, "output_tokens_details")?, "reasoning_tokens").map(drop)
}

pub(super) fn check_body(body: &Value) -> Result<(), String> {
    ensure!(body["object"] == "response", "no response");
    name(body, "id")?;
    name(body, "model")?;
    let mut ids = HashSet::new();
    for item in list(body, "output")? {
        ensure!(ids.insert(name(item, "id")?), "an id twice: {item}");
        match name(item, "type")? {
            "message" => ensure!(!list(item, "content")?.is_empty(), "an empty message"),
            "reasoning" => drop(list(item, "summary")?),
            "function_call" => {
                name(item, "name")?;
                name(item, "call_id")?;
                name(item, "arguments")?;
            }
            _ => {}
        }
    }
    let status = name(body, "status")?;
    ensure!(
        matches!(status, "completed" | "incomplete"),
        "status {status}"
    );
    ended(status, body)
}

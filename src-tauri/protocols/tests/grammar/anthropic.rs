//! Messages, as the SDKs and Claude Code read them.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::frames::frames;
use super::{Ended, any, count, ensure, list, name, text};

const STOPS: [&str; 7] = [
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "refusal",
    "model_context_window_exceeded",
];

#[derive(Default)]
struct State {
    has_begun: bool,
    /// The kind of the open block, and what of it came.
    open: Option<(String, String)>,
    is_signed: bool,
    blocks: u64,
    /// The ids of all calls, those that the provider runs included.
    ids: HashSet<String>,
    /// How many of them the client has to run.
    calls: usize,
    /// The searches without a result.
    searches: HashSet<String>,
    is_told: bool,
    ended: Option<Ended>,
}

pub(super) fn check(stream: &str) -> Result<Ended, String> {
    let mut state = State::default();
    for frame in frames(stream)? {
        let (event, value) = frame.named()?;
        ensure!(state.ended.is_none(), "{event} behind the end");
        state.event(event, &value)?;
    }
    state.ended.ok_or_else(|| "no end".to_owned())
}

impl State {
    fn event(&mut self, event: &str, value: &Value) -> Result<(), String> {
        match event {
            "ping" => return Ok(()),
            "error" => {
                name(&value["error"], "type")?;
                name(&value["error"], "message")?;
                self.ended = Some(Ended::Failed);
                return Ok(());
            }
            "message_start" => {
                ensure!(!self.has_begun, "it begins twice");
                self.has_begun = true;
                return begun(&value["message"]);
            }
            _ => ensure!(self.has_begun, "{event} before the beginning"),
        }
        ensure!(
            !self.is_told || event == "message_stop",
            "{event} behind message_delta"
        );
        match event {
            "content_block_start" => self.start(value),
            "content_block_delta" => self.delta(value),
            "content_block_stop" => self.stop(value),
            "message_delta" => self.told(value),
            "message_stop" => {
                ensure!(self.is_told, "it ends without a reason");
                self.ended = Some(Ended::Whole);
                Ok(())
            }
            _ => Err(format!("unknown event {event}")),
        }
    }

    fn start(&mut self, value: &Value) -> Result<(), String> {
        ensure!(self.open.is_none(), "a block opens in another one");
        ensure!(
            count(value, "index")? == self.blocks,
            "index out of order: {value}"
        );
        let block = any(value, "content_block")?;
        let kind = name(block, "type")?;
        match kind {
            "text" => ensure!(text(block, "text")?.is_empty(), "a text begins with words"),
            "thinking" => ensure!(
                text(block, "thinking")?.is_empty() && text(block, "signature")?.is_empty(),
                "a thought begins with words"
            ),
            "redacted_thinking" => drop(name(block, "data")?),
            "tool_use" | "server_tool_use" => {
                ensure!(
                    any(block, "input")? == &json!({}),
                    "input in the start: {block}"
                );
                name(block, "name")?;
                let id = name(block, "id")?;
                ensure!(self.ids.insert(id.to_owned()), "the id {id} twice");
                self.calls += usize::from(kind == "tool_use");
                if kind == "server_tool_use" {
                    ensure!(
                        id.starts_with("srvtoolu_"),
                        "the id {id} of a server's tool"
                    );
                    self.searches.insert(id.to_owned());
                }
            }
            "web_search_tool_result" => {
                let id = name(block, "tool_use_id")?;
                ensure!(self.searches.remove(id), "a result of no search: {id}");
                found(any(block, "content")?)?;
            }
            _ => {
                name(block, "tool_use_id")?;
                any(block, "content")?;
            }
        }
        self.is_signed = false;
        self.open = Some((kind.to_owned(), String::new()));
        Ok(())
    }

    fn delta(&mut self, value: &Value) -> Result<(), String> {
        ensure!(
            count(value, "index")? == self.blocks,
            "a delta of another block: {value}"
        );
        let (kind, said) = self.open.as_mut().ok_or("a delta without a block")?;
        ensure!(!self.is_signed, "more of a thought behind its signature");
        let delta = any(value, "delta")?;
        let more = match (kind.as_str(), name(delta, "type")?) {
            ("text", "text_delta") => name(delta, "text")?,
            ("text", "citations_delta") => {
                name(any(delta, "citation")?, "type")?;
                ""
            }
            ("thinking", "thinking_delta") => name(delta, "thinking")?,
            ("thinking", "signature_delta") => {
                name(delta, "signature")?;
                self.is_signed = true;
                ""
            }
            ("tool_use" | "server_tool_use", "input_json_delta") => text(delta, "partial_json")?,
            (kind, delta) => return Err(format!("{delta} in {kind}")),
        };
        said.push_str(more);
        Ok(())
    }

    fn stop(&mut self, value: &Value) -> Result<(), String> {
        ensure!(
            count(value, "index")? == self.blocks,
            "another block ends: {value}"
        );
        let (kind, said) = self.open.take().ok_or("no block is open")?;
        ensure!(kind != "text" || !said.is_empty(), "an empty text");
        self.blocks += 1;
        Ok(())
    }

    fn told(&mut self, value: &Value) -> Result<(), String> {
        ensure!(self.open.is_none(), "it ends within a block");
        self.is_told = true;
        let delta = any(value, "delta")?;
        stopped(delta, self.calls == 0)?;
        let is_paused = delta["stop_reason"] == "pause_turn";
        ensure!(
            is_paused || self.searches.is_empty(),
            "searches without results: {:?}",
            self.searches
        );
        count(any(value, "usage")?, "output_tokens").map(drop)
    }
}

fn begun(message: &Value) -> Result<(), String> {
    name(message, "id")?;
    name(message, "model")?;
    ensure!(
        message["type"] == "message" && message["role"] == "assistant",
        "{message}"
    );
    ensure!(
        list(message, "content")?.is_empty(),
        "content in the beginning"
    );
    ensure!(
        any(message, "stop_reason")?.is_null(),
        "stopped in the beginning"
    );
    ensure!(
        any(message, "stop_sequence")?.is_null(),
        "stopped in the beginning"
    );
    counted(any(message, "usage")?)
}

/// What a search found, or why it failed.
fn found(content: &Value) -> Result<(), String> {
    let Some(pages) = content.as_array() else {
        ensure!(
            content["type"] == "web_search_tool_result_error",
            "no result: {content}"
        );
        return name(content, "error_code").map(drop);
    };
    for page in pages {
        ensure!(page["type"] == "web_search_result", "no page: {page}");
        for key in ["url", "encrypted_content"] {
            name(page, key)?;
        }
        text(page, "title")?;
        any(page, "page_age")?;
    }
    Ok(())
}

fn counted(usage: &Value) -> Result<(), String> {
    count(usage, "input_tokens")?;
    count(usage, "output_tokens").map(drop)
}

fn stopped(message: &Value, is_without_calls: bool) -> Result<(), String> {
    let reason = name(message, "stop_reason")?;
    any(message, "stop_sequence")?;
    ensure!(STOPS.contains(&reason), "unknown reason {reason}");
    ensure!(
        reason != "tool_use" || !is_without_calls,
        "tool_use without a call"
    );
    ensure!(
        reason != "end_turn" || is_without_calls,
        "end_turn with a call"
    );
    Ok(())
}

pub(super) fn check_body(message: &Value) -> Result<(), String> {
    name(message, "id")?;
    name(message, "model")?;
    ensure!(
        message["type"] == "message" && message["role"] == "assistant",
        "no message"
    );
    let mut calls = HashSet::new();
    for block in list(message, "content")? {
        match name(block, "type")? {
            "text" => drop(name(block, "text")?),
            "thinking" => {
                text(block, "thinking")?;
                text(block, "signature")?;
            }
            "tool_use" => {
                name(block, "name")?;
                ensure!(
                    any(block, "input")?.is_object(),
                    "input is no object: {block}"
                );
                ensure!(calls.insert(name(block, "id")?), "an id twice: {block}");
            }
            _ => {}
        }
    }
    stopped(message, calls.is_empty())?;
    counted(any(message, "usage")?)
}

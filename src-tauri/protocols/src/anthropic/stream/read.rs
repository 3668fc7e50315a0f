//! A provider's stream, read.

use serde_json::Value;

use super::blocks::Blocks;
use crate::Protocol::Anthropic;
use crate::anthropic::response::stop;
use crate::codec::ReadStream;
use crate::error::{ErrorKind, UpstreamError, recognise_value};
use crate::event::{Event, Start};
use crate::quirks::Quirks;
use crate::usage::{AnthropicUsage, Usage};

/// Reads the events of Messages by the type in their data; their names some providers leave out.
#[derive(Debug, Default)]
pub(crate) struct StreamReader {
    is_started: bool,
    is_over: bool,
    has_stop: bool,
    usage: AnthropicUsage,
    blocks: Blocks,
}

impl StreamReader {
    /// A reader of a new stream.
    pub(crate) fn new(_quirks: &Quirks) -> Self {
        Self::default()
    }

    /// Begins the answer, once.
    fn start(&mut self, message: Option<&Value>, out: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.is_started, true) {
            let text = |key: &str| Some(message?.get(key)?.as_str()?.to_owned());
            let id = text("id").unwrap_or_default();
            self.blocks.answer.clone_from(&id);
            out.push(Event::Start(Start {
                id,
                model: text("model").unwrap_or_default(),
                created: None,
            }));
        }
        self.count(message.and_then(|message| message.get("usage")), out);
    }

    fn count(&mut self, usage: Option<&Value>, out: &mut Vec<Event>) {
        if let Some(counts) = usage.and_then(|usage| self.usage.merged(usage)) {
            self.usage = counts;
            out.push(Event::Usage(Usage::from(counts)));
        }
    }

    fn message_delta(&mut self, data: &Value, out: &mut Vec<Event>) {
        if let Some(stop) = data.get("delta").and_then(stop) {
            self.blocks.stop_all(out);
            self.has_stop = true;
            out.push(Event::Stop(stop));
        }
        self.count(data.get("usage"), out);
    }

    fn end(&mut self, out: &mut Vec<Event>) {
        self.blocks.stop_all(out);
        self.is_over = true;
        out.push(Event::End);
    }

    fn fail(&mut self, data: &Value, out: &mut Vec<Event>) {
        let error = recognise_value(Anthropic, 200, data);
        self.is_over = true;
        out.push(Event::Failed(error.unwrap_or_else(|| UpstreamError {
            kind: ErrorKind::Upstream,
            code: None,
            message: "the provider ended its answer with an error and did not say which".to_owned(),
        })));
    }

    fn block_event(&mut self, kind: &str, data: &mut Value, out: &mut Vec<Event>) {
        self.start(None, out);
        let index = data.get("index").and_then(Value::as_u64);
        match kind {
            "content_block_start" => {
                let block = data.get_mut("content_block").map(Value::take);
                self.blocks.start(index, block.unwrap_or_default(), out);
            }
            "content_block_delta" => {
                if let Some(delta) = data.get("delta") {
                    self.blocks.delta(index, delta, out);
                }
            }
            _ => self.blocks.stop(index, out),
        }
    }
}

impl ReadStream for StreamReader {
    fn read(&mut self, name: Option<&str>, data: &str, out: &mut Vec<Event>) {
        if self.is_over {
            return;
        }
        let Ok(mut data) = serde_json::from_str::<Value>(data) else {
            return;
        };
        let kind = data.get("type").and_then(Value::as_str).or(name);
        match kind.unwrap_or_default().to_owned().as_str() {
            "message_start" => self.start(data.get("message"), out),
            kind @ ("content_block_start" | "content_block_delta" | "content_block_stop") => {
                self.block_event(kind, &mut data, out);
            }
            "message_delta" => {
                self.start(None, out);
                self.message_delta(&data, out);
            }
            "message_stop" => {
                self.start(None, out);
                self.end(out);
            }
            "ping" if self.is_started => out.push(Event::Alive),
            "error" => self.fail(&data, out),
            // An error in another protocol's shape is an error, too; any other event means nothing yet.
            _ if data.get("error").is_some_and(|error| !error.is_null()) => self.fail(&data, out),
            _ => {}
        }
    }

    fn finish(&mut self, out: &mut Vec<Event>) {
        if self.is_over {
            return;
        }
        self.blocks.stop_all(out);
        self.is_over = true;
        if self.has_stop {
            out.push(Event::End);
        }
    }
}

//! A client that may search, providers' answers, and a search service.

use std::fmt::Write as _;

use bytes::Bytes;
use keyway_protocols::Protocol::{self, Anthropic, Gemini, OpenAi, OpenAiResponses};
use keyway_protocols::cross::{
    self, Asked, CrossEnd, CrossStream, Crossed, Forgetful, Page, ReasoningForm, Searched, Target,
    Unsayable, Wanted,
};
use keyway_protocols::quirks::Quirks;
use serde_json::{Value, json};

use super::grammar::{Ended, check};

/// What Claude Code sends for its `WebSearch`, streamed or not.
pub(crate) fn sub_request(stream: bool) -> Value {
    json!({
        "model": "alias", "max_tokens": 1000, "stream": stream,
        "system": "You search.",
        "messages": [{"role": "user", "content": "Perform a web search for the query: rust 2027"}],
        "tools": [{"type": "web_search_20250305", "name": "web_search", "max_uses": 8}],
        "tool_choice": {"type": "tool", "name": "web_search"},
    })
}

/// A request to a provider of this protocol that does not search by itself.
pub(crate) fn try_ask(
    body: &Value,
    target: Protocol,
    searches: bool,
) -> Result<Crossed, Unsayable> {
    let quirks = Quirks {
        web_search: false,
        ..Quirks::book(target)
    };
    let text = body.to_string();
    let asked = Asked {
        protocol: Anthropic,
        body: text.as_bytes(),
        alias: "alias",
        streamed: None,
        list: false,
        id: "0001",
        now: 1_700_000_000,
        reasoning: ReasoningForm::Native,
        searches,
    };
    let target = Target {
        protocol: target,
        model: "model",
        provider: "prov",
        quirks: &quirks,
    };
    cross::request(&asked, &target, &Forgetful)
}

pub(crate) fn ask(body: &Value, target: Protocol) -> Crossed {
    try_ask(body, target, true).expect("it can be said")
}

pub(crate) fn parsed(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("a body is JSON")
}

/// What a model says in one round: thoughts, words, and calls with their arguments.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) thought: &'static str,
    pub(crate) text: &'static str,
    pub(crate) calls: Vec<(&'static str, &'static str, Value)>,
    /// Whether the answer was cut at the most tokens allowed.
    pub(crate) is_cut: bool,
}

impl Said {
    pub(crate) fn text(text: &'static str) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    pub(crate) fn search(id: &'static str, query: &'static str) -> Self {
        Self::default().call(id, "web_search", json!({ "query": query }))
    }

    pub(crate) fn call(mut self, id: &'static str, name: &'static str, input: Value) -> Self {
        self.calls.push((id, name, input));
        self
    }

    /// As a stream of a provider of this protocol; each round costs ten tokens and one.
    pub(crate) fn wire(&self, protocol: Protocol) -> String {
        match protocol {
            OpenAi => self.chat(),
            Gemini => self.gemini(),
            Anthropic => self.anthropic(),
            OpenAiResponses => panic!("no answers of Responses here"),
        }
    }

    fn chat(&self) -> String {
        let chunk = |delta: Value, reason: Value| {
            json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "model",
                "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})
        };
        let mut chunks = vec![chunk(json!({"role": "assistant"}), Value::Null)];
        for (key, said) in [("reasoning_content", self.thought), ("content", self.text)] {
            if !said.is_empty() {
                chunks.push(chunk(json!({ key: said }), Value::Null));
            }
        }
        for (index, (id, name, input)) in self.calls.iter().enumerate() {
            let text = input.to_string();
            let (start, rest) = text.split_at(text.len() / 2);
            let call = json!({"index": index, "id": id, "type": "function",
                "function": {"name": name, "arguments": start}});
            chunks.push(chunk(json!({"tool_calls": [call]}), Value::Null));
            let more = json!({"index": index, "function": {"arguments": rest}});
            chunks.push(chunk(json!({"tool_calls": [more]}), Value::Null));
        }
        let reason = if self.is_cut {
            "length"
        } else if self.calls.is_empty() {
            "stop"
        } else {
            "tool_calls"
        };
        chunks.push(chunk(json!({}), reason.into()));
        let usage = json!({"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11});
        chunks.push(
            json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "model",
            "choices": [], "usage": usage}),
        );
        let mut wire = String::new();
        for chunk in chunks {
            write!(wire, "data: {chunk}\n\n").expect("a string takes all");
        }
        wire + "data: [DONE]\n\n"
    }

    fn gemini(&self) -> String {
        let mut parts = Vec::new();
        if !self.thought.is_empty() {
            parts.push(json!({"text": self.thought, "thought": true}));
        }
        if !self.text.is_empty() {
            parts.push(json!({"text": self.text}));
        }
        for (index, (_, name, input)) in self.calls.iter().enumerate() {
            let mut part = json!({"functionCall": {"name": name, "args": input}});
            if index == 0 {
                part["thoughtSignature"] = "c2ln".into();
            }
            parts.push(part);
        }
        let answer = json!({
            "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}],
            "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 1, "totalTokenCount": 11},
            "modelVersion": "model", "responseId": "r",
        });
        format!("data: {answer}\n\n")
    }

    fn anthropic(&self) -> String {
        let usage = json!({"input_tokens": 10, "output_tokens": 1});
        let message = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "model", "content": [],
            "stop_reason": null, "stop_sequence": null, "usage": usage});
        let mut events = vec![json!({"type": "message_start", "message": message})];
        let mut index = 0;
        let mut block = |start: Value, deltas: Vec<Value>| {
            events.push(
                json!({"type": "content_block_start", "index": index, "content_block": start}),
            );
            for delta in deltas {
                events.push(json!({"type": "content_block_delta", "index": index, "delta": delta}));
            }
            events.push(json!({"type": "content_block_stop", "index": index}));
            index += 1;
        };
        if !self.thought.is_empty() {
            let said = json!({"type": "thinking_delta", "thinking": self.thought});
            let signed = json!({"type": "signature_delta", "signature": "c2ln"});
            let start = json!({"type": "thinking", "thinking": "", "signature": ""});
            block(start, vec![said, signed]);
        }
        if !self.text.is_empty() {
            let said = json!({"type": "text_delta", "text": self.text});
            block(json!({"type": "text", "text": ""}), vec![said]);
        }
        for (id, name, input) in &self.calls {
            let start = json!({"type": "tool_use", "id": id, "name": name, "input": {}});
            let said = json!({"type": "input_json_delta", "partial_json": input.to_string()});
            block(start, vec![said]);
        }
        let reason = if self.calls.is_empty() {
            "end_turn"
        } else {
            "tool_use"
        };
        events.push(
            json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null},
            "usage": {"output_tokens": 1}}),
        );
        events.push(json!({"type": "message_stop"}));
        let mut wire = String::new();
        for event in events {
            let name = event["type"].as_str().unwrap_or_default();
            write!(wire, "event: {name}\ndata: {event}\n\n").expect("a string takes all");
        }
        wire
    }
}

/// One page for each search, named after its query.
pub(crate) fn pages(wanted: &Wanted) -> Searched {
    Searched::Pages(vec![Page {
        url: format!("https://example.com/{}", wanted.query.replace(' ', "-")),
        title: format!("About {}", wanted.query),
        text: format!("All there is to know of {}.", wanted.query),
        age: Some("2027-01-02".to_owned()),
    }])
}

/// What came of an answer in several rounds.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What the client got.
    pub(crate) told: String,
    /// What the provider was asked in the rounds behind the first.
    pub(crate) asked: Vec<Value>,
    /// What was searched for.
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) end: CrossEnd,
}

impl Outcome {
    /// The content of the message that the client has at the end.
    pub(crate) fn blocks(&self) -> Vec<Value> {
        let data = self
            .told
            .lines()
            .filter_map(|line| line.strip_prefix("data: "));
        let mut blocks: Vec<Value> = Vec::new();
        for event in data.map(|data| parsed(data.as_bytes())) {
            match event["type"].as_str() {
                Some("content_block_start") => blocks.push(event["content_block"].clone()),
                Some("content_block_delta") => {
                    add(blocks.last_mut().expect("it began"), &event["delta"]);
                }
                Some("content_block_stop") => {
                    let block = blocks.last_mut().expect("it began");
                    let fields = block.as_object_mut().expect("a block is an object");
                    if let Some(Value::String(text)) = fields.shift_remove("partial_json") {
                        fields.insert("input".to_owned(), parsed(text.as_bytes()));
                    }
                }
                _ => {}
            }
        }
        blocks
    }

    /// The last event of this name.
    pub(crate) fn event(&self, name: &str) -> Value {
        let data = self
            .told
            .lines()
            .filter_map(|line| line.strip_prefix("data: "));
        let all = data.map(|data| parsed(data.as_bytes()));
        let found = all.rev().find(|event| event["type"] == name);
        found.expect("the event is there")
    }
}

fn add(block: &mut Value, delta: &Value) {
    for key in ["text", "thinking", "signature", "partial_json"] {
        if let Some(more) = delta.get(key).and_then(Value::as_str) {
            let known = block[key].as_str().unwrap_or_default();
            block[key] = format!("{known}{more}").into();
        }
    }
}

/// Drives an answer through its rounds, byte by byte, and checks what the client gets.
pub(crate) fn driven(
    crossed: &Crossed,
    target: Protocol,
    rounds: &[Said],
    search: impl Fn(&Wanted) -> Searched,
) -> Outcome {
    let outcome = drive(crossed.way_back.stream(), target, rounds, search);
    assert_eq!(
        check("anthropic", outcome.told.as_bytes()),
        Ok(Ended::Whole)
    );
    outcome
}

/// Drives an answer through its rounds.
pub(crate) fn drive(
    mut stream: CrossStream,
    target: Protocol,
    rounds: &[Said],
    search: impl Fn(&Wanted) -> Searched,
) -> Outcome {
    let mut out = Vec::new();
    let (mut asked, mut wanted) = (Vec::new(), Vec::new());
    for (index, said) in rounds.iter().enumerate() {
        for byte in said.wire(target).bytes() {
            let pushed = stream.push(Bytes::copy_from_slice(&[byte]), &mut out);
            pushed.expect("no event is too large");
        }
        stream.end_of_stream(&mut out);
        let Some(wants) = stream.wants() else {
            assert_eq!(index + 1, rounds.len(), "a round too many");
            break;
        };
        let found = wants.iter().map(&search).collect();
        wanted.extend_from_slice(wants);
        let next = stream.found(found, &Forgetful, &mut out);
        asked.extend(next.expect("it can be said").map(|body| parsed(&body)));
    }
    let end = stream.finish(&mut out);
    Outcome {
        told: String::from_utf8(out.concat()).expect("events are text"),
        asked,
        wanted,
        end,
    }
}

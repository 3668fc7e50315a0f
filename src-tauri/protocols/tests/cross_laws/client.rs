//! Clients that put together what they got, as the SDKs do.

use keyway_protocols::Protocol;
use serde_json::Value;

/// What a client understood.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Heard {
    pub(crate) thought: String,
    pub(crate) text: String,
    pub(crate) calls: Vec<Call>,
    pub(crate) stop: String,
    pub(crate) input: u64,
    pub(crate) output: u64,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The arguments, as far as they are JSON.
    pub(crate) arguments: Value,
}

/// What a client understands of a stream.
pub(crate) fn heard(protocol: Protocol, stream: &[u8]) -> Heard {
    let text = std::str::from_utf8(stream).expect("streams are text");
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    let events: Vec<Value> = data
        .filter_map(|data| serde_json::from_str(data).ok())
        .collect();
    match protocol {
        Protocol::Anthropic => anthropic(&events),
        Protocol::OpenAi => chat(&events),
        Protocol::OpenAiResponses => {
            let last = events.last().expect("an end");
            read(protocol, &last["response"])
        }
        Protocol::Gemini => gemini(&events),
    }
}

/// What a client understands of a whole answer.
pub(crate) fn read(protocol: Protocol, body: &Value) -> Heard {
    match protocol {
        Protocol::Anthropic => anthropic_body(body),
        Protocol::OpenAi => chat_body(body),
        Protocol::OpenAiResponses => responses_body(body),
        Protocol::Gemini => gemini(std::slice::from_ref(body)),
    }
}

fn parsed(arguments: &str) -> Value {
    serde_json::from_str(arguments).unwrap_or_else(|_| arguments.into())
}

fn str_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn count_of(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn list_of(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn anthropic(events: &[Value]) -> Heard {
    let mut heard = Heard::default();
    let mut arguments = Vec::new();
    for event in events {
        let usage = if event["type"] == "message_start" {
            &event["message"]["usage"]
        } else {
            &event["usage"]
        };
        heard.input = usage["input_tokens"]
            .as_u64()
            .filter(|count| *count > 0)
            .unwrap_or(heard.input);
        heard.output = usage["output_tokens"]
            .as_u64()
            .filter(|count| *count > 0)
            .unwrap_or(heard.output);
        heard.text.push_str(str_of(&event["delta"]["text"]));
        heard.thought.push_str(str_of(&event["delta"]["thinking"]));
        if event["content_block"]["type"] == "tool_use" {
            heard.calls.push(call(&event["content_block"]));
            arguments.push(String::new());
        }
        if let (Some(more), Some(last)) = (
            event["delta"]["partial_json"].as_str(),
            arguments.last_mut(),
        ) {
            last.push_str(more);
        }
        if let Some(stop) = event["delta"]["stop_reason"].as_str() {
            stop.clone_into(&mut heard.stop);
        }
    }
    for (call, arguments) in heard.calls.iter_mut().zip(arguments) {
        call.arguments = parsed(if arguments.is_empty() {
            "{}"
        } else {
            &arguments
        });
    }
    heard
}

fn call(block: &Value) -> Call {
    Call {
        id: str_of(&block["id"]).to_owned(),
        name: str_of(&block["name"]).to_owned(),
        arguments: Value::Null,
    }
}

fn anthropic_body(body: &Value) -> Heard {
    let blocks = || list_of(&body["content"]);
    Heard {
        thought: blocks().map(|block| str_of(&block["thinking"])).collect(),
        text: blocks().map(|block| str_of(&block["text"])).collect(),
        calls: blocks()
            .filter(|block| block["type"] == "tool_use")
            .map(|block| Call {
                arguments: block["input"].clone(),
                ..call(block)
            })
            .collect(),
        stop: str_of(&body["stop_reason"]).to_owned(),
        input: count_of(&body["usage"]["input_tokens"]),
        output: count_of(&body["usage"]["output_tokens"]),
    }
}

fn chat(events: &[Value]) -> Heard {
    let mut heard = Heard::default();
    let mut arguments: Vec<String> = Vec::new();
    for event in events {
        heard.input = event["usage"]["prompt_tokens"]
            .as_u64()
            .unwrap_or(heard.input);
        heard.output = event["usage"]["completion_tokens"]
            .as_u64()
            .unwrap_or(heard.output);
        let choice = &event["choices"][0];
        heard.text.push_str(str_of(&choice["delta"]["content"]));
        heard
            .thought
            .push_str(str_of(&choice["delta"]["reasoning_content"]));
        for fragment in list_of(&choice["delta"]["tool_calls"]) {
            if fragment["id"].is_string() {
                heard.calls.push(Call {
                    id: str_of(&fragment["id"]).to_owned(),
                    name: str_of(&fragment["function"]["name"]).to_owned(),
                    arguments: Value::Null,
                });
                arguments.push(String::new());
            }
            let at = count_of(&fragment["index"]);
            arguments[usize::try_from(at).unwrap_or_default()]
                .push_str(str_of(&fragment["function"]["arguments"]));
        }
        if let Some(stop) = choice["finish_reason"].as_str() {
            stop.clone_into(&mut heard.stop);
        }
    }
    for (call, arguments) in heard.calls.iter_mut().zip(arguments) {
        call.arguments = parsed(&arguments);
    }
    heard
}

fn chat_body(body: &Value) -> Heard {
    let choice = &body["choices"][0];
    let message = &choice["message"];
    Heard {
        thought: str_of(&message["reasoning_content"]).to_owned(),
        text: str_of(&message["content"]).to_owned(),
        calls: list_of(&message["tool_calls"])
            .map(|call| Call {
                id: str_of(&call["id"]).to_owned(),
                name: str_of(&call["function"]["name"]).to_owned(),
                arguments: parsed(str_of(&call["function"]["arguments"])),
            })
            .collect(),
        stop: str_of(&choice["finish_reason"]).to_owned(),
        input: count_of(&body["usage"]["prompt_tokens"]),
        output: count_of(&body["usage"]["completion_tokens"]),
    }
}

fn responses_body(body: &Value) -> Heard {
    let items = || list_of(&body["output"]);
    let texts = |item: &Value, key: &str| -> String {
        list_of(&item[key])
            .map(|part| str_of(&part["text"]))
            .collect()
    };
    Heard {
        thought: items().map(|item| texts(item, "summary")).collect(),
        text: items()
            .filter(|item| item["type"] == "message")
            .map(|item| texts(item, "content"))
            .collect(),
        calls: items()
            .filter(|item| item["type"] == "function_call")
            .map(|item| Call {
                id: str_of(&item["call_id"]).to_owned(),
                name: str_of(&item["name"]).to_owned(),
                arguments: parsed(str_of(&item["arguments"])),
            })
            .collect(),
        stop: str_of(&body["status"]).to_owned(),
        input: count_of(&body["usage"]["input_tokens"]),
        output: count_of(&body["usage"]["output_tokens"]),
    }
}

fn gemini(events: &[Value]) -> Heard {
    let mut heard = Heard::default();
    for event in events {
        let usage = &event["usageMetadata"];
        let count = |key: &str| usage[key].as_u64().unwrap_or(0);
        heard.input = count("promptTokenCount").max(heard.input);
        heard.output =
            (count("candidatesTokenCount") + count("thoughtsTokenCount")).max(heard.output);
        let candidate = &event["candidates"][0];
        for part in list_of(&candidate["content"]["parts"]) {
            let said = if part["thought"] == true {
                &mut heard.thought
            } else {
                &mut heard.text
            };
            said.push_str(str_of(&part["text"]));
            if let Some(function) = part.get("functionCall") {
                heard.calls.push(Call {
                    arguments: function["args"].clone(),
                    ..call(function)
                });
            }
        }
        if let Some(stop) = candidate["finishReason"].as_str() {
            stop.clone_into(&mut heard.stop);
        }
    }
    heard
}

//! `OpenAI` Chat Completions.

use serde_json::{Value, json};

use super::{
    asked::{Asked, Missing, Tool, ToolInput, Turn, all_text},
    reply::{Answer, Call, Finish},
    sse, text,
};

pub(super) fn read(body: &Value) -> Result<Asked, Missing> {
    let messages = body["messages"].as_array().ok_or(Missing("messages"))?;
    let limit = [&body["max_completion_tokens"], &body["max_tokens"]];
    Ok(Asked {
        turns: messages.iter().filter_map(turn).collect(),
        tools: body["tools"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(tool)
            .collect(),
        streamed: body["stream"] == true,
        max_output: limit.into_iter().find_map(Value::as_u64),
        schema: schema(&body["response_format"]),
        input_tokens: ["messages", "tools"]
            .iter()
            .map(|name| text::tokens_in(&body[name]))
            .sum(),
        ..Asked::default()
    })
}

fn turn(message: &Value) -> Option<Turn> {
    let content = &message["content"];
    match message["role"].as_str()? {
        "tool" | "function" => Some(Turn::result(all_text(content))),
        "user" => Some(match content.as_array() {
            Some(parts) => {
                let texts = parts.iter().filter_map(|part| part["text"].as_str());
                Turn {
                    texts: texts.map(str::to_owned).collect(),
                    ..Turn::default()
                }
            }
            None => Turn::text(content.as_str().unwrap_or_default()),
        }),
        _ => None,
    }
}

fn tool(tool: &Value) -> Option<Tool> {
    match tool["type"].as_str()? {
        "function" => tool["function"]["name"].as_str().map(Tool::function),
        "custom" => tool["custom"]["name"].as_str().map(|name| Tool {
            input: ToolInput::Text,
            ..Tool::function(name)
        }),
        _ => None,
    }
}

fn schema(format: &Value) -> Option<Value> {
    match format["type"].as_str()? {
        "json_schema" => Some(format["json_schema"]["schema"].clone()),
        "json_object" => Some(json!({"properties": {"answer": {"type": "string"}}})),
        _ => None,
    }
}

pub(super) fn whole(answer: &Answer) -> Value {
    let mut message =
        json!({"role": "assistant", "content": answer.text, "refusal": null, "annotations": []});
    if let Some(thinking) = &answer.thinking {
        message["reasoning_content"] = Value::from(thinking.as_str());
    }
    if !answer.calls.is_empty() {
        message["tool_calls"] = answer
            .calls
            .iter()
            .map(|call| tool_call(call, &call.input))
            .collect();
    }
    json!({
        "id": format!("chatcmpl-{}", answer.id),
        "object": "chat.completion",
        "created": answer.created,
        "model": answer.model,
        "choices": [{
            "index": 0,
            "message": message,
            "logprobs": null,
            "finish_reason": finish_reason(answer),
        }],
        "usage": usage(answer),
        "service_tier": "default",
        "system_fingerprint": null,
    })
}

pub(super) fn events(answer: &Answer, body: &Value) -> Vec<String> {
    let with_usage = body["stream_options"]["include_usage"] == true;
    let mut chunks: Vec<Value> = Vec::new();
    let mut add = |choices: Value, usage: Option<Value>| {
        let mut chunk = json!({
            "id": format!("chatcmpl-{}", answer.id),
            "object": "chat.completion.chunk",
            "created": answer.created,
            "model": answer.model,
            "service_tier": "default",
            "system_fingerprint": null,
            "choices": choices,
        });
        if with_usage {
            chunk["usage"] = usage.unwrap_or_default();
        }
        chunks.push(chunk);
    };
    for delta in deltas(answer) {
        add(
            json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": null}]),
            None,
        );
    }
    let reason = finish_reason(answer);
    add(
        json!([{"index": 0, "delta": {}, "logprobs": null, "finish_reason": reason}]),
        None,
    );
    if with_usage {
        add(json!([]), Some(usage(answer)));
    }
    let mut events = sse::unnamed(&chunks);
    events.push("data: [DONE]\n\n".to_owned());
    events
}

fn deltas(answer: &Answer) -> Vec<Value> {
    let mut deltas = vec![json!({"role": "assistant", "content": "", "refusal": null})];
    let thoughts = answer
        .thinking
        .as_deref()
        .map(text::pieces)
        .unwrap_or_default();
    deltas.extend(
        thoughts
            .into_iter()
            .map(|piece| json!({"reasoning_content": piece})),
    );
    let said = answer.text.as_deref().map(text::pieces).unwrap_or_default();
    deltas.extend(said.into_iter().map(|piece| json!({"content": piece})));
    for (index, call) in answer.calls.iter().enumerate() {
        let mut first = tool_call(call, "");
        first["index"] = Value::from(index);
        deltas.push(json!({"tool_calls": [first]}));
        for piece in text::pieces(&call.input) {
            let more = match call.tool.input {
                ToolInput::Object => json!({"index": index, "function": {"arguments": piece}}),
                ToolInput::Text => json!({"index": index, "custom": {"input": piece}}),
            };
            deltas.push(json!({"tool_calls": [more]}));
        }
    }
    deltas
}

fn tool_call(call: &Call, input: &str) -> Value {
    let name = &call.tool.name;
    match call.tool.input {
        ToolInput::Object => {
            json!({"id": call.id, "type": "function", "function": {"name": name, "arguments": input}})
        }
        ToolInput::Text => {
            json!({"id": call.id, "type": "custom", "custom": {"name": name, "input": input}})
        }
    }
}

fn usage(answer: &Answer) -> Value {
    json!({
        "prompt_tokens": answer.usage.input,
        "completion_tokens": answer.usage.output,
        "total_tokens": answer.usage.input + answer.usage.output,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": answer.usage.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    })
}

fn finish_reason(answer: &Answer) -> &'static str {
    match answer.finish {
        Finish::Ended => "stop",
        Finish::Called => "tool_calls",
        Finish::TooLong => "length",
    }
}

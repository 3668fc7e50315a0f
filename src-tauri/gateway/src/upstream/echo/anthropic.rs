//! Anthropic Messages.

use serde_json::{Value, json};

use super::{
    asked::{Asked, Missing, Tool, Turn, all_text},
    reply::{Answer, Call, Finish, SIGNATURE},
    sse, text,
};

/// Tools that the vendor itself runs: a call of one could not be answered by the client.
const SERVER_TOOLS: [&str; 6] = [
    "web_search",
    "web_fetch",
    "code_execution",
    "tool_search",
    "mcp_toolset",
    "advisor",
];

pub(super) fn read(body: &Value) -> Result<Asked, Missing> {
    let messages = body["messages"].as_array().ok_or(Missing("messages"))?;
    let format = [
        &body["output_config"]["format"]["schema"],
        &body["output_format"]["schema"],
    ];
    Ok(Asked {
        turns: messages
            .iter()
            .filter(|message| message["role"] == "user")
            .map(turn)
            .collect(),
        tools: body["tools"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(tool)
            .collect(),
        streamed: body["stream"] == true,
        max_output: body["max_tokens"].as_u64(),
        schema: format
            .into_iter()
            .find(|schema| schema.is_object())
            .cloned(),
        input_tokens: ["system", "messages", "tools"]
            .iter()
            .map(|name| text::tokens_in(&body[name]))
            .sum(),
        ..Asked::default()
    })
}

fn turn(message: &Value) -> Turn {
    if let Some(text) = message["content"].as_str() {
        return Turn::text(text);
    }
    let mut turn = Turn::default();
    for block in message["content"].as_array().into_iter().flatten() {
        match block["type"].as_str().unwrap_or_default() {
            "text" => turn.texts.extend(block["text"].as_str().map(str::to_owned)),
            "tool_result" => turn.results.push(all_text(&block["content"])),
            _ => {}
        }
    }
    turn
}

fn tool(tool: &Value) -> Option<Tool> {
    let kind = tool["type"].as_str().unwrap_or_default();
    let runs_there = SERVER_TOOLS.iter().any(|server| kind.starts_with(server));
    tool["name"]
        .as_str()
        .filter(|_| !runs_there)
        .map(Tool::function)
}

pub(super) fn whole(answer: &Answer) -> Value {
    let mut content = Vec::new();
    if let Some(thinking) = &answer.thinking {
        content.push(json!({"type": "thinking", "thinking": thinking, "signature": SIGNATURE}));
    }
    if let Some(text) = &answer.text {
        content.push(json!({"type": "text", "text": text}));
    }
    for call in &answer.calls {
        content.push(json!({"type": "tool_use", "id": call.id, "name": call.tool.name, "input": call.value()}));
    }
    message(
        answer,
        &content,
        Some(stop_reason(answer)),
        answer.usage.output,
    )
}

pub(super) fn events(answer: &Answer) -> Vec<String> {
    let start = message(answer, &[], None, 1);
    let mut events = vec![json!({"type": "message_start", "message": start})];
    let mut index = 0;
    let mut block = |start: Value, deltas: Vec<Value>| {
        events.push(json!({"type": "content_block_start", "index": index, "content_block": start}));
        if index == 0 {
            events.push(json!({"type": "ping"}));
        }
        let delta =
            |delta: Value| json!({"type": "content_block_delta", "index": index, "delta": delta});
        events.extend(deltas.into_iter().map(delta));
        events.push(json!({"type": "content_block_stop", "index": index}));
        index += 1;
    };
    if let Some(thinking) = &answer.thinking {
        let pieces = text::pieces(thinking).into_iter();
        let mut deltas: Vec<Value> = pieces
            .map(|piece| json!({"type": "thinking_delta", "thinking": piece}))
            .collect();
        deltas.push(json!({"type": "signature_delta", "signature": SIGNATURE}));
        block(
            json!({"type": "thinking", "thinking": "", "signature": ""}),
            deltas,
        );
    }
    if let Some(text) = &answer.text {
        let pieces = text::pieces(text).into_iter();
        let deltas = pieces
            .map(|piece| json!({"type": "text_delta", "text": piece}))
            .collect();
        block(json!({"type": "text", "text": ""}), deltas);
    }
    for Call { id, tool, input } in &answer.calls {
        let pieces = std::iter::once("").chain(text::pieces(input));
        let deltas = pieces
            .map(|piece| json!({"type": "input_json_delta", "partial_json": piece}))
            .collect();
        block(
            json!({"type": "tool_use", "id": id, "name": tool.name, "input": {}}),
            deltas,
        );
    }
    let delta = json!({"stop_reason": stop_reason(answer), "stop_sequence": null});
    let usage = usage(answer, answer.usage.output);
    events.push(json!({"type": "message_delta", "delta": delta, "usage": usage}));
    events.push(json!({"type": "message_stop"}));
    events.iter().map(sse::named).collect()
}

fn message(answer: &Answer, content: &[Value], stop_reason: Option<&str>, output: u64) -> Value {
    json!({
        "id": format!("msg_{}", answer.id),
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": null,
        "usage": usage(answer, output),
    })
}

fn usage(answer: &Answer, output: u64) -> Value {
    json!({
        "input_tokens": answer.usage.input,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": output,
        "output_tokens_details": {"thinking_tokens": answer.usage.reasoning.min(output)},
    })
}

fn stop_reason(answer: &Answer) -> &'static str {
    match answer.finish {
        Finish::Ended => "end_turn",
        Finish::Called => "tool_use",
        Finish::TooLong => "max_tokens",
    }
}

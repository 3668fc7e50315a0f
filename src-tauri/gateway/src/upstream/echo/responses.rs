//! `OpenAI` Responses.

use serde_json::{Map, Value, json};

use super::{
    asked::{Asked, Missing, Tool, ToolInput, Turn, all_text},
    reply::{Answer, Call, Finish, SIGNATURE},
    sse, text,
};

/// Fields of a request that its response repeats, and what they are when the request leaves them out.
fn repeated(body: &Value) -> Map<String, Value> {
    let defaults = json!({
        "background": false,
        "instructions": null,
        "max_output_tokens": null,
        "max_tool_calls": null,
        "metadata": {},
        "parallel_tool_calls": true,
        "previous_response_id": null,
        "prompt_cache_key": null,
        "reasoning": {"effort": null, "summary": null},
        "safety_identifier": null,
        "service_tier": "default",
        "store": true,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_logprobs": 0,
        "top_p": 1.0,
        "truncation": "disabled",
        "user": null,
    });
    let Value::Object(mut fields) = defaults else {
        return Map::new();
    };
    for (name, field) in &mut fields {
        if let Some(asked) = body.get(name).filter(|asked| !asked.is_null()) {
            field.clone_from(asked);
        }
    }
    fields
}

pub(super) fn read(body: &Value) -> Result<Asked, Missing> {
    let input = body
        .get("input")
        .filter(|input| !input.is_null())
        .ok_or(Missing("input"))?;
    let items = input.as_array().map(Vec::as_slice).unwrap_or_default();
    let turns = match input.as_str() {
        Some(text) => vec![Turn::text(text)],
        None => items.iter().filter_map(turn).collect(),
    };
    let further = items
        .iter()
        .filter(|item| item["type"] == "additional_tools")
        .map(|item| &item["tools"]);
    let lists = std::iter::once(&body["tools"])
        .chain(further)
        .filter_map(Value::as_array);
    Ok(Asked {
        turns,
        tools: lists.flatten().flat_map(|tool| tools(tool, None)).collect(),
        streamed: body["stream"] == true,
        max_output: body["max_output_tokens"].as_u64(),
        schema: schema(&body["text"]["format"]),
        input_tokens: ["instructions", "input", "tools"]
            .iter()
            .map(|name| text::tokens_in(&body[name]))
            .sum(),
        ..Asked::default()
    })
}

fn turn(item: &Value) -> Option<Turn> {
    match item["type"].as_str().unwrap_or("message") {
        "message" if item["role"] == "user" => Some(match item["content"].as_array() {
            Some(parts) => {
                let texts = parts.iter().filter_map(|part| part["text"].as_str());
                Turn {
                    texts: texts.map(str::to_owned).collect(),
                    ..Turn::default()
                }
            }
            None => Turn::text(item["content"].as_str().unwrap_or_default()),
        }),
        "function_call_output" | "custom_tool_call_output" => {
            Some(Turn::result(all_text(&item["output"])))
        }
        _ => None,
    }
}

fn tools(tool: &Value, namespace: Option<&str>) -> Vec<Tool> {
    let name = tool["name"].as_str().unwrap_or_default();
    let namespace_of = || namespace.map(str::to_owned);
    match tool["type"].as_str().unwrap_or_default() {
        "function" => vec![Tool {
            namespace: namespace_of(),
            ..Tool::function(name)
        }],
        "custom" => {
            vec![Tool {
                namespace: namespace_of(),
                input: ToolInput::Text,
                ..Tool::function(name)
            }]
        }
        "namespace" if namespace.is_none() => {
            let inner = tool["tools"].as_array().into_iter().flatten();
            inner.flat_map(|tool| tools(tool, Some(name))).collect()
        }
        _ => Vec::new(),
    }
}

fn schema(format: &Value) -> Option<Value> {
    match format["type"].as_str()? {
        "json_schema" => Some(format["schema"].clone()),
        "json_object" => Some(json!({"properties": {"answer": {"type": "string"}}})),
        _ => None,
    }
}

pub(super) fn whole(answer: &Answer, body: &Value) -> Value {
    let output: Vec<Value> = parts(answer, body).iter().map(Part::done).collect();
    response(answer, body, final_status(answer), &output)
}

pub(super) fn events(answer: &Answer, body: &Value) -> Vec<String> {
    let parts = parts(answer, body);
    let begun = response(answer, body, "in_progress", &[]);
    let mut events = vec![
        json!({"type": "response.created", "response": begun}),
        json!({"type": "response.in_progress", "response": begun}),
    ];
    for (index, part) in parts.iter().enumerate() {
        events.push(json!({"type": "response.output_item.added", "output_index": index, "item": part.begun()}));
        for mut event in part.events() {
            event["item_id"] = part.id().into();
            event["output_index"] = index.into();
            events.push(event);
        }
        events.push(json!({"type": "response.output_item.done", "output_index": index, "item": part.done()}));
    }
    let status = final_status(answer);
    let output: Vec<Value> = parts.iter().map(Part::done).collect();
    let kind = format!("response.{status}");
    events.push(json!({"type": kind, "response": response(answer, body, status, &output)}));
    for (number, event) in events.iter_mut().enumerate() {
        event["sequence_number"] = number.into();
    }
    events.iter().map(sse::named).collect()
}

/// One item of the output.
enum Part<'a> {
    Reasoning {
        id: String,
        thought: &'a str,
        sealed: bool,
    },
    Message {
        id: String,
        said: &'a str,
    },
    Call {
        id: String,
        call: &'a Call,
    },
}

fn parts<'a>(answer: &'a Answer, body: &Value) -> Vec<Part<'a>> {
    let included = body["include"].as_array().into_iter().flatten();
    let sealed = included
        .into_iter()
        .any(|name| name == "reasoning.encrypted_content");
    let mut parts = Vec::new();
    if let Some(thought) = &answer.thinking {
        parts.push(Part::Reasoning {
            id: format!("rs_{}", answer.id),
            thought,
            sealed,
        });
    }
    if let Some(said) = &answer.text {
        parts.push(Part::Message {
            id: format!("msg_{}", answer.id),
            said,
        });
    }
    for (index, call) in answer.calls.iter().enumerate() {
        let prefix = match call.tool.input {
            ToolInput::Object => "fc",
            ToolInput::Text => "ctc",
        };
        parts.push(Part::Call {
            id: format!("{prefix}_{}{index:02}", answer.id),
            call,
        });
    }
    parts
}

impl Part<'_> {
    fn id(&self) -> &str {
        match self {
            Self::Reasoning { id, .. } | Self::Message { id, .. } | Self::Call { id, .. } => id,
        }
    }

    fn begun(&self) -> Value {
        match self {
            Self::Reasoning { id, .. } => json!({"type": "reasoning", "id": id, "summary": []}),
            Self::Message { id, .. } => {
                json!({"type": "message", "id": id, "status": "in_progress", "role": "assistant", "content": []})
            }
            Self::Call { id, call } => call_item(id, call, "", "in_progress"),
        }
    }

    fn done(&self) -> Value {
        match self {
            Self::Reasoning {
                id,
                thought,
                sealed,
            } => {
                let mut item =
                    json!({"type": "reasoning", "id": id, "summary": [summary(thought)]});
                if *sealed {
                    item["encrypted_content"] = SIGNATURE.into();
                }
                item
            }
            Self::Message { id, said } => json!({
                "type": "message",
                "id": id,
                "status": "completed",
                "role": "assistant",
                "content": [output_text(said)],
            }),
            Self::Call { id, call } => call_item(id, call, &call.input, "completed"),
        }
    }

    /// What comes between the item's beginning and its end.
    fn events(&self) -> Vec<Value> {
        match self {
            Self::Reasoning { thought, .. } => reasoning_events(thought),
            Self::Message { said, .. } => message_events(said),
            Self::Call { call, .. } => call_events(call),
        }
    }
}

fn reasoning_events(thought: &str) -> Vec<Value> {
    let event = |kind: &str, name: &str, field: Value| json!({"type": format!("response.reasoning_summary_{kind}"), "summary_index": 0, name: field});
    let mut events = vec![event("part.added", "part", summary(""))];
    events.extend(
        text::pieces(thought)
            .into_iter()
            .map(|piece| event("text.delta", "delta", piece.into())),
    );
    events.push(event("text.done", "text", thought.into()));
    events.push(event("part.done", "part", summary(thought)));
    events
}

fn message_events(said: &str) -> Vec<Value> {
    let event = |kind: &str, name: &str, field: Value| json!({"type": format!("response.{kind}"), "content_index": 0, name: field});
    let text_event = |kind: &str, name: &str, text: &str| {
        let mut event = event(kind, name, text.into());
        event["logprobs"] = json!([]);
        event
    };
    let mut events = vec![event("content_part.added", "part", output_text(""))];
    events.extend(
        text::pieces(said)
            .into_iter()
            .map(|piece| text_event("output_text.delta", "delta", piece)),
    );
    events.push(text_event("output_text.done", "text", said));
    events.push(event("content_part.done", "part", output_text(said)));
    events
}

fn call_events(call: &Call) -> Vec<Value> {
    let (kind, field) = match call.tool.input {
        ToolInput::Object => ("response.function_call_arguments", "arguments"),
        ToolInput::Text => ("response.custom_tool_call_input", "input"),
    };
    let pieces = text::pieces(&call.input).into_iter();
    let mut events: Vec<Value> = pieces
        .map(|piece| json!({"type": format!("{kind}.delta"), "delta": piece}))
        .collect();
    events.push(json!({"type": format!("{kind}.done"), field: call.input}));
    events
}

fn call_item(id: &str, call: &Call, input: &str, status: &str) -> Value {
    let (kind, field) = match call.tool.input {
        ToolInput::Object => ("function_call", "arguments"),
        ToolInput::Text => ("custom_tool_call", "input"),
    };
    let mut item = json!({
        "type": kind,
        "id": id,
        "status": status,
        "call_id": call.id,
        "name": call.tool.name,
        field: input,
    });
    if let Some(namespace) = &call.tool.namespace {
        item["namespace"] = namespace.as_str().into();
    }
    item
}

fn summary(text: &str) -> Value {
    json!({"type": "summary_text", "text": text})
}

fn output_text(text: &str) -> Value {
    json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
}

fn response(answer: &Answer, body: &Value, status: &str, output: &[Value]) -> Value {
    let ended = status != "in_progress";
    let incomplete = if status == "incomplete" {
        json!({"reason": "max_output_tokens"})
    } else {
        Value::Null
    };
    let mut response = json!({
        "id": format!("resp_{}", answer.id),
        "object": "response",
        "created_at": answer.created,
        "status": status,
        "error": null,
        "incomplete_details": incomplete,
        "model": answer.model,
        "output": output,
        "usage": if ended { usage(answer) } else { Value::Null },
    });
    if let Value::Object(fields) = &mut response {
        fields.extend(repeated(body));
    }
    response
}

fn usage(answer: &Answer) -> Value {
    json!({
        "input_tokens": answer.usage.input,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": answer.usage.output,
        "output_tokens_details": {"reasoning_tokens": answer.usage.reasoning},
        "total_tokens": answer.usage.input + answer.usage.output,
    })
}

fn final_status(answer: &Answer) -> &'static str {
    match answer.finish {
        Finish::Ended | Finish::Called => "completed",
        Finish::TooLong => "incomplete",
    }
}

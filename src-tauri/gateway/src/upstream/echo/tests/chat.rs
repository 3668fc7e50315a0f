use keyway_protocols::{Protocol, usage::Usage};
use serde_json::{Value, json};

use super::{Form, Seen, ask, check, frames, play, texts};

pub(super) fn body(prompt: &str) -> Value {
    let tool =
        |name: &str| json!({"type": "function", "function": {"name": name, "parameters": {}}});
    json!({
        "model": "m",
        "stream_options": {"include_usage": true},
        "tools": [tool("f"), tool("g"), {"type": "custom", "custom": {"name": "patch"}}],
        "messages": [{"role": "system", "content": "be kind"}, {"role": "user", "content": prompt}]
    })
}

fn from_whole(completion: &Value) -> Seen {
    assert_eq!(completion["object"], "chat.completion");
    assert!(texts(&completion["id"]).starts_with("chatcmpl-"));
    assert_eq!(
        (&completion["model"], &completion["created"]),
        (&json!("echo-1"), &json!(1_790_000_000))
    );
    let choice = &completion["choices"][0];
    let message = &choice["message"];
    assert_eq!(message["role"], "assistant");
    let calls = message["tool_calls"]
        .as_array()
        .into_iter()
        .flatten()
        .map(call)
        .collect();
    Seen {
        thinking: message["reasoning_content"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        text: message["content"].as_str().unwrap_or_default().to_owned(),
        calls,
        finish: texts(&choice["finish_reason"]).to_owned(),
        usage: Usage::read(Protocol::OpenAi, &completion["usage"]),
    }
}

fn call(call: &Value) -> (String, Value) {
    assert!(texts(&call["id"]).starts_with("call_"));
    if call["type"] == "custom" {
        return (
            texts(&call["custom"]["name"]).to_owned(),
            call["custom"]["input"].clone(),
        );
    }
    assert_eq!(call["type"], "function");
    let arguments = serde_json::from_str(texts(&call["function"]["arguments"])).unwrap();
    (texts(&call["function"]["name"]).to_owned(), arguments)
}

fn chunks(stream: &str) -> Vec<Value> {
    let mut frames = frames(stream);
    assert_eq!(frames.pop().unwrap(), (None, "[DONE]".to_owned()));
    let chunks = frames.into_iter().map(|(name, data)| {
        assert_eq!(name, None);
        serde_json::from_str(&data).unwrap()
    });
    chunks.collect()
}

fn from_stream(stream: &str) -> Seen {
    let mut chunks = chunks(stream);
    let last = chunks.pop().unwrap();
    assert_eq!(last["choices"], json!([]), "usage comes alone");
    let ids: Vec<&Value> = chunks.iter().map(|chunk| &chunk["id"]).collect();
    assert!(ids.iter().all(|id| **id == last["id"]));
    assert!(
        chunks
            .iter()
            .all(|chunk| chunk["object"] == "chat.completion.chunk" && chunk["usage"].is_null())
    );

    let finish = chunks.pop().unwrap();
    assert_eq!(finish["choices"][0]["delta"], json!({}));
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    let mut message =
        json!({"role": "assistant", "content": "", "reasoning_content": "", "tool_calls": []});
    for chunk in &chunks {
        assert_eq!(chunk["choices"][0]["finish_reason"], Value::Null);
        add(&mut message, &chunk["choices"][0]["delta"]);
    }
    from_whole(&json!({
        "object": "chat.completion",
        "id": last["id"],
        "model": last["model"],
        "created": last["created"],
        "choices": [{"message": message, "finish_reason": finish["choices"][0]["finish_reason"]}],
        "usage": last["usage"],
    }))
}

fn add(message: &mut Value, delta: &Value) {
    for name in ["content", "reasoning_content"] {
        if let Some(more) = delta[name].as_str() {
            message[name] = Value::from(texts(&message[name]).to_owned() + more);
        }
    }
    for fragment in delta["tool_calls"].as_array().into_iter().flatten() {
        let calls = message["tool_calls"].as_array_mut().unwrap();
        let index = usize::try_from(fragment["index"].as_u64().unwrap()).unwrap();
        if index == calls.len() {
            calls.push(fragment.clone());
            continue;
        }
        assert_eq!(fragment.get("id"), None, "the id comes once");
        for (kind, field) in [("function", "arguments"), ("custom", "input")] {
            if let Some(more) = fragment[kind][field].as_str() {
                let begun = texts(&calls[index][kind][field]).to_owned();
                calls[index][kind][field] = Value::from(begun + more);
            }
        }
    }
}

#[test]
fn what_is_asked_for_is_read_back() {
    check(
        Protocol::OpenAi,
        body,
        from_whole,
        from_stream,
        ["stop", "tool_calls"],
    );
}

#[test]
fn usage_is_streamed_only_when_asked_for() {
    let mut body = body("hi");
    body["stream_options"] = Value::Null;
    let chunks = chunks(&play(&ask(Protocol::OpenAi, &body, Form::Events)));
    assert!(chunks.iter().all(|chunk| chunk.get("usage").is_none()));
    assert_eq!(
        chunks.last().unwrap()["choices"][0]["finish_reason"],
        "stop"
    );
}

#[test]
fn a_custom_tool_takes_any_text() {
    let body = body("echo: call patch *** Begin Patch");
    for form in [Form::Whole, Form::Events] {
        let reply = play(&ask(Protocol::OpenAi, &body, form));
        let seen = match form {
            Form::Whole => from_whole(&serde_json::from_str(&reply).unwrap()),
            Form::Events | Form::AsAsked | Form::Array => from_stream(&reply),
        };
        assert_eq!(seen.calls, [("patch".to_owned(), json!("*** Begin Patch"))]);
    }
}

#[test]
fn too_small_a_limit_cuts_the_answer_short_and_says_so() {
    let mut body = body("echo: tokens 500");
    body["max_completion_tokens"] = 5.into();
    let seen = from_stream(&play(&ask(Protocol::OpenAi, &body, Form::Events)));
    assert_eq!((seen.finish.as_str(), seen.text.len()), ("length", 20));
}

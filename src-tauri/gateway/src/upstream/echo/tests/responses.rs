use keyway_protocols::{Protocol, usage::Usage};
use serde_json::{Value, json};

use super::{Form, Seen, ask, check, named_events, play, texts};

pub(super) fn body(prompt: &str) -> Value {
    json!({
        "model": "m",
        "instructions": "be kind",
        "tools": [{"type": "function", "name": "f", "parameters": {}}, {"type": "web_search"}],
        "include": ["reasoning.encrypted_content"],
        "store": false,
        "input": [
            {"type": "additional_tools", "role": "developer", "tools": [{"type": "namespace", "name": "functions",
                "tools": [{"type": "function", "name": "g"}, {"type": "custom", "name": "exec"}]}]},
            {"type": "message", "role": "user", "content": [
                {"type": "input_text", "text": "<environment_context>\n<cwd>/</cwd>\n</environment_context>"}]},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": prompt}]}
        ]
    })
}

fn from_whole(response: &Value) -> Seen {
    assert_eq!(response["object"], "response");
    assert!(texts(&response["id"]).starts_with("resp_"));
    assert_eq!(
        (&response["model"], &response["created_at"]),
        (&json!("echo-1"), &json!(1_790_000_000))
    );
    assert_eq!(
        (&response["instructions"], &response["store"]),
        (&json!("be kind"), &json!(false))
    );
    let usage = &response["usage"];
    assert!(usage["input_tokens_details"]["cached_tokens"].is_u64());
    assert!(usage["output_tokens_details"]["reasoning_tokens"].is_u64());
    assert_eq!(
        usage["total_tokens"].as_u64().unwrap(),
        usage["input_tokens"].as_u64().unwrap() + usage["output_tokens"].as_u64().unwrap()
    );
    let mut seen = Seen {
        finish: texts(&response["status"]).to_owned(),
        usage: Usage::read(Protocol::OpenAiResponses, usage),
        ..Seen::default()
    };
    for item in response["output"].as_array().unwrap() {
        match texts(&item["type"]) {
            "reasoning" => {
                assert!(texts(&item["id"]).starts_with("rs_"));
                assert!(!texts(&item["encrypted_content"]).is_empty());
                seen.thinking.push_str(texts(&item["summary"][0]["text"]));
            }
            "message" => {
                assert_eq!(item["status"], "completed");
                seen.text.push_str(texts(&item["content"][0]["text"]));
            }
            "function_call" => {
                let arguments = serde_json::from_str(texts(&item["arguments"])).unwrap();
                seen.calls
                    .push((texts(&item["name"]).to_owned(), arguments));
            }
            "custom_tool_call" => {
                seen.calls
                    .push((texts(&item["name"]).to_owned(), item["input"].clone()));
            }
            other => panic!("item {other}"),
        }
    }
    seen
}

/// Follows the life of each item; the last event must repeat the items as they were done.
fn from_stream(stream: &str) -> Seen {
    let events = named_events(stream);
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number);
    }
    let mut events = events.into_iter();
    for name in ["response.created", "response.in_progress"] {
        let event = events.next().unwrap();
        assert_eq!(
            (texts(&event["type"]), &event["response"]["status"]),
            (name, &json!("in_progress"))
        );
        assert_eq!(
            (&event["response"]["output"], &event["response"]["usage"]),
            (&json!([]), &Value::Null)
        );
    }
    let mut items = Vec::new();
    let last = loop {
        let event = events.next().unwrap();
        if event["type"] != "response.output_item.added" {
            break event;
        }
        assert_eq!(event["output_index"], items.len());
        items.push(item(&event["item"], items.len(), &mut events));
    };
    assert_eq!(events.next(), None);
    assert_eq!(last["response"]["output"], Value::from(items));
    assert_eq!(
        texts(&last["type"]),
        format!("response.{}", texts(&last["response"]["status"]))
    );
    from_whole(&last["response"])
}

fn item(begun: &Value, index: usize, events: &mut impl Iterator<Item = Value>) -> Value {
    let mut inside = Vec::new();
    let done = loop {
        let event = events.next().unwrap();
        assert_eq!(event["output_index"], index);
        if event["type"] == "response.output_item.done" {
            break event["item"].clone();
        }
        assert_eq!(event["item_id"], begun["id"]);
        inside.push(event);
    };
    assert_eq!((&done["id"], &done["type"]), (&begun["id"], &begun["type"]));
    let deltas: String = inside
        .iter()
        .filter_map(|event| event["delta"].as_str())
        .collect();
    let mut kinds: Vec<&str> = inside.iter().map(|event| texts(&event["type"])).collect();
    kinds.dedup();
    let (ladder, text): (&[&str], &Value) = match texts(&done["type"]) {
        "reasoning" => (
            &[
                "response.reasoning_summary_part.added",
                "response.reasoning_summary_text.delta",
                "response.reasoning_summary_text.done",
                "response.reasoning_summary_part.done",
            ],
            &done["summary"][0]["text"],
        ),
        "message" => (
            &[
                "response.content_part.added",
                "response.output_text.delta",
                "response.output_text.done",
                "response.content_part.done",
            ],
            &done["content"][0]["text"],
        ),
        "function_call" => (
            &[
                "response.function_call_arguments.delta",
                "response.function_call_arguments.done",
            ],
            &done["arguments"],
        ),
        _ => (
            &[
                "response.custom_tool_call_input.delta",
                "response.custom_tool_call_input.done",
            ],
            &done["input"],
        ),
    };
    assert_eq!(kinds, ladder);
    assert_eq!(texts(text), deltas);
    done
}

#[test]
fn what_is_asked_for_is_read_back() {
    check(
        Protocol::OpenAiResponses,
        body,
        from_whole,
        from_stream,
        ["completed", "completed"],
    );
}

#[test]
fn a_tool_of_a_namespace_is_called_by_its_bare_name() {
    for prompt in ["echo: call exec ls -l", "echo: call functions.exec ls -l"] {
        let stream = play(&ask(Protocol::OpenAiResponses, &body(prompt), Form::Events));
        let done = named_events(&stream)
            .into_iter()
            .find(|event| event["type"] == "response.output_item.done")
            .unwrap();
        let item = &done["item"];
        assert_eq!(
            (texts(&item["name"]), texts(&item["namespace"])),
            ("exec", "functions")
        );
        assert!(
            texts(&item["id"]).starts_with("ctc_") && texts(&item["call_id"]).starts_with("call_")
        );
        assert_eq!(
            from_stream(&stream).calls,
            [("exec".to_owned(), json!("ls -l"))]
        );
    }
}

#[test]
fn too_small_a_limit_makes_the_response_incomplete() {
    let mut body = body("echo: tokens 500");
    body["max_output_tokens"] = 16.into();
    let stream = play(&ask(Protocol::OpenAiResponses, &body, Form::Events));
    let seen = from_stream(&stream);
    assert_eq!((seen.finish.as_str(), seen.text.len()), ("incomplete", 64));
    assert!(stream.contains(r#""incomplete_details":{"reason":"max_output_tokens"}"#));
}

#[test]
fn a_plain_string_is_a_prompt() {
    let mut body = body("");
    body["input"] = "just text".into();
    let seen = from_stream(&play(&ask(Protocol::OpenAiResponses, &body, Form::Events)));
    assert_eq!(seen.text, "You said: just text");
}

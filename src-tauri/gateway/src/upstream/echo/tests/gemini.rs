use keyway_protocols::{Protocol, usage::Usage};
use serde_json::{Value, json};

use super::{Form, Seen, ask, check, frames, play, texts};

pub(super) fn body(prompt: &str) -> Value {
    json!({
        "systemInstruction": {"role": "user", "parts": [{"text": "be kind"}]},
        "tools": [{"functionDeclarations": [{"name": "f"}]}, {"function_declarations": {"name": "g"}}],
        "contents": [
            {"role": "user", "parts": [{"text": "<session_context>\nlong\n</session_context>"}, {"text": prompt}]}
        ]
    })
}

fn from_whole(response: &Value) -> Seen {
    from_chunks(std::slice::from_ref(response))
}

fn from_stream(stream: &str) -> Seen {
    let chunks = frames(stream).into_iter().map(|(name, data)| {
        assert_eq!(name, None, "the vendor's client drops events with a name");
        serde_json::from_str(&data).unwrap()
    });
    from_chunks(&chunks.collect::<Vec<Value>>())
}

fn from_chunks(chunks: &[Value]) -> Seen {
    let mut seen = Seen::default();
    for (index, chunk) in chunks.iter().enumerate() {
        assert_eq!(chunk["modelVersion"], "echo-1");
        assert_eq!(chunk["responseId"], chunks[0]["responseId"]);
        assert!(chunk["usageMetadata"]["promptTokenCount"].as_u64() > Some(0));
        let candidate = &chunk["candidates"][0];
        assert_eq!(
            (&candidate["index"], &candidate["content"]["role"]),
            (&json!(0), &json!("model"))
        );
        candidate["content"]["parts"]
            .as_array()
            .unwrap()
            .iter()
            .for_each(|part| add(&mut seen, part));
        let is_last = index + 1 == chunks.len();
        assert_eq!(
            candidate["finishReason"].is_string(),
            is_last,
            "only the last says why it ended"
        );
    }
    let last = chunks.last().unwrap();
    texts(&last["candidates"][0]["finishReason"]).clone_into(&mut seen.finish);
    seen.usage = Usage::read(Protocol::Gemini, &last["usageMetadata"]);
    seen
}

fn add(seen: &mut Seen, part: &Value) {
    if let Some(call) = part.get("functionCall") {
        assert!(texts(&call["id"]).starts_with("call_"));
        assert_eq!(
            part["thoughtSignature"].is_string(),
            seen.calls.is_empty(),
            "the first call is signed"
        );
        seen.calls
            .push((texts(&call["name"]).to_owned(), call["args"].clone()));
    } else if part["thought"] == true {
        seen.thinking.push_str(texts(&part["text"]));
    } else {
        seen.text.push_str(texts(&part["text"]));
    }
}

#[test]
fn what_is_asked_for_is_read_back() {
    check(
        Protocol::Gemini,
        body,
        from_whole,
        from_stream,
        ["STOP", "STOP"],
    );
}

#[test]
fn without_events_the_stream_is_one_array() {
    let body = body("echo: think hm\necho: say some longer text that falls to pieces");
    let reply = ask(Protocol::Gemini, &body, Form::Array);
    assert_eq!(reply.content_type, "application/json");
    assert!(reply.steps.len() > 4);
    let chunks: Vec<Value> = serde_json::from_str(&play(&reply)).unwrap();
    let events = ask(Protocol::Gemini, &body, Form::Events);
    assert_eq!(from_chunks(&chunks), from_stream(&play(&events)));
    assert_eq!(events.content_type, "text/event-stream");
}

#[test]
fn too_small_a_limit_cuts_the_answer_short_and_says_so() {
    let mut body = body("echo: tokens 500");
    body["generationConfig"] = json!({"maxOutputTokens": "3"});
    let seen = from_stream(&play(&ask(Protocol::Gemini, &body, Form::Events)));
    assert_eq!((seen.finish.as_str(), seen.text.len()), ("MAX_TOKENS", 12));
}

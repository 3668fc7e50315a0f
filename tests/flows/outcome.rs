//! What came of a request, in a line: what the client saw, and what the log says.

use keyway_tests::{Protocol, Reply, SseEvent};
use serde_json::Value;

/// What a client of this protocol saw.
pub(crate) fn seen(protocol: Protocol, reply: &Reply) -> String {
    let is_stream = reply
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("text/event-stream"));
    let status = reply.status;
    let what = if is_stream {
        let events = reply.events();
        let last = events.last().map(|event| last_event(protocol, event));
        let last = last.unwrap_or_else(|| "nothing".to_owned());
        format!("{status}, {} events, then {last}", events.len())
    } else if status >= 400 {
        let wait = reply.header("retry-after");
        let wait = wait.map_or(String::new(), |wait| format!(", retry after {wait} s"));
        format!("{status} {}{wait}", failure(protocol, &reply.json()))
    } else {
        format!("{status}")
    };
    match reply.broken {
        Some(_) => format!("{what}, broken off"),
        None => what,
    }
}

/// How an error names itself in this protocol: its type and its code.
pub(crate) fn failure(protocol: Protocol, body: &Value) -> String {
    let (kind, code) = match protocol {
        Protocol::Anthropic => ("/error/type", "/error/details/error_code"),
        Protocol::OpenAi | Protocol::Responses => ("/error/type", "/error/code"),
        Protocol::Gemini => ("/error/status", "/error/details/0/reason"),
    };
    let text = |pointer| body.pointer(pointer).and_then(Value::as_str);
    let kind = text(kind).unwrap_or_else(|| panic!("no error of {protocol}: {body}"));
    match text(code) {
        Some(code) => format!("{kind} {code}"),
        None => kind.to_owned(),
    }
}

/// The message of an error.
pub(crate) fn message(body: &Value) -> &str {
    body["error"]["message"].as_str().unwrap_or_default()
}

fn last_event(protocol: Protocol, event: &SseEvent) -> String {
    if event.data == "[DONE]" {
        return "[DONE]".to_owned();
    }
    let data = event.json();
    if data.get("error").is_some_and(Value::is_object) {
        return failure(protocol, &data);
    }
    match protocol {
        Protocol::Anthropic => data["type"].as_str().unwrap_or_default().to_owned(),
        Protocol::OpenAi => "a chunk".to_owned(),
        Protocol::Responses => match data.pointer("/response/error/code") {
            Some(Value::String(code)) => format!("response.failed {code}"),
            _ => data["type"].as_str().unwrap_or_default().to_owned(),
        },
        Protocol::Gemini => match data.pointer("/candidates/0/finishReason") {
            Some(Value::String(reason)) => reason.clone(),
            _ => "a chunk".to_owned(),
        },
    }
}

/// What a log entry says: the status, the error's code, and the tries when they are told.
pub(crate) fn logged(entry: &Value) -> String {
    let mut line = entry["status_code"].to_string();
    if let Some(code) = entry["error_code"].as_str() {
        line.push(' ');
        line.push_str(code);
    }
    let attempts = entry["attempts"].as_array().cloned().unwrap_or_default();
    let attempts: Vec<_> = attempts.iter().map(attempt).collect();
    if !attempts.is_empty() {
        line.push_str(", tried: ");
        line.push_str(&attempts.join(", "));
    }
    line
}

fn attempt(attempt: &Value) -> String {
    let class = attempt["error_class"].as_str().map(str::to_owned);
    class.unwrap_or_else(|| attempt["status_code"].to_string())
}

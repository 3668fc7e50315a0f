//! The question in each protocol, and what the answers mean.

use keyway_protocols::Protocol;
use serde_json::{Value, json};

/// More than anybody picks from.
const MOST_MODELS: usize = 2000;

/// Asks for a word in few tokens.
pub(super) fn question(protocol: Protocol, model: &str) -> Value {
    const TEXT: &str = "Reply with OK.";
    match protocol {
        Protocol::OpenAi | Protocol::Anthropic => {
            json!({"model": model, "max_tokens": 16, "messages": [{"role": "user", "content": TEXT}]})
        }
        Protocol::OpenAiResponses => {
            json!({"model": model, "max_output_tokens": 16, "input": TEXT})
        }
        Protocol::Gemini => json!({
            "contents": [{"role": "user", "parts": [{"text": TEXT}]}],
            "generationConfig": {"maxOutputTokens": 16},
        }),
    }
}

pub(super) fn newer_question(model: &str) -> Value {
    json!({"model": model, "max_completion_tokens": 16, "messages": [{"role": "user", "content": "Reply with OK."}]})
}

/// How many characters were said; none when it is no answer of this protocol.
pub(super) fn said(protocol: Protocol, body: &[u8]) -> Option<usize> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let (list, text) = match protocol {
        Protocol::OpenAi => ("choices", "/0/message/content"),
        Protocol::Anthropic => ("content", "/0/text"),
        Protocol::OpenAiResponses => ("output", "/0/content/0/text"),
        Protocol::Gemini => ("candidates", "/0/content/parts/0/text"),
    };
    let list = answer.get(list)?;
    list.is_array().then(|| {
        list.pointer(text)
            .and_then(Value::as_str)
            .map_or(0, |text| text.chars().count())
    })
}

/// The names in a list of models; none when it is no such list.
pub(super) fn model_names(body: &[u8]) -> Option<Vec<String>> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let list = answer
        .get("data")
        .or_else(|| answer.get("models"))
        .unwrap_or(&answer)
        .as_array()?;
    let names = list.iter().filter_map(|model| {
        let name = model
            .get("id")
            .or_else(|| model.get("name"))
            .unwrap_or(model)
            .as_str()?;
        Some(name.strip_prefix("models/").unwrap_or(name).to_owned())
    });
    Some(names.take(MOST_MODELS).collect())
}

/// The upstream's own words for a failure, cut to a line.
pub(super) fn own_words(body: &[u8]) -> String {
    let text = match error_message(body) {
        Some(message) => return message,
        None if body.trim_ascii_start().starts_with(b"<") => "a web page came back".to_owned(),
        None => String::from_utf8_lossy(body).into_owned(),
    };
    one_line(&text)
}

/// The message of an error in JSON.
pub(super) fn error_message(body: &[u8]) -> Option<String> {
    const PLACES: [&str; 5] = [
        "/error/message",
        "/base_resp/status_msg",
        "/message",
        "/detail",
        "/error",
    ];
    let answer: Value = serde_json::from_slice(body).ok()?;
    PLACES
        .iter()
        .find_map(|place| answer.pointer(place)?.as_str())
        .map(one_line)
}

fn one_line(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_only_in_its_own_protocol() {
        let chat = br#"{"choices": [{"message": {"content": "OK"}}]}"#;
        assert_eq!(said(Protocol::OpenAi, chat), Some(2));
        assert_eq!(said(Protocol::Anthropic, chat), None);
        assert_eq!(said(Protocol::OpenAi, b"<html>"), None);
        assert_eq!(
            said(
                Protocol::Anthropic,
                br#"{"content": [{"type": "text", "text": "OK."}]}"#
            ),
            Some(3)
        );
        assert_eq!(
            said(
                Protocol::Gemini,
                br#"{"candidates": [{"finishReason": "MAX_TOKENS"}]}"#
            ),
            Some(0)
        );
        assert_eq!(
            said(
                Protocol::OpenAiResponses,
                br#"{"output": [{"content": [{"text": "OK"}]}]}"#
            ),
            Some(2)
        );
    }

    #[test]
    fn models_are_read_in_the_shapes_there_are() {
        let names = |body: &str| model_names(body.as_bytes());
        assert_eq!(
            names(r#"{"data": [{"id": "a"}, {"id": "b"}]}"#).unwrap(),
            ["a", "b"]
        );
        assert_eq!(
            names(r#"{"models": [{"name": "models/g"}]}"#).unwrap(),
            ["g"]
        );
        assert_eq!(names("<html>"), None);
        assert_eq!(names(r#"{"error": "x"}"#), None);
    }

    #[test]
    fn an_error_is_told_in_one_line() {
        assert_eq!(
            own_words(br#"{"error": {"message": "bad\nkey"}}"#),
            "bad key"
        );
        assert_eq!(
            own_words(b" <!doctype html><title>502"),
            "a web page came back"
        );
        assert_eq!(own_words(b"plain"), "plain");
    }

    #[test]
    fn every_protocol_is_asked_for_few_tokens() {
        for protocol in Protocol::ALL {
            let body = question(protocol, "m").to_string();
            assert!(
                body.contains("Reply with OK.") && body.contains("16"),
                "{body}"
            );
            assert!(!body.contains("temperature"), "reasoning models refuse it");
        }
    }
}

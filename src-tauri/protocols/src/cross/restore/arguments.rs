//! Arguments that are not what they should be.

use serde_json::{Map, Value};

use crate::Protocol;
use crate::json::mended;

/// Arguments as the client can read them; text that is no JSON stays as the model wrote it, for an empty object
/// would run the tool with defaults.
pub(super) fn readable(text: String, client: Protocol) -> String {
    let Ok(value) = serde_json::from_slice::<Value>(&mended(text.as_bytes())) else {
        return text;
    };
    match value {
        Value::Null => String::new(),
        Value::Object(_) => text,
        Value::String(inner) if inner.trim().is_empty() => String::new(),
        Value::String(inner) if is_object(&inner) => inner,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => match client {
            Protocol::Anthropic | Protocol::Gemini => format!("{{\"value\":{}}}", text.trim()),
            Protocol::OpenAi | Protocol::OpenAiResponses => text,
        },
    }
}

/// Arguments without those that are empty strings.
pub(super) fn without_empty(text: String) -> String {
    match serde_json::from_slice::<Map<String, Value>>(&mended(text.as_bytes())) {
        Ok(mut fields) => {
            fields.retain(|_, value| value != "");
            Value::Object(fields).to_string()
        }
        Err(_) => text,
    }
}

fn is_object(text: &str) -> bool {
    serde_json::from_slice::<Map<String, Value>>(&mended(text.as_bytes())).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{readable, without_empty};
    use crate::Protocol::{Anthropic, OpenAi};

    #[test]
    fn p063_arguments_for_anthropic_are_an_object() {
        for (text, expected) in [
            ("\"str\"", "{\"value\":\"str\"}"),
            ("[1]", "{\"value\":[1]}"),
            ("1e400", "{\"value\":1e400}"),
            ("null", ""),
            ("\"\"", ""),
            ("{\"a\": 1.0}", "{\"a\": 1.0}"),
        ] {
            assert_eq!(readable(text.into(), Anthropic), expected, "{text}");
        }
        assert_eq!(readable("[1]".into(), OpenAi), "[1]");
    }

    #[test]
    fn p136_arguments_that_are_no_json_stay_as_they_are() {
        for text in ["{\"a\":", "ls -l", "{\"a\":1}}"] {
            assert_eq!(readable(text.into(), Anthropic), text);
        }
    }

    #[test]
    fn p204_arguments_encoded_twice_are_read_once() {
        let twice = serde_json::json!("{\"x\": 1}").to_string();
        for client in [Anthropic, OpenAi] {
            assert_eq!(readable(twice.clone(), client), "{\"x\": 1}");
        }
    }

    #[test]
    fn p105_only_empty_strings_are_left_out() {
        let text = "{\"path\":\"a\",\"pages\":\"\",\"n\":0,\"l\":[]}";
        assert_eq!(
            without_empty(text.into()),
            "{\"path\":\"a\",\"n\":0,\"l\":[]}"
        );
        assert_eq!(without_empty("{\"a".into()), "{\"a");
    }
}

//! Puts an upstream key on a request: the one place where it turns into bytes on the wire.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, InvalidHeaderValue},
};
use keyway_protocols::Protocol;
use secrecy::{ExposeSecret, SecretString};

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const X_GOOG_API_KEY: HeaderName = HeaderName::from_static("x-goog-api-key");
const API_KEY: HeaderName = HeaderName::from_static("api-key");
const ANTHROPIC_VERSION: HeaderName = HeaderName::from_static("anthropic-version");

/// OAuth tokens of Anthropic accounts are refused in `x-api-key`.
const ANTHROPIC_OAUTH_PREFIX: &str = "sk-ant-oat";

/// Adds the credential in the form that this protocol's servers at `host` expect.
///
/// Anthropic itself reads `x-api-key`; the vendors that copy its protocol read one of the two
/// headers, so they get both. Azure has a header of its own.
pub fn sign(
    headers: &mut HeaderMap,
    protocol: Protocol,
    host: &str,
    secret: Option<&SecretString>,
) -> Result<(), InvalidHeaderValue> {
    if protocol == Protocol::Anthropic && !headers.contains_key(&ANTHROPIC_VERSION) {
        headers.insert(ANTHROPIC_VERSION, HeaderValue::from_static("2023-06-01"));
    }
    let Some(secret) = secret else { return Ok(()) };
    let key = secret.expose_secret();
    match protocol {
        Protocol::Gemini => insert(headers, X_GOOG_API_KEY, key),
        Protocol::OpenAi | Protocol::OpenAiResponses if host.ends_with(".azure.com") => {
            insert(headers, API_KEY, key)
        }
        Protocol::OpenAi | Protocol::OpenAiResponses => bearer(headers, key),
        Protocol::Anthropic if key.starts_with(ANTHROPIC_OAUTH_PREFIX) => bearer(headers, key),
        Protocol::Anthropic if host == "api.anthropic.com" => insert(headers, X_API_KEY, key),
        Protocol::Anthropic => insert(headers, X_API_KEY, key).and_then(|()| bearer(headers, key)),
    }
}

fn bearer(headers: &mut HeaderMap, key: &str) -> Result<(), InvalidHeaderValue> {
    insert(headers, AUTHORIZATION, format!("Bearer {key}"))
}

fn insert(
    headers: &mut HeaderMap,
    name: HeaderName,
    text: impl Into<String>,
) -> Result<(), InvalidHeaderValue> {
    let mut value = HeaderValue::try_from(text.into())?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(protocol: Protocol, host: &str, key: &str) -> Vec<String> {
        let mut headers = HeaderMap::new();
        sign(&mut headers, protocol, host, Some(&SecretString::from(key))).unwrap();
        let mut names: Vec<_> = headers.keys().map(ToString::to_string).collect();
        names.sort();
        names
    }

    #[test]
    fn each_protocol_gets_its_own_header() {
        assert_eq!(
            signed(Protocol::OpenAi, "api.openai.com", "k"),
            ["authorization"]
        );
        assert_eq!(
            signed(Protocol::OpenAiResponses, "x.openai.azure.com", "k"),
            ["api-key"]
        );
        assert_eq!(
            signed(Protocol::Gemini, "generativelanguage.googleapis.com", "k"),
            ["x-goog-api-key"]
        );
        assert_eq!(
            signed(Protocol::Anthropic, "api.anthropic.com", "k"),
            ["anthropic-version", "x-api-key"]
        );
        assert_eq!(
            signed(Protocol::Anthropic, "api.anthropic.com", "sk-ant-oat-1"),
            ["anthropic-version", "authorization"]
        );
        assert_eq!(
            signed(Protocol::Anthropic, "api.deepseek.com", "k"),
            ["anthropic-version", "authorization", "x-api-key"]
        );
    }

    #[test]
    fn a_key_with_control_characters_is_refused() {
        let mut headers = HeaderMap::new();
        assert!(
            sign(
                &mut headers,
                Protocol::OpenAi,
                "h",
                Some(&SecretString::from("a\nb"))
            )
            .is_err()
        );
    }
}

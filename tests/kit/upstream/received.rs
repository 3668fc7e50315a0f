use bytes::Bytes;
use serde_json::Value;

use super::responses;
use crate::Protocol;

/// A request as it reached an upstream.
#[derive(Debug, Clone)]
pub struct Received {
    /// The method.
    pub method: String,
    /// Path and query, as they stood in the request line.
    pub target: String,
    /// The headers in their order, names as they were written.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte (without chunk framing).
    pub body: Bytes,
    /// Which connection it came over, counted from 1.
    pub connection: usize,
}

impl Received {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The query without the question mark.
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// A header's value; several of one name are joined with a comma.
    pub fn header(&self, name: &str) -> Option<String> {
        let same = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let values: Vec<_> = same.map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The protocol it speaks.
    pub fn protocol(&self) -> Protocol {
        Protocol::of_path(self.path())
    }

    /// The model it asks for.
    pub fn model(&self) -> String {
        if self.protocol() == Protocol::Gemini {
            let last = self.path().rsplit('/').next().unwrap_or_default();
            return last.split(':').next().unwrap_or_default().to_owned();
        }
        self.json()["model"].as_str().unwrap_or_default().to_owned()
    }

    /// The key it carries, in whichever place.
    pub fn key(&self) -> Option<String> {
        let bearer = self.header("authorization");
        bearer
            .map(|value| value.trim_start_matches("Bearer ").to_owned())
            .or_else(|| self.header("x-api-key"))
            .or_else(|| self.header("x-goog-api-key"))
    }

    /// Whether it wants a stream.
    pub fn wants_stream(&self) -> bool {
        self.path().ends_with(":streamGenerateContent") || self.json()["stream"] == true
    }

    /// The tools it offers.
    pub(super) fn tools(&self) -> Value {
        let body = self.json();
        match self.protocol() {
            Protocol::Responses => responses::tools(&body),
            Protocol::Anthropic | Protocol::OpenAi | Protocol::Gemini => body["tools"].clone(),
        }
    }

    /// Whether it asks a model to say something.
    pub(super) fn asks_a_model(&self) -> bool {
        let path = self.path();
        self.method == "POST"
            && (path.ends_with("/messages")
                || path.ends_with("/chat/completions")
                || path.ends_with("/responses")
                || path.ends_with(":generateContent")
                || path.ends_with(":streamGenerateContent"))
    }
}

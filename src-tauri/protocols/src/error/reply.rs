//! Writes a failure in the shape that each protocol's clients read.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::ErrorKind;
use crate::Protocol;

/// A failure to tell a client about.
#[derive(Debug, Clone, Copy)]
pub struct ErrorReply<'a> {
    /// What went wrong.
    pub kind: ErrorKind,
    /// The HTTP status it goes out with.
    pub status: u16,
    /// Keyway's own name for the failure, which never changes.
    pub code: &'a str,
    /// What to tell the person.
    pub message: &'a str,
    /// The request it belongs to.
    pub request_id: Option<&'a str>,
}

impl<'a> ErrorReply<'a> {
    /// A failure with the status its protocol has for it.
    pub fn new(kind: ErrorKind, protocol: Protocol, code: &'a str, message: &'a str) -> Self {
        Self {
            kind,
            status: kind.default_status(protocol),
            code,
            message,
            request_id: None,
        }
    }

    /// The JSON body of an error response.
    pub fn body(&self, protocol: Protocol) -> Bytes {
        Bytes::from(self.value(protocol).to_string())
    }

    /// The last event of a stream that fails after it began; the connection closes behind it.
    pub fn stream_frame(&self, protocol: Protocol) -> Bytes {
        let (event, data) = match protocol {
            Protocol::Anthropic => ("event: error\n", self.anthropic()),
            Protocol::OpenAi => ("", self.open_ai()),
            Protocol::OpenAiResponses => ("event: response.failed\n", self.failed_response()),
            Protocol::Gemini => ("", self.gemini()),
        };
        Bytes::from(format!("{event}data: {data}\n\n"))
    }

    fn value(&self, protocol: Protocol) -> Value {
        match protocol {
            Protocol::Anthropic => self.anthropic(),
            Protocol::OpenAi | Protocol::OpenAiResponses => self.open_ai(),
            Protocol::Gemini => self.gemini(),
        }
    }

    fn anthropic(&self) -> Value {
        let mut body = Map::new();
        body.insert("type".into(), "error".into());
        body.insert(
            "error".into(),
            json!({
                "type": self.kind.anthropic_type(),
                "message": self.message,
                "details": { "error_code": self.code },
            }),
        );
        if let Some(id) = self.request_id {
            body.insert("request_id".into(), id.into());
        }
        Value::Object(body)
    }

    fn open_ai(&self) -> Value {
        json!({ "error": {
            "message": self.message,
            "type": self.kind.open_ai_type(),
            "param": null,
            "code": self.code,
        }})
    }

    /// The code here is the protocol's own: Codex decides by it whether to try again.
    fn failed_response(&self) -> Value {
        json!({
            "type": "response.failed",
            "sequence_number": 0,
            "response": {
                "id": format!("resp_{}", self.request_id.unwrap_or("failed")),
                "object": "response",
                "created_at": 0,
                "status": "failed",
                "error": { "code": self.kind.responses_code(), "message": self.message },
                "incomplete_details": null,
                "output": [],
                "usage": null,
                "metadata": { "error_code": self.code },
            },
        })
    }

    fn gemini(&self) -> Value {
        let mut details = vec![json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": self.code,
            "domain": "keyway",
        })];
        details.extend(self.request_id.map(|id| {
            json!({
                "@type": "type.googleapis.com/google.rpc.RequestInfo",
                "requestId": id,
            })
        }));
        json!({ "error": {
            "code": self.status,
            "message": self.message,
            "status": self.kind.gemini_status(),
            "details": details,
        }})
    }
}

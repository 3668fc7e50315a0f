use std::fmt::Write as _;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

/// What came back from a server, read to its end.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as far as it came.
    pub body: Bytes,
    /// Why the body broke off, when it did.
    pub broken: Option<String>,
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; panics with the text when it is none.
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!(
                "not JSON ({error}), status {}: {}",
                self.status,
                self.text()
            ),
        }
    }

    /// The events of a streamed body.
    pub fn events(&self) -> Vec<SseEvent> {
        sse_events(&self.text())
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Status and body as one text, for snapshots.
    pub fn wire(&self) -> String {
        let mut out = format!("HTTP {}\n", self.status);
        if let Some(kind) = self.header("content-type") {
            writeln!(out, "content-type: {kind}").expect("a string takes all");
        }
        out.push('\n');
        out.push_str(&self.text());
        if let Some(reason) = &self.broken {
            write!(out, "\n(broken off: {reason})").expect("a string takes all");
        }
        out
    }
}

/// One server-sent event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SseEvent {
    /// The `event:` line, where there was one.
    pub event: Option<String>,
    /// The `data:` lines, joined.
    pub data: String,
}

impl SseEvent {
    /// The data as JSON; panics with the text when it is none.
    pub fn json(&self) -> Value {
        match serde_json::from_str(&self.data) {
            Ok(value) => value,
            Err(error) => panic!("not JSON ({error}): {}", self.data),
        }
    }
}

/// Reads the events of a streamed body; comments and unfinished events are left out.
pub fn sse_events(text: &str) -> Vec<SseEvent> {
    let plain = text.replace("\r\n", "\n").replace('\r', "\n");
    let Some((finished, _rest)) = plain.rsplit_once("\n\n") else {
        return Vec::new();
    };
    finished.split("\n\n").filter_map(sse_event).collect()
}

fn sse_event(block: &str) -> Option<SseEvent> {
    let mut event = None;
    let mut data = Vec::new();
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => event = Some(value.to_owned()),
            "data" => data.push(value),
            _ => {}
        }
    }
    (!data.is_empty()).then(|| SseEvent {
        event,
        data: data.join("\n"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_whatever_the_line_ends() {
        let events = sse_events(": hi\r\n\r\nevent: a\r\ndata: 1\r\ndata:2\r\n\r\ndata: cut off");

        let expected = SseEvent {
            event: Some("a".into()),
            data: "1\n2".into(),
        };
        assert_eq!(events, [expected]);
    }
}

//! Numbers and prints events.

use bytes::{BufMut, BytesMut};
use serde_json::Value;

/// Numbers the events of one stream, from 0 and without gaps.
#[derive(Debug, Default)]
pub(crate) struct Emitter {
    next: u64,
}

impl Emitter {
    /// Prints one event: `response.` and `kind`, with these fields.
    pub(crate) fn emit(&mut self, kind: &str, fields: &Value, out: &mut BytesMut) {
        let number = self.next;
        self.next += 1;
        let fields = fields.to_string();
        // The fields follow the two that every event has, so their opening brace is left out.
        let rest = fields.strip_prefix('{').unwrap_or("}");
        let comma = if rest == "}" { "" } else { "," };
        let head = format!(
            "event: response.{kind}\ndata: {{\"type\":\"response.{kind}\",\"sequence_number\":{number}{comma}"
        );
        out.reserve(head.len() + rest.len() + 2);
        out.put_slice(head.as_bytes());
        out.put_slice(rest.as_bytes());
        out.put_slice(b"\n\n");
    }
}

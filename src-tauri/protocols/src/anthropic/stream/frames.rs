//! Events on the wire, and the numbering of blocks.

use bytes::BytesMut;
use serde_json::{Map, Value, json};

use crate::anthropic::fields::object;

/// Adds one event; its name is in its data, too.
pub(super) fn send<const N: usize>(name: &str, fields: [(&str, Value); N], out: &mut BytesMut) {
    let mut data = object([("type", name.into())]);
    data.extend(object(fields));
    let data = Value::Object(data).to_string();
    for piece in ["event: ", name, "\ndata: ", &data, "\n\n"] {
        out.extend_from_slice(piece.as_bytes());
    }
}

/// The blocks of an answer, numbered as they begin; only the last one is open.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    begun: u64,
}

impl Blocks {
    /// Begins a block.
    pub(super) fn begin(&mut self, block: Value, out: &mut BytesMut) {
        let fields = [("index", self.begun.into()), ("content_block", block)];
        send("content_block_start", fields, out);
        self.begun += 1;
    }

    /// Adds to the open block.
    pub(super) fn add(&self, delta: &str, key: &str, value: Value, out: &mut BytesMut) {
        let delta = object([("type", delta.into()), (key, value)]);
        let fields = [("index", self.last()), ("delta", Value::Object(delta))];
        send("content_block_delta", fields, out);
    }

    /// Ends the open block.
    pub(super) fn end(&self, out: &mut BytesMut) {
        send("content_block_stop", [("index", self.last())], out);
    }

    /// Tells a finished block as if it came bit by bit: clients build blocks from their deltas.
    pub(super) fn whole(&mut self, mut block: Map<String, Value>, out: &mut BytesMut) {
        let deltas = deltas_of(&mut block);
        self.begin(Value::Object(block), out);
        for (delta, key, value) in deltas {
            self.add(delta, key, value, out);
        }
        self.end(out);
    }

    fn last(&self) -> Value {
        self.begun.saturating_sub(1).into()
    }
}

type Delta = (&'static str, &'static str, Value);

/// Takes out of a finished block what is told after its start.
fn deltas_of(block: &mut Map<String, Value>) -> Vec<Delta> {
    let kind = block
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let texts: &[(&str, &str)] = match kind {
        "text" => &[("text_delta", "text")],
        "thinking" => &[
            ("thinking_delta", "thinking"),
            ("signature_delta", "signature"),
        ],
        "tool_use" | "server_tool_use" | "mcp_tool_use" => return vec![input(block)],
        _ => return Vec::new(),
    };
    let mut deltas = Vec::with_capacity(texts.len());
    for (delta, key) in texts {
        let text = block.insert((*key).to_owned(), "".into());
        let text = text.filter(|text| text.as_str().is_some_and(|text| !text.is_empty()));
        deltas.extend(text.map(|text| (*delta, *key, text)));
    }
    if let Some(Value::Array(citations)) = block.shift_remove("citations") {
        let told = citations.into_iter();
        deltas.extend(told.map(|citation| ("citations_delta", "citation", citation)));
    }
    deltas
}

fn input(block: &mut Map<String, Value>) -> Delta {
    let input = block.insert("input".to_owned(), json!({}));
    let text = input.unwrap_or_else(|| json!({})).to_string();
    ("input_json_delta", "partial_json", text.into())
}

use serde_json::Value;
use tiktoken_rs::CoreBPE;

/// Longest text cut in one go. Longer ones are cut apart before a blank, which leaves counts as they are and
/// keeps the tokenizer's pattern from running away on megabytes without one.
const PIECE: usize = 32 * 1024;

/// How many tokens a vendor makes of what `o200k_base` makes 100 of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale(u64);

impl Scale {
    /// The base itself.
    pub(super) const OPENAI: Self = Self(100);
    /// Claude up to 4.6 makes about 1.2 tokens of one in prose and more in code and JSON.
    pub(super) const CLAUDE: Self = Self(125);
    /// Claude from 4.7 on makes up to 1.35 of one of those; this stays within a tenth of that.
    pub(super) const CLAUDE_FINER: Self = Self(152);
    /// Gemini's vocabulary is a little larger and cuts about alike; a twentieth more covers source code.
    pub(super) const GEMINI: Self = Self(105);
}

/// A count under way.
pub(super) struct Tally<'a> {
    bpe: &'a CoreBPE,
    scale: Scale,
    text: u64,
    flat: u64,
}

impl<'a> Tally<'a> {
    pub(super) fn new(bpe: &'a CoreBPE, scale: Scale) -> Self {
        Self {
            bpe,
            scale,
            text: 0,
            flat: 0,
        }
    }

    /// Counts a text.
    pub(super) fn text(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, later) = rest.split_at(piece_end(rest));
            self.text += self.bpe.count_ordinary(piece) as u64;
            rest = later;
        }
    }

    /// Counts a text, when there is one.
    pub(super) fn field(&mut self, value: &Value, name: &str) {
        if let Some(text) = value[name].as_str() {
            self.text(text);
        }
    }

    /// Counts a value as the JSON text a model is shown.
    pub(super) fn json(&mut self, value: &Value) {
        match value {
            Value::Null => {}
            Value::String(text) => self.text(text),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                self.text(&value.to_string());
            }
        }
    }

    /// Counts every text in a value of a shape nobody knows, but for ids and encoded bytes.
    pub(super) fn loose(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().for_each(|item| self.loose(item)),
            Value::Object(fields) => {
                for (name, field) in fields {
                    match name.as_str() {
                        "type" | "id" | "tool_use_id" | "call_id" | "cache_control" | "data" => {}
                        "encrypted_content" | "signature" => self.sealed(field),
                        _ => self.loose(field),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Counts text that only the vendor can read: base64, four bytes of which hide three, and four of those a token.
    pub(super) fn sealed(&mut self, value: &Value) {
        let length = value.as_str().map_or(0, str::len) as u64;
        self.flat += (length * 3).div_ceil(16);
    }

    /// Counts tokens that no text stands for.
    pub(super) fn flat(&mut self, tokens: u64) {
        self.flat += tokens;
    }

    /// All of it, in the vendor's tokens.
    pub(super) fn total(&self) -> u64 {
        (self.text * self.scale.0).div_ceil(100) + self.flat
    }
}

fn piece_end(text: &str) -> usize {
    if text.len() <= PIECE {
        return text.len();
    }
    let end = text.floor_char_boundary(PIECE);
    let blank = text.as_bytes()[..end]
        .windows(2)
        .rposition(|pair| !pair[0].is_ascii_whitespace() && pair[1] == b' ');
    blank.map_or(end, |before| before + 1)
}

/// The items of a list; one item alone counts as a list of one, as lenient servers take it.
pub(super) fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        Value::Null => &[],
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            std::slice::from_ref(value)
        }
    }
}

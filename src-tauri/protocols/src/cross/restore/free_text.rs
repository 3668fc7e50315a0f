//! Free text for a custom tool that travelled as the argument of a function.
//!
//! The function has one argument, `input`. Its text goes on as it comes; whatever else a model writes instead
//! (other names, a bare string, a fence of backticks) waits for the end.

use serde_json::Value;

use crate::json::mended;

/// The names under which models send the text.
const NAMES: [&str; 6] = ["input", "patch", "command", "code", "text", "content"];
/// The longest beginning that may still turn out to be `{"input": "`.
const LONGEST_HEAD: usize = 64;

/// The text, as far as it came.
#[derive(Debug, Default)]
pub(super) struct FreeText {
    text: String,
    state: State,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// Too little came to tell.
    #[default]
    Head,
    /// Within the string of `input`; `text` is what of it has not gone on.
    Live,
    /// The string ended.
    Done,
    /// It is something else, which waits for the end.
    Held,
}

impl FreeText {
    /// Takes more of the arguments and gives the text that is known by them.
    pub(super) fn push(&mut self, more: &str) -> Option<String> {
        if self.state == State::Done {
            return None;
        }
        self.text.push_str(more);
        if self.state == State::Head {
            self.state = self.judged();
        }
        (self.state == State::Live)
            .then(|| self.read())
            .filter(|text| !text.is_empty())
    }

    /// The rest of the text.
    pub(super) fn finish(self) -> String {
        match self.state {
            State::Head | State::Held => held(&self.text),
            // The string was cut: what is left is half an escape.
            State::Live | State::Done => String::new(),
        }
    }

    /// Looks how the arguments begin, and steps over `{"input":"`.
    fn judged(&mut self) -> State {
        let mut rest = self.text.trim_start();
        for token in ["{", "\"input\"", ":", "\""] {
            match rest.strip_prefix(token) {
                Some(after) => rest = after.trim_start_matches([' ', '\n', '\r', '\t']),
                None if token.starts_with(rest) && self.text.len() < LONGEST_HEAD => {
                    return State::Head;
                }
                None => return State::Held,
            }
        }
        // Blanks behind the quote belong to the text, and a fence around it is known by its end.
        let quote = self.text.len() - rest.len();
        let text = self.text[..quote]
            .rfind('"')
            .map_or("", |at| &self.text[at + 1..]);
        let first = text.trim_start();
        if first.starts_with('`') {
            return State::Held;
        }
        if first.is_empty() || is_blank_escape(first) {
            return if text.len() < LONGEST_HEAD {
                State::Head
            } else {
                State::Held
            };
        }
        self.text = text.to_owned();
        State::Live
    }

    /// The text between here and the last complete escape.
    fn read(&mut self) -> String {
        let (end, is_closed) = readable(self.text.as_bytes());
        let json = format!("\"{}\"", &self.text[..end]);
        // What cannot be read is passed on as it is: it is the model's own text.
        let text = serde_json::from_slice(&mended(json.as_bytes()))
            .unwrap_or_else(|_| self.text[..end].to_owned());
        self.text.drain(..end);
        if is_closed {
            self.state = State::Done;
        }
        text
    }
}

/// Whether the text may go on with blanks that are written as escapes, and behind them a fence.
fn is_blank_escape(text: &str) -> bool {
    let rest = text.trim_start_matches("\\n").trim_start_matches("\\r");
    rest.is_empty() || rest == "\\" || (rest.len() < text.len() && rest.starts_with('`'))
}

/// Up to where a string's inside can be read, and whether the quote that ends it stands there.
fn readable(bytes: &[u8]) -> (usize, bool) {
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return (at, true),
            b'\\' => match escape_len(&bytes[at..]) {
                Some(len) => at += len,
                None => return (at, false),
            },
            _ => at += 1,
        }
    }
    (at, false)
}

/// How long the escape is, both halves of a character together; nothing if it is not all there.
fn escape_len(bytes: &[u8]) -> Option<usize> {
    if *bytes.get(1)? != b'u' {
        return Some(2);
    }
    let is_first_half = bytes.get(2..6).is_some_and(|digits| {
        matches!(digits[0], b'd' | b'D')
            && matches!(digits[1], b'8' | b'9' | b'a'..=b'b' | b'A'..=b'B')
    });
    let len = match (is_first_half, bytes.get(6), bytes.get(7)) {
        (true, None, _) | (true, Some(b'\\'), None) => return None,
        (true, Some(b'\\'), Some(b'u')) => 12,
        _ => 6,
    };
    (bytes.len() >= len).then_some(len)
}

/// The text of arguments in any shape.
fn held(arguments: &str) -> String {
    let text = match serde_json::from_slice::<Value>(&mended(arguments.as_bytes())) {
        Ok(Value::String(text)) => text,
        Ok(Value::Object(fields)) => {
            let named = NAMES.iter().find_map(|name| fields.get(*name));
            let only = fields.values().next().filter(|_| fields.len() == 1);
            named
                .or(only)
                .and_then(said)
                .unwrap_or_else(|| arguments.to_owned())
        }
        Ok(Value::Null) => String::new(),
        Ok(Value::Bool(_) | Value::Number(_) | Value::Array(_)) | Err(_) => arguments.to_owned(),
    };
    without_fence(text)
}

/// A text, or the last word of a command line: `["apply_patch", "*** Begin Patch …"]`.
fn said(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(words) => words.last()?.as_str().map(str::to_owned),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// The text between a line of three backticks and another one, if that is all of it.
fn without_fence(text: String) -> String {
    let inner = text
        .trim()
        .strip_prefix("```")
        .and_then(|rest| rest.strip_suffix("```"))
        .and_then(|rest| rest.split_once('\n'))
        .map(|(_, inner)| inner.to_owned())
        .filter(|inner| !inner.contains("```"));
    inner.unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::FreeText;

    fn read(arguments: &str, step: usize) -> (String, usize) {
        let mut free = FreeText::default();
        let mut out = String::new();
        let mut pieces = 0;
        let chars: Vec<char> = arguments.chars().collect();
        for piece in chars.chunks(step) {
            let more = free.push(&piece.iter().collect::<String>());
            pieces += usize::from(more.is_some());
            out.extend(more);
        }
        out.push_str(&free.finish());
        (out, pieces)
    }

    #[test]
    fn p115_free_text_is_found_in_whatever_models_wrap_it() {
        for (arguments, expected) in [
            (r#"{"input":"x"}"#, "x"),
            (
                r#" { "input" : "a\nb\t\"c\" \u00e9 \ud83d\ude00 é" } "#,
                "a\nb\t\"c\" é 😀 é",
            ),
            (r#"{"input":"  two"}"#, "  two"),
            (r#"{"input":"\n\nthree"}"#, "\n\nthree"),
            (r#"{"input":""}"#, ""),
            (r#"{"patch":"x"}"#, "x"),
            (r#"{"command":["apply_patch","p"]}"#, "p"),
            (r#"{"code":"x","why":"y"}"#, "x"),
            (r#"{"whatever":"x"}"#, "x"),
            (r#""bare""#, "bare"),
            ("*** Begin Patch", "*** Begin Patch"),
            (r#"{"input":"```js\nlet a;\n```"}"#, "let a;\n"),
            ("```\nx\n```", "x\n"),
            (r#"{"input":"cut \u00"#, "cut "),
            (r#"{"input":7}"#, r#"{"input":7}"#),
            ("", ""),
        ] {
            for step in [1, 3, 1000] {
                assert_eq!(read(arguments, step).0, expected, "{arguments} by {step}");
            }
        }
    }

    #[test]
    fn p115_a_long_patch_goes_on_as_it_comes() {
        let arguments = serde_json::json!({"input": "*** Begin Patch\n".repeat(50)}).to_string();
        assert!(read(&arguments, 10).1 > 50);
    }
}

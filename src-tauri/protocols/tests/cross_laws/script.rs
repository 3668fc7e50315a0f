//! Answers made up by chance: what a model says, and the odd ways in which its provider sends it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// What a model says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Script {
    pub(crate) parts: Vec<Part>,
    /// Whether the answer reached the most tokens allowed.
    pub(crate) is_cut: bool,
    pub(crate) input: u64,
    pub(crate) output: u64,
}

/// One thing a model says; never empty.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Thought(String),
    Text(String),
    Call(Call),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arguments: Value,
}

/// How its provider sends it.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    pub(crate) line_end: &'static str,
    /// Comments and other signs of life between the events.
    pub(crate) is_alive: bool,
    /// How many characters a delta has.
    pub(crate) step: usize,
    /// Whether calls come at the same time.
    pub(crate) is_interleaved: bool,
    /// Whether what only some providers send is there: `[DONE]`, names of events, empty deltas.
    pub(crate) is_by_the_book: bool,
}

impl Script {
    pub(crate) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.parts.iter().filter_map(|part| match part {
            Part::Call(call) => Some(call),
            Part::Thought(_) | Part::Text(_) => None,
        })
    }

    pub(crate) fn has_calls(&self) -> bool {
        self.calls().next().is_some()
    }

    /// All that is said.
    pub(crate) fn text(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            Part::Thought(_) | Part::Call(_) => None,
        });
        texts.collect()
    }

    /// All that is said, in paragraphs: texts with calls between them follow each other apart.
    pub(crate) fn paragraphs(&self) -> String {
        let mut text = String::new();
        let mut is_apart = false;
        for part in &self.parts {
            match part {
                Part::Text(words) => {
                    if std::mem::take(&mut is_apart) && !text.is_empty() {
                        text.push_str("\n\n");
                    }
                    text.push_str(words);
                }
                Part::Call(_) => is_apart = true,
                Part::Thought(_) => {}
            }
        }
        text
    }

    /// All that is thought.
    pub(crate) fn thought(&self) -> String {
        let thoughts = self.parts.iter().filter_map(|part| match part {
            Part::Thought(thought) => Some(thought.as_str()),
            Part::Text(_) | Part::Call(_) => None,
        });
        thoughts.collect()
    }
}

impl Manner {
    /// The usual one.
    pub(crate) fn usual() -> Self {
        Self {
            line_end: "\n",
            is_alive: false,
            step: 1000,
            is_interleaved: false,
            is_by_the_book: true,
        }
    }

    /// An event of a stream.
    pub(crate) fn event(&self, name: Option<&str>, data: &Value) -> String {
        let end = self.line_end;
        let name = name.filter(|_| self.is_by_the_book);
        let name = name
            .map(|name| format!("event: {name}{end}"))
            .unwrap_or_default();
        let comment = if self.is_alive {
            format!(": ka{end}{end}")
        } else {
            String::new()
        };
        format!("{comment}{name}data: {data}{end}{end}")
    }

    /// A text in pieces.
    pub(crate) fn pieces(&self, text: &str) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        chars
            .chunks(self.step)
            .map(|piece| piece.iter().collect())
            .collect()
    }
}

fn words() -> impl Strategy<Value = String> {
    let words = [
        "a",
        "é",
        "😀",
        "\n",
        "\n\n",
        "\"",
        "\\",
        "data: ",
        "{",
        "}",
        "<think",
        "<think>",
        "</think>",
        "<tool_call>",
        "{\"name\":\"f\"}",
        "</tool_call>",
        "<function=f>",
        "</",
        "&",
        " b ",
        "\u{2028}",
        "[DONE]",
    ];
    vec(select(words.to_vec()), 1..8).prop_map(|words| words.concat())
}

fn arguments() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        words().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!(null)),
        Just(json!([1, {"x": []}])),
        Just(json!(12_345_678_901_234_567_890_u64)),
    ];
    vec((select(vec!["input", "b", "a", "path"]), leaf), 0..4)
        .prop_map(|fields| {
            fields
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
        })
        .prop_map(|fields| Value::Object(fields.collect::<Map<_, _>>()))
}

fn part() -> impl Strategy<Value = Part> {
    let call = (select(vec!["f", "g", "h"]), arguments());
    prop_oneof![
        words().prop_map(Part::Thought),
        // Blanks alone are what some providers send behind calls: nobody's words.
        words()
            .prop_filter("words", |words| !words.trim().is_empty())
            .prop_map(Part::Text),
        call.prop_map(|(name, arguments)| Part::Call(Call {
            id: String::new(),
            name: name.to_owned(),
            arguments,
        })),
    ]
}

pub(crate) fn script() -> impl Strategy<Value = Script> {
    let said = (vec(part(), 0..6), any::<bool>());
    (said, 1_u64..1000, 1_u64..1000).prop_map(|((parts, is_cut), input, output)| {
        let mut parts = parts;
        for (index, part) in parts.iter_mut().enumerate() {
            if let Part::Call(call) = part {
                call.id = format!("call_{index}");
            }
        }
        Script {
            parts,
            is_cut,
            input,
            output,
        }
    })
}

pub(crate) fn manner() -> impl Strategy<Value = Manner> {
    let flags = any::<(bool, bool, bool)>();
    (select(vec!["\n", "\r\n", "\r"]), flags, 1_usize..9).prop_map(
        |(line_end, (is_alive, is_interleaved, is_by_the_book), step)| Manner {
            line_end,
            is_alive,
            step,
            is_interleaved,
            is_by_the_book,
        },
    )
}

//! The quirks of a provider in words: what each takes, and what it is about.

use keyway_protocols::quirks::Quirks;
use serde_json::{Map, Value};

/// What a quirk takes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Takes {
    Switch,
    Number,
    NumberOrNull,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list; holds an example.
    List(&'static str),
    /// A list of words for how hard to think.
    Efforts,
    /// An object; holds an example.
    Object(&'static str),
}

/// Name, what it takes, what it is about: the same words as in the field's documentation, in the same order.
pub(crate) const QUIRKS: &[(&str, Takes, &str)] = &[
    (
        "refuses",
        Takes::List(r#"["seed"]"#),
        "Top-level fields (and `a.b` paths) that it refuses: they are left out, also in the same protocol.",
    ),
    (
        "sets",
        Takes::Object(r#"{"tool_stream": true}"#),
        "Top-level fields that are set on each request, unless the request has them: `{\"tool_stream\": true}`.",
    ),
    (
        "max_tokens_field",
        Takes::Word(&["max_tokens", "max_completion_tokens"]),
        "Which field limits the answer of a Chat model.",
    ),
    (
        "max_output",
        Takes::NumberOrNull,
        "The most tokens it may answer with; what is asked above is lowered.",
    ),
    (
        "default_max_output",
        Takes::Number,
        "What an Anthropic target is asked for when the client sets no limit.",
    ),
    (
        "developer_role",
        Takes::Switch,
        "Whether it knows the role `developer`.",
    ),
    (
        "late_system",
        Takes::Switch,
        "Whether instructions may come later than at the beginning.",
    ),
    (
        "sampling",
        Takes::Switch,
        "Whether `temperature`, `top_p` and `top_k` may be set.",
    ),
    (
        "temperature_with_top_p",
        Takes::Switch,
        "Whether `temperature` and `top_p` may be set together.",
    ),
    ("top_k", Takes::Switch, "Whether it takes `top_k` in Chat."),
    (
        "most_stops",
        Takes::Number,
        "The most stop strings; 0 if it takes none.",
    ),
    (
        "stream_options",
        Takes::Switch,
        "Whether `stream_options` may be sent.",
    ),
    (
        "parallel_tool_calls",
        Takes::Switch,
        "Whether `parallel_tool_calls` may be sent.",
    ),
    (
        "empty_content",
        Takes::Switch,
        "Whether the content of an assistant that only calls tools is `\"\"` instead of `null`.",
    ),
    (
        "cache_hints",
        Takes::Switch,
        "Whether `prompt_cache_key`, `prompt_cache_breakpoint` and `safety_identifier` may be sent.",
    ),
    (
        "verbosity",
        Takes::Switch,
        "Whether `verbosity` may be sent.",
    ),
    (
        "prefill",
        Takes::Switch,
        "Whether an answer that begins in the last message may be asked for (prefill).",
    ),
    (
        "reasoning",
        Takes::Word(&[
            "none",
            "effort",
            "budget",
            "level",
            "adaptive",
            "switch",
            "switch_and_effort",
            "enable_thinking",
            "object",
        ]),
        "How it is told to think.",
    ),
    (
        "efforts",
        Takes::Efforts,
        "The efforts it knows, in rising order; an effort between two of them is raised or lowered to the nearest.",
    ),
    (
        "least_thinking",
        Takes::Number,
        "The fewest tokens it thinks with where it is told a number; 0 if it can be told not to think.",
    ),
    (
        "most_thinking",
        Takes::NumberOrNull,
        "The most tokens it thinks with; nothing means any number.",
    ),
    (
        "reasoning_echo",
        Takes::Word(&["never", "tool_loops", "tool_calls", "always"]),
        "Which of its own thoughts it wants back in Chat.",
    ),
    (
        "think_tags",
        Takes::Switch,
        "Whether its Chat answers hold thoughts between `<think>` and `</think>`.",
    ),
    (
        "forced_tools_while_thinking",
        Takes::Switch,
        "Whether a tool can be forced while it thinks.",
    ),
    (
        "custom_tools",
        Takes::Switch,
        "Whether it knows custom (free text) tools.",
    ),
    (
        "allowed_tools",
        Takes::Switch,
        "Whether a Chat target can be told that only some of the tools are allowed; others are offered only those.",
    ),
    (
        "tool_namespaces",
        Takes::Switch,
        "Whether it knows namespaces of tools.",
    ),
    (
        "web_search",
        Takes::Switch,
        "Whether it searches the web by itself when asked in its protocol's way.",
    ),
    (
        "most_tools",
        Takes::NumberOrNull,
        "The most tools; nothing means any number.",
    ),
    (
        "longest_tool_name",
        Takes::Number,
        "The longest name of a tool.",
    ),
    (
        "call_ids",
        Takes::Word(&["any", "plain", "plain64", "plain40", "nine"]),
        "Which ids of calls it takes.",
    ),
    (
        "schemas",
        Takes::Word(&["json", "open_api"]),
        "How schemas of tools are written.",
    ),
    (
        "schema_refuses",
        Takes::List(r#"["pattern"]"#),
        "Keywords of schemas that it refuses, at any depth.",
    ),
    (
        "strict_schemas",
        Takes::Switch,
        "Whether schemas may be declared strict.",
    ),
    (
        "format_schema",
        Takes::Switch,
        "Whether answers can follow a JSON schema natively.",
    ),
    (
        "format_with_tools",
        Takes::Switch,
        "Whether answers can follow a JSON schema while tools are offered.",
    ),
    (
        "hosted_with_functions",
        Takes::Switch,
        "Whether tools of its own go together with the client's.",
    ),
    (
        "call_signatures",
        Takes::Switch,
        "Whether a Gemini model wants signatures with its calls (3 and later).",
    ),
    (
        "history_tools_declared",
        Takes::Switch,
        "Whether tools named in the history must be declared, too.",
    ),
    ("images", Takes::Switch, "Whether it sees images."),
    (
        "original_images",
        Takes::Switch,
        "Whether it can be asked to look at an image in its original size (`detail: original`).",
    ),
    (
        "images_in_results",
        Takes::Switch,
        "Whether images may be part of a tool's result.",
    ),
    (
        "image_urls",
        Takes::Switch,
        "Whether it fetches images from addresses.",
    ),
    ("pdf", Takes::Switch, "Whether it reads PDF documents."),
    ("audio", Takes::Switch, "Whether it hears audio."),
    (
        "most_inline_bytes",
        Takes::NumberOrNull,
        "The most bytes of one inline medium, in base64; nothing means any number.",
    ),
    (
        "cache",
        Takes::Word(&["implicit", "anthropic", "breakpoint"]),
        "How its prompt cache is told what to keep.",
    ),
    (
        "calls_in_text",
        Takes::Switch,
        "Whether calls are looked for in the text (`<tool_call>{…}</tool_call>`).",
    ),
    (
        "drop_empty_arguments",
        Takes::List(r#"["search"]"#),
        "Whether arguments that are empty strings are left out of calls of these tools.",
    ),
    (
        "about",
        Takes::Object(r#"{"me": "seen in May"}"#),
        "Notes that only people read.",
    ),
];

impl Takes {
    /// What a value must be: `true or false`.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Switch => "true or false".to_owned(),
            Self::Number => "a whole number".to_owned(),
            Self::NumberOrNull => "a whole number, or null for any".to_owned(),
            Self::Word(words) => words.join(" | "),
            Self::List(example) => format!("a list such as '{example}'"),
            Self::Efforts => {
                r#"a list of none, minimal, low, medium, high, xhigh and max, such as '["low", "high"]'"#
                    .to_owned()
            }
            Self::Object(example) => format!("an object such as '{example}'"),
        }
    }
}

/// What is wrong with a quirk that was set by hand; nothing if it can be.
pub(crate) fn fault(name: &str, value: &Value) -> Option<String> {
    let Some((_, takes, _)) = QUIRKS.iter().find(|(known, ..)| *known == name) else {
        return Some(unknown(name));
    };
    let one = Map::from_iter([(name.to_owned(), value.clone())]);
    Quirks::check(&one)
        .is_err()
        .then(|| format!("must be {}", takes.words()))
}

fn unknown(name: &str) -> String {
    const NEAR: usize = 2;
    let mut names: Vec<&str> = QUIRKS.iter().map(|(name, ..)| *name).collect();
    names.sort_unstable();
    let nearest = names.iter().min_by_key(|known| distance(known, name));
    match nearest {
        Some(known) if distance(known, name) <= NEAR => {
            format!("is no quirk; is {known} meant?")
        }
        Some(_) | None => format!("is no quirk; there are {}", names.join(", ")),
    }
}

/// How many letters must be changed, added or taken away to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], at + 1);
        for (column, facing) in other.iter().enumerate() {
            let here = corner + usize::from(letter != *facing);
            corner = row[column + 1];
            row[column + 1] = here.min(corner + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SOURCE: &str = include_str!("../../../protocols/src/quirks/mod.rs");

    #[test]
    fn every_quirk_is_told_in_the_words_of_its_field() {
        let fields = serde_json::to_value(Quirks::default()).unwrap();
        let mut names: Vec<&str> = QUIRKS.iter().map(|(name, ..)| *name).collect();
        names.sort_unstable();
        let mut known: Vec<&String> = fields.as_object().unwrap().keys().collect();
        known.sort_unstable();
        assert_eq!(names, known);
        for (name, _, about) in QUIRKS {
            let field = format!("    /// {about}\n    pub {name}: ");
            assert!(SOURCE.contains(&field), "{name} is documented otherwise");
        }
    }

    #[test]
    fn what_is_said_to_be_taken_is_taken_and_nothing_else() {
        for (name, takes, _) in QUIRKS {
            let good: Vec<Value> = match takes {
                Takes::Switch => vec![json!(true), json!(false)],
                Takes::Number => vec![json!(3)],
                Takes::NumberOrNull => vec![json!(3), Value::Null],
                Takes::Word(words) => words.iter().map(|word| json!(word)).collect(),
                Takes::List(example) | Takes::Object(example) => {
                    vec![serde_json::from_str(example).unwrap()]
                }
                Takes::Efforts => {
                    vec![json!([
                        "none", "minimal", "low", "medium", "high", "xhigh", "max"
                    ])]
                }
            };
            for value in good {
                assert_eq!(fault(name, &value), None, "{name}");
            }
            let bad = fault(name, &json!("nonsense")).unwrap();
            assert_eq!(bad, format!("must be {}", takes.words()), "{name}");
        }
        assert_eq!(
            fault("most_stops", &json!(true)).unwrap(),
            "must be a whole number"
        );
    }

    #[test]
    fn a_slip_of_the_pen_is_told_the_nearest_name_and_anything_else_all_of_them() {
        assert_eq!(unknown("imagse"), "is no quirk; is images meant?");
        let all = unknown("colour");
        assert!(
            all.starts_with("is no quirk; there are about, allowed_tools, audio, "),
            "{all}"
        );
    }
}

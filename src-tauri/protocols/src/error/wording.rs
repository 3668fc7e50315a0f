//! The words of an error: those that clients act on, short, and without keys.

use super::{ErrorKind, UpstreamError};
use crate::Protocol;

/// The most bytes of a message that are told.
const LONGEST: usize = 1000;
/// What Anthropic's clients look for: the first has them shorten the conversation, the second ask for less.
const KNOWN: [&str; 2] = ["prompt is too long", "exceed context limit"];
/// What a key begins with, and what stands in front of one.
const KEYS: [&str; 8] = [
    "sk-", "sk_", "AIza", "gsk_", "xai-", "key=", "Bearer ", "bearer ",
];

/// An error as clients of `to` are told it.
pub(crate) fn worded(error: UpstreamError, to: Protocol) -> UpstreamError {
    let is_matched = KNOWN.iter().any(|known| error.message.contains(known));
    let message = match (error.kind, to) {
        (ErrorKind::ContextTooLong, Protocol::Anthropic) if !is_matched => too_long(&error.message),
        _ => error.message,
    };
    UpstreamError {
        message: without_keys(&shortened(message)),
        ..error
    }
}

/// Whether a message says that the conversation is too long for the model.
pub(super) fn is_too_long(message: &str) -> bool {
    const SAYS: [&str; 10] = [
        "prompt is too long",
        "exceed context limit",
        "maximum context length",
        "maximum prompt length",
        "input token count",
        "prompt token count of",
        "exceeded model token limit",
        "prompt exceeds max length",
        "range of input length",
        "reduce the length of the messages",
    ];
    let lower = message.to_ascii_lowercase();
    let says_context = ["context window", "context size", "context length"]
        .iter()
        .any(|context| lower.contains(context))
        && lower.contains("exceed");
    says_context || SAYS.iter().any(|says| lower.contains(says))
}

/// The same in Anthropic's words, with the numbers if they are told.
fn too_long(message: &str) -> String {
    let limit = first_number(
        message,
        &[
            "maximum context length is ",
            "maximum context length of ",
            "maximum prompt length is ",
            "maximum number of tokens allowed (",
            "exceeds the limit of ",
            "context size (",
            "token limit: ",
        ],
        &[" maximum context length"],
    );
    let input = first_number(
        message,
        &[
            "your request has ",
            "resulted in ",
            "token count (",
            "token count of ",
            "contains ",
            "request (",
        ],
        &[" in the messages"],
    )
    .or_else(|| first_number(message, &["requested "], &[]));
    let output = first_number(message, &["is too large: "], &[" in the completion"]);
    match (input, output, limit) {
        (Some(input), Some(output), Some(limit)) if input <= limit => format!(
            "input length and `max_tokens` exceed context limit: {input} + {output} > {limit}, \
             decrease input length or `max_tokens` and try again"
        ),
        (Some(input), _, Some(limit)) if input > limit => {
            format!("prompt is too long: {input} tokens > {limit} maximum")
        }
        _ => "prompt is too long".to_owned(),
    }
}

/// The first number that stands behind or in front of one of these words.
fn first_number(message: &str, behind: &[&str], before: &[&str]) -> Option<u64> {
    let behind = behind.iter().find_map(|phrase| {
        let rest = &message[message.find(phrase)? + phrase.len()..];
        let len = rest.find(|c: char| !is_digit(c)).unwrap_or(rest.len());
        parsed(&rest[..len])
    });
    behind.or_else(|| {
        before.iter().find_map(|phrase| {
            let rest = &message[..message.find(phrase)?];
            let start = rest.rfind(|c: char| !is_digit(c)).map_or(0, |at| at + 1);
            parsed(rest.get(start..)?)
        })
    })
}

fn is_digit(char: char) -> bool {
    char.is_ascii_digit() || char == ','
}

fn parsed(digits: &str) -> Option<u64> {
    digits.replace(',', "").parse().ok()
}

fn shortened(message: String) -> String {
    let is_page = ["<html", "<HTML", "<!doctype", "<!DOCTYPE"]
        .iter()
        .any(|tag| message.contains(tag));
    let message = if is_page {
        super::recognise::plain_text(&message)
    } else {
        message
    };
    if message.len() <= LONGEST {
        return message;
    }
    let end = message.floor_char_boundary(LONGEST);
    format!("{}…", &message[..end])
}

/// The text with every key in it cut down to what it begins with.
fn without_keys(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, prefix)) = next_key(rest) {
        let key = &rest[at + prefix.len()..];
        let len = key.find(|c: char| !is_of_key(c)).unwrap_or(key.len());
        let is_word_before = rest[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        out.push_str(&rest[..at + prefix.len()]);
        // A hyphenated word is no key: keys hold digits, or stars where the provider hid some of it.
        let is_key =
            !is_word_before && key[..len].contains(|c: char| c.is_ascii_digit() || c == '*');
        out.push_str(if is_key { "…" } else { &key[..len] });
        rest = &key[len..];
    }
    out.push_str(rest);
    out
}

fn next_key(text: &str) -> Option<(usize, &'static str)> {
    let found = KEYS
        .iter()
        .filter_map(|prefix| Some((text.find(prefix)?, *prefix)));
    found.min_by_key(|(at, _)| *at)
}

fn is_of_key(char: char) -> bool {
    char.is_ascii_alphanumeric() || "_-*.".contains(char)
}

#[cfg(test)]
mod tests {
    use super::{is_too_long, without_keys, worded};
    use crate::Protocol;
    use crate::error::{ErrorKind, UpstreamError};

    fn told(message: &str, to: Protocol) -> String {
        let error = UpstreamError {
            kind: ErrorKind::ContextTooLong,
            code: None,
            message: message.into(),
        };
        worded(error, to).message
    }

    #[test]
    fn p100_too_long_a_conversation_is_said_so_that_claude_code_shortens_it() {
        for (message, expected) in [
            (
                "This model's maximum context length is 128000 tokens. However, your messages resulted in 130,000 tokens.",
                "prompt is too long: 130000 tokens > 128000 maximum",
            ),
            (
                "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
                "prompt is too long: 1200000 tokens > 1048576 maximum",
            ),
            (
                "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
                "prompt is too long: 140000 tokens > 131072 maximum",
            ),
            (
                "Prompt contains 140000 tokens and 0 draft tokens, too large for model with 131072 maximum context length",
                "prompt is too long: 140000 tokens > 131072 maximum",
            ),
            (
                "prompt token count of 130000 exceeds the limit of 128000",
                "prompt is too long: 130000 tokens > 128000 maximum",
            ),
            (
                "Your input exceeds the context window of this model.",
                "prompt is too long",
            ),
            (
                "Invalid request: Your request exceeded model token limit: 131072",
                "prompt is too long",
            ),
            (
                "prompt is too long: 9 tokens > 8 maximum",
                "prompt is too long: 9 tokens > 8 maximum",
            ),
        ] {
            assert!(is_too_long(message), "{message}");
            assert_eq!(told(message, Protocol::Anthropic), expected);
            assert_eq!(told(message, Protocol::OpenAi), message);
        }
    }

    #[test]
    fn p100_too_long_an_answer_is_said_so_that_claude_code_asks_for_less() {
        for message in [
            "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (4000 in the messages, 5000 in the completion).",
            "'max_tokens' is too large: 5000. This model's maximum context length is 8192 tokens and your request has 4000 input tokens (5000 > 8192 - 4000).",
        ] {
            let told = told(message, Protocol::Anthropic);
            assert!(
                told.starts_with(
                    "input length and `max_tokens` exceed context limit: 4000 + 5000 > 8192"
                ),
                "{told}"
            );
        }
    }

    #[test]
    fn p291_keys_are_not_told() {
        for (text, expected) in [
            (
                "Incorrect API key provided: sk-abc123XYZ.",
                "Incorrect API key provided: sk-…",
            ),
            ("key sk-proj-a1_b2****wxyz is bad", "key sk-… is bad"),
            (
                "Authorization: Bearer abc.d3f-x!",
                "Authorization: Bearer …!",
            ),
            (
                "https://x/?key=AIzaSy0-9_x&alt=sse",
                "https://x/?key=…&alt=sse",
            ),
            (
                "the task-list of a risk-averse desk",
                "the task-list of a risk-averse desk",
            ),
            ("Bearer token missing", "Bearer token missing"),
        ] {
            assert_eq!(without_keys(text), expected);
        }
    }

    #[test]
    fn p290_long_pages_become_a_line() {
        let page = format!(
            "<html><title>502 Bad Gateway</title>{}</html>",
            "x".repeat(100_000)
        );
        assert_eq!(told(&page, Protocol::OpenAi), "502 Bad Gateway");
        assert!(told(&"é".repeat(100_000), Protocol::OpenAi).len() <= 1024);
    }
}

//! Texts: how long they are and how they fall to pieces.

use serde_json::Value;

const FEWEST_PIECES: usize = 4;
const MOST_PIECES: usize = 200;
const USUAL_PIECE: usize = 12;

/// Words of four letters and blanks, each of which is one token.
const WORDS: [&str; 8] = [
    "the ", "and ", "for ", "one ", "day ", "you ", "may ", "say ",
];

/// About how many tokens a text has: four letters each, or one other character.
pub(super) fn tokens(text: &str) -> u64 {
    let letters = text.bytes().filter(u8::is_ascii).count() as u64;
    let others = text
        .chars()
        .filter(|character| !character.is_ascii())
        .count() as u64;
    letters.div_ceil(4) + others
}

/// About how many tokens all texts in a value have, but for encoded bytes.
pub(super) fn tokens_in(value: &Value) -> u64 {
    match value {
        Value::String(text) => tokens(text),
        Value::Array(items) => items.iter().map(tokens_in).sum(),
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| {
                !matches!(
                    name.as_str(),
                    "data" | "image_url" | "file_data" | "signature"
                )
            })
            .map(|(name, field)| tokens(name) + tokens_in(field))
            .sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// The beginning of a text that has no more than so many tokens.
pub(super) fn first_tokens(text: &str, most: u64) -> &str {
    let mut quarters = most.saturating_mul(4);
    for (index, character) in text.char_indices() {
        let cost = if character.is_ascii() { 1 } else { 4 };
        if quarters < cost {
            return &text[..index];
        }
        quarters -= cost;
    }
    text
}

/// A text of so many tokens.
pub(super) fn of_tokens(count: u64) -> String {
    let words = WORDS.iter().cycle();
    let mut text: String = words
        .take(usize::try_from(count).unwrap_or_default())
        .copied()
        .collect();
    text.pop();
    text.push('.');
    text
}

/// Cuts a text into the pieces of a stream: several even of a short one, and not thousands of a long one.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let characters = text.chars().count();
    let size = (characters / FEWEST_PIECES)
        .clamp(1, USUAL_PIECE)
        .max(characters / MOST_PIECES);
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest
            .char_indices()
            .nth(size)
            .map_or(rest.len(), |(end, _)| end);
        let (piece, later) = rest.split_at(end);
        pieces.push(piece);
        rest = later;
    }
    pieces
}

/// A text short enough to be quoted.
pub(super) fn quote(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{first_tokens, of_tokens, pieces, tokens};

    #[test]
    fn a_text_of_so_many_tokens_counts_as_many() {
        for count in [1, 7, 5_000] {
            assert_eq!(tokens(&of_tokens(count)), count);
            assert_eq!(tokens(first_tokens(&of_tokens(9_000), count)), count);
        }
        assert_eq!(tokens(first_tokens("日本語のテキスト", 3)), 3);
    }

    #[test]
    fn pieces_are_several_and_make_the_text_again() {
        for text in ["hi there", "日本語のテキストです", &of_tokens(50_000)] {
            let pieces = pieces(text);
            assert!((4..=220).contains(&pieces.len()), "{} pieces", pieces.len());
            assert_eq!(pieces.concat(), text);
        }
        assert!(pieces("").is_empty());
    }
}

use serde_json::Value;

use super::{
    CountError,
    media::{self, Size},
    tally::{Tally, items},
};

const PER_TURN: u64 = 1;
const PER_CALL: u64 = 4;
const PER_TOOL: u64 = 8;
const TILE: u64 = 258;
const SMALL_PICTURE: u64 = 384;
const TILE_SIDE: u64 = 768;
const UNSEEN_MEDIA: u64 = 4 * TILE;
/// A page is one tile and its text, some 60 KB in a PDF.
const DOCUMENT_BYTES_PER_TOKEN: u64 = 100;
/// 32 tokens a second, at the 16 KB a second of compressed sound.
const SOUND_BYTES_PER_TOKEN: u64 = 500;
/// 263 tokens a second, at the 250 KB a second of compressed film.
const FILM_BYTES_PER_TOKEN: u64 = 1_000;

/// Counts a generateContent request, or a countTokens request that holds one.
pub(super) fn request(tally: &mut Tally<'_>, body: &Value) -> Result<(), CountError> {
    let body = either(body, "generateContentRequest", "generate_content_request").unwrap_or(body);
    if body["contents"].is_null() {
        return Err(CountError::Missing("contents"));
    }
    let system = either(body, "systemInstruction", "system_instruction");
    for turn in system.into_iter().chain(items(&body["contents"])) {
        tally.flat(PER_TURN);
        match turn.as_str() {
            Some(text) => tally.text(text),
            None => items(&turn["parts"])
                .iter()
                .for_each(|part| self::part(tally, part)),
        }
    }
    for tool in items(&body["tools"]) {
        tally.flat(PER_TOOL);
        tally.json(tool);
    }
    let config = either(body, "generationConfig", "generation_config").unwrap_or(&Value::Null);
    for (camel, snake) in [
        ("responseSchema", "response_schema"),
        ("responseJsonSchema", "response_json_schema"),
    ] {
        tally.json(either(config, camel, snake).unwrap_or(&Value::Null));
    }
    Ok(())
}

fn part(tally: &mut Tally<'_>, part: &Value) {
    if let Some(text) = part.as_str().or_else(|| part["text"].as_str()) {
        return tally.text(text);
    }
    if let Some(data) = either(part, "inlineData", "inline_data") {
        return inline(tally, data);
    }
    if either(part, "fileData", "file_data").is_some() {
        return tally.flat(UNSEEN_MEDIA);
    }
    if let Some(call) = either(part, "functionCall", "function_call") {
        tally.flat(PER_CALL);
        tally.field(call, "name");
        return tally.json(&call["args"]);
    }
    if let Some(answer) = either(part, "functionResponse", "function_response") {
        tally.flat(PER_CALL);
        tally.field(answer, "name");
        tally.json(&answer["response"]);
        return items(&answer["parts"])
            .iter()
            .for_each(|part| self::part(tally, part));
    }
    let Some(fields) = part.as_object() else {
        return;
    };
    for (name, field) in fields {
        if name != "thoughtSignature" && name != "thought_signature" {
            tally.loose(field);
        }
    }
}

fn inline(tally: &mut Tally<'_>, data: &Value) {
    let base64 = data["data"].as_str().unwrap_or_default();
    let bytes = media::byte_len(base64);
    let kind = either(data, "mimeType", "mime_type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let tokens = match kind.split('/').next().unwrap_or_default() {
        "image" => media::size_of(base64).map_or(UNSEEN_MEDIA, picture),
        "audio" => (bytes / SOUND_BYTES_PER_TOKEN).max(1),
        "video" => (bytes / FILM_BYTES_PER_TOKEN).max(TILE),
        "text" => bytes.div_ceil(3),
        _ => (bytes / DOCUMENT_BYTES_PER_TOKEN).max(TILE),
    };
    tally.flat(tokens);
}

fn picture(size: Size) -> u64 {
    if size.width <= SMALL_PICTURE && size.height <= SMALL_PICTURE {
        return TILE;
    }
    TILE * size.within(3 * TILE_SIDE).tiles(TILE_SIDE)
}

/// A field by either of the two names that Google takes.
fn either<'a>(value: &'a Value, camel: &str, snake: &str) -> Option<&'a Value> {
    value.get(camel).or_else(|| value.get(snake))
}

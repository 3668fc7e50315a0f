use serde_json::Value;

use super::{
    CountError, media,
    tally::{Tally, items},
};

const PER_REQUEST: u64 = 3;
const PER_MESSAGE: u64 = 4;
const PER_CALL: u64 = 8;
const PER_TOOL: u64 = 8;
const PICTURE_BASE: u64 = 85;
const PICTURE_TILE: u64 = 170;
/// A picture nobody here has seen: four tiles, as most are.
const UNSEEN_PICTURE: u64 = PICTURE_BASE + 4 * PICTURE_TILE;
const UNSEEN_DOCUMENT: u64 = 3_000;
const DOCUMENT_BYTES_PER_TOKEN: u64 = 20;
const SOUND_BYTES_PER_TOKEN: u64 = 400;

/// Counts a Chat Completions request.
pub(super) fn chat(tally: &mut Tally<'_>, body: &Value) -> Result<(), CountError> {
    let messages = body["messages"]
        .as_array()
        .ok_or(CountError::Missing("messages"))?;
    tally.flat(PER_REQUEST);
    for message in messages {
        tally.flat(PER_MESSAGE);
        tally.field(message, "name");
        tally.field(message, "reasoning_content");
        tally.field(message, "reasoning");
        tally.field(message, "refusal");
        content(tally, &message["content"]);
        for call in items(&message["tool_calls"]) {
            self::call(tally, call);
        }
        self::call(tally, &message["function_call"]);
    }
    for tool in items(&body["tools"])
        .iter()
        .chain(items(&body["functions"]))
    {
        self::tool(tally, tool);
    }
    tally.json(&body["response_format"]["json_schema"]);
    Ok(())
}

/// Counts a Responses request.
pub(super) fn responses(tally: &mut Tally<'_>, body: &Value) -> Result<(), CountError> {
    if body["input"].is_null() && body["instructions"].is_null() {
        return Err(CountError::Missing("input"));
    }
    tally.flat(PER_REQUEST);
    if let Some(instructions) = body["instructions"].as_str() {
        tally.flat(PER_MESSAGE);
        tally.text(instructions);
    }
    match body["input"].as_str() {
        Some(text) => {
            tally.flat(PER_MESSAGE);
            tally.text(text);
        }
        None => items(&body["input"])
            .iter()
            .for_each(|item| self::item(tally, item)),
    }
    for tool in items(&body["tools"]) {
        self::tool(tally, tool);
    }
    tally.json(&body["text"]["format"]["schema"]);
    Ok(())
}

fn item(tally: &mut Tally<'_>, item: &Value) {
    tally.flat(PER_MESSAGE);
    match item["type"].as_str().unwrap_or("message") {
        "message" => content(tally, &item["content"]),
        "function_call" | "custom_tool_call" => call(tally, item),
        "additional_tools" => items(&item["tools"])
            .iter()
            .for_each(|tool| self::tool(tally, tool)),
        "reasoning" => {
            content(tally, &item["summary"]);
            content(tally, &item["content"]);
            tally.sealed(&item["encrypted_content"]);
        }
        kind if kind.ends_with("_output") => {
            tally.flat(PER_CALL);
            content(tally, &item["output"]);
        }
        _ => tally.loose(item),
    }
}

fn call(tally: &mut Tally<'_>, call: &Value) {
    if call.is_null() {
        return;
    }
    tally.flat(PER_CALL);
    for place in [call, &call["function"], &call["custom"]] {
        tally.field(place, "name");
        tally.json(&place["arguments"]);
        tally.json(&place["input"]);
    }
}

fn tool(tally: &mut Tally<'_>, tool: &Value) {
    tally.flat(PER_TOOL);
    tally.json(tool);
}

fn content(tally: &mut Tally<'_>, content: &Value) {
    match content.as_str() {
        Some(text) => tally.text(text),
        None => items(content)
            .iter()
            .for_each(|part| self::part(tally, part)),
    }
}

fn part(tally: &mut Tally<'_>, part: &Value) {
    match part["type"].as_str().unwrap_or_default() {
        "image_url" => {
            let url = part["image_url"]["url"]
                .as_str()
                .or_else(|| part["image_url"].as_str());
            picture(tally, url, &part["image_url"]["detail"]);
        }
        "input_image" => picture(tally, part["image_url"].as_str(), &part["detail"]),
        "file" => document(tally, &part["file"]),
        "input_file" => document(tally, part),
        "input_audio" => {
            let bytes = part["input_audio"]["data"]
                .as_str()
                .map_or(0, media::byte_len);
            tally.flat((bytes / SOUND_BYTES_PER_TOKEN).max(1));
        }
        "refusal" => tally.field(part, "refusal"),
        "text" | "input_text" | "output_text" | "summary_text" | "reasoning_text" => {
            tally.field(part, "text");
        }
        _ => tally.loose(part),
    }
}

fn picture(tally: &mut Tally<'_>, url: Option<&str>, detail: &Value) {
    if detail == "low" {
        return tally.flat(PICTURE_BASE);
    }
    let size = url
        .and_then(media::data_url)
        .and_then(|(_, data)| media::size_of(data));
    tally.flat(size.map_or(UNSEEN_PICTURE, |size| {
        let tiles = size.within(2_048).shortest_at_most(768).tiles(512);
        PICTURE_BASE + PICTURE_TILE * tiles
    }));
}

fn document(tally: &mut Tally<'_>, file: &Value) {
    tally.field(file, "filename");
    let Some(data) = file["file_data"].as_str() else {
        return tally.flat(UNSEEN_DOCUMENT);
    };
    let data = media::data_url(data).map_or(data, |(_, data)| data);
    tally.flat((media::byte_len(data) / DOCUMENT_BYTES_PER_TOKEN).max(PICTURE_BASE));
}

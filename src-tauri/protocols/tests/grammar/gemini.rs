//! generateContent, as the SDKs and the Gemini CLI read it.

use std::collections::HashSet;

use serde_json::Value;

use super::frames::frames;
use super::{Ended, any, count, ensure, list, name};

const DATA: [&str; 8] = [
    "text",
    "functionCall",
    "functionResponse",
    "inlineData",
    "fileData",
    "executableCode",
    "codeExecutionResult",
    "toolCall",
];
const STOPS: [&str; 19] = [
    "STOP",
    "MAX_TOKENS",
    "SAFETY",
    "RECITATION",
    "LANGUAGE",
    "OTHER",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MALFORMED_FUNCTION_CALL",
    "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS",
    "MALFORMED_RESPONSE",
    "CONTINUATION",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "NO_IMAGE",
    "IMAGE_RECITATION",
    "IMAGE_OTHER",
];

#[derive(Default)]
struct State {
    head: Option<[Value; 2]>,
    ids: HashSet<String>,
    is_finished: bool,
    ended: Option<Ended>,
}

pub(super) fn check(stream: &str) -> Result<Ended, String> {
    let mut state = State::default();
    for chunk in chunks(stream)? {
        ensure!(state.ended.is_none(), "more behind the end: {chunk}");
        if let Some(error) = chunk.get("error") {
            count(error, "code")?;
            name(error, "message")?;
            name(error, "status")?;
            state.ended = Some(Ended::Failed);
            continue;
        }
        state.chunk(&chunk)?;
        if state.is_finished {
            counted(any(&chunk, "usageMetadata")?)?;
            state.ended = Some(Ended::Whole);
        }
    }
    state.ended.ok_or_else(|| "no end".to_owned())
}

fn chunks(stream: &str) -> Result<Vec<Value>, String> {
    if stream.trim_start().starts_with('[') {
        return serde_json::from_str(stream).map_err(|error| error.to_string());
    }
    let mut chunks = Vec::new();
    for frame in frames(stream)? {
        ensure!(frame.event.is_none(), "a named event");
        chunks.push(frame.json()?);
    }
    Ok(chunks)
}

impl State {
    fn chunk(&mut self, chunk: &Value) -> Result<(), String> {
        name(chunk, "modelVersion")?;
        name(chunk, "responseId")?;
        let head = ["modelVersion", "responseId"].map(|key| chunk[key].clone());
        let first = self.head.get_or_insert_with(|| head.clone());
        ensure!(*first == head, "{head:?} is not {first:?}");
        for candidate in list(chunk, "candidates")? {
            self.candidate(candidate)?;
        }
        Ok(())
    }

    fn candidate(&mut self, candidate: &Value) -> Result<(), String> {
        let is_last = candidate.get("finishReason").is_some();
        if let Some(content) = candidate.get("content") {
            ensure!(content["role"] == "model", "role: {content}");
            for part in list(content, "parts")? {
                self.part(part, is_last)?;
            }
        }
        if is_last {
            let reason = name(candidate, "finishReason")?;
            ensure!(STOPS.contains(&reason), "unknown reason {reason}");
            self.is_finished = true;
        }
        Ok(())
    }

    fn part(&mut self, part: &Value, is_last: bool) -> Result<(), String> {
        let fields = DATA.iter().filter(|key| part.get(**key).is_some()).count();
        ensure!(fields == 1, "{fields} kinds of data in {part}");
        if let Some(text) = part.get("text") {
            let has_use = text != "" || part.get("thoughtSignature").is_some() || is_last;
            ensure!(text.is_string() && has_use, "an empty text");
        }
        if let Some(signature) = part.get("thoughtSignature") {
            let signature = signature.as_str().unwrap_or_default();
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
            let is_base64 = signature.len().is_multiple_of(4) && signature.bytes().all(is_plain);
            ensure!(
                is_base64 && !signature.is_empty(),
                "a signature that is no base64: {part}"
            );
        }
        if let Some(call) = part.get("functionCall") {
            name(call, "name")?;
            ensure!(any(call, "args")?.is_object(), "args are no object: {call}");
            if call.get("id").is_some() {
                let id = name(call, "id")?;
                ensure!(self.ids.insert(id.to_owned()), "the id {id} twice");
            }
        }
        Ok(())
    }
}

fn counted(usage: &Value) -> Result<(), String> {
    let at = |key: &str| usage.get(key).and_then(Value::as_u64).unwrap_or(0);
    let sum = at("promptTokenCount")
        + at("candidatesTokenCount")
        + at("thoughtsTokenCount")
        + at("toolUsePromptTokenCount");
    ensure!(
        count(usage, "totalTokenCount")? == sum,
        "a wrong sum: {usage}"
    );
    Ok(())
}

pub(super) fn check_body(body: &Value) -> Result<(), String> {
    let mut state = State::default();
    state.chunk(body)?;
    ensure!(state.is_finished, "no reason to stop");
    counted(any(body, "usageMetadata")?)
}

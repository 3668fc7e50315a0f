//! Reads `generationConfig`.

use serde_json::{Map, Value};

use super::super::GEMINI;
use super::super::fields::{
    take, take_bool, take_count, take_number, take_object, take_text, take_texts, take_whole,
};
use super::notes;
use crate::request::{Effort, Format, Request, Sampling, Thinking, ThinkingMode};
use crate::schema;

/// Reads the configuration; what has no neutral form stays in `generationConfig`.
pub(super) fn config(object: &mut Map<String, Value>, request: &mut Request) {
    let Some(mut config) = take_object(object, "generationConfig") else {
        return;
    };
    if config.is_empty() {
        request.extra.note(GEMINI, notes::NO_CONFIG, true.into());
    }
    request.sampling = sampling(&mut config);
    request.answers = take_count(&mut config, "candidateCount");
    request.format = format(&mut config, request);
    if let Some(thinking) = take_object(&mut config, "thinkingConfig") {
        request.thinking = self::thinking(thinking);
    }
    if let Some(one @ Value::String(_)) = config.get_mut("responseModalities") {
        *one = vec![one.take()].into();
    }
    config.retain(|_, value| !value.is_null());
    if !config.is_empty() {
        request
            .extra
            .keep(GEMINI, "generationConfig", config.into());
    }
}

fn sampling(config: &mut Map<String, Value>) -> Sampling {
    Sampling {
        max_output: take_count(config, "maxOutputTokens"),
        temperature: take_number(config, "temperature"),
        top_p: take_number(config, "topP"),
        top_k: take_number(config, "topK"),
        stop: take_texts(config, "stopSequences"),
        seed: take_number(config, "seed"),
        presence_penalty: take_number(config, "presencePenalty"),
        frequency_penalty: take_number(config, "frequencyPenalty"),
        logprobs: take_bool(config, "responseLogprobs"),
        top_logprobs: take_count(config, "logprobs"),
    }
}

/// The shape of the answer: a schema may come without the media type that belongs to it.
fn format(config: &mut Map<String, Value>, request: &mut Request) -> Option<Format> {
    let mime = config
        .get("responseMimeType")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let is_json = mime
        .as_deref()
        .is_none_or(|mime| mime == "application/json");
    let schema = is_json.then(|| schema(config, request)).flatten();
    let format = match (mime.as_deref(), schema) {
        (_, Some(schema)) => Format::Schema {
            name: None,
            description: None,
            schema,
            strict: None,
        },
        (Some("application/json"), None) => Format::Json,
        (Some("text/plain"), None) => Format::Text,
        (Some(_) | None, None) => return None,
    };
    request
        .extra
        .note(GEMINI, notes::SPELLED, mime.is_some().into());
    take(config, "responseMimeType");
    Some(format)
}

fn schema(config: &mut Map<String, Value>, request: &mut Request) -> Option<Value> {
    if let Some(schema) = take(config, "responseJsonSchema") {
        return Some(schema);
    }
    let dialect = take(config, "responseSchema")?;
    let schema = schema::from_openapi(&dialect);
    request.extra.note(GEMINI, notes::OPENAPI, dialect);
    Some(schema)
}

fn thinking(mut config: Map<String, Value>) -> Thinking {
    let mut thinking = Thinking {
        shown: take_bool(&mut config, "includeThoughts"),
        budget: take_whole(&mut config, "thinkingBudget"),
        ..Thinking::default()
    };
    if thinking.budget == Some(0) {
        thinking.mode = Some(ThinkingMode::Off);
    }
    let level = config.get("thinkingLevel").and_then(Value::as_str);
    thinking.effort = level.and_then(|level| level.parse::<Effort>().ok());
    if thinking.effort.is_some() {
        take_text(&mut config, "thinkingLevel");
    }
    thinking.extra.note(GEMINI, notes::CONFIG, true.into());
    for (name, value) in config {
        thinking.extra.keep(GEMINI, &name, value);
    }
    thinking
}

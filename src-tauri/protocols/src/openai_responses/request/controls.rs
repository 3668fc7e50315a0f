//! How the model is to think and to answer: `reasoning`, `text` and the numbers.

use serde_json::{Map, Value, json};

use crate::extra::Place;
use crate::openai_responses::OWN;
use crate::openai_responses::fields::{Fields, map, restore};
use crate::openai_responses::items::page::Page;
use crate::quirks::ReasoningStyle;
use crate::request::{Effort, Format, Request, Sampling, Thinking, ThinkingMode};

/// Reads `reasoning`.
///
/// The word of the summary is noted: the neutral form only knows whether there is to be one.
pub(crate) fn read_thinking(fields: &mut Fields) -> Thinking {
    let Some(mut inner) = fields.object("reasoning") else {
        return Thinking::default();
    };
    let effort = inner.get("effort").and_then(Value::as_str);
    let effort = effort.and_then(|word| word.parse::<Effort>().ok());
    if effort.is_some() {
        inner.take("effort");
    }
    let asked: Vec<&str> = ["summary", "generate_summary"]
        .into_iter()
        .filter(|key| match inner.string(key) {
            Some(word) => {
                inner.note(key, word);
                true
            }
            None => false,
        })
        .collect();
    inner.note("said", true);
    Thinking {
        mode: None,
        effort,
        budget: None,
        shown: (!asked.is_empty()).then_some(true),
        extra: inner.rest(),
    }
}

/// Writes `reasoning`, if anything is said about it and the target can be told.
pub(crate) fn write_thinking(thinking: &Thinking, page: &mut Page<'_>) -> Option<Value> {
    page.lose_extra(&thinking.extra, Place::Thinking);
    let is_said = thinking != &Thinking::default();
    if !is_said || page.quirks.reasoning == ReasoningStyle::None {
        return None;
    }
    let mut object = Map::new();
    let is_off = thinking.mode == Some(ThinkingMode::Off);
    let effort = thinking.effort.or(is_off.then_some(Effort::None));
    if let Some(effort) = effort {
        object.insert("effort".into(), effort.as_str().into());
    }
    if !page.own && effort != Some(Effort::None) && thinking.shown != Some(false) {
        object.insert("summary".into(), "auto".into());
    }
    for key in ["summary", "generate_summary"] {
        if let Some(word) = thinking.extra.noted(OWN, key) {
            object.insert(key.into(), word.clone());
        }
    }
    restore(&mut object, &thinking.extra);
    (page.own || !object.is_empty()).then_some(Value::Object(object))
}

/// Reads `text.verbosity` and `text.format`; what else is in `text` stays where it is.
pub(crate) fn read_text(fields: &mut Fields) -> (Option<Format>, Option<String>) {
    let Some(mut inner) = fields.object("text") else {
        return (None, None);
    };
    let verbosity = inner.string("verbosity");
    let format = inner.object("format").and_then(|format| {
        let (read, left) = read_format(format);
        if read.is_none() || is_telling(&left) {
            inner.put("format", left);
        }
        read
    });
    let left = inner.left();
    if is_telling(&left) || (format.is_none() && verbosity.is_none()) {
        fields.put("text", left);
    }
    (format, verbosity)
}

fn is_telling(left: &Value) -> bool {
    left.as_object().is_some_and(|fields| !fields.is_empty())
}

/// Reads a format, and gives back what is left of it.
fn read_format(mut format: Fields) -> (Option<Format>, Value) {
    let kind = format.get("type").and_then(Value::as_str);
    let read = match kind {
        Some("text") => Format::Text,
        Some("json_object") => Format::Json,
        Some("json_schema") if format.get("schema").is_some() => Format::Schema {
            name: format.string("name"),
            description: format.string("description"),
            schema: format.take("schema").unwrap_or_default(),
            strict: format.boolean("strict"),
        },
        _ => return (None, format.left()),
    };
    format.take("type");
    (Some(read), format.left())
}

/// Writes `text`, if anything is said about it.
pub(crate) fn write_text(request: &Request, page: &Page<'_>) -> Option<Value> {
    let mut object = Map::new();
    if let Some(format) = &request.format {
        object.insert("format".into(), write_format(format, page).into());
    }
    if let Some(verbosity) = &request.verbosity {
        object.insert("verbosity".into(), verbosity.as_str().into());
    }
    (!object.is_empty()).then_some(Value::Object(object))
}

fn write_format(format: &Format, page: &Page<'_>) -> Map<String, Value> {
    let Format::Schema {
        name,
        description,
        schema,
        strict,
    } = format
    else {
        let kind = if *format == Format::Json {
            "json_object"
        } else {
            "text"
        };
        return map(json!({"type": kind}));
    };
    let mut object = map(json!({"type": "json_schema"}));
    let name = name.as_deref().or((!page.own).then_some("response"));
    if let Some(name) = name {
        object.insert("name".into(), name.into());
    }
    if let Some(description) = description {
        object.insert("description".into(), description.as_str().into());
    }
    object.insert("schema".into(), schema.clone());
    if let Some(strict) = strict.or((!page.own).then_some(false)) {
        let strict = strict && page.quirks.strict_schemas;
        object.insert("strict".into(), strict.into());
    }
    object
}

/// Reads how the answer is drawn.
pub(crate) fn read_sampling(fields: &mut Fields) -> Sampling {
    Sampling {
        max_output: fields.count("max_output_tokens"),
        temperature: fields.number("temperature"),
        top_p: fields.number("top_p"),
        top_logprobs: fields.count("top_logprobs"),
        logprobs: wants_logprobs(fields).then_some(true),
        ..Sampling::default()
    }
}

/// What is included in an answer whose tokens' probabilities are wanted.
pub(crate) const LOGPROBS: &str = "message.output_text.logprobs";

fn wants_logprobs(fields: &Fields) -> bool {
    let include = fields.get("include").and_then(Value::as_array);
    include.is_some_and(|list| list.iter().any(|entry| entry == LOGPROBS))
}

//! Reads a whole answer.

use serde_json::Value;

use super::ending::stop_of;
use super::shell::counts;
use crate::openai_responses::OWN;
use crate::openai_responses::fields::{Fields, kind_of, list_of, text_of};
use crate::openai_responses::items::content::read_part;
use crate::openai_responses::items::foreign::kept;
use crate::openai_responses::items::page::Side;
use crate::openai_responses::items::read::read_call;
use crate::openai_responses::items::reasoning::read_reasoning;
use crate::part::{CallForm, Part};
use crate::response::Response;
use crate::usage::Usage;

/// Reads a response object; nothing if the value is none, or one that failed.
pub(crate) fn read_response(body: Value) -> Option<Response> {
    let is_answer = body.get("output").is_some_and(Value::is_array);
    if !is_answer || matches!(text_of(&body, "status"), "failed" | "cancelled") {
        return None;
    }
    let parts = read_output(list_of(&body, "output"));
    let stop = stop_of(&body, &parts);
    let mut fields = Fields::from(body);
    let created = created(fields.get("created_at"));
    if fields.get("created_at").is_some_and(Value::is_u64) {
        fields.take("created_at");
    }
    if let Some(output) = fields.take("output") {
        fields.note("output", output);
    }
    Some(Response {
        id: fields.string("id").unwrap_or_default(),
        model: fields.string("model").unwrap_or_default(),
        created,
        parts,
        stop,
        usage: usage(&mut fields),
        others: Vec::new(),
        extra: fields.rest(),
    })
}

/// When a response was made; some providers tell fractions of seconds.
pub(crate) fn created(value: Option<&Value>) -> Option<u64> {
    let number = value?;
    number.as_u64().or_else(|| {
        let text = number.to_string();
        text.split('.').next()?.parse().ok()
    })
}

fn usage(fields: &mut Fields) -> Option<Usage> {
    let usage = Usage::read(OWN, fields.get("usage")?)?;
    let raw = fields.take("usage").unwrap_or_default();
    if raw != counts(usage) {
        fields.note("usage", raw);
    }
    Some(usage)
}

/// Reads all items of an output.
pub(crate) fn read_output(output: &[Value]) -> Vec<Part> {
    let numbered = output.iter().enumerate();
    numbered
        .flat_map(|(index, item)| read_output_item(index, item))
        .collect()
}

/// Reads one item: a message is as many parts as it has.
pub(crate) fn read_output_item(index: usize, item: &Value) -> Vec<Part> {
    match kind_of(item) {
        "message" => list_of(item, "content")
            .iter()
            .map(|part| read_part(part.clone(), Side::Model))
            .collect(),
        "reasoning" => vec![read_reasoning(item.clone())],
        "function_call" => vec![read_call(index, item.clone(), CallForm::Function)],
        "custom_tool_call" => vec![read_call(index, item.clone(), CallForm::Custom)],
        _ => vec![kept(item.clone())],
    }
}

//! Writes `generationConfig`.

use serde_json::{Map, Value};

use super::super::GEMINI;
use super::super::fields::set;
use super::notes;
use crate::codec::Target;
use crate::extra::Place;
use crate::loss::{Losses, Weight};
use crate::quirks::{ReasoningStyle, Schemas};
use crate::request::{Effort, Format, Request, Sampling, Thinking, ThinkingMode};
use crate::schema;

pub(super) fn config(
    request: &Request,
    target: &Target<'_>,
    losses: &mut Losses,
) -> Map<String, Value> {
    let mut config = Map::new();
    sampling(&request.sampling, &mut config);
    set(&mut config, "candidateCount", request.answers);
    if let Some(format) = &request.format {
        write_format(format, request, target, &mut config, losses);
    }
    let thinking = thinking(&request.thinking, target.quirks.reasoning, losses);
    set(&mut config, "thinkingConfig", thinking);
    config
}

fn sampling(sampling: &Sampling, config: &mut Map<String, Value>) {
    for (name, number) in [
        ("temperature", &sampling.temperature),
        ("topP", &sampling.top_p),
        ("topK", &sampling.top_k),
        ("seed", &sampling.seed),
        ("presencePenalty", &sampling.presence_penalty),
        ("frequencyPenalty", &sampling.frequency_penalty),
    ] {
        set(config, name, number.clone().map(Value::Number));
    }
    set(config, "maxOutputTokens", sampling.max_output);
    if !sampling.stop.is_empty() {
        config.insert("stopSequences".to_owned(), sampling.stop.clone().into());
    }
    set(config, "responseLogprobs", sampling.logprobs);
    set(config, "logprobs", sampling.top_logprobs);
}

fn write_format(
    format: &Format,
    request: &Request,
    target: &Target<'_>,
    config: &mut Map<String, Value>,
    losses: &mut Losses,
) {
    let has_mime = request.extra.noted(GEMINI, notes::SPELLED) != Some(&Value::Bool(false));
    let mime = match format {
        Format::Text => "text/plain",
        Format::Json | Format::Schema { .. } => "application/json",
    };
    set(config, "responseMimeType", has_mime.then_some(mime));
    let Format::Schema {
        schema,
        name,
        description,
        ..
    } = format
    else {
        return;
    };
    for (field, is_told) in [
        ("response_format.name", name.is_some()),
        ("response_format.description", description.is_some()),
    ] {
        if is_told {
            losses.dropped(field, Weight::Harmless);
        }
    }
    if let Some(dialect) = request.extra.noted(GEMINI, notes::OPENAPI) {
        config.insert("responseSchema".to_owned(), dialect.clone());
        return;
    }
    match target.quirks.schemas {
        Schemas::Json => config.insert("responseJsonSchema".to_owned(), schema.clone()),
        Schemas::OpenApi => config.insert("responseSchema".to_owned(), schema::to_openapi(schema)),
    };
}

/// How the model is to think: by a level or by a budget, never by both.
fn thinking(thinking: &Thinking, style: ReasoningStyle, losses: &mut Losses) -> Option<Value> {
    let is_own = thinking.extra.noted(GEMINI, notes::CONFIG).is_some();
    thinking.extra.note_lost(GEMINI, Place::Thinking, losses);
    let (level, budget) = how_much(thinking, style);
    let mut config = Map::new();
    let is_asked = level.is_some() || budget.is_some() || thinking.mode.is_some();
    let is_off = thinking.mode == Some(ThinkingMode::Off) || thinking.effort == Some(Effort::None);
    // Thoughts are shown unless the client does not want them: it asked for thinking.
    let shown = thinking.shown.or((is_asked && !is_own).then_some(!is_off));
    set(&mut config, "includeThoughts", shown);
    set(&mut config, "thinkingLevel", level);
    set(&mut config, "thinkingBudget", budget);
    thinking.extra.write_into(GEMINI, &mut config);
    (!config.is_empty() || is_own).then(|| config.into())
}

fn how_much(thinking: &Thinking, style: ReasoningStyle) -> (Option<&'static str>, Option<i64>) {
    let is_own = thinking.extra.noted(GEMINI, notes::CONFIG).is_some();
    match style {
        ReasoningStyle::None if !is_own => (None, None),
        ReasoningStyle::Budget => (None, budget(thinking)),
        ReasoningStyle::None
        | ReasoningStyle::Effort
        | ReasoningStyle::Level
        | ReasoningStyle::Adaptive
        | ReasoningStyle::Switch
        | ReasoningStyle::SwitchAndEffort
        | ReasoningStyle::EnableThinking
        | ReasoningStyle::Object => match (thinking.effort, thinking.budget) {
            (Some(effort), _) => (Some(level_of(effort)), None),
            (None, Some(budget)) if is_own => (None, Some(budget)),
            (None, Some(budget)) => (level_of_budget(budget), None),
            (None, None) if thinking.mode == Some(ThinkingMode::Off) => (Some("MINIMAL"), None),
            (None, None) => (None, None),
        },
    }
}

fn budget(thinking: &Thinking) -> Option<i64> {
    let said = thinking.budget.or(thinking.effort.map(budget_of));
    match (said, thinking.mode) {
        (Some(budget), _) => Some(budget),
        (None, Some(ThinkingMode::Off)) => Some(0),
        (None, Some(ThinkingMode::Adaptive)) => Some(-1),
        (None, Some(ThinkingMode::On) | None) => None,
    }
}

fn level_of_budget(budget: i64) -> Option<&'static str> {
    match budget {
        ..0 => None,
        0 => Some("MINIMAL"),
        1..4000 => Some("LOW"),
        4000..16_000 => Some("MEDIUM"),
        16_000.. => Some("HIGH"),
    }
}

fn level_of(effort: Effort) -> &'static str {
    match effort {
        Effort::None | Effort::Minimal => "MINIMAL",
        Effort::Low => "LOW",
        Effort::Medium => "MEDIUM",
        Effort::High | Effort::Xhigh | Effort::Max => "HIGH",
    }
}

fn budget_of(effort: Effort) -> i64 {
    match effort {
        Effort::None => 0,
        Effort::Minimal => 1024,
        Effort::Low => 4096,
        Effort::Medium => 8192,
        Effort::High => 24_576,
        Effort::Xhigh | Effort::Max => 32_768,
    }
}

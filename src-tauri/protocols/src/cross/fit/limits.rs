//! How long an answer may be, where it stops, and how it is drawn: within what the target takes.

use serde_json::Number;

use super::fields::Field;
use super::way::Way;
use crate::Protocol;
use crate::loss::{How, Losses, Weight};
use crate::request::{Effort, Request, Sampling, Thinking, ThinkingMode};

/// The fewest tokens that Responses lets an answer have.
const FEWEST_RESPONSES: u64 = 16;

/// Brings the limit of the answer into the target's range; Anthropic always gets one.
pub(super) fn length(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    let quirks = way.quirks();
    let most = quirks.max_output.unwrap_or(u64::MAX);
    let fewest = if way.is_to(Protocol::OpenAiResponses) {
        FEWEST_RESPONSES
    } else {
        1
    };
    let limit = &mut request.sampling.max_output;
    if let Some(asked) = *limit {
        let fitting = asked.min(most).max(fewest);
        if fitting != asked {
            let note = fitting.to_string();
            losses.add(
                way.name(Field::MaxOutput),
                How::Clamped,
                Weight::Notable,
                note,
            );
        }
        *limit = Some(fitting);
    } else if way.is_to(Protocol::Anthropic) {
        *limit = Some(quirks.default_max_output.min(most));
    }
}

/// Leaves out what the target has no field for or refuses.
pub(super) fn sampling(request: &mut Request, way: &Way<'_>, losses: &mut Losses) {
    let thinks = !is_still(&request.thinking, way);
    let sampling = &mut request.sampling;
    stops(sampling, way, losses);
    drawing(sampling, way, losses);
    rare(sampling, thinks, way, losses);
    let has_verbosity = way.is_to(Protocol::OpenAi) || way.is_to(Protocol::OpenAiResponses);
    if !has_verbosity {
        way.drop(
            &mut request.verbosity,
            Field::Verbosity,
            Weight::Harmless,
            losses,
        );
    }
    request.stream_usage = None;
}

/// Whether a model that may think was told not to, and obeys.
fn is_still(thinking: &Thinking, way: &Way<'_>) -> bool {
    let is_off = thinking.mode == Some(ThinkingMode::Off) || thinking.effort == Some(Effort::None);
    is_off && way.quirks().efforts.contains(&Effort::None)
}

fn stops(sampling: &mut Sampling, way: &Way<'_>, losses: &mut Losses) {
    let asked = sampling.stop.len();
    if way.is_to(Protocol::Anthropic) {
        sampling.stop.retain(|stop| !stop.trim().is_empty());
    }
    sampling.stop.retain(|stop| !stop.is_empty());
    sampling.stop.truncate(way.quirks().most_stops);
    let kept = sampling.stop.len();
    if kept < asked {
        let how = if kept == 0 {
            How::Dropped
        } else {
            How::Clamped
        };
        let note = format!("{kept} of {asked} are kept");
        losses.add(way.name(Field::Stop), how, Weight::Notable, note);
    }
}

fn drawing(sampling: &mut Sampling, way: &Way<'_>, losses: &mut Losses) {
    let quirks = way.quirks();
    if !quirks.sampling {
        undrawn(sampling, way, losses);
        return;
    }
    if !quirks.temperature_with_top_p && sampling.temperature.is_some() {
        way.drop(&mut sampling.top_p, Field::TopP, Weight::Notable, losses);
    }
    let has_top_k = match way.target.protocol {
        Protocol::Anthropic | Protocol::Gemini => true,
        Protocol::OpenAi => quirks.top_k,
        Protocol::OpenAiResponses => false,
    };
    if !has_top_k {
        way.drop(&mut sampling.top_k, Field::TopK, Weight::Notable, losses);
    }
    let too_warm = |number: &Number| number.as_f64().is_some_and(|number| number > 1.0);
    if way.is_to(Protocol::Anthropic) && sampling.temperature.as_ref().is_some_and(too_warm) {
        sampling.temperature = Some(Number::from(1));
        losses.add(
            way.name(Field::Temperature),
            How::Clamped,
            Weight::Notable,
            "1",
        );
    }
}

/// Leaves the drawing to the model; a temperature of 1 is what it has anyway.
pub(super) fn undrawn(sampling: &mut Sampling, way: &Way<'_>, losses: &mut Losses) {
    let is_default = |number: &mut Number| number.as_f64() == Some(1.0);
    sampling.temperature.take_if(is_default);
    sampling.top_p.take_if(is_default);
    way.drop(
        &mut sampling.temperature,
        Field::Temperature,
        Weight::Notable,
        losses,
    );
    way.drop(&mut sampling.top_p, Field::TopP, Weight::Notable, losses);
    way.drop(&mut sampling.top_k, Field::TopK, Weight::Notable, losses);
}

/// What only some protocols have.
fn rare(sampling: &mut Sampling, thinks: bool, way: &Way<'_>, losses: &mut Losses) {
    let draws_alike = way.is_to(Protocol::OpenAi) || way.is_to(Protocol::Gemini);
    if !draws_alike {
        way.drop(&mut sampling.seed, Field::Seed, Weight::Notable, losses);
        way.drop(
            &mut sampling.presence_penalty,
            Field::PresencePenalty,
            Weight::Notable,
            losses,
        );
        way.drop(
            &mut sampling.frequency_penalty,
            Field::FrequencyPenalty,
            Weight::Notable,
            losses,
        );
    }
    // Models that think by themselves refuse all that steers the drawing.
    let is_steered = way.is_to(Protocol::Gemini) || way.quirks().sampling;
    if !is_steered {
        way.drop(
            &mut sampling.presence_penalty,
            Field::PresencePenalty,
            Weight::Notable,
            losses,
        );
        way.drop(
            &mut sampling.frequency_penalty,
            Field::FrequencyPenalty,
            Weight::Notable,
            losses,
        );
    }
    if way.is_to(Protocol::Anthropic) || (thinks && !is_steered) {
        sampling.logprobs.take_if(|wanted| !*wanted);
        way.drop(
            &mut sampling.logprobs,
            Field::Logprobs,
            Weight::Notable,
            losses,
        );
        way.drop(
            &mut sampling.top_logprobs,
            Field::Logprobs,
            Weight::Notable,
            losses,
        );
    }
}

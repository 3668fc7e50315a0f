//! What a request says that this protocol has no word for.

use serde_json::Value;

use crate::Protocol;
use crate::codec::Unsayable;
use crate::extra::Place;
use crate::loss::Weight;
use crate::openai_responses::OWN;
use crate::openai_responses::items::page::Page;
use crate::request::Request;

/// The fields that Chat has under the same names.
pub(crate) const SIBLINGS: [&str; 7] = [
    "metadata",
    "store",
    "service_tier",
    "safety_identifier",
    "prompt_cache_retention",
    "prompt_cache_options",
    "moderation",
];

/// Refuses what cannot be had from a provider of this protocol.
pub(crate) fn refuse(request: &Request) -> Result<(), Unsayable> {
    if request.answers.is_some_and(|count| count > 1) {
        let field = match request.extra.origin() {
            Some(Protocol::Gemini) => "generationConfig.candidateCount",
            Some(Protocol::OpenAi | Protocol::Anthropic | Protocol::OpenAiResponses) | None => "n",
        };
        let advice = "this provider gives one answer per request: leave it out";
        return Err(Unsayable::new(field, advice));
    }
    let modalities = request.extra.get(Protocol::OpenAi, "modalities");
    let speaks = |list: &Vec<Value>| list.iter().any(|entry| entry == "audio");
    if modalities.and_then(Value::as_array).is_some_and(speaks) {
        return Err(Unsayable::new(
            "modalities",
            "this provider cannot answer in audio",
        ));
    }
    Ok(())
}

/// Notes what was left out.
pub(crate) fn note_lost(request: &Request, page: &mut Page<'_>) {
    let sampling = &request.sampling;
    for (key, is_said) in [
        ("stop", !sampling.stop.is_empty()),
        ("top_k", sampling.top_k.is_some()),
        ("seed", sampling.seed.is_some()),
        ("presence_penalty", sampling.presence_penalty.is_some()),
        ("frequency_penalty", sampling.frequency_penalty.is_some()),
    ] {
        if is_said {
            page.lose(key, Weight::Notable);
        }
    }
    let siblings =
        |key: &str| request.extra.origin() == Some(Protocol::OpenAi) && SIBLINGS.contains(&key);
    request
        .extra
        .note_lost_but(OWN, Place::Top, siblings, page.losses);
}

//! What a Gemini request asks that no other protocol can give.

use serde_json::Value;

use super::super::GEMINI;
use crate::codec::Unsayable;
use crate::request::Request;

/// Refuses what would be answered wrongly without: a cache kept at Google, answers that are pictures or speech.
pub(in super::super) fn refusals(request: &Request) -> Result<(), Unsayable> {
    if request
        .extra
        .get(GEMINI, "cachedContent")
        .is_some_and(is_telling)
    {
        return Err(Unsayable::new(
            "cachedContent",
            "this model's provider cannot read a cache kept at Google: send the contents themselves",
        ));
    }
    let config = request.extra.get(GEMINI, "generationConfig");
    let modalities = config.and_then(|config| config.get("responseModalities"));
    let is_other = |modality: &Value| {
        modality.as_str().is_some_and(|name| {
            !name.eq_ignore_ascii_case("TEXT") && !name.ends_with("UNSPECIFIED")
        })
    };
    let wants_other = match modalities {
        Some(Value::Array(list)) => list.iter().any(is_other),
        Some(one) => is_other(one),
        None => false,
    };
    if wants_other {
        return Err(Unsayable::new(
            "generationConfig.responseModalities",
            "this model's provider answers in text only",
        ));
    }
    Ok(())
}

fn is_telling(value: &Value) -> bool {
    value.as_str().is_none_or(|text| !text.is_empty())
}

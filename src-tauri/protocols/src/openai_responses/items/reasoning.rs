//! What a model thought, as an item.

use serde_json::{Value, json};

use super::page::Page;
use crate::carrier::{Carrier, Opaque};
use crate::extra::Place;
use crate::openai_responses::OWN;
use crate::openai_responses::fields::{Fields, list_of, map, restore, text_of};
use crate::part::{Kind, Part, Reasoning};

/// What stands between two summaries of one thought.
pub(crate) const BETWEEN: &str = "\n\n";

/// Reads a `reasoning` item; several summaries and raw thoughts are kept as they came besides.
pub(crate) fn read_reasoning(item: Value) -> Part {
    let text = thought_of(&item);
    let mut fields = Fields::from(item);
    fields.take("type");
    let summary = fields.take("summary").unwrap_or_default();
    if summary != summary_of(&text) {
        fields.note("summary", summary);
    }
    let is_there = fields.get("encrypted_content") != Some(&Value::from(""));
    let opaque = is_there.then(|| fields.string("encrypted_content"));
    let reasoning = Reasoning {
        text,
        carrier: opaque.flatten().map(carrier_of),
    };
    Part {
        kind: Kind::Reasoning(reasoning),
        cache: None,
        extra: fields.rest(),
    }
}

/// The words of a thought: its summaries, or else the thought itself.
pub(crate) fn thought_of(item: &Value) -> String {
    let joined = |key| {
        let texts = list_of(item, key).iter().map(|part| text_of(part, "text"));
        texts
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(BETWEEN)
    };
    let summary = joined("summary");
    if summary.is_empty() {
        joined("content")
    } else {
        summary
    }
}

/// The carrier that a client brings, wrapped by us or as the provider made it.
fn carrier_of(text: String) -> Carrier {
    Carrier::unwrapped(&text).unwrap_or_else(|| Carrier::genuine(Opaque::Encrypted(text)))
}

/// The summary of a thought; the list is never missing.
pub(crate) fn summary_of(text: &str) -> Value {
    if text.is_empty() {
        json!([])
    } else {
        json!([{"type": "summary_text", "text": text}])
    }
}

/// Writes a `reasoning` item for a provider.
pub(crate) fn write_reasoning(reasoning: &Reasoning, part: &Part, page: &mut Page<'_>) -> Value {
    let noted = part
        .extra
        .noted(OWN, "summary")
        .filter(|noted| !noted.is_null());
    let summary = noted
        .cloned()
        .unwrap_or_else(|| summary_of(&reasoning.text));
    let mut item = map(json!({"type": "reasoning", "summary": summary}));
    match reasoning.carrier.as_ref().map(|carrier| &carrier.opaque) {
        Some(Opaque::Encrypted(text)) => {
            item.insert("encrypted_content".into(), text.as_str().into());
        }
        Some(
            Opaque::Signature(_)
            | Opaque::Redacted(_)
            | Opaque::Thought(_)
            | Opaque::Details(_)
            | Opaque::Plain(_),
        ) => page.lose_part(part, "a signature that only another protocol has"),
        None => {}
    }
    restore(&mut item, &part.extra);
    page.lose_extra(&part.extra, Place::Part);
    Value::Object(item)
}

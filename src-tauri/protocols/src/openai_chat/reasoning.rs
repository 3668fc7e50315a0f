//! The fields that vendors put a model's thoughts into.
//!
//! Clients get the words as `reasoning_content`, and what the provider wants back as an entry of
//! `reasoning_details`, which clients of `OpenRouter` keep and bring back:
//!
//! ```json
//! {"type": "reasoning.encrypted", "data": "kw1_…", "format": "keyway", "index": 0, "id": "call_1", "text": "…"}
//! ```
//!
//! `id` names the call that the thought stands before, if it does; `text` is there from the second thought of a
//! message on, as `reasoning_content` runs them together. A Gemini signature before a call also goes onto the call.

use serde_json::{Map, Value, json};

use super::CHAT;
use super::fields::{take_list_of, telling};
use crate::carrier::{Carrier, Opaque};
use crate::extra::Extra;
use crate::part::{Kind, Part, Reasoning};

/// The fields for the words, the one that wins first.
pub(super) const TEXT_KEYS: [&str; 2] = ["reasoning_content", "reasoning"];

/// A thought, and the call it stands before if that is told.
pub(super) struct Thought {
    pub(super) reasoning: Reasoning,
    pub(super) call: Option<String>,
}

impl Thought {
    pub(super) fn part(self) -> Part {
        Part::new(Kind::Reasoning(self.reasoning))
    }
}

/// Takes the thoughts out of a message and notes under which names they were told.
pub(super) fn take_thoughts(fields: &mut Map<String, Value>, extra: &mut Extra) -> Vec<Thought> {
    let told = told_text(fields).map(str::to_owned);
    let details = take_list_of(fields, "reasoning_details", Value::is_object);
    if told.is_some() || !details.is_empty() {
        extra.note(CHAT, "reasoning_names", names_of(fields, told.as_deref()));
    }
    note_odd(fields, extra);
    let text = told.unwrap_or_else(|| details_text(&details));
    if details.is_empty() && text.is_empty() {
        return Vec::new();
    }
    let (ours, genuine): (Vec<Value>, Vec<Value>) = details
        .into_iter()
        .partition(|entry| unwrapped(entry).is_some());
    let mut thoughts: Vec<Thought> = ours.iter().filter_map(read_entry).collect();
    share_text(text, &mut thoughts);
    if !genuine.is_empty() {
        let carrier = Carrier::genuine(Opaque::Details(Value::Array(genuine)));
        let free = thoughts.iter_mut().find(|t| t.reasoning.carrier.is_none());
        match free {
            Some(thought) => thought.reasoning.carrier = Some(carrier),
            None => thoughts.insert(0, bare(String::new(), Some(carrier))),
        }
    }
    thoughts
}

/// The words of a message or a delta; both names may say the same.
pub(super) fn told_text(fields: &Map<String, Value>) -> Option<&str> {
    TEXT_KEYS.iter().find_map(|key| telling(fields.get(*key)))
}

/// The words in `reasoning_details`, for vendors that tell them nowhere else.
pub(super) fn details_text(details: &[Value]) -> String {
    let text = |entry: &Value| {
        let told = telling(entry.get("text")).or_else(|| telling(entry.get("summary")))?;
        Some(told.to_owned())
    };
    details.iter().filter_map(text).collect()
}

/// Takes the fields that say these words and tells their names.
fn names_of(fields: &mut Map<String, Value>, told: Option<&str>) -> Value {
    let Some(told) = told else {
        return Value::Array(Vec::new());
    };
    let says_it = |key: &&str| fields.get(*key).and_then(Value::as_str) == Some(told);
    let names: Vec<&str> = TEXT_KEYS.into_iter().filter(says_it).collect();
    for key in &names {
        fields.shift_remove(*key);
    }
    names.into()
}

/// Notes what is left under these names: an empty text, or the same thought in other words.
fn note_odd(fields: &mut Map<String, Value>, extra: &mut Extra) {
    for key in TEXT_KEYS {
        if fields
            .get(key)
            .is_some_and(|value| value.is_string() || value.is_null())
        {
            let value = fields.shift_remove(key).unwrap_or_default();
            extra.note(CHAT, key, value);
        }
    }
}

fn unwrapped(entry: &Value) -> Option<Carrier> {
    ["data", "signature"]
        .iter()
        .find_map(|key| Carrier::unwrapped(entry.get(key)?.as_str()?))
}

fn read_entry(entry: &Value) -> Option<Thought> {
    let carrier = unwrapped(entry)?;
    let text = telling(entry.get("text")).unwrap_or_default();
    Some(Thought {
        reasoning: Reasoning {
            text: text.to_owned(),
            carrier: Some(carrier),
        },
        call: telling(entry.get("id")).map(str::to_owned),
    })
}

/// Gives the first thought the words that are not the later ones' own.
fn share_text(text: String, thoughts: &mut Vec<Thought>) {
    let Some((first, later)) = thoughts.split_first_mut() else {
        if !text.is_empty() {
            thoughts.push(bare(text, None));
        }
        return;
    };
    if !first.reasoning.text.is_empty() {
        return;
    }
    let known: String = later.iter().map(|t| t.reasoning.text.as_str()).collect();
    let own = text.strip_suffix(&known).unwrap_or(&text);
    own.clone_into(&mut first.reasoning.text);
}

fn bare(text: String, carrier: Option<Carrier>) -> Thought {
    Thought {
        reasoning: Reasoning { text, carrier },
        call: None,
    }
}

/// The entries of `reasoning_details` that bring a client's thought back.
///
/// `index` counts the message's thoughts; the words go along from the second on.
pub(super) fn client_entries(
    reasoning: &Reasoning,
    call: Option<&str>,
    index: usize,
) -> Vec<Value> {
    let Some(carrier) = &reasoning.carrier else {
        return Vec::new();
    };
    if carrier.provider.is_empty() {
        match &carrier.opaque {
            Opaque::Details(Value::Array(entries)) => return entries.clone(),
            Opaque::Details(entry) => return vec![entry.clone()],
            // The words are told already, and the signature goes onto the call.
            Opaque::Plain(_) | Opaque::Thought(_) => return Vec::new(),
            Opaque::Signature(_) | Opaque::Redacted(_) | Opaque::Encrypted(_) => {}
        }
    }
    let mut entry = json!({
        "type": "reasoning.encrypted",
        "data": carrier.wrapped(),
        "format": "keyway",
        "index": index,
    });
    if let Some(call) = call {
        entry["id"] = call.into();
    }
    if index > 0 && !reasoning.text.is_empty() {
        entry["text"] = reasoning.text.as_str().into();
    }
    vec![entry]
}

/// The signature that goes onto a client's call, if the thought before it has one for there.
pub(super) fn client_signature(carrier: &Carrier) -> Option<String> {
    match &carrier.opaque {
        Opaque::Thought(signature) if carrier.provider.is_empty() => Some(signature.clone()),
        Opaque::Thought(_) => Some(carrier.wrapped()),
        Opaque::Signature(_)
        | Opaque::Redacted(_)
        | Opaque::Encrypted(_)
        | Opaque::Details(_)
        | Opaque::Plain(_) => None,
    }
}

//! Which of its thoughts a model hears again.

use serde_json::{Map, Value};

use super::super::CHAT;
use super::super::assistant::is_for;
use super::super::reasoning::TEXT_KEYS;
use crate::carrier::{Carrier, Opaque};
use crate::codec::Target;
use crate::loss::{Losses, Weight};
use crate::part::{Kind, Part, Reasoning};
use crate::quirks::{Echo, ReasoningStyle};
use crate::request::{Role, Turn};

/// Where the last question stands: the last turn of the client's that is more than results.
pub(super) fn last_question(turns: &[Turn]) -> usize {
    let is_question = |turn: &Turn| {
        turn.role == Role::User && turn.parts().iter().any(|part| part.as_result().is_none())
    };
    turns.iter().rposition(is_question).unwrap_or(0)
}

/// Puts the thoughts of a turn into its message.
pub(super) fn write_thoughts(
    turn: &Turn,
    is_since_question: bool,
    target: &Target<'_>,
    losses: &mut Losses,
    object: &mut Map<String, Value>,
) {
    let thoughts: Vec<&Reasoning> = turn.parts().iter().filter_map(thought).collect();
    let text = text_of(&thoughts, target);
    for key in TEXT_KEYS {
        let noted = turn.extra.noted(CHAT, key).cloned();
        object.extend(noted.map(|value| (key.to_owned(), value)));
    }
    if let Some(names) = turn.extra.noted(CHAT, "reasoning_names") {
        put_as_named(names, &text, object);
    } else {
        put_as_wanted(
            &wanted(turn, is_since_question, target.quirks.reasoning_echo),
            text,
            target,
            losses,
            object,
        );
    }
    let details = details(&thoughts, target);
    if !details.is_empty() {
        object.insert("reasoning_details".into(), Value::Array(details));
    }
}

/// The words under the names under which they came.
fn put_as_named(names: &Value, text: &str, object: &mut Map<String, Value>) {
    let names = names.as_array().into_iter().flatten();
    for name in names.filter_map(Value::as_str).filter(|_| !text.is_empty()) {
        object.insert(name.to_owned(), text.into());
    }
}

fn put_as_wanted(
    wanted: &Wanted,
    text: String,
    target: &Target<'_>,
    losses: &mut Losses,
    object: &mut Map<String, Value>,
) {
    let is_empty = text.is_empty();
    match wanted {
        Wanted::Always => drop(
            object
                .entry(text_key(target))
                .or_insert_with(|| text.into()),
        ),
        Wanted::IfAny if !is_empty => drop(object.insert(text_key(target).into(), text.into())),
        Wanted::Never if !is_empty => losses.dropped("reasoning", Weight::Harmless),
        Wanted::IfAny | Wanted::Never => {}
    }
}

/// The thoughts of a turn that do not stand among its words.
fn thought(part: &Part) -> Option<&Reasoning> {
    match &part.kind {
        Kind::Reasoning(reasoning) if part.extra.noted(CHAT, "thinking").is_none() => {
            Some(reasoning)
        }
        Kind::Reasoning(_)
        | Kind::Text(_)
        | Kind::Refusal(_)
        | Kind::Image(_)
        | Kind::Audio(_)
        | Kind::Document(_)
        | Kind::Call(_)
        | Kind::Result(_)
        | Kind::Foreign(_) => None,
    }
}

fn text_of(thoughts: &[&Reasoning], target: &Target<'_>) -> String {
    let texts = thoughts.iter().map(|thought| match &thought.carrier {
        Some(carrier) if thought.text.is_empty() && is_for(carrier, target) => plain(carrier),
        _ => thought.text.as_str(),
    });
    let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
    texts.join("\n\n")
}

/// The words in a carrier that carries nothing else.
fn plain(carrier: &Carrier) -> &str {
    match &carrier.opaque {
        Opaque::Plain(text) => text,
        Opaque::Signature(_)
        | Opaque::Redacted(_)
        | Opaque::Encrypted(_)
        | Opaque::Thought(_)
        | Opaque::Details(_) => "",
    }
}

/// The entries that the target gave, in order.
fn details(thoughts: &[&Reasoning], target: &Target<'_>) -> Vec<Value> {
    let mut entries = Vec::new();
    let carriers = thoughts
        .iter()
        .filter_map(|thought| thought.carrier.as_ref());
    for carrier in carriers.filter(|carrier| is_for(carrier, target)) {
        match &carrier.opaque {
            Opaque::Details(Value::Array(list)) => entries.extend(list.iter().cloned()),
            Opaque::Details(entry) => entries.push(entry.clone()),
            Opaque::Signature(_)
            | Opaque::Redacted(_)
            | Opaque::Encrypted(_)
            | Opaque::Thought(_)
            | Opaque::Plain(_) => {}
        }
    }
    entries
}

/// Where the target wants the words.
fn text_key(target: &Target<'_>) -> &'static str {
    if target.quirks.reasoning == ReasoningStyle::Object {
        "reasoning"
    } else {
        "reasoning_content"
    }
}

/// Whether a message's thoughts are wanted.
enum Wanted {
    Never,
    IfAny,
    Always,
}

fn wanted(turn: &Turn, is_since_question: bool, echo: Echo) -> Wanted {
    let has_calls = turn.parts().iter().any(|part| part.as_call().is_some());
    match echo {
        Echo::Always => Wanted::IfAny,
        Echo::ToolCalls if has_calls => Wanted::Always,
        Echo::ToolLoops if has_calls && is_since_question => Wanted::Always,
        Echo::Never | Echo::ToolCalls | Echo::ToolLoops => Wanted::Never,
    }
}

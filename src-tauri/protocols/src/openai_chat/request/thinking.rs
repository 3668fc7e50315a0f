//! How much the model is to think, in every vendor's words.

use serde_json::{Map, Value, json};

use super::super::fields::telling;
use crate::codec::Target;
use crate::loss::{Losses, Weight};
use crate::quirks::ReasoningStyle;
use crate::request::{Effort, Thinking, ThinkingMode};

/// The fields it is said in.
pub(super) const KEYS: [&str; 6] = [
    "reasoning_effort",
    "reasoning",
    "include_reasoning",
    "thinking",
    "enable_thinking",
    "thinking_budget",
];

/// Reads these fields; what one leaves open another may say.
pub(super) fn read(fields: &Map<String, Value>) -> Thinking {
    let mut thinking = Thinking {
        effort: effort(fields.get("reasoning_effort")),
        ..Thinking::default()
    };
    if let Some(object) = fields.get("reasoning") {
        thinking.effort = thinking.effort.or_else(|| effort(object.get("effort")));
        thinking.budget = object.get("max_tokens").and_then(Value::as_i64);
        thinking.mode = switched(object.get("enabled"));
        thinking.shown = object.get("exclude").and_then(Value::as_bool).map(|is| !is);
    }
    if let Some(object) = fields.get("thinking") {
        thinking.mode = thinking.mode.or_else(|| mode(object.get("type")));
        let budget = object.get("budget_tokens").and_then(Value::as_i64);
        thinking.budget = thinking.budget.or(budget);
    }
    thinking.mode = thinking
        .mode
        .or_else(|| switched(fields.get("enable_thinking")));
    let budget = fields.get("thinking_budget").and_then(Value::as_i64);
    thinking.budget = thinking.budget.or(budget);
    let shown = fields.get("include_reasoning").and_then(Value::as_bool);
    thinking.shown = thinking.shown.or(shown);
    thinking
}

fn effort(word: Option<&Value>) -> Option<Effort> {
    telling(word)?.parse().ok()
}

fn switched(value: Option<&Value>) -> Option<ThinkingMode> {
    Some(if value?.as_bool()? {
        ThinkingMode::On
    } else {
        ThinkingMode::Off
    })
}

fn mode(word: Option<&Value>) -> Option<ThinkingMode> {
    match telling(word)? {
        "enabled" => Some(ThinkingMode::On),
        "disabled" => Some(ThinkingMode::Off),
        "adaptive" | "auto" => Some(ThinkingMode::Adaptive),
        _ => None,
    }
}

/// Says it in the target's words.
pub(super) fn write(
    thinking: &Thinking,
    target: &Target<'_>,
    losses: &mut Losses,
    object: &mut Map<String, Value>,
) {
    let Some(will) = Will::of(thinking) else {
        return;
    };
    match target.quirks.reasoning {
        ReasoningStyle::None => losses.dropped("thinking", Weight::Notable),
        ReasoningStyle::Effort | ReasoningStyle::Level | ReasoningStyle::Adaptive => {
            put_effort(&will, target, object);
        }
        ReasoningStyle::Switch => put_switch(&will, object),
        ReasoningStyle::SwitchAndEffort => {
            put_switch(&will, object);
            if will.is_on {
                put_effort(&will, target, object);
            }
        }
        ReasoningStyle::Budget => {
            put_switch(&will, object);
            if let (true, Some(budget)) = (will.is_on, will.budget) {
                object["thinking"]["budget_tokens"] = budget.into();
            }
        }
        ReasoningStyle::EnableThinking => {
            object.insert("enable_thinking".into(), will.is_on.into());
            let budget = will.budget.filter(|_| will.is_on);
            object.extend(budget.map(|budget| ("thinking_budget".to_owned(), budget.into())));
        }
        ReasoningStyle::Object => {
            let mut reasoning = will.object();
            if thinking.shown == Some(false) {
                reasoning["exclude"] = true.into();
            }
            object.insert("reasoning".into(), reasoning);
        }
    }
}

/// What is wanted, whichever way it was said.
struct Will {
    is_on: bool,
    effort: Option<Effort>,
    budget: Option<i64>,
}

impl Will {
    /// Nothing if nothing is said but whether thoughts are to be shown.
    fn of(thinking: &Thinking) -> Option<Self> {
        let Thinking {
            mode,
            effort,
            budget,
            ..
        } = *thinking;
        if mode.is_none() && effort.is_none() && budget.is_none() {
            return None;
        }
        let is_off = mode == Some(ThinkingMode::Off)
            || effort == Some(Effort::None)
            || (budget == Some(0) && effort.is_none());
        Some(Self {
            is_on: !is_off,
            effort: effort.filter(|_| !is_off),
            budget: budget.filter(|tokens| *tokens > 0 && !is_off),
        })
    }

    /// The word for it; nothing if the model is to find its own measure.
    fn word(&self) -> Option<Effort> {
        if !self.is_on {
            return Some(Effort::None);
        }
        self.effort.or_else(|| {
            Some(match self.budget? {
                ..4000 => Effort::Low,
                4000..16000 => Effort::Medium,
                16000.. => Effort::High,
            })
        })
    }

    fn object(&self) -> Value {
        match (self.is_on, self.effort, self.budget) {
            (false, ..) => json!({ "enabled": false }),
            (true, Some(effort), _) => json!({ "effort": effort.as_str() }),
            (true, None, Some(budget)) => json!({ "max_tokens": budget }),
            (true, None, None) => json!({ "enabled": true }),
        }
    }
}

/// A model that cannot be told to stop thinking is not told so.
fn put_effort(will: &Will, target: &Target<'_>, object: &mut Map<String, Value>) {
    let is_sayable = |word: &Effort| *word != Effort::None || target.quirks.efforts.contains(word);
    if let Some(word) = will.word().filter(is_sayable) {
        object.insert("reasoning_effort".into(), word.as_str().into());
    }
}

fn put_switch(will: &Will, object: &mut Map<String, Value>) {
    let word = if will.is_on { "enabled" } else { "disabled" };
    object.insert("thinking".into(), json!({ "type": word }));
}
